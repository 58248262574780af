#pragma once
// The runtime's only way to state (ARCHITECTURE D3; spec substrate-host §5.3). What a call reads and writes is kept in
// its own memory (storage_cache.hpp) and goes to the backend at the end of the call.
#include "runtime/frame/storage_backend.hpp"

namespace phala::runtime::io {

/// Nothing where the key is absent; an empty value is a value.
std::optional<Bytes> get(ByteView key);
/// As get, without a copy: borrowed until the next use of any function here.
std::optional<ByteView> view(ByteView key);
void set(ByteView key, ByteView value);
void set(ByteView key, Bytes&& value);
void clear(ByteView key);
bool exists(ByteView key);

/// Adds one encoded item to the SCALE sequence stored there. What is stored is not read.
void append(ByteView key, ByteView item);

using backend::Cleared;
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

/// Hands all changes to the backend, and the layers that are open: each call into the runtime ends with it.
void sync();
/// Forgets everything, changes and layers too: for tests, which put another state under the backend.
void reset();

} // namespace phala::runtime::io
