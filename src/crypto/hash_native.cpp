#include "crypto/hash.hpp"

#include "crypto/hash_many.hpp"

#include <algorithm>
#include <openssl/evp.h>
#include <phala_crypto.h>
#include <xxhash.h>

#include <cstdlib>

namespace phala::crypto {

namespace {

template <std::size_t N>
ByteArray<N> blake2b(ByteView bytes)
{
    ByteArray<N> out;
    phala_blake2b(bytes.data(), bytes.size(), out.data(), N);
    return out;
}

template <std::size_t N>
ByteArray<N> twox(ByteView bytes)
{
    ByteArray<N> out;
    for (std::size_t seed = 0; seed < N / 8; ++seed) {
        const auto part = le_bytes(static_cast<std::uint64_t>(XXH64(bytes.data(), bytes.size(), seed)));
        std::memcpy(out.data() + 8 * seed, part.data(), part.size());
    }
    return out;
}

} // namespace

ByteArray<16> blake2_128(ByteView bytes)
{
    return blake2b<16>(bytes);
}

ByteArray<32> blake2_256(ByteView bytes)
{
    return blake2b<32>(bytes);
}

void blake2_256_all(std::span<const ByteView> messages, std::span<ByteArray<32>> digests)
{
    constexpr std::size_t kAtOnce = 64;
    std::array<phala_bytes, kAtOnce> raw;
    for (std::size_t begin = 0; begin < messages.size(); begin += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, messages.size() - begin);
        for (std::size_t i = 0; i < count; ++i)
            raw[i] = {messages[begin + i].data(), messages[begin + i].size()};
        phala_blake2b_256_all(raw.data(), count, digests[begin].data());
    }
}

ByteArray<64> blake2_512(ByteView bytes)
{
    return blake2b<64>(bytes);
}

ByteArray<8> twox_64(ByteView bytes)
{
    return twox<8>(bytes);
}

ByteArray<16> twox_128(ByteView bytes)
{
    return twox<16>(bytes);
}

ByteArray<32> twox_256(ByteView bytes)
{
    return twox<32>(bytes);
}

ByteArray<32> sha2_256(ByteView bytes)
{
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    ByteArray<32> out;
    if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, algorithm, nullptr) != 1)
        std::abort(); // only when memory is exhausted
    return out;
}

ByteArray<32> keccak_256(ByteView bytes)
{
    ByteArray<32> out;
    phala_keccak_256(bytes.data(), bytes.size(), out.data());
    return out;
}

ByteArray<64> keccak_512(ByteView bytes)
{
    ByteArray<64> out;
    phala_keccak_512(bytes.data(), bytes.size(), out.data());
    return out;
}

} // namespace phala::crypto
