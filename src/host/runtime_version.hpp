#pragma once
#include "base/result.hpp"
#include "primitives/version.hpp"

#include <optional>

namespace phala::host {

/// Reads what Core_version gives or a custom section holds. Old runtimes end after the APIs or after the transaction
/// version; what is missing is then 1 and 0 (spec substrate-host §4.7). Newer fields behind are passed over.
Outcome<RuntimeVersion> decode_runtime_version(ByteView bytes);

/// From the custom sections runtime_version and runtime_apis, if both are there and well-formed.
std::optional<RuntimeVersion> runtime_version_of_sections(ByteView runtime_version, ByteView runtime_apis);

} // namespace phala::host
