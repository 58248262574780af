#include "node/chain/lanes.hpp"

#include <algorithm>

namespace phala::node {

namespace {

// Keys of Column::Lanes; numbers are big-endian so that byte order is numeric order.
//   'h' lane block      → (count, peaks) behind that block
//   'b' block           → lanes that the block touched
//   'l' lane index      → leaf
//   'n' lane height first → hash of a complete subtree
template <class UInt>
ByteArray<sizeof(UInt)> big_endian(UInt value)
{
    auto out = le_bytes(value);
    std::ranges::reverse(out);
    return out;
}

constexpr ByteArray<1> kHead{'h'};
constexpr ByteArray<1> kBlock{'b'};
constexpr ByteArray<1> kLeaf{'l'};
constexpr ByteArray<1> kNode{'n'};

Bytes head_key(const LaneId& lane, BlockNumber block)
{
    return concat(kHead, lane, big_endian(block));
}

Bytes block_key(BlockNumber block)
{
    return concat(kBlock, big_endian(block));
}

Bytes leaf_key(const LaneId& lane, std::uint64_t index)
{
    return concat(kLeaf, lane, big_endian(index));
}

Bytes node_key(const LaneId& lane, const SubtreePosition& position)
{
    return concat(kNode, lane, ByteArray<1>{position.height}, big_endian(position.first));
}

template <class T>
Outcome<T> stored(Outcome<T>&& decoded)
{
    if (!decoded)
        return fail(DbError::Corrupt, "the lane index: " + decoded.error().message());
    return std::move(*decoded);
}

using StoredHead = std::pair<std::uint64_t, std::vector<H256>>;

Outcome<StoredHead> stored_head(const Store& store, const LaneId& lane, BlockNumber block)
{
    const Bytes key = head_key(lane, block);
    PHALA_TRY(auto entry, store.last_up_to(Column::Lanes, key));
    if (!entry
        || !equal(ByteView{entry->key}.first(std::min<std::size_t>(entry->key.size(), 33)), ByteView{key}.first(33)))
        return StoredHead{};
    return stored(scale::decode<StoredHead>(entry->value));
}

} // namespace

Outcome<LaneWriter::Head*> LaneWriter::head_at(const LaneId& lane, BlockNumber block)
{
    if (auto at = heads_.find(lane); at != heads_.end())
        return &at->second;
    while (retracted_.contains(block)) // its entry is still there to be found, but on its way out
        --block;
    PHALA_TRY(auto head, stored_head(store_, lane, block));
    return &heads_.emplace(lane, Head{head.first, std::move(head.second)}).first->second;
}

Outcome<> LaneWriter::append(BlockNumber block, const BlockLog& log)
{
    std::set<LaneId> touched;
    for (const auto& leaf : log.leaves) {
        PHALA_TRY(Head * head, head_at(leaf.lane, block == 0 ? 0 : block - 1));
        if (leaf.index != head->count)
            return fail(ChainError::BadAnswer, "block " + std::to_string(block) + " appends leaf "
                                                   + std::to_string(leaf.index) + " to a lane of "
                                                   + std::to_string(head->count));
        batch_.put(Column::Lanes, leaf_key(leaf.lane, leaf.index), scale::encode(leaf));
        append_leaf(head->count, head->peaks, leaf_hash(leaf), [&](const SubtreePosition& position, const H256& hash) {
            batch_.put(Column::Lanes, node_key(leaf.lane, position), hash);
        });
        touched.insert(leaf.lane);
    }
    for (const auto& payload : log.payloads)
        batch_.put(Column::Payloads, payload_hash(payload), payload);
    for (const auto& lane : touched) {
        const Head& head = heads_.at(lane);
        batch_.put(Column::Lanes, head_key(lane, block), scale::encode(head.count, head.peaks));
    }
    batch_.put(Column::Lanes, block_key(block), scale::encode(std::vector<LaneId>{touched.begin(), touched.end()}));
    return {};
}

Outcome<> LaneWriter::retract(BlockNumber block)
{
    PHALA_TRY(auto lanes, store_.get(Column::Lanes, block_key(block)));
    retracted_.insert(block);
    heads_.clear(); // read again, from below
    if (!lanes)
        return {};
    PHALA_TRY(auto touched, stored(scale::decode<std::vector<LaneId>>(*lanes)));
    for (const auto& lane : touched)
        batch_.remove(Column::Lanes, head_key(lane, block));
    batch_.remove(Column::Lanes, block_key(block));
    return {};
}

Outcome<LaneRange> lane_range(const Store& store, const LaneId& lane, std::uint64_t from, std::size_t max_count,
                              std::size_t max_bytes, BlockNumber block)
{
    LaneRange out;
    PHALA_TRY(auto head, stored_head(store, lane, block));
    out.count = head.first;
    from = std::min(from, out.count);
    std::uint64_t next = from;
    std::size_t bytes = 0;
    for (; next < out.count && out.leaves.size() < max_count; ++next) {
        PHALA_TRY(auto entry, store.get(Column::Lanes, leaf_key(lane, next)));
        if (!entry)
            return fail(DbError::Corrupt, "the lane index lacks a leaf");
        PHALA_TRY(auto leaf, stored(scale::decode<LeafV1>(*entry)));
        const bool is_inline = leaf.payload_len <= kMaxInlinePayload;
        bytes += entry->size() + (is_inline ? leaf.payload_len : 0);
        if (bytes > max_bytes && !out.leaves.empty())
            break;
        std::optional<Bytes> payload;
        if (is_inline) {
            PHALA_TRY(payload, message_payload(store, leaf.payload_hash));
        }
        out.leaves.push_back(std::move(leaf));
        out.payloads.push_back(std::move(payload));
    }
    for (const auto& position : frontier_positions(next, out.count)) {
        PHALA_TRY(auto hash, store.get(Column::Lanes, node_key(lane, position)));
        if (!hash || hash->size() != 32)
            return fail(DbError::Corrupt, "the lane index lacks a subtree");
        out.frontier.push_back({array_of<32>(*hash)});
    }
    return out;
}

Outcome<std::optional<Bytes>> message_payload(const Store& store, const H256& hash)
{
    return store.get(Column::Payloads, hash);
}

} // namespace phala::node
