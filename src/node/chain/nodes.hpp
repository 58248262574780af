#pragma once
// The trie nodes of live states, counted (spec substrate-host §2.1). A block inserts nodes, one per place in the trie,
// and removes others; its journal lists both. Inserted nodes count at once. Removed ones are released when the state
// before the block is pruned, inserted ones when the block itself is discarded, so a node stays as long as any state
// that holds it.
#include "node/db/store.hpp"
#include "trie/trie.hpp"

namespace phala::node {

struct Journal {
    std::vector<trie::Hash> inserted;
    std::vector<trie::Hash> removed;
};

enum class Counting : std::uint8_t {
    Off, ///< nothing is ever released
    On
};

/// Changes to nodes within one batch.
class NodeChanges {
public:
    NodeChanges(const Store& store, Counting counting) : store_{store}, counting_{counting} {}

    /// The bytes are borrowed until apply.
    void insert(const trie::Hash& hash, ByteView bytes);
    void release(const trie::Hash& hash) { --changes_[hash].delta; }
    Outcome<> apply(Batch& batch) const;

private:
    struct Change {
        std::int64_t delta = 0;
        ByteView bytes;
    };

    const Store& store_;
    Counting counting_;
    std::unordered_map<trie::Hash, Change, trie::HashOfHash> changes_;
};

} // namespace phala::node
