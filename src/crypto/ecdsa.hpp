#pragma once
// ECDSA over secp256k1 with recovery (spec substrate-host §1.6).
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <compare>
#include <optional>

namespace phala::crypto::ecdsa {

/// The compressed point.
struct PublicKey {
    static constexpr auto path = "sp_core::ecdsa::Public";
    ByteArray<33> bytes;
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
    operator ByteView() const { return bytes; }
};

/// r, s, then the recovery id: 0 to 3, also accepted with 27 added.
struct Signature {
    static constexpr auto path = "sp_core::ecdsa::Signature";
    ByteArray<65> bytes;
    friend auto operator<=>(const Signature&, const Signature&) = default;
    operator ByteView() const { return bytes; }
};

/// Who signed the 32-byte digest; nothing where r, s or the recovery id is out of range or no point fits.
std::optional<PublicKey> recover(const Signature& signature, const ByteArray<32>& digest);

/// The same key as 64 bytes x, y.
std::optional<ByteArray<64>> recover_uncompressed(const Signature& signature, const ByteArray<32>& digest);

/// Whether the key signed BLAKE2b-256 of the message.
bool verify(const Signature& signature, ByteView message, const PublicKey& key);

/// x, y of a compressed point; nothing where it is none.
std::optional<ByteArray<64>> uncompress(const PublicKey& key);

/// BLAKE2b-256 of the compressed key: its account.
ByteArray<32> account_of(const PublicKey& key);

/// The last 20 bytes of Keccak-256 of x, y: the key's address on Ethereum.
std::optional<ByteArray<20>> evm_address_of(const PublicKey& key);

class KeyPair {
public:
    /// Fails with BadSecretKey for zero and for numbers not below the group order.
    static Outcome<KeyPair> from_seed(const Secret<32>& seed);

    [[nodiscard]] const PublicKey& public_key() const { return public_; }
    /// Of BLAKE2b-256 of the message. Deterministic (RFC 6979), recovery id 0 or 1.
    [[nodiscard]] Signature sign(ByteView message) const;
    [[nodiscard]] Signature sign_digest(const ByteArray<32>& digest) const;
    [[nodiscard]] Outcome<KeyPair> derive_hard(const ByteArray<32>& chain_code) const;

private:
    KeyPair() = default;

    Secret<32> secret_;
    PublicKey public_{};
};

} // namespace phala::crypto::ecdsa
