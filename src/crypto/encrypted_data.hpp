#pragma once
// The envelope of queries, answers and encrypted commands (spec phala-sdk-wire §4.2, §4.3).
#include "crypto/aead.hpp"
#include "crypto/sr25519.hpp"

namespace phala::crypto {

/// Wire layout: the members in this order.
struct EncryptedData {
    AeadIv iv;
    sr25519::PublicKey pubkey; ///< of the sender: what the receiver agrees with
    Bytes data;                ///< ciphertext and tag
    friend bool operator==(const EncryptedData&, const EncryptedData&) = default;
};

/// Encrypts to the owner of `receiver`. The iv must be fresh for each message of this pair. Fails with BadPublicKey.
Outcome<EncryptedData> encrypt(const sr25519::KeyPair& sender, const sr25519::PublicKey& receiver, const AeadIv& iv,
                               ByteView text);

/// Fails with BadPublicKey or AeadDecryptError.
Outcome<Bytes> decrypt(const sr25519::KeyPair& receiver, const EncryptedData& message);

} // namespace phala::crypto
