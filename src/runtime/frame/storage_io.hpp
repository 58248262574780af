#pragma once
// The runtime's only way to state (ARCHITECTURE D3; spec substrate-host §5.3). In Wasm the host does it
// (runtime/wasm), in native tests a plain map (runtime/testing).
#include "base/bytes.hpp"

#include <optional>

namespace phala::runtime::io {

/// Nothing where the key is absent; an empty value is a value.
std::optional<Bytes> get(ByteView key);
void set(ByteView key, ByteView value);
void clear(ByteView key);
bool exists(ByteView key);

/// Adds one encoded item to the SCALE sequence stored there. What is stored is not read.
void append(ByteView key, ByteView item);

struct Cleared {
    std::uint32_t removed; ///< keys of the state below this block that were removed
    bool remaining;        ///< the limit was reached before the end
};
/// Removes the keys with that prefix: all that this block added, and at most `limit` of those that were there before.
Cleared clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit = std::nullopt);

/// The next key in byte order behind `key`, which need not exist.
std::optional<Bytes> next_key(ByteView key);

/// The root of the trie of everything stored, by the layout of that state version.
ByteArray<32> root(std::uint8_t state_version);

/// Nested layers of changes: each start is ended by exactly one commit or rollback.
void start_transaction();
void commit_transaction();
void rollback_transaction();

} // namespace phala::runtime::io
