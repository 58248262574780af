#pragma once
// What else only the host can do or should do (spec substrate-host §0.6, §5.2). Implemented beside storage_io.
// Hashes and signatures: src/crypto.
#include "base/bytes.hpp"

#include <optional>
#include <vector>

namespace phala::runtime::io {

/// Root of the trie that maps compact(index) to each item (spec §2.3).
ByteArray<32> ordered_root(const std::vector<Bytes>& items, std::uint8_t state_version);

/// The encoded RuntimeVersion of a runtime blob; nothing where the blob is no runtime.
std::optional<Bytes> runtime_version(ByteView code);

} // namespace phala::runtime::io
