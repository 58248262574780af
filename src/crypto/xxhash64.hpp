#pragma once
// xxHash64 at compile time, for names that become storage prefixes. At run time use crypto/hash.hpp.
#include "base/bytes.hpp"

#include <bit>

namespace phala::crypto {

namespace detail {

inline constexpr std::uint64_t kXxPrime1 = 0x9E3779B185EBCA87;
inline constexpr std::uint64_t kXxPrime2 = 0xC2B2AE3D27D4EB4F;
inline constexpr std::uint64_t kXxPrime3 = 0x165667B19E3779F9;
inline constexpr std::uint64_t kXxPrime4 = 0x85EBCA77C2B2AE63;
inline constexpr std::uint64_t kXxPrime5 = 0x27D4EB2F165667C5;

template <class UInt>
constexpr UInt xx_read(std::string_view text, std::size_t at)
{
    UInt value = 0;
    for (std::size_t i = 0; i < sizeof(UInt); ++i)
        value = static_cast<UInt>(value | static_cast<UInt>(static_cast<std::uint8_t>(text[at + i])) << (8 * i));
    return value;
}

constexpr std::uint64_t xx_round(std::uint64_t lane, std::uint64_t input)
{
    return std::rotl(lane + input * kXxPrime2, 31) * kXxPrime1;
}

constexpr std::uint64_t xx_merge(std::uint64_t hash, std::uint64_t lane)
{
    return (hash ^ xx_round(0, lane)) * kXxPrime1 + kXxPrime4;
}

} // namespace detail

/// xxHash64 of the text.
constexpr std::uint64_t xxhash64(std::string_view text, std::uint64_t seed)
{
    using namespace detail;
    std::size_t at = 0;
    std::uint64_t hash = seed + kXxPrime5;
    if (text.size() >= 32) {
        std::uint64_t lanes[4] = {seed + kXxPrime1 + kXxPrime2, seed + kXxPrime2, seed, seed - kXxPrime1};
        for (; at + 32 <= text.size(); at += 32)
            for (std::size_t i = 0; i < 4; ++i)
                lanes[i] = xx_round(lanes[i], xx_read<std::uint64_t>(text, at + 8 * i));
        hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
        for (auto lane : lanes)
            hash = xx_merge(hash, lane);
    }
    hash += text.size();
    for (; at + 8 <= text.size(); at += 8)
        hash = std::rotl(hash ^ xx_round(0, xx_read<std::uint64_t>(text, at)), 27) * kXxPrime1 + kXxPrime4;
    if (at + 4 <= text.size()) {
        hash = std::rotl(hash ^ xx_read<std::uint32_t>(text, at) * kXxPrime1, 23) * kXxPrime2 + kXxPrime3;
        at += 4;
    }
    for (; at < text.size(); ++at)
        hash = std::rotl(hash ^ static_cast<std::uint8_t>(text[at]) * kXxPrime5, 11) * kXxPrime1;
    hash = (hash ^ hash >> 33) * kXxPrime2;
    hash = (hash ^ hash >> 29) * kXxPrime3;
    return hash ^ hash >> 32;
}

} // namespace phala::crypto
