// crypto/sr25519.hpp over the host, as far as a runtime needs it: it checks signatures and never makes any.
#include "crypto/sr25519.hpp"
#include "runtime/wasm/hostabi.hpp"

namespace phala::crypto::sr25519 {

bool verify(const Signature& signature, ByteView message, const PublicKey& key)
{
    using runtime::host::address;
    return runtime::host::ext_crypto_sr25519_verify_version_2(address(signature.bytes.data()),
                                                              runtime::host::fat(message), address(key.bytes.data()))
           == 1;
}

} // namespace phala::crypto::sr25519
