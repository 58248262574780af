#include "crypto/ecdsa.hpp"

#include "crypto/error.hpp"
#include "crypto/hash.hpp"
#include "scale/codec.hpp"

#include <phala_crypto.h>

#include <cstdlib>

namespace phala::crypto::ecdsa {

namespace {

/// The signature with its recovery id in the library's range.
ByteArray<65> plain(const Signature& signature)
{
    ByteArray<65> out = signature.bytes;
    if (out[64] >= 27)
        out[64] = static_cast<std::uint8_t>(out[64] - 27);
    return out;
}

} // namespace

std::optional<PublicKey> recover(const Signature& signature, const ByteArray<32>& digest)
{
    PublicKey key;
    if (!phala_ecdsa_recover(plain(signature).data(), digest.data(), key.bytes.data()))
        return std::nullopt;
    return key;
}

std::optional<ByteArray<64>> recover_uncompressed(const Signature& signature, const ByteArray<32>& digest)
{
    ByteArray<64> point;
    if (!phala_ecdsa_recover_point(plain(signature).data(), digest.data(), point.data()))
        return std::nullopt;
    return point;
}

bool verify(const Signature& signature, ByteView message, const PublicKey& key)
{
    return recover(signature, blake2_256(message)) == key;
}

std::optional<ByteArray<64>> uncompress(const PublicKey& key)
{
    ByteArray<64> point;
    if (!phala_ecdsa_uncompress(key.bytes.data(), point.data()))
        return std::nullopt;
    return point;
}

ByteArray<32> account_of(const PublicKey& key)
{
    return blake2_256(key);
}

std::optional<ByteArray<20>> evm_address_of(const PublicKey& key)
{
    const auto point = uncompress(key);
    if (!point)
        return std::nullopt;
    return array_of<20>(ByteView{keccak_256(*point)}.last(20));
}

Outcome<KeyPair> KeyPair::from_seed(const Secret<32>& seed)
{
    KeyPair pair;
    if (!phala_ecdsa_public(seed.expose().data(), pair.public_.bytes.data()))
        return fail(CryptoError::BadSecretKey, "zero, or not below the order of secp256k1");
    pair.secret_ = seed.copy();
    return pair;
}

Signature KeyPair::sign(ByteView message) const
{
    return sign_digest(blake2_256(message));
}

Signature KeyPair::sign_digest(const ByteArray<32>& digest) const
{
    Signature signature;
    if (!phala_ecdsa_sign(secret_.expose().data(), digest.data(), signature.bytes.data()))
        std::abort(); // the secret was checked when the pair was made
    return signature;
}

Outcome<KeyPair> KeyPair::derive_hard(const ByteArray<32>& chain_code) const
{
    const SecretBytes material{scale::encode(std::string{"Secp256k1HDKD"}, secret_.expose(), chain_code)};
    return from_seed(Secret<32>{blake2_256(material.expose())});
}

} // namespace phala::crypto::ecdsa
