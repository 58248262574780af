#include "crypto/phala_keys.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "scale/codec.hpp"

#include <algorithm>

namespace phala::crypto {

namespace {

constexpr ByteArray<32> kSalt = {0x18, 0xe8, 0x76, 0xad, 0xfa, 0x74, 0xcc, 0x74, 0x3b, 0x4b, 0x7d,
                                 0x7f, 0x92, 0xc9, 0x6e, 0x03, 0xde, 0x55, 0x9a, 0x3c, 0x15, 0x27,
                                 0x05, 0x81, 0xfc, 0xe4, 0x45, 0x96, 0x3d, 0x90, 0xf8, 0x5e};

template <class UInt>
ByteArray<sizeof(UInt)> be_bytes(UInt value)
{
    auto out = le_bytes(value);
    std::reverse(out.begin(), out.end());
    return out;
}

} // namespace

sr25519::KeyPair derive_pair(const sr25519::KeyPair& from, std::initializer_list<ByteView> info)
{
    Bytes joined;
    for (const auto& part : info)
        append(joined, part);
    return sr25519::KeyPair{hkdf_sha256(from.secret().expose(), kSalt, joined)};
}

sr25519::KeyPair cluster_key(const sr25519::KeyPair& master, const ByteArray<32>& cluster)
{
    return derive_pair(master, {bytes_of("cluster_key"), cluster});
}

sr25519::KeyPair contract_key(const sr25519::KeyPair& cluster, const ByteArray<32>& contract)
{
    return derive_pair(cluster, {bytes_of("contract_key"), contract});
}

sr25519::KeyPair master_key_sharing_key(const sr25519::KeyPair& master)
{
    return derive_pair(master, {bytes_of("master_key_sharing")});
}

sr25519::KeyPair cluster_key_sharing_key(const sr25519::KeyPair& master)
{
    return derive_pair(master, {bytes_of("cluster_key_sharing")});
}

sr25519::KeyPair handover_key(const sr25519::KeyPair& identity)
{
    return derive_pair(identity, {bytes_of("worker_key_handover")});
}

sr25519::KeyPair contract_derived_key(const sr25519::KeyPair& cluster, const ByteArray<32>& contract, ByteView salt)
{
    return derive_pair(cluster, {contract, salt, bytes_of("keygen")});
}

AeadIv grant_iv(const sr25519::KeyPair& master, std::uint32_t block, std::uint64_t sequence)
{
    const auto generator = derive_pair(master, {bytes_of("iv_generator")});
    const SecretBytes material{concat(generator.secret().expose(), be_bytes(block), be_bytes(sequence))};
    return array_of<12>(blake2_256(material.expose()));
}

ByteArray<32> random_number(const sr25519::KeyPair& master, std::uint32_t block, const ByteArray<32>& previous)
{
    const auto generator = derive_pair(master, {bytes_of("random_number")});
    const SecretBytes material{concat(previous, be_bytes(block), generator.secret().expose())};
    return blake2_256(material.expose());
}

Secret<16> checkpoint_key(const sr25519::KeyPair& identity)
{
    // the secret as a SCALE byte sequence, the suffix as a plain array
    const SecretBytes material{
        concat(scale::encode(scale::Compact<std::uint32_t>{64}), identity.secret().expose(), bytes_of("/checkpoint"))};
    return Secret<16>{blake2_128(material.expose())};
}

} // namespace phala::crypto
