#include "crypto/multi_signature.hpp"

#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/sr25519.hpp"

namespace phala::crypto {

bool verify(const MultiSignature& multi, ByteView message, const ByteArray<32>& account)
{
    if (const auto* made = multi.scheme.get_if<signature::Ed25519>())
        return ed25519::verify({made->_0}, message, {account});
    if (const auto* made = multi.scheme.get_if<signature::Sr25519>())
        return sr25519::verify({made->_0}, message, {account});
    const auto key = ecdsa::recover({multi.scheme.get_if<signature::Ecdsa>()->_0}, blake2_256(message));
    return key && ecdsa::account_of(*key) == account;
}

} // namespace phala::crypto
