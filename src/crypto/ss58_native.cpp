#include "crypto/ss58.hpp"

#include "base/hex.hpp"
#include "crypto/base58.hpp"
#include "crypto/error.hpp"
#include "crypto/hash.hpp"

#include <cstdlib>

namespace phala::crypto {

namespace {

constexpr std::size_t kMaxAddressLength = 64; // the longest, 33 bytes under a long prefix, takes 51
constexpr std::uint16_t kLastPrefix = 16383;

std::size_t checksum_size(std::size_t payload)
{
    switch (payload) {
    case 1:
    case 2:
    case 4:
    case 8: return 1;
    case 32:
    case 33: return 2;
    default: return 0;
    }
}

bool is_usable_prefix(std::uint16_t prefix)
{
    return prefix <= kLastPrefix && prefix != 46 && prefix != 47;
}

ByteArray<64> checksum_of(ByteView prefixed)
{
    return blake2_512(concat(bytes_of("SS58PRE"), prefixed));
}

} // namespace

Outcome<std::string> ss58_encode(ByteView payload, std::uint16_t prefix)
{
    if (!is_usable_prefix(prefix))
        return fail(CryptoError::BadAddressPrefix, std::to_string(prefix));
    const std::size_t checksum = checksum_size(payload.size());
    if (checksum == 0)
        return fail(CryptoError::BadAddress, "no address holds " + std::to_string(payload.size()) + " bytes");
    Bytes out;
    if (prefix < 64) {
        out.push_back(static_cast<std::uint8_t>(prefix));
    } else {
        out.push_back(static_cast<std::uint8_t>((prefix & 0xfc) >> 2 | 0x40));
        out.push_back(static_cast<std::uint8_t>(prefix >> 8 | (prefix & 3) << 6));
    }
    append(out, payload);
    append(out, ByteView{checksum_of(out)}.first(checksum));
    return base58_encode(out);
}

Outcome<Ss58Address> ss58_decode(std::string_view address)
{
    if (address.size() > kMaxAddressLength)
        return fail(CryptoError::BadAddress, "it is longer than any address");
    const auto decoded = base58_decode(address);
    if (!decoded)
        return fail(CryptoError::BadAddress, "it holds a character that addresses do not use");
    const ByteView bytes = *decoded;
    if (bytes.size() < 2)
        return fail(CryptoError::BadAddress, "it is too short");
    if (bytes[0] >= 128)
        return fail(CryptoError::BadAddress, "it begins with an unknown kind of prefix");
    const std::size_t prefix_size = bytes[0] < 64 ? 1 : 2;
    std::uint16_t prefix = bytes[0];
    if (prefix_size == 2) {
        prefix = static_cast<std::uint16_t>((bytes[0] & 0x3f) << 2 | bytes[1] >> 6 | (bytes[1] & 0x3f) << 8);
        if (prefix < 64)
            return fail(CryptoError::BadAddress, "its prefix is not in the shortest form");
    }
    if (!is_usable_prefix(prefix))
        return fail(CryptoError::BadAddressPrefix, std::to_string(prefix));
    for (const std::size_t checksum : {1, 2}) {
        if (bytes.size() < prefix_size + checksum || checksum_size(bytes.size() - prefix_size - checksum) != checksum)
            continue;
        const ByteView prefixed = bytes.first(bytes.size() - checksum);
        if (!equal(bytes.last(checksum), ByteView{checksum_of(prefixed)}.first(checksum)))
            return fail(CryptoError::BadAddressChecksum);
        return Ss58Address{prefix, to_bytes(prefixed.subspan(prefix_size))};
    }
    return fail(CryptoError::BadAddress, "it has a wrong length: is a part of it missing?");
}

std::string address_of(const ByteArray<32>& account, std::uint16_t prefix)
{
    auto address = ss58_encode(account, prefix);
    if (!address)
        std::abort(); // the prefix is a constant of the program or was checked where it came in
    return std::move(*address);
}

namespace {

Outcome<ByteArray<32>> parse_account_of(std::string_view text, const std::uint16_t* wanted)
{
    if (text.starts_with("0x"))
        return array_from_hex<32>(text);
    PHALA_TRY(const auto address, ss58_decode(text));
    if (address.payload.size() != 32)
        return fail(CryptoError::BadAddress, "it names no account of 32 bytes");
    if (wanted != nullptr && address.prefix != *wanted && address.prefix != kGenericPrefix)
        return fail(CryptoError::WrongAddressPrefix,
                    std::to_string(address.prefix) + " where " + std::to_string(*wanted) + " is expected");
    return array_of<32>(address.payload);
}

} // namespace

Outcome<ByteArray<32>> parse_account(std::string_view text)
{
    return parse_account_of(text, nullptr);
}

Outcome<ByteArray<32>> parse_account(std::string_view text, std::uint16_t prefix)
{
    return parse_account_of(text, &prefix);
}

} // namespace phala::crypto
