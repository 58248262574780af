#pragma once
#include "base/secret.hpp"
#include "worker/core/engine/code_cache.hpp"

#include <memory>
#include <string>

namespace phala::worker::tee {

/// Compiled contracts in files of `folder`, sealed with `key`: who owns the disk can remove them, but cannot bring code
/// in. At most 512 MiB.
std::unique_ptr<engine::CompiledStore> sealed_code(const std::string& folder, Secret<32> key);

} // namespace phala::worker::tee
