#include "crypto/ed25519.hpp"

#include "crypto/hash.hpp"
#include "scale/codec.hpp"

#include <phala_crypto.h>
#include <sodium.h>

namespace phala::crypto::ed25519 {

bool verify(const Signature& signature, ByteView message, const PublicKey& key)
{
    // not libsodium: it refuses small-order points and other encodings that the chain's rule accepts
    return phala_ed25519_verify(key.bytes.data(), message.data(), message.size(), signature.bytes.data());
}

KeyPair::KeyPair(const Secret<32>& seed)
{
    crypto_sign_ed25519_seed_keypair(public_.bytes.data(), secret_.expose().data(), seed.expose().data());
}

Signature KeyPair::sign(ByteView message) const
{
    Signature signature;
    crypto_sign_ed25519_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                                 secret_.expose().data());
    return signature;
}

KeyPair KeyPair::derive_hard(const ByteArray<32>& chain_code) const
{
    const SecretBytes material{scale::encode(std::string{"Ed25519HDKD"}, array_of<32>(secret_.expose()), chain_code)};
    return KeyPair{Secret<32>{blake2_256(material.expose())}};
}

} // namespace phala::crypto::ed25519
