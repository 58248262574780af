#include "crypto/error.hpp"

namespace phala::crypto {

std::string_view describe(CryptoError error)
{
    switch (error) {
    case CryptoError::BadSecretKey: return "these bytes are no secret key of this scheme";
    case CryptoError::BadPublicKey: return "these bytes are no public key of this scheme";
    case CryptoError::BadPhrase:
        return "the secret phrase is not 12, 15, 18, 21 or 24 words of the English BIP39 list with a right checksum";
    case CryptoError::BadSecretUri:
        return "a secret URI is a phrase or 0x and 64 digits, then //hard or /soft junctions, then ///password";
    case CryptoError::SoftJunction: return "only sr25519 keys have soft junctions: write // in front of the name";
    case CryptoError::PasswordWithoutPhrase: return "a password belongs to a phrase, a seed in hex takes none";
    case CryptoError::BadAddress: return "this is no SS58 address";
    case CryptoError::BadAddressChecksum: return "the address has a wrong checksum: is a character mistyped?";
    case CryptoError::BadAddressPrefix: return "this number is no SS58 network prefix";
    case CryptoError::WrongAddressPrefix: return "the address belongs to another network";
    case CryptoError::AeadDecryptError: return "the ciphertext was changed, or encrypted to another key";
    }
    return "crypto";
}

} // namespace phala::crypto
