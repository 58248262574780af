#pragma once
// The fixed-size identifiers of the chain. Each is a type of its own: a block hash is no account.
// `path` is the type's path in metadata (spec substrate-host §4.3).
#include "base/bytes.hpp"
#include "crypto/sr25519.hpp"

#include <compare>
#include <cstdint>

namespace phala {

using BlockNumber = std::uint32_t;
using Balance = u128; ///< in the smallest unit; 10^12 of them are 1 PHA
using Nonce = std::uint32_t;

/// A 32-byte hash or identifier without further meaning.
struct H256 {
    static constexpr auto path = "primitive_types::H256";
    ByteArray<32> bytes;
    friend auto operator<=>(const H256&, const H256&) = default;
    operator ByteView() const { return bytes; }
};

/// An account: a public key of any scheme, or the hash of one, or a derived identifier.
struct AccountId {
    static constexpr auto path = "sp_core::crypto::AccountId32";
    ByteArray<32> bytes;
    friend auto operator<=>(const AccountId&, const AccountId&) = default;
    operator ByteView() const { return bytes; }
};

/// An sr25519 public key: the identity of a worker, a cluster, a contract or the gatekeepers.
using PublicKey = crypto::sr25519::PublicKey;

} // namespace phala
