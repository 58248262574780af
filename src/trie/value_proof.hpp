#pragma once
// Proofs of one value without it (spec substrate-host §2.4): what ext_trie_*_verify_proof takes.
#include "trie/trie.hpp"

namespace phala::trie {

/// Whether `key` has `value` under `root`. `proof` holds the nodes on its path from the root down, each without the
/// reference to the one that follows, the last without the value: they fit only if the value does.
bool verify_value(const Hash& root, std::span<const Bytes> proof, ByteView key, ByteView value, StateVersion version,
                  HashFunction hash = crypto::blake2_256);

} // namespace phala::trie
