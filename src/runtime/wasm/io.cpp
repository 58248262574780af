// storage_backend.hpp and host_io.hpp over the host (spec substrate-host §5.2, §5.3).
#include "runtime/frame/host_io.hpp"
#include "runtime/frame/storage_backend.hpp"
#include "runtime/log.hpp"
#include "runtime/wasm/hostabi.hpp"
#include "scale/codec.hpp"

namespace phala::runtime {
namespace {

using namespace host;

/// What the host encoded must decode: a host that breaks the protocol is none.
template <class T>
T decoded(Fat result)
{
    auto value = scale::decode<T>(Returned{result}.bytes());
    if (!value)
        panic("the host's answer does not decode: " + value.error().message());
    return std::move(*value);
}

} // namespace

namespace backend {

std::optional<Bytes> get(ByteView key)
{
    return decoded<std::optional<Bytes>>(ext_storage_get_version_1(fat(key)));
}

void set(ByteView key, ByteView value)
{
    ext_storage_set_version_1(fat(key), fat(value));
}

void clear(ByteView key)
{
    ext_storage_clear_version_1(fat(key));
}

bool exists(ByteView key)
{
    return ext_storage_exists_version_1(fat(key)) != 0;
}

void append(ByteView key, ByteView item)
{
    ext_storage_append_version_1(fat(key), fat(item));
}

Cleared clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit)
{
    struct KillResult {
        bool some_remaining;
        std::uint32_t removed;
    };
    const Bytes encoded_limit = scale::encode(limit);
    const auto result = decoded<KillResult>(ext_storage_clear_prefix_version_2(fat(prefix), fat(encoded_limit)));
    return {.removed = result.removed, .remaining = result.some_remaining};
}

std::optional<Bytes> next_key(ByteView key)
{
    return decoded<std::optional<Bytes>>(ext_storage_next_key_version_1(fat(key)));
}

ByteArray<32> root(std::uint8_t state_version)
{
    const Returned result{ext_storage_root_version_2(state_version)};
    if (result.bytes().size() != 32)
        panic("the host's storage root is not 32 bytes");
    return array_of<32>(result.bytes());
}

void start_transaction()
{
    ext_storage_start_transaction_version_1();
}

void commit_transaction()
{
    ext_storage_commit_transaction_version_1();
}

void rollback_transaction()
{
    ext_storage_rollback_transaction_version_1();
}

} // namespace backend

namespace io {

bool ed25519_verify(const ByteArray<64>& signature, ByteView message, const ByteArray<32>& key)
{
    return ext_crypto_ed25519_verify_version_1(address(signature.data()), fat(message), address(key.data())) == 1;
}

bool sr25519_verify(const ByteArray<64>& signature, ByteView message, const ByteArray<32>& key)
{
    return ext_crypto_sr25519_verify_version_2(address(signature.data()), fat(message), address(key.data())) == 1;
}

std::optional<ByteArray<33>> secp256k1_recover(const ByteArray<65>& signature, const ByteArray<32>& hash)
{
    const Returned result{
        ext_crypto_secp256k1_ecdsa_recover_compressed_version_2(address(signature.data()), address(hash.data()))};
    const ByteView bytes = result.bytes(); // Result<[33], Error>
    if (bytes.size() != 34 || bytes[0] != 0)
        return std::nullopt;
    return array_of<33>(bytes.subspan(1));
}

ByteArray<32> ordered_root(const std::vector<Bytes>& items, std::uint8_t state_version)
{
    const Bytes encoded = scale::encode(items);
    return array_of<32>(Returned{ext_trie_blake2_256_ordered_root_version_2(fat(encoded), state_version), 32}.bytes());
}

ByteArray<32> sr25519_generate(const ByteArray<4>& key_type, const std::optional<Bytes>& seed)
{
    const Bytes encoded = scale::encode(seed);
    const auto type = address(key_type.data()); // a pointer to its four letters
    return array_of<32>(Returned{ext_crypto_sr25519_generate_version_1(type, fat(encoded)), 32}.bytes());
}

std::optional<Bytes> runtime_version(ByteView code)
{
    return decoded<std::optional<Bytes>>(ext_misc_runtime_version_version_1(fat(code)));
}

} // namespace io
} // namespace phala::runtime
