#include "base/hex.hpp"
#include "node/chain/impl.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

namespace phala::node {

namespace {

/// Blocks of which one commit drops states or bodies: more are there only after the mode has changed, long unfinalized
/// stretches, or pins, and then each commit catches up by so many.
constexpr BlockNumber kMostPruned = 64;

/// The lowest number that pruning must not pass: `from` on, what is pinned, and what losing branches that are still
/// there grow from.
BlockNumber floor_of(const PinTable::Blocks& pins, const std::vector<TreeBlock>& losers, BlockNumber from)
{
    BlockNumber floor = std::numeric_limits<BlockNumber>::max();
    for (const auto& [hash, pin] : pins)
        if (pin.number >= from)
            floor = std::min(floor, pin.number);
    for (const auto& loser : losers)
        floor = std::min(floor, loser.block.number - 1);
    return floor;
}

BlockNumber next_oldest(const Pruning& mode, BlockNumber oldest, BlockNumber finalized, BlockNumber floor)
{
    if (mode.kind != Pruning::Kind::Last || finalized <= mode.count)
        return oldest;
    return std::max(oldest, std::min({finalized - mode.count, floor, oldest + kMostPruned}));
}

} // namespace

/// Marks a block and what lies before it as final. The block itself need not be in the tree; `parent` is its parent.
Outcome<> Chain::Impl::finalize_within(Change& change, const BlockRef& target, const H256& parent) const
{
    BlockRef at = target;
    H256 above = parent;
    auto& event = change.event;
    while (at.number > heads.finalized.number) {
        event.finalized.push_back(at);
        change.batch.remove(Column::Tree, block_key(at));
        at = {above, at.number - 1};
        if (const auto* next = tree.find(at.hash))
            above = next->parent;
        else if (at != heads.finalized)
            break;
    }
    if (at != heads.finalized)
        return fail(ChainError::NotFinalizable, to_hex0x(target.hash));
    std::ranges::reverse(event.finalized);
    change.batch.put(Column::Meta, bytes_of(record::kFinalized), target.hash);
    change.next.finalized = target;
    return {};
}

Outcome<> Chain::Impl::finalize(const H256& hash)
{
    PHALA_TRY(auto header, require_header(hash));
    const BlockRef block{hash, header.number};
    if (block.number <= heads.finalized.number) {
        PHALA_TRY(auto canonical, hash_at(block.number));
        if (canonical != hash)
            return fail(ChainError::NotFinalizable, to_hex0x(hash));
        return {}; // it is final already
    }
    Change change = begin();
    PHALA_CHECK(finalize_within(change, block, header.parent_hash));
    PHALA_TRY(auto canonical, hash_at(block.number));
    if (canonical != hash) {
        const BlockRef best = longest(tree.split(hash).descendants, block);
        PHALA_CHECK(make_best(change, best, {}, nullptr));
    }
    return commit(std::move(change));
}

/// Decides which losing blocks go, and how far the past is pruned.
Drops Chain::Impl::drop_losers(Change& change)
{
    const std::lock_guard lock{mutex};
    Drops drops{.kept_before = kept, .discarded_before = discarded};
    BlockTree rest = tree;
    for (const auto& block : change.event.finalized)
        rest.erase(block.hash);
    const auto losers = rest.split(change.next.finalized.hash).others;
    std::unordered_map<H256, std::size_t, HashOfBlock> children;
    for (const auto& block : losers) {
        ++children[block.parent];
        if (discarded.insert(block.block.hash).second)
            change.event.discarded.push_back(block.block);
    }
    pins->locked([&](const PinTable::Blocks& pinned) {
        std::vector<TreeBlock> staying;
        for (const auto& block : std::views::reverse(losers)) { // leaves first
            if (pinned.contains(block.block.hash) || children[block.block.hash] != 0) {
                staying.push_back(block);
                continue;
            }
            --children[block.parent];
            drops.blocks.push_back(block);
            tree.erase(block.block.hash);
            discarded.erase(block.block.hash);
        }
        const BlockNumber final = change.next.finalized.number;
        kept.oldest_state =
            next_oldest(kept.state, kept.oldest_state, final, floor_of(pinned, staying, kept.oldest_state));
        kept.oldest_body =
            next_oldest(kept.blocks, kept.oldest_body, final, floor_of(pinned, staying, kept.oldest_body));
    });
    return drops;
}

void Chain::Impl::undo(Drops&& drops)
{
    const std::lock_guard lock{mutex};
    for (const auto& block : drops.blocks)
        tree.insert(block);
    kept = drops.kept_before;
    discarded = std::move(drops.discarded_before);
}

Outcome<Journal> Chain::Impl::journal(const BlockRef& block) const
{
    PHALA_TRY(auto bytes, store.get(Column::Journals, block_key(block)));
    if (!bytes)
        return fail(DbError::Corrupt, "the journal of block " + to_hex0x(block.hash));
    return stored(scale::decode<Journal>(*bytes), "a journal");
}

Outcome<> Chain::Impl::write_dropped(Change& change, const TreeBlock& block) const
{
    auto& batch = change.batch;
    const H256& hash = block.block.hash;
    batch.remove(Column::Tree, block_key(block.block));
    if (counting() == Counting::On) {
        PHALA_TRY(auto settled, journal(block.block));
        for (const auto& node : settled.inserted)
            change.nodes.release(node);
        batch.remove(Column::Journals, block_key(block.block));
    }
    if (kept.blocks.kind != Pruning::Kind::Archive)
        for (auto column : {Column::Headers, Column::Bodies, Column::Justifications})
            batch.remove(column, hash);
    return {};
}

/// The block of that number on the chain that the change makes final.
Outcome<H256> Chain::Impl::canonical(const Change& change, BlockNumber number) const
{
    if (number > heads.finalized.number)
        return change.event.finalized.at(number - heads.finalized.number - 1).hash;
    PHALA_TRY(auto hash, hash_at(number));
    if (!hash)
        return fail(DbError::Corrupt, "there is no block " + std::to_string(number));
    return *hash;
}

Outcome<> Chain::Impl::write_pruned(Change& change, const Kept& before) const
{
    auto& batch = change.batch;
    if (kept.state.kind == Pruning::Kind::ArchiveCanonical)
        for (const auto& block : change.event.finalized)
            batch.remove(Column::Journals, block_key(block));
    for (BlockNumber number = before.oldest_state + 1; number <= kept.oldest_state; ++number) {
        PHALA_TRY(auto hash, canonical(change, number));
        const BlockRef block{hash, number};
        PHALA_TRY(auto settled, journal(block));
        for (const auto& node : settled.removed)
            change.nodes.release(node);
        batch.remove(Column::Journals, block_key(block));
    }
    for (BlockNumber number = before.oldest_body; number < kept.oldest_body; ++number) {
        PHALA_TRY(auto hash, canonical(change, number));
        batch.remove(Column::Bodies, hash);
        batch.remove(Column::Justifications, hash);
    }
    if (kept != before)
        batch.put(Column::Meta, bytes_of(record::kKept), scale::encode(kept));
    return {};
}

Outcome<> Chain::Impl::write(Change& change, const Drops& drops) const
{
    for (const auto& block : drops.blocks)
        PHALA_CHECK(write_dropped(change, block));
    PHALA_CHECK(write_pruned(change, drops.kept_before));
    PHALA_CHECK(change.nodes.apply(change.batch));
    return store.commit(std::move(change.batch));
}

Outcome<> Chain::Impl::commit(Change change)
{
    Drops drops{.kept_before = kept, .discarded_before = discarded};
    if (!change.event.finalized.empty())
        drops = drop_losers(change);
    if (auto written = write(change, drops); !written) {
        undo(std::move(drops));
        return written;
    }
    adopt(change);
    if (observer)
        observer(change.event);
    return {};
}

void Chain::Impl::adopt(Change& change)
{
    {
        const std::lock_guard lock{mutex};
        heads = change.next;
        for (const auto& block : change.event.finalized)
            tree.erase(block.hash);
        if (change.added)
            tree.insert(*change.added);
        change.event.sequence = ++sequence;
    }
    change.event.heads = change.next;
}

Outcome<BlockNumber> Chain::Impl::revert(BlockNumber count)
{
    const BlockNumber to = heads.best.number - std::min(count, heads.best.number - heads.finalized.number);
    const BlockNumber reverted = heads.best.number - to;
    if (reverted == 0)
        return 0;
    PHALA_TRY(auto hash, hash_at(to));
    if (!hash)
        return fail(DbError::Corrupt, "there is no block " + std::to_string(to));
    Change change = begin();
    PHALA_CHECK(make_best(change, {*hash, to}, {}, nullptr));
    Drops drops{.kept_before = kept, .discarded_before = discarded};
    {
        const std::lock_guard lock{mutex};
        for (const auto& block : std::views::reverse(tree.split(heads.finalized.hash).descendants))
            if (block.block.number > to) {
                drops.blocks.push_back(block);
                tree.erase(block.block.hash);
            }
    }
    if (auto written = write(change, drops); !written) {
        undo(std::move(drops));
        return std::unexpected{written.error()};
    }
    adopt(change);
    return reverted;
}

} // namespace phala::node
