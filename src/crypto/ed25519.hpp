#pragma once
// ed25519 (spec substrate-host §1.6). Verification follows ZIP-215, as current Substrate hosts do.
#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <compare>

namespace phala::crypto::ed25519 {

struct PublicKey {
    static constexpr auto path = "sp_core::ed25519::Public";
    ByteArray<32> bytes;
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
    operator ByteView() const { return bytes; }
};

struct Signature {
    static constexpr auto path = "sp_core::ed25519::Signature";
    ByteArray<64> bytes;
    friend auto operator<=>(const Signature&, const Signature&) = default;
    operator ByteView() const { return bytes; }
};

/// False for anything that is not a signature of the message, bad points and scalars included.
bool verify(const Signature& signature, ByteView message, const PublicKey& key);

class KeyPair {
public:
    explicit KeyPair(const Secret<32>& seed);

    [[nodiscard]] const PublicKey& public_key() const { return public_; }
    /// Deterministic (RFC 8032).
    [[nodiscard]] Signature sign(ByteView message) const;
    [[nodiscard]] KeyPair derive_hard(const ByteArray<32>& chain_code) const;

private:
    Secret<64> secret_; ///< seed, then public key
    PublicKey public_{};
};

} // namespace phala::crypto::ed25519
