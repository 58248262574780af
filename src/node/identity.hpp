#pragma once
#include "base/result.hpp"
#include "base/secret.hpp"

#include <filesystem>
#include <string>

namespace phala::node {

/// The most that the file of a node's key may hold: 64 hex digits and a line end.
inline constexpr std::size_t kMaxNodeKeyFile = 66;

/// The ed25519 key of a node's identity: 32 bytes, or 64 hex digits. Fails with BadIdentity.
Outcome<Secret<32>> parse_node_key(ByteView content);

/// The key in the file, which is made if it is missing.
Outcome<Secret<32>> load_node_key(const std::filesystem::path& file);

/// What other nodes call the owner of that key.
std::string peer_id_of(const Secret<32>& key);

} // namespace phala::node
