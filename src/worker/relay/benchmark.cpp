#include "worker/relay/benchmark.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <pthread.h>
#include <sched.h>

namespace phala::worker {

namespace {

constexpr std::size_t kSteps = 65'536;
constexpr std::size_t kCell = 64;
constexpr std::size_t kCells = 1024 * 1024 / kCell;

/// Only time that no other thread of the machine wants: a measurement must not slow down what the machine is for.
void yield_to_everybody()
{
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
}

} // namespace

ByteArray<64> benchmark_iteration(std::uint64_t seed)
{
    std::vector<ByteArray<kCell>> cells(kCells);
    ByteArray<2 * kCell> block{}; // the walk's state, then the cell that it is at: one compression
    for (std::size_t i = 0; i < 8; ++i)
        block[i] = static_cast<std::uint8_t>(seed >> (8 * i));
    ByteArray<64> state{};
    for (std::size_t step = 0; step < kSteps; ++step) {
        state = crypto::blake2_512(block);
        auto& cell = cells[(state[0] | state[1] << 8U) % kCells];
        std::ranges::copy(state, block.begin());
        std::ranges::copy(cell, block.begin() + kCell);
        cell = state;
    }
    return state;
}

Benchmark::Benchmark(std::size_t threads)
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { count(); });
}

Benchmark::~Benchmark()
{
    ended_ = true;
    wanted_ = true;
    wanted_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

void Benchmark::run(bool wanted)
{
    if (wanted_.exchange(wanted) != wanted && wanted)
        wanted_.notify_all();
}

void Benchmark::count()
{
    yield_to_everybody();
    for (std::uint64_t seed = 0; !ended_; ++seed) {
        wanted_.wait(false);
        if (ended_)
            return;
        benchmark_iteration(seed);
        iterations_.fetch_add(1, std::memory_order_relaxed);
    }
}

} // namespace phala::worker
