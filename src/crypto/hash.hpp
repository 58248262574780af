#pragma once
// The hashes of the chain (spec substrate-host §1.2). Natively they are libraries' (hash_native.cpp), in Wasm the
// host's (runtime/wasm/hash.cpp); the constant ones are for names known at compile time and equal the run-time ones.
#include "base/bytes.hpp"
#include "crypto/xxhash64.hpp"

namespace phala::crypto {

/// BLAKE2b with that many bits of digest, no key.
ByteArray<16> blake2_128(ByteView bytes);
ByteArray<32> blake2_256(ByteView bytes);

/// One, two or four xxHash64 with seeds 0, 1, 2, 3, each little-endian.
ByteArray<8> twox_64(ByteView bytes);
ByteArray<16> twox_128(ByteView bytes);
ByteArray<32> twox_256(ByteView bytes);

ByteArray<32> sha2_256(ByteView bytes);

/// Keccak with its original padding, as Ethereum uses it; not SHA-3.
ByteArray<32> keccak_256(ByteView bytes);

#ifndef __wasm__
ByteArray<64> keccak_512(ByteView bytes);
ByteArray<64> blake2_512(ByteView bytes);
#endif

consteval ByteArray<8> twox_64_const(std::string_view text)
{
    return le_bytes(xxhash64(text, 0));
}

consteval ByteArray<16> twox_128_const(std::string_view text)
{
    ByteArray<16> out{};
    for (std::size_t seed = 0; seed < 2; ++seed) {
        const auto half = le_bytes(xxhash64(text, seed));
        for (std::size_t i = 0; i < half.size(); ++i)
            out[8 * seed + i] = half[i];
    }
    return out;
}

} // namespace phala::crypto
