#pragma once
#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace phala::node {

/// The node's peer id: of the ed25519 key in the file, which is made if it is missing.
Outcome<std::string> load_peer_id(const std::filesystem::path& key_file);

} // namespace phala::node
