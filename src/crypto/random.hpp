#pragma once
// Unpredictable bytes of the operating system. Programs draw them; worker/core and the runtime are handed theirs.
#include "base/bytes.hpp"

namespace phala::crypto {

void fill_random(std::span<std::uint8_t> out);

template <std::size_t N>
ByteArray<N> random_bytes()
{
    ByteArray<N> out;
    fill_random(out);
    return out;
}

} // namespace phala::crypto
