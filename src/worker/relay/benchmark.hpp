#pragma once
// How fast this machine is, for the chain's score of it (spec trust-and-keys §3.5): threads that count iterations of a
// fixed kernel while they are asked to, on time that nobody else wants.
#include "base/bytes.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace phala::worker {

/// One iteration: 65,536 BLAKE2b compressions on a walk through 1 MiB that each step changes. Its result depends on
/// nothing but the seed, so a compiler cannot make it cheaper.
ByteArray<64> benchmark_iteration(std::uint64_t seed);

class Benchmark {
public:
    /// No threads: it never counts.
    explicit Benchmark(std::size_t threads);
    ~Benchmark();
    Benchmark(const Benchmark&) = delete;
    Benchmark& operator=(const Benchmark&) = delete;

    void run(bool wanted);
    [[nodiscard]] std::uint64_t iterations() const { return iterations_.load(std::memory_order_relaxed); }

private:
    void count();

    std::atomic<bool> wanted_{false}, ended_{false};
    std::atomic<std::uint64_t> iterations_{0};
    std::vector<std::thread> threads_;
};

} // namespace phala::worker
