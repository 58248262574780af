#include "worker/relay/benchmark.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace phala::worker {
namespace {

TEST(Benchmark, F19HasAKernelThatNoCompilerChanges)
{
    const auto one = benchmark_iteration(1);
    EXPECT_EQ(benchmark_iteration(1), one);
    EXPECT_NE(benchmark_iteration(2), one);
    EXPECT_EQ(to_hex(one), "5d0ea545e0349b834ccfe85ab38fbf447db5b56f9da16cd27303f4b6139a5cd2"
                           "727d64d894e1e62b4dc7fe4a4949b3d5eb39e674dea34b4f83796d782834f2ed");
}

TEST(Benchmark, CountsOnlyWhileItIsAskedTo)
{
    Benchmark benchmark{1};
    EXPECT_EQ(benchmark.iterations(), 0U);
    benchmark.run(true);
    while (benchmark.iterations() == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    benchmark.run(false);
    Benchmark none{0};
    none.run(true);
    EXPECT_EQ(none.iterations(), 0U);
}

} // namespace
} // namespace phala::worker
