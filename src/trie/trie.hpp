#pragma once
// The base-16 Merkle trie over byte strings (spec substrate-host §2): roots of whole maps, and changes to stored tries.
#include "crypto/hash.hpp"
#include "trie/memory_nodes.hpp"

#include <span>
#include <utility>

namespace phala::trie {

using HashFunction = Hash (*)(ByteView);

/// Root of a map. The order of the entries does not matter; of equal keys the last counts.
Hash root(std::span<const std::pair<Bytes, Bytes>> entries, StateVersion version,
          HashFunction hash = crypto::blake2_256);

/// Root of the map from compact(i) to item i (§2.3): roots of extrinsics.
Hash ordered_root(std::span<const Bytes> items, StateVersion version, HashFunction hash = crypto::blake2_256);

/// One key to set, or to remove where there is no value. Borrowed from the caller.
struct Change {
    ByteView key;
    std::optional<ByteView> value;
};

/// What a store must write so that `root` can be read, and what the old root alone needed. One entry per place in the
/// trie: equal nodes in two places appear twice, so that a store which counts references can add and subtract.
struct Update {
    Hash root;
    std::vector<std::pair<Hash, Bytes>> inserted;
    std::vector<Hash> removed;
};

/// Applies changes to the trie under `root`. Of equal keys the last counts. Nodes away from the changed paths are
/// neither read nor encoded again, and a value keeps its form until its own key is set (§2.1, state version 1).
Outcome<Update> update(const NodeReader& reader, const Hash& root, std::vector<Change> changes, StateVersion version);

} // namespace phala::trie
