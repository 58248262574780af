#pragma once
// Workloads that are defined to the byte, so that implementations can be compared: each gives a checksum of what it did.
#include "base/hex.hpp"
#include "bench/stream.hpp"

#include <chrono>
#include <functional>

namespace phala::bench {

using Duration = std::chrono::duration<double, std::nano>;

/// One run: what it took, without its preparation and checking, and the checksum of its result.
struct Run {
    Duration time;
    std::string checksum;
};

struct Workload {
    std::string name;
    std::string what;       ///< the operation that is counted: "extrinsic", "key"
    std::size_t operations; ///< in one run
    bool cold = false;      ///< measured once and without a warm-up
    /// Prepares the data and gives the function that makes one run.
    std::function<std::function<Run()>()> prepare;
};

std::vector<Workload> scale_workloads();
std::vector<Workload> trie_workloads();
std::vector<Workload> crypto_workloads();

/// Keeps the compiler from working out a result beforehand, or leaving out one that nobody reads.
template <class T>
void opaque(T& value)
{
    asm volatile("" : : "r"(&value) : "memory");
}

template <class Work>
auto timed(Duration& time, Work&& work)
{
    const auto start = std::chrono::steady_clock::now();
    auto result = work();
    opaque(result);
    time = std::chrono::steady_clock::now() - start;
    return result;
}

inline std::string digest(ByteView bytes)
{
    return to_hex(crypto::blake2_256(bytes));
}

} // namespace phala::bench
