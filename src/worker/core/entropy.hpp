#pragma once
#include "crypto/hash.hpp"

namespace phala::worker {

/// Unpredictable bytes for one step or one query, stretched from 32 that were handed in with the input: the core has
/// no random device, so a replay with the same input gives the same output.
class Entropy {
public:
    explicit Entropy(const ByteArray<32>& seed) : seed_{seed} {}

    template <std::size_t N>
    ByteArray<N> take()
    {
        static_assert(N <= 32);
        const auto block = crypto::blake2_256(concat(bytes_of("phala/worker/entropy"), seed_, le_bytes(counter_++)));
        return array_of<N>(block);
    }

private:
    ByteArray<32> seed_;
    std::uint64_t counter_ = 0;
};

} // namespace phala::worker
