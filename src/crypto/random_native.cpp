#include "crypto/random.hpp"

#include <sodium.h>

namespace phala::crypto {

namespace {

// From here on the library may be used by several threads.
const bool kSodiumReady = sodium_init() >= 0;

} // namespace

void fill_random(std::span<std::uint8_t> out)
{
    randombytes_buf(out.data(), out.size());
}

} // namespace phala::crypto
