#pragma once
// Where state is, behind storage_io.hpp: in Wasm the host (runtime/wasm), in native tests a plain map (runtime/testing).
#include "base/bytes.hpp"

#include <optional>

namespace phala::runtime::backend {

std::optional<Bytes> get(ByteView key);
void set(ByteView key, ByteView value);
void clear(ByteView key);
bool exists(ByteView key);
void append(ByteView key, ByteView item);

struct Cleared {
    std::uint32_t removed; ///< keys of the state below this block that were removed
    bool remaining;        ///< the limit was reached before the end
};
Cleared clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit);
std::optional<Bytes> next_key(ByteView key);
ByteArray<32> root(std::uint8_t state_version);

void start_transaction();
void commit_transaction();
void rollback_transaction();

} // namespace phala::runtime::backend
