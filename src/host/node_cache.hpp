#pragma once
#include "trie/reader.hpp"

#include <array>
#include <list>
#include <mutex>
#include <unordered_map>

namespace phala::host {

/// Keeps nodes of a slower reader in memory, the least recently used given up first. A node belongs to its hash for
/// ever, so nothing here is ever out of date. May be used from several threads.
class NodeCache final : public trie::NodeReader {
public:
    /// `base` must outlive the cache. `max_bytes` counts the nodes and their book-keeping.
    NodeCache(const trie::NodeReader& base, std::size_t max_bytes) : base_{&base}, max_shard_bytes_{max_bytes / kShards}
    {
    }

    [[nodiscard]] Outcome<std::optional<Bytes>> get(const trie::Hash& hash) const override;

    /// For nodes that were just written to the base: the next block reads them.
    void insert(const trie::Hash& hash, ByteView node) const;

    /// What the nodes and their book-keeping take now.
    [[nodiscard]] std::size_t bytes() const;

private:
    // Reading fills the cache, so everything behind the const interface changes; each shard has a lock of its own.
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kBookKeeping = 128; // bytes around a node, about
    using Entry = std::pair<trie::Hash, Bytes>;
    struct Shard {
        std::mutex mutex;
        std::list<Entry> recent; // the most recently used first
        std::unordered_map<trie::Hash, std::list<Entry>::iterator, trie::HashOfHash> by_hash;
        std::size_t bytes = 0;
    };

    // The first bytes choose a place in a shard's map, so the last chooses the shard.
    [[nodiscard]] Shard& shard_of(const trie::Hash& hash) const { return shards_[hash.back() % kShards]; }

    const trie::NodeReader* base_;
    std::size_t max_shard_bytes_;
    mutable std::array<Shard, kShards> shards_;
};

} // namespace phala::host
