#include "runtime/frame/host_io.hpp"

#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/random.hpp"
#include "crypto/sr25519.hpp"
#include "runtime/frame/storage_backend.hpp"
#include "runtime/log.hpp"
#include "runtime/testing/map_state.hpp"
#include "trie/trie.hpp"

namespace phala::runtime {
namespace {

trie::StateVersion layout(std::uint8_t state_version)
{
    return static_cast<trie::StateVersion>(state_version);
}

} // namespace

ByteArray<32> backend::root(std::uint8_t state_version)
{
    const std::vector<std::pair<Bytes, Bytes>> entries{testing::state().begin(), testing::state().end()};
    return trie::root(entries, layout(state_version));
}

namespace io {

bool ed25519_verify(const ByteArray<64>& signature, ByteView message, const ByteArray<32>& key)
{
    return crypto::ed25519::verify({signature}, message, {key});
}

bool sr25519_verify(const ByteArray<64>& signature, ByteView message, const ByteArray<32>& key)
{
    return crypto::sr25519::verify({signature}, message, {key});
}

std::optional<ByteArray<33>> secp256k1_recover(const ByteArray<65>& signature, const ByteArray<32>& hash)
{
    const auto key = crypto::ecdsa::recover({signature}, hash);
    return key ? std::optional{key->bytes} : std::nullopt;
}

ByteArray<32> ordered_root(const std::vector<Bytes>& items, std::uint8_t state_version)
{
    return trie::ordered_root(items, layout(state_version));
}

/// There is no keystore here: of the key only its public part remains.
ByteArray<32> sr25519_generate(const ByteArray<4>&, const std::optional<Bytes>& seed)
{
    if (!seed)
        return crypto::sr25519::KeyPair{Secret<32>{crypto::random_bytes<32>()}}.public_key().bytes;
    const auto pair = crypto::KeyPair::from_uri(text_of(*seed));
    if (!pair)
        panic("the seed is no secret URI");
    return pair->account();
}

std::optional<Bytes> runtime_version(ByteView code)
{
    return starts_with(code, bytes_of("version:")) ? std::optional{to_bytes(code.subspan(8))} : std::nullopt;
}

} // namespace io
} // namespace phala::runtime
