#pragma once
// sr25519: schnorrkel over ristretto255 with the signing context "substrate" (spec substrate-host §1.5, phala-sdk-wire §4.1, §4.2).
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <compare>

namespace phala::crypto::sr25519 {

struct PublicKey {
    static constexpr auto path = "sp_core::sr25519::Public";
    ByteArray<32> bytes;
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
    operator ByteView() const { return bytes; }
};

struct Signature {
    static constexpr auto path = "sp_core::sr25519::Signature";
    ByteArray<64> bytes;
    friend auto operator<=>(const Signature&, const Signature&) = default;
    operator ByteView() const { return bytes; }
};

/// False for anything that is not a signature of the message, bad points, scalars and a missing marker bit included.
bool verify(const Signature& signature, ByteView message, const PublicKey& key);

/// "The owner of the key signed the message." The message is borrowed.
struct Claim {
    Signature signature;
    ByteView message;
    PublicKey key;
};

/// Whether verify holds for all of them. Takes little more than half the time of one after the other, and does not
/// tell which of them fails; more than some hundred at once save nothing more.
bool verify_all(std::span<const Claim> claims);

/// As verify, but takes signatures from before schnorrkel 0.8 too (host function verify_version_1).
bool verify_deprecated(const Signature& signature, ByteView message, const PublicKey& key);

/// The public key of a soft junction. Fails with BadPublicKey.
Outcome<PublicKey> derive_soft(const PublicKey& key, const ByteArray<32>& chain_code);

class KeyPair {
public:
    /// Expands a mini secret in Ed25519 mode.
    explicit KeyPair(const Secret<32>& seed);
    /// From schnorrkel's own 64 bytes: canonical scalar, then nonce. Fails with BadSecretKey.
    static Outcome<KeyPair> from_secret(const Secret<64>& secret);

    KeyPair(KeyPair&&) noexcept = default;
    KeyPair& operator=(KeyPair&&) noexcept = default;
    [[nodiscard]] KeyPair copy() const;

    [[nodiscard]] const PublicKey& public_key() const { return public_; }
    [[nodiscard]] const Secret<64>& secret() const { return secret_; }

    /// The nonce mixes the secret, the message and `randomness`. Constant randomness is safe and makes equal
    /// messages give equal signatures; fresh randomness also protects from faults of the machine.
    [[nodiscard]] Signature sign(ByteView message, const ByteArray<32>& randomness) const;

    [[nodiscard]] KeyPair derive_hard(const ByteArray<32>& chain_code) const;
    [[nodiscard]] KeyPair derive_soft(const ByteArray<32>& chain_code) const;

    /// The secret shared with the owner of `other`: compress(scalar * point), no hash. Fails with BadPublicKey,
    /// also where the result is the identity.
    [[nodiscard]] Outcome<Secret<32>> agree(const PublicKey& other) const;

private:
    KeyPair() = default;

    Secret<64> secret_;
    PublicKey public_{};
};

} // namespace phala::crypto::sr25519
