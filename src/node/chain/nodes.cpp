#include "node/chain/nodes.hpp"

#include "base/hex.hpp"
#include "scale/codec.hpp"

namespace phala::node {

void NodeChanges::insert(const trie::Hash& hash, ByteView bytes)
{
    auto& change = changes_[hash];
    ++change.delta;
    change.bytes = bytes;
}

Outcome<> NodeChanges::apply(Batch& batch) const
{
    for (const auto& [hash, change] : changes_) {
        if (counting_ == Counting::Off) {
            if (change.delta > 0)
                batch.put(Column::Nodes, hash, change.bytes);
            continue;
        }
        if (change.delta == 0)
            continue;
        PHALA_TRY(auto record, store_.get(Column::NodeCounts, hash));
        std::int64_t before = 1; // what is stored without a count, and what is released was stored
        if (record) {
            PHALA_TRY(const auto count, scale::decode<std::uint32_t>(*record));
            before = count;
        } else if (change.delta > 0) {
            PHALA_TRY(const bool stored, store_.has(Column::Nodes, hash));
            before = stored ? 1 : 0;
        }
        const std::int64_t after = before + change.delta;
        if (after < 0)
            return fail(DbError::Corrupt, "the count of node " + to_hex0x(hash));
        if (before == 0)
            batch.put(Column::Nodes, hash, change.bytes);
        if (after == 0)
            batch.remove(Column::Nodes, hash);
        if (after > 1)
            batch.put(Column::NodeCounts, hash, scale::encode(static_cast<std::uint32_t>(after)));
        else if (record)
            batch.remove(Column::NodeCounts, hash);
    }
    return {};
}

} // namespace phala::node
