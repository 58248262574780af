#include "crypto/sr25519.hpp"

#include "crypto/error.hpp"

#include <phala_crypto.h>

#include <cstdlib>
#include <vector>

namespace phala::crypto::sr25519 {

namespace {

/// For calls whose only failure is a secret that was checked when its pair was made.
void must(bool done)
{
    if (!done)
        std::abort();
}

} // namespace

bool verify(const Signature& signature, ByteView message, const PublicKey& key)
{
    return phala_sr25519_verify(key.bytes.data(), message.data(), message.size(), signature.bytes.data());
}

bool verify_all(std::span<const Claim> claims)
{
    std::vector<phala_sr25519_claim> raw;
    raw.reserve(claims.size());
    for (const auto& claim : claims)
        raw.push_back(
            {claim.key.bytes.data(), claim.message.data(), claim.message.size(), claim.signature.bytes.data()});
    return phala_sr25519_verify_all(raw.data(), raw.size());
}

bool verify_deprecated(const Signature& signature, ByteView message, const PublicKey& key)
{
    return phala_sr25519_verify_deprecated(key.bytes.data(), message.data(), message.size(), signature.bytes.data());
}

Outcome<PublicKey> derive_soft(const PublicKey& key, const ByteArray<32>& chain_code)
{
    PublicKey derived;
    if (!phala_sr25519_derive_public_soft(key.bytes.data(), chain_code.data(), derived.bytes.data()))
        return fail(CryptoError::BadPublicKey, "no point of ristretto255");
    return derived;
}

KeyPair::KeyPair(const Secret<32>& seed)
{
    phala_sr25519_from_seed(seed.expose().data(), secret_.expose().data());
    must(phala_sr25519_public(secret_.expose().data(), public_.bytes.data()));
}

Outcome<KeyPair> KeyPair::from_secret(const Secret<64>& secret)
{
    KeyPair pair;
    pair.secret_ = secret.copy();
    if (!phala_sr25519_public(secret.expose().data(), pair.public_.bytes.data()))
        return fail(CryptoError::BadSecretKey, "the scalar is not canonical");
    return pair;
}

KeyPair KeyPair::copy() const
{
    KeyPair pair;
    pair.secret_ = secret_.copy();
    pair.public_ = public_;
    return pair;
}

Signature KeyPair::sign(ByteView message, const ByteArray<32>& randomness) const
{
    Signature signature;
    must(phala_sr25519_sign(secret_.expose().data(), public_.bytes.data(), message.data(), message.size(),
                            randomness.data(), signature.bytes.data()));
    return signature;
}

KeyPair KeyPair::derive_hard(const ByteArray<32>& chain_code) const
{
    KeyPair derived;
    must(phala_sr25519_derive_hard(secret_.expose().data(), chain_code.data(), derived.secret_.expose().data()));
    must(phala_sr25519_public(derived.secret_.expose().data(), derived.public_.bytes.data()));
    return derived;
}

KeyPair KeyPair::derive_soft(const ByteArray<32>& chain_code) const
{
    KeyPair derived;
    must(phala_sr25519_derive_soft(secret_.expose().data(), chain_code.data(), derived.secret_.expose().data()));
    must(phala_sr25519_public(derived.secret_.expose().data(), derived.public_.bytes.data()));
    return derived;
}

Outcome<Secret<32>> KeyPair::agree(const PublicKey& other) const
{
    Secret<32> shared;
    if (!phala_sr25519_agree(secret_.expose().data(), other.bytes.data(), shared.expose().data()))
        return fail(CryptoError::BadPublicKey, "no point to agree on a secret with");
    return shared;
}

} // namespace phala::crypto::sr25519
