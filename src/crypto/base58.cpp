#include "crypto/base58.hpp"

namespace phala::crypto {

namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Multiplies the number that `digits` holds (least significant first) and adds to it.
void multiply_add(Bytes& digits, unsigned base, unsigned factor, unsigned addend)
{
    unsigned carry = addend;
    for (auto& digit : digits) {
        carry += digit * factor;
        digit = static_cast<std::uint8_t>(carry % base);
        carry /= base;
    }
    for (; carry != 0; carry /= base)
        digits.push_back(static_cast<std::uint8_t>(carry % base));
}

} // namespace

std::string base58_encode(ByteView bytes)
{
    std::size_t zeros = 0;
    while (zeros < bytes.size() && bytes[zeros] == 0)
        ++zeros;
    Bytes digits;
    for (auto byte : bytes.subspan(zeros))
        multiply_add(digits, 58, 256, byte);
    std::string out(zeros, kAlphabet[0]);
    for (std::size_t i = digits.size(); i-- > 0;)
        out.push_back(kAlphabet[digits[i]]);
    return out;
}

std::optional<Bytes> base58_decode(std::string_view text)
{
    std::size_t zeros = 0;
    while (zeros < text.size() && text[zeros] == kAlphabet[0])
        ++zeros;
    Bytes reversed;
    for (char c : text.substr(zeros)) {
        const auto digit = kAlphabet.find(c);
        if (digit == std::string_view::npos)
            return std::nullopt;
        multiply_add(reversed, 256, 58, static_cast<unsigned>(digit));
    }
    Bytes out(zeros, 0);
    out.insert(out.end(), reversed.rbegin(), reversed.rend());
    return out;
}

} // namespace phala::crypto
