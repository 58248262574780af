#include "crypto/multi_signature.hpp"

#include "crypto/hash.hpp"

namespace phala::crypto {

bool verify(const MultiSignature& signature, ByteView message, const ByteArray<32>& account)
{
    if (const auto* made = signature.of.get_if<multi_signature::Ed25519>())
        return ed25519::verify(made->_0, message, ed25519::PublicKey{account});
    if (const auto* made = signature.of.get_if<multi_signature::Sr25519>())
        return sr25519::verify(made->_0, message, sr25519::PublicKey{account});
    const auto key = ecdsa::recover(signature.of.get_if<multi_signature::Ecdsa>()->_0, blake2_256(message));
    return key && ecdsa::account_of(*key) == account;
}

} // namespace phala::crypto
