#include "host/node_cache.hpp"

namespace phala::host {

Outcome<std::optional<Bytes>> NodeCache::get(const trie::Hash& hash) const
{
    Shard& shard = shard_of(hash);
    {
        const std::lock_guard lock{shard.mutex};
        if (const auto found = shard.by_hash.find(hash); found != shard.by_hash.end()) {
            shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
            return found->second->second;
        }
    }
    PHALA_TRY(auto node, base_->get(hash)); // without the lock: the base may be slow
    if (node)
        insert(hash, *node);
    return node;
}

std::size_t NodeCache::bytes() const
{
    std::size_t out = 0;
    for (auto& shard : shards_) {
        const std::lock_guard lock{shard.mutex};
        out += shard.bytes;
    }
    return out;
}

void NodeCache::insert(const trie::Hash& hash, ByteView node) const
{
    const std::size_t cost = node.size() + kBookKeeping;
    if (cost > max_shard_bytes_ / 4) // one large value is not worth hundreds of nodes
        return;
    Shard& shard = shard_of(hash);
    const std::lock_guard lock{shard.mutex};
    if (shard.by_hash.contains(hash))
        return;
    shard.recent.emplace_front(hash, to_bytes(node));
    shard.by_hash.emplace(hash, shard.recent.begin());
    shard.bytes += cost;
    while (shard.bytes > max_shard_bytes_) {
        shard.bytes -= shard.recent.back().second.size() + kBookKeeping;
        shard.by_hash.erase(shard.recent.back().first);
        shard.recent.pop_back();
    }
}

} // namespace phala::host
