#pragma once
// Selectors of messages and keys of storage fields: the first four bytes of BLAKE2b-256 over a name
// (spec contract-engine §3.1). They are needed while compiling, and no library hashes there, so this is the
// one place with a hash of our own; it cannot run at run time, and a test holds it against libsodium.
#include <array>
#include <cstdint>
#include <string_view>

namespace phat {

namespace detail {

struct Blake2b256 {
    std::array<std::uint64_t, 8> state{0x6a09e667f3bcc908 ^ 0x01010020,
                                       0xbb67ae8584caa73b,
                                       0x3c6ef372fe94f82b,
                                       0xa54ff53a5f1d36f1,
                                       0x510e527fade682d1,
                                       0x9b05688c2b3e6c1f,
                                       0x1f83d9abfb41bd6b,
                                       0x5be0cd19137e2179};

    static constexpr std::array<std::uint64_t, 8> kInitial{0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                           0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                           0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    static constexpr std::uint8_t kOrder[10][16] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

    static consteval std::uint64_t rotate(std::uint64_t value, unsigned by) { return value >> by | value << (64 - by); }

    consteval void compress(const std::array<std::uint64_t, 16>& block, std::uint64_t total, bool last)
    {
        std::array<std::uint64_t, 16> v{};
        for (int i = 0; i < 8; ++i) {
            v[i] = state[i];
            v[i + 8] = kInitial[i];
        }
        v[12] ^= total;
        if (last)
            v[14] = ~v[14];
        for (int round = 0; round < 12; ++round) {
            const auto& order = kOrder[round % 10];
            for (int i = 0; i < 8; ++i) {
                const int a = i % 4;
                const int b = 4 + (i < 4 ? a : (a + 1) % 4);
                const int c = 8 + (i < 4 ? a : (a + 2) % 4);
                const int d = 12 + (i < 4 ? a : (a + 3) % 4);
                v[a] += v[b] + block[order[2 * i]];
                v[d] = rotate(v[d] ^ v[a], 32);
                v[c] += v[d];
                v[b] = rotate(v[b] ^ v[c], 24);
                v[a] += v[b] + block[order[2 * i + 1]];
                v[d] = rotate(v[d] ^ v[a], 16);
                v[c] += v[d];
                v[b] = rotate(v[b] ^ v[c], 63);
            }
        }
        for (int i = 0; i < 8; ++i)
            state[i] ^= v[i] ^ v[i + 8];
    }
};

} // namespace detail

/// First four bytes of BLAKE2b-256 of a name of any length, as they stand in the input.
consteval std::array<std::uint8_t, 4> name_hash(std::string_view name)
{
    detail::Blake2b256 hash;
    std::size_t at = 0;
    do {
        std::array<std::uint64_t, 16> block{};
        std::size_t taken = 0;
        for (; taken < 128 && at + taken < name.size(); ++taken)
            block[taken / 8] |= std::uint64_t{static_cast<std::uint8_t>(name[at + taken])} << (8 * (taken % 8));
        at += taken;
        hash.compress(block, at, at == name.size());
    } while (at < name.size());
    return {static_cast<std::uint8_t>(hash.state[0]), static_cast<std::uint8_t>(hash.state[0] >> 8),
            static_cast<std::uint8_t>(hash.state[0] >> 16), static_cast<std::uint8_t>(hash.state[0] >> 24)};
}

} // namespace phat
