#pragma once
// SS58 addresses (spec substrate-host §1.4).
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace phala::crypto {

/// Network prefixes.
inline constexpr std::uint16_t kPhalaPrefix = 30;
inline constexpr std::uint16_t kGenericPrefix = 42;

struct Ss58Address {
    std::uint16_t prefix;
    Bytes payload; ///< 32 or 33 bytes of an account, or 1, 2, 4 or 8 of an index
    friend bool operator==(const Ss58Address&, const Ss58Address&) = default;
};

/// Fails with BadAddressPrefix above 16383 and for the reserved 46 and 47, with BadAddress for other payload lengths.
Outcome<std::string> ss58_encode(ByteView payload, std::uint16_t prefix);

Outcome<Ss58Address> ss58_decode(std::string_view address);

/// The address of an account on Khala and Phala.
std::string address_of(const ByteArray<32>& account, std::uint16_t prefix = kPhalaPrefix);

/// The account that a person named: an address of any network, or 0x and 64 hex digits.
Outcome<ByteArray<32>> parse_account(std::string_view text);

/// As parse_account, but an address must be of that network or a generic one; else WrongAddressPrefix.
Outcome<ByteArray<32>> parse_account(std::string_view text, std::uint16_t prefix);

} // namespace phala::crypto
