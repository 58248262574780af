#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace phala {

using Bytes = std::vector<std::uint8_t>;

/// A borrowed run of bytes. It never owns: whoever hands one out says how long it lives.
using ByteView = std::span<const std::uint8_t>;

template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

using u128 = unsigned __int128;
using i128 = __int128;

/// The bytes of a text, borrowed from it.
inline ByteView bytes_of(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text made of these bytes, borrowed from them; no check of its encoding.
inline std::string_view text_of(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView view)
{
    return {view.begin(), view.end()};
}

inline Bytes to_bytes(std::string_view text)
{
    return to_bytes(bytes_of(text));
}

inline void append(Bytes& out, ByteView more)
{
    out.insert(out.end(), more.begin(), more.end());
}

template <class... Parts>
Bytes concat(const Parts&... parts)
{
    Bytes out;
    out.reserve((ByteView{parts}.size() + ... + 0));
    (append(out, ByteView{parts}), ...);
    return out;
}

inline bool equal(ByteView a, ByteView b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

inline bool starts_with(ByteView bytes, ByteView prefix)
{
    return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

/// The first N bytes of a view that holds at least N (a precondition, not a check of input).
template <std::size_t N>
ByteArray<N> array_of(ByteView view)
{
    ByteArray<N> out;
    std::memcpy(out.data(), view.data(), N);
    return out;
}

/// N little-endian bytes of an unsigned integer and back.
template <class UInt>
constexpr ByteArray<sizeof(UInt)> le_bytes(UInt value)
{
    ByteArray<sizeof(UInt)> out{};
    for (std::size_t i = 0; i < sizeof(UInt); ++i)
        out[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return out;
}

template <class UInt>
constexpr UInt from_le(std::span<const std::uint8_t, sizeof(UInt)> bytes)
{
    UInt value = 0;
    for (std::size_t i = 0; i < sizeof(UInt); ++i)
        value = static_cast<UInt>(value | (static_cast<UInt>(bytes[i]) << (8 * i)));
    return value;
}

} // namespace phala
