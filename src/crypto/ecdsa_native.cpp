#include "crypto/ecdsa.hpp"

#include "crypto/error.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "scale/codec.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <cstdlib>

namespace phala::crypto::ecdsa {

namespace {

/// Never destroyed: it is used until the last thread ends. Its blinding hides timing from the first use on.
const secp256k1_context* signing_context()
{
    static const secp256k1_context* const context = [] {
        secp256k1_context* made = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        const Secret<32> blinding{random_bytes<32>()};
        if (secp256k1_context_randomize(made, blinding.expose().data()) != 1)
            std::abort(); // the library documents no failure
        return made;
    }();
    return context;
}

template <std::size_t N>
ByteArray<N> serialize(const secp256k1_pubkey& key, unsigned form)
{
    ByteArray<N> out;
    std::size_t size = N;
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, out.data(), &size, &key, form);
    return out;
}

ByteArray<64> coordinates(const secp256k1_pubkey& key)
{
    return array_of<64>(ByteView{serialize<65>(key, SECP256K1_EC_UNCOMPRESSED)}.subspan(1));
}

std::optional<secp256k1_pubkey> recover_point(const Signature& signature, const ByteArray<32>& digest)
{
    int recovery = signature.bytes[64];
    if (recovery >= 27)
        recovery -= 27;
    if (recovery > 3)
        return std::nullopt;
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed, signature.bytes.data(),
                                                            recovery)
            != 1
        || secp256k1_ecdsa_recover(secp256k1_context_static, &key, &parsed, digest.data()) != 1)
        return std::nullopt;
    return key;
}

} // namespace

std::optional<PublicKey> recover(const Signature& signature, const ByteArray<32>& digest)
{
    const auto key = recover_point(signature, digest);
    if (!key)
        return std::nullopt;
    return PublicKey{serialize<33>(*key, SECP256K1_EC_COMPRESSED)};
}

std::optional<ByteArray<64>> recover_uncompressed(const Signature& signature, const ByteArray<32>& digest)
{
    const auto key = recover_point(signature, digest);
    if (!key)
        return std::nullopt;
    return coordinates(*key);
}

bool verify(const Signature& signature, ByteView message, const PublicKey& key)
{
    return recover(signature, blake2_256(message)) == key;
}

std::optional<ByteArray<64>> uncompress(const PublicKey& key)
{
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(secp256k1_context_static, &point, key.bytes.data(), key.bytes.size()) != 1)
        return std::nullopt;
    return coordinates(point);
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
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_create(signing_context(), &key, seed.expose().data()) != 1)
        return fail(CryptoError::BadSecretKey, "zero, or not below the order of secp256k1");
    KeyPair pair;
    pair.secret_ = seed.copy();
    pair.public_.bytes = serialize<33>(key, SECP256K1_EC_COMPRESSED);
    return pair;
}

Signature KeyPair::sign(ByteView message) const
{
    return sign_digest(blake2_256(message));
}

Signature KeyPair::sign_digest(const ByteArray<32>& digest) const
{
    secp256k1_ecdsa_recoverable_signature made;
    if (secp256k1_ecdsa_sign_recoverable(signing_context(), &made, digest.data(), secret_.expose().data(), nullptr,
                                         nullptr)
        != 1)
        std::abort(); // the secret was checked when the pair was made
    Signature signature;
    int recovery = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_context_static, signature.bytes.data(), &recovery,
                                                            &made);
    signature.bytes[64] = static_cast<std::uint8_t>(recovery);
    return signature;
}

Outcome<KeyPair> KeyPair::derive_hard(const ByteArray<32>& chain_code) const
{
    const SecretBytes material{scale::encode(std::string{"Secp256k1HDKD"}, secret_.expose(), chain_code)};
    return from_seed(Secret<32>{blake2_256(material.expose())});
}

} // namespace phala::crypto::ecdsa
