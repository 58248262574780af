#pragma once
#include "runtime/frame/metadata/metadata.hpp"

namespace phala::runtime::composition {

inline constexpr auto kMetadataVersions = metadata::kVersions;

/// Metadata of this runtime, with its magic number; nothing for a version that is not listed.
std::optional<Bytes> encode_metadata(std::uint32_t version);

} // namespace phala::runtime::composition
