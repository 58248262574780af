#include "node/identity.hpp"

#include "base/hex.hpp"
#include "crypto/base58.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/random.hpp"
#include "node/keystore/private_file.hpp"
#include "node/service.hpp"

namespace phala::node {

Outcome<Secret<32>> parse_node_key(ByteView content)
{
    if (content.size() == 32)
        return Secret<32>{array_of<32>(content)};
    auto text = text_of(content);
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    const auto key = array_from_hex<32>(text);
    if (!key)
        return fail(NodeError::BadIdentity, "it is neither 32 bytes nor 64 hex digits");
    return Secret<32>{*key};
}

Outcome<Secret<32>> load_node_key(const std::filesystem::path& file)
{
    std::error_code code;
    if (std::filesystem::exists(file, code)) {
        PHALA_TRY(Bytes bytes, read_private_file(file, kMaxNodeKeyFile));
        const SecretBytes content{std::move(bytes)};
        auto key = parse_node_key(content.expose());
        if (!key)
            return fail(std::move(key), file.string());
        return key;
    }
    std::filesystem::create_directories(file.parent_path(), code);
    if (code)
        return fail(NodeError::NoFolder, file.parent_path().string() + ": " + code.message());
    Secret<32> key;
    crypto::fill_random(key.expose());
    PHALA_CHECK(write_private_file(file, key.expose()));
    return key;
}

std::string peer_id_of(const Secret<32>& key)
{
    // libp2p: base58 of the identity multihash of the protobuf {type: Ed25519, data: key}
    constexpr ByteArray<6> kPrefix{0x00, 0x24, 0x08, 0x01, 0x12, 0x20};
    return crypto::base58_encode(concat(kPrefix, crypto::ed25519::KeyPair{key}.public_key()));
}

} // namespace phala::node
