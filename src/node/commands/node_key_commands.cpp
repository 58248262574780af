#include "base/hex.hpp"
#include "crypto/random.hpp"
#include "node/commands/commands.hpp"
#include "node/identity.hpp"
#include "node/keystore/private_file.hpp"

#include <cstdio>

namespace phala::node {

Outcome<> key_generate_node_key(const NodeKeyOptions& options)
{
    Secret<32> key;
    crypto::fill_random(key.expose());
    const SecretBytes content{options.binary ? to_bytes(key.expose()) : to_bytes(to_hex(key.expose()))};
    if (options.file.empty())
        std::fwrite(content.expose().data(), 1, content.expose().size(), stdout);
    else
        PHALA_CHECK(write_private_file(options.file, content.expose()));
    std::fprintf(stderr, "%s\n", peer_id_of(key).c_str());
    return {};
}

Outcome<> key_inspect_node_key(const NodeKeyOptions& options)
{
    PHALA_TRY(Bytes bytes, options.file.empty() ? read_private_input(kMaxNodeKeyFile)
                                                : read_private_file(options.file, kMaxNodeKeyFile));
    const SecretBytes content{std::move(bytes)};
    PHALA_TRY(const auto key, parse_node_key(content.expose()));
    std::puts(peer_id_of(key).c_str());
    return {};
}

} // namespace phala::node
