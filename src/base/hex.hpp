#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace phala {

enum class HexError : std::uint8_t { OddLength, BadDigit, WrongLength };
std::string_view describe(HexError error);

/// Lower-case digits, without and with the prefix 0x.
std::string to_hex(ByteView bytes);
std::string to_hex0x(ByteView bytes);

/// Digits of either case with or without 0x; the empty text is no bytes.
Outcome<Bytes> from_hex(std::string_view text);

/// As from_hex, of exactly N bytes.
template <std::size_t N>
Outcome<ByteArray<N>> array_from_hex(std::string_view text)
{
    PHALA_TRY(Bytes bytes, from_hex(text));
    if (bytes.size() != N)
        return fail(HexError::WrongLength,
                    "expected " + std::to_string(N) + " bytes, got " + std::to_string(bytes.size()));
    return array_of<N>(bytes);
}

namespace literals {
/// Bytes of a hex literal that is known to be good: "0x01ff"_hex. For constants and tests.
Bytes operator""_hex(const char* text, std::size_t size);
} // namespace literals

} // namespace phala
