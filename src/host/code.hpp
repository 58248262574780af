#pragma once
// A runtime's code as it lies in the state, made ready for the compiler (spec substrate-host §5.1).
#include "base/result.hpp"
#include "host/wasm/module.hpp"

namespace phala::host {

inline constexpr std::size_t kMaxCodeSize = 50 * 1024 * 1024;

/// The Wasm of a blob: itself, or what is compressed behind the magic of compressed blobs.
Outcome<Bytes> decompress_code(ByteView blob);

/// Gives a module that imports its memory one of its own, exported as `memory` and without maximum, so that instances
/// can start from a copy-on-write image of it. A memory of its own loses its maximum.
Outcome<void> own_memory(wasm::Module& module);

} // namespace phala::host
