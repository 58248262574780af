#include "node/test_chain.hpp"

#include <benchmark/benchmark.h>

namespace phala::node {
namespace {

void validate_transfer(benchmark::State& state)
{
    TestChain node;
    const auto transfer = node.transfer("//Alice", "//Bob", 0);
    const auto best = node.chain->heads().best.hash;
    for (auto _ : state)
        benchmark::DoNotOptimize(node.validator->validate(TransactionSource::External, transfer, best));
}
BENCHMARK(validate_transfer)->Unit(benchmark::kMicrosecond);

void seal_empty_block(benchmark::State& state)
{
    TestChain node;
    for (auto _ : state)
        node.seal();
}
BENCHMARK(seal_empty_block)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace phala::node
