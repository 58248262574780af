#pragma once
// What else only the host can do or should do (spec substrate-host §0.6, §5.2). Implemented beside storage_io.
#include "base/bytes.hpp"

#include <optional>
#include <vector>

namespace phala::runtime::io {

bool ed25519_verify(const ByteArray<64>& signature, ByteView message, const ByteArray<32>& key);
/// Signing context "substrate".
bool sr25519_verify(const ByteArray<64>& signature, ByteView message, const ByteArray<32>& key);
/// The compressed public key that made a recoverable signature of a 32-byte hash; nothing where there is none.
std::optional<ByteArray<33>> secp256k1_recover(const ByteArray<65>& signature, const ByteArray<32>& hash);

/// Root of the trie that maps compact(index) to each item (spec §2.3).
ByteArray<32> ordered_root(const std::vector<Bytes>& items, std::uint8_t state_version);

/// Makes an sr25519 key in the host's keystore and gives its public part. `seed` is a secret URI in UTF-8.
/// Only where the host has a keystore at hand (spec substrate-host §5.4); elsewhere the call ends.
ByteArray<32> sr25519_generate(const ByteArray<4>& key_type, const std::optional<Bytes>& seed);

/// The encoded RuntimeVersion of a runtime blob; nothing where the blob is no runtime.
std::optional<Bytes> runtime_version(ByteView code);

} // namespace phala::runtime::io
