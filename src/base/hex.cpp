#include "base/hex.hpp"

#include <cstdlib>

namespace phala {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void append_digits(std::string& out, ByteView bytes)
{
    for (auto byte : bytes) {
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
}

} // namespace

std::string_view describe(HexError error)
{
    switch (error) {
    case HexError::OddLength: return "hex text has an odd number of digits";
    case HexError::BadDigit: return "hex text holds a character that is not a hex digit";
    case HexError::WrongLength: return "hex text has the wrong length";
    }
    return "hex";
}

std::string to_hex(ByteView bytes)
{
    std::string out;
    out.reserve(bytes.size() * 2);
    append_digits(out, bytes);
    return out;
}

std::string to_hex0x(ByteView bytes)
{
    std::string out;
    out.reserve(bytes.size() * 2 + 2);
    out = "0x";
    append_digits(out, bytes);
    return out;
}

Outcome<Bytes> from_hex(std::string_view text)
{
    if (text.starts_with("0x") || text.starts_with("0X"))
        text.remove_prefix(2);
    if (text.size() % 2 != 0)
        return fail(HexError::OddLength);
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        int high = digit_value(text[i]);
        int low = digit_value(text[i + 1]);
        if (high < 0 || low < 0)
            return fail(HexError::BadDigit, "at digit " + std::to_string(high < 0 ? i : i + 1));
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return out;
}

namespace literals {

Bytes operator""_hex(const char* text, std::size_t size)
{
    auto bytes = from_hex({text, size});
    if (!bytes)
        std::abort(); // a literal is the programmer's own
    return std::move(*bytes);
}

} // namespace literals

} // namespace phala
