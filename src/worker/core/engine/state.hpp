#pragma once
// The state of a cluster: an immutable map of bytes with the root of its base-16 trie (state version 0).
#include "trie/node.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace phala::worker::engine {

/// A snapshot. Copying one costs a pointer; changing it makes another that shares what did not change. So queries
/// read the snapshot they were given without a lock, whatever is executed meanwhile.
class ClusterState {
public:
    struct Node;

    /// Values to set, or keys to remove.
    using Changes = std::map<Bytes, std::optional<Bytes>>;

    [[nodiscard]] std::optional<ByteView> get(ByteView key) const; ///< borrowed from this snapshot
    /// The first key behind `key` that begins with `prefix`.
    [[nodiscard]] std::optional<Bytes> next_key(ByteView key, ByteView prefix) const;

    [[nodiscard]] ClusterState with(const Changes& changes) const;

    /// Root of the trie, as any implementation of it computes from the same entries.
    [[nodiscard]] trie::Hash root() const;

    /// What turns `older` into this one: what a store must write. Costs what changed, not what is there.
    [[nodiscard]] Changes changes_since(const ClusterState& older) const;

private:
    std::shared_ptr<const Node> root_;
};

} // namespace phala::worker::engine
