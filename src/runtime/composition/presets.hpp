#pragma once
// Genesis configurations that come with the runtime (decisions §2), as patches of the default one.
#include "base/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace phala::runtime::composition {

std::vector<std::string> preset_names();

/// The patch to merge into the default configuration; nothing where there is no such preset.
std::optional<json::Value> preset(std::string_view name);

/// An account that development chains give money to. Its key is the well-known one of that URI.
struct DevelopmentAccount {
    std::string_view uri;
    std::string_view public_key; ///< sr25519, 0x hex
};
std::span<const DevelopmentAccount> development_accounts();

} // namespace phala::runtime::composition
