#include "runtime/wasm/keystore.hpp"

#include "runtime/wasm/hostabi.hpp"
#include "scale/codec.hpp"

namespace phala::runtime::keystore {

ByteArray<32> generate_sr25519(const ByteArray<4>& key_type, const std::optional<Bytes>& seed)
{
    const Bytes encoded = scale::encode(seed);
    const auto type = host::address(key_type.data()); // a pointer to its four letters
    return array_of<32>(
        host::Returned{host::ext_crypto_sr25519_generate_version_1(type, host::fat(encoded)), 32}.bytes());
}

} // namespace phala::runtime::keystore
