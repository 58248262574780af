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

    [[nodiscard]] ClusterState with(const Changes& changes) const;
    /// Without all keys that begin with `prefix`. Costs the same however many they are.
    [[nodiscard]] ClusterState without(ByteView prefix) const;

    /// Root of the trie, as any implementation of it computes from the same entries.
    [[nodiscard]] trie::Hash root() const;

    /// What turns `older` into this one: what a store must write. Costs what changed, not what is there.
    [[nodiscard]] Changes changes_since(const ClusterState& older) const;

private:
    std::shared_ptr<const Node> root_;
};

} // namespace phala::worker::engine
