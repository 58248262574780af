// Branches: which is the best, what leaves it and joins it, what finality discards, and what pins keep.
#include "node/test_chain.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace phala::node {
namespace {

using Refs = std::vector<BlockRef>;

/// The balance record of an account in the state of a block, read in full.
bool state_is_whole(const TestChain& node, const H256& hash)
{
    auto state = node.chain->state_at(hash);
    if (!state)
        return false;
    trie::Cursor cursor{state->nodes(), (*state)->root()};
    auto there = cursor.seek({});
    std::size_t keys = 0;
    for (; there && *there; there = cursor.next(), ++keys)
        if (!cursor.value())
            return false;
    return there && keys > 20;
}

TEST(NodeForks, FollowsTheLongestAndReadsAll)
{
    TestChain node;
    const H256 genesis = node.chain->heads().genesis;
    const auto left = node.grow(genesis, 2);
    const auto right = node.grow(genesis, 2, 3);
    const auto middle = node.grow(left[0].hash, 1, 4);
    EXPECT_EQ(node.chain->heads().best, left[1]); // equally long ones came later
    for (const auto& block : {left[0], left[1], right[0], right[1], middle[0]})
        EXPECT_TRUE(state_is_whole(node, block.hash)) << block.number;
    EXPECT_EQ(node.chain->snapshot().unfinalized.size(), 5U);
    EXPECT_EQ(node.chain->hashes_at(2).value(), (std::vector{left[1].hash, right[1].hash, middle[0].hash}));

    const auto more = node.grow(right[1].hash, 1);
    const auto& event = node.chain_events.back();
    EXPECT_EQ(event.retracted, (Refs{left[1], left[0]}));
    EXPECT_EQ(event.enacted, (Refs{right[0], right[1], more[0]}));
    EXPECT_EQ(event.heads.best, more[0]);
    EXPECT_EQ(event.sequence, node.chain->snapshot().sequence);
    for (BlockNumber number = 1; number <= 3; ++number)
        EXPECT_EQ(node.chain->hash_at(number).value(), event.enacted[number - 1].hash);
    EXPECT_TRUE(state_is_whole(node, left[1].hash));
}

TEST(NodeForks, FinalityDiscardsOtherBranchesAndMayMoveTheBestChain)
{
    TestChain node{std::nullopt, {.state_pruning = Pruning::last(10), .blocks_pruning = Pruning::archive_canonical()}};
    const H256 genesis = node.chain->heads().genesis;
    const auto left = node.grow(genesis, 3);
    const auto right = node.grow(genesis, 2, 2);
    const auto upon = node.grow(right[0].hash, 1, 5);
    ASSERT_TRUE(node.chain->finalize(right[0].hash));
    const auto& event = node.chain_events.back();
    EXPECT_EQ(event.retracted, (Refs{left[2], left[1], left[0]}));
    EXPECT_EQ(event.enacted, right);
    EXPECT_EQ(event.finalized, Refs{right[0]});
    EXPECT_EQ(event.discarded, left);
    EXPECT_EQ(event.heads.best, right[1]);
    EXPECT_FALSE(node.chain->hash_at(3).value());

    // what was retracted was readable for the pool and goes with the next finality
    ASSERT_TRUE(node.chain->finalize(right[1].hash));
    EXPECT_EQ(node.chain_events.back().discarded, upon);
    for (const auto& gone : {left[0], left[1], left[2], upon[0]}) {
        EXPECT_FALSE(node.chain->header(gone.hash).value()) << gone.number;
        EXPECT_FALSE(node.chain->body(gone.hash).value());
        EXPECT_TRUE(node.chain->state_at(gone.hash).error().is(ChainError::UnknownBlock));
    }
    EXPECT_TRUE(node.chain->snapshot().unfinalized.empty());
    EXPECT_EQ(node.count(Column::Tree), 0U);
    EXPECT_TRUE(node.chain->finalize(genesis));
    EXPECT_EQ(node.chain->lane_range(lane_id({LaneKind::Clock{}}), 0, 9, 1U << 20U, right[1].hash).value().count, 2U);
}

TEST(NodeForks, NothingGrowsOnWhatWasDiscarded)
{
    TestChain node;
    TestChain other;
    const H256 genesis = node.chain->heads().genesis;
    const auto left = node.grow(genesis, 1);
    const auto loser = node.make(genesis, 2);
    const auto loser_hash = node.chain->import(loser, Finality::Later).value();
    ASSERT_TRUE(other.chain->import(loser, Finality::Later));
    const auto child = other.make(loser_hash);
    const auto sibling = other.make(genesis, 7);
    ASSERT_TRUE(node.chain->finalize(left[0].hash));
    EXPECT_TRUE(node.chain->import(child, Finality::Later).error().is(ChainError::BehindFinality));
    EXPECT_TRUE(node.chain->import(sibling, Finality::Later).error().is(ChainError::BehindFinality));
    EXPECT_TRUE(node.chain->finalize(loser_hash).error().is(ChainError::NotFinalizable));
}

TEST(NodeForks, APinnedBlockOfALosingBranchStaysReadable)
{
    TestChain node{std::nullopt, {.state_pruning = Pruning::last(1), .blocks_pruning = Pruning::last(1)}};
    const H256 genesis = node.chain->heads().genesis;
    const auto left = node.grow(genesis, 2);
    const auto right = node.grow(genesis, 2, 2);
    auto pin = std::make_optional(node.chain->pin(right[1].hash).value());
    ASSERT_TRUE(node.chain->finalize(left[1].hash));
    EXPECT_EQ(node.chain_events.back().discarded, right);
    auto top = left[1];
    for (int i = 0; i < 5; ++i)
        top = node.grow(top.hash, 1, 1, Finality::WithImport)[0];
    EXPECT_TRUE(state_is_whole(node, right[1].hash));
    EXPECT_TRUE(node.chain->body(right[1].hash).value());
    EXPECT_TRUE(state_is_whole(node, genesis)); // held back with it: they share nodes
    EXPECT_TRUE(node.chain->import(node.make(right[1].hash), Finality::Later).error().is(ChainError::BehindFinality));

    pin.reset();
    top = node.grow(top.hash, 1, 1, Finality::WithImport)[0];
    EXPECT_FALSE(node.chain->header(right[1].hash).value());
    EXPECT_TRUE(node.chain->state_at(genesis).error().is(ChainError::StateDiscarded));
    top = node.grow(top.hash, 1, 1, Finality::WithImport)[0];
    EXPECT_TRUE(state_is_whole(node, top.hash));
    EXPECT_EQ(node.count(Column::Tree), 0U);
    EXPECT_EQ(node.count(Column::Journals), 1U);
}

TEST(NodePruning, KeepsTheLastStatesAndBodiesAndNothingElse)
{
    TestChain pruned{std::nullopt, {.state_pruning = Pruning::last(3), .blocks_pruning = Pruning::last(5)}};
    const auto blocks = pruned.grow(pruned.chain->heads().genesis, 10, 1, Finality::WithImport);
    for (const auto& block : blocks) {
        const bool state = block.number + 3 >= 10;
        EXPECT_EQ(state_is_whole(pruned, block.hash), state) << block.number;
        EXPECT_EQ(pruned.chain->body(block.hash).value().has_value(), block.number + 5 >= 10) << block.number;
        EXPECT_TRUE(pruned.chain->header(block.hash).value());
        EXPECT_EQ(pruned.chain->hash_at(block.number).value(), block.hash);
        if (!state)
            EXPECT_EQ(pruned.chain->state_at(block.hash).error().message(),
                      "UnknownBlock: State already discarded for " + to_hex0x(block.hash));
    }
    EXPECT_TRUE(pruned.chain->runtime_at(blocks[0].hash).error().is(ChainError::StateDiscarded));
    EXPECT_TRUE(pruned.chain->call(blocks[0].hash, "Core_version", {}).error().is(ChainError::StateDiscarded));

    // what is stored is what the live states hold, node by node
    std::unordered_map<trie::Hash, std::size_t, trie::HashOfHash> live;
    for (const auto& block : blocks)
        if (block.number + 3 >= 10) {
            auto state = need(pruned.chain->state_at(block.hash), "state");
            trie::Recorder recorder{state.nodes()};
            trie::Cursor cursor{recorder, state->root()};
            for (auto there = cursor.seek({}); there.value(); there = cursor.next())
                ASSERT_TRUE(cursor.value());
            for (const auto& node : recorder.nodes())
                ++live[crypto::blake2_256(node)];
        }
    EXPECT_EQ(pruned.count(Column::Nodes), live.size());
}

TEST(NodePruning, APinHoldsBackWhatItHolds)
{
    TestChain node{std::nullopt, {.state_pruning = Pruning::last(2), .blocks_pruning = Pruning::last(2)}};
    const auto first = node.grow(node.chain->heads().genesis, 3, 1, Finality::WithImport);
    auto pin = std::make_optional(node.chain->pin(first[1].hash).value());
    const auto then = node.grow(first[2].hash, 6, 1, Finality::WithImport);
    EXPECT_TRUE(state_is_whole(node, first[1].hash));
    EXPECT_TRUE(node.chain->body(first[1].hash).value());
    EXPECT_FALSE(node.chain->body(first[0].hash).value());
    pin.reset();
    node.grow(then.back().hash, 1, 1, Finality::WithImport);
    EXPECT_FALSE(state_is_whole(node, then[2].hash));
    EXPECT_TRUE(state_is_whole(node, then[4].hash));
    EXPECT_FALSE(node.chain->body(then[2].hash).value());
}

TEST(NodePruning, ArchiveCanonicalDropsLosersAlone)
{
    TestChain node{std::nullopt, {.state_pruning = Pruning::archive_canonical(), .blocks_pruning = Pruning::archive()}};
    const H256 genesis = node.chain->heads().genesis;
    const auto left = node.grow(genesis, 3);
    const auto right = node.grow(genesis, 2, 2);
    ASSERT_TRUE(node.chain->finalize(left[2].hash));
    for (const auto& block : left)
        EXPECT_TRUE(state_is_whole(node, block.hash));
    for (const auto& block : right) {
        EXPECT_TRUE(node.chain->state_at(block.hash).error().is(ChainError::StateDiscarded));
        EXPECT_TRUE(node.chain->body(block.hash).value());
    }
    EXPECT_EQ(node.count(Column::Journals), 0U);
}

TEST(NodePruning, RemembersItsModeAndSaysWhereItCannotChange)
{
    std::string name = (std::filesystem::temp_directory_path() / "phala-modes-XXXXXX").string();
    const std::filesystem::path folder = mkdtemp(name.data());
    const auto reopen = [&](std::optional<Pruning> state, std::optional<Pruning> blocks) {
        auto store = need(Store::open(folder / "db"), "store");
        auto chain = Chain::open(*store, shared_engine(), development_spec(built_runtime()),
                                 {.state_pruning = state, .blocks_pruning = blocks});
        return chain ? to_string((*chain)->state_pruning()) + " " + to_string((*chain)->blocks_pruning())
                     : chain.error().message();
    };
    EXPECT_EQ(reopen(Pruning::last(4), Pruning::archive_canonical()), "4 archive-canonical");
    EXPECT_EQ(reopen({}, {}), "4 archive-canonical");
    EXPECT_EQ(reopen(Pruning::last(8), {}), "8 archive-canonical");
    EXPECT_EQ(reopen({}, Pruning::last(9)), "8 9");
    EXPECT_NE(reopen(Pruning::archive(), {}).find("state pruning is 8 in the database, archive is wanted"),
              std::string::npos);
    EXPECT_NE(reopen({}, Pruning::archive()).find("blocks pruning is 9 in the database"), std::string::npos);
    std::filesystem::remove_all(folder);
}

TEST(NodeRevert, TakesBackWhatIsNotFinal)
{
    TestChain node{std::nullopt, {.state_pruning = Pruning::last(4), .blocks_pruning = Pruning::last(4)}};
    const H256 genesis = node.chain->heads().genesis;
    const auto base = node.grow(genesis, 2, 1, Finality::WithImport);
    const auto nodes_before = node.count(Column::Nodes);
    const auto tip = node.grow(base[1].hash, 3);
    const auto side = node.grow(tip[0].hash, 1, 3);
    EXPECT_EQ(node.chain->revert(2).value(), 2U);
    EXPECT_EQ(node.chain->heads().best, tip[0]);
    EXPECT_FALSE(node.chain->hash_at(4).value());
    EXPECT_FALSE(node.chain->header(side[0].hash).value());
    EXPECT_EQ(node.chain->revert(100).value(), 1U);
    EXPECT_EQ(node.chain->heads().best, base[1]);
    EXPECT_EQ(node.chain->revert(1).value(), 0U);
    EXPECT_EQ(node.count(Column::Nodes), nodes_before);
    const auto again = node.grow(base[1].hash, 2);
    EXPECT_EQ(again[1].number, tip[1].number);
    EXPECT_TRUE(state_is_whole(node, again[1].hash));
    EXPECT_TRUE(node.chain->check(again[1].hash));
}

} // namespace
} // namespace phala::node
