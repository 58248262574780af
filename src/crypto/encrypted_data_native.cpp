#include "crypto/encrypted_data.hpp"

namespace phala::crypto {

Outcome<EncryptedData> encrypt(const sr25519::KeyPair& sender, const sr25519::PublicKey& receiver, const AeadIv& iv,
                               ByteView text)
{
    PHALA_TRY(const auto shared, sender.agree(receiver));
    return EncryptedData{iv, sender.public_key(), Aes256Gcm{shared}.seal(iv, text)};
}

Outcome<Bytes> decrypt(const sr25519::KeyPair& receiver, const EncryptedData& message)
{
    PHALA_TRY(const auto shared, receiver.agree(message.pubkey));
    return Aes256Gcm{shared}.open(message.iv, message.data);
}

} // namespace phala::crypto
