// The chain on the built runtime: what is sealed is imported by others to the same roots, what is wrong is refused,
// forks are followed.
#include "node/test_chain.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace phala::node {
namespace {

Header resealed(Header header, const char* author = "//Alice")
{
    header.digest.logs.pop_back();
    return aura::seal(std::move(header), *need(crypto::KeyPair::from_uri(author), "author").sr25519());
}

H256 body_root(const std::vector<Bytes>& extrinsics)
{
    std::vector<Bytes> items;
    for (const auto& extrinsic : extrinsics)
        items.push_back(scale::encode(extrinsic));
    return {trie::ordered_root(items, trie::StateVersion::V0)};
}

TEST(NodeChain, OthersImportWhatItSealsToTheSameRoots)
{
    TestChain author;
    TestChain follower;
    ASSERT_EQ(author.chain->heads().genesis, follower.chain->heads().genesis);
    for (Nonce nonce = 0; nonce < 6; ++nonce) {
        ASSERT_TRUE(author.pool->submit(TransactionSource::External, author.transfer("//Alice", "//Bob", nonce)));
        if (nonce % 2 == 0)
            ASSERT_TRUE(
                author.pool->submit(TransactionSource::External, author.transfer("//Charlie", "//Dave", nonce / 2)));
        const auto sealed = author.seal();
        const auto block = author.block(sealed.hash);
        EXPECT_EQ(block.extrinsics.size(), nonce % 2 == 0 ? 3U : 2U);
        auto imported = follower.chain->import(block, Finality::Later);
        ASSERT_TRUE(imported) << imported.error().message();
        EXPECT_EQ(*imported, sealed.hash);
    }
    EXPECT_EQ(author.nonce_of("//Alice", author.chain->heads().best.hash), 6U);
    EXPECT_EQ(follower.chain->heads().best, author.chain->heads().best);
    EXPECT_EQ(author.chain->heads().finalized, author.chain->heads().best);
    EXPECT_EQ(follower.chain->heads().finalized.number, 0U);
    ASSERT_TRUE(follower.chain->finalize(follower.chain->heads().best.hash));
    EXPECT_EQ(follower.chain_events.back().finalized.size(), 6U);
}

TEST(NodeChain, RefusesWhatIsWrong)
{
    TestChain author;
    TestChain follower;
    ASSERT_TRUE(author.pool->submit(TransactionSource::External, author.transfer("//Alice", "//Bob", 0)));
    const auto first = author.block(author.seal().hash);
    const auto second = author.block(author.seal().hash);
    const auto refused = [&](const Block& block, ChainError error) {
        auto outcome = follower.chain->import(block, Finality::WithImport);
        ASSERT_FALSE(outcome);
        EXPECT_TRUE(outcome.error().is(error)) << outcome.error().message();
    };
    refused(second, ChainError::UnknownParent);

    Block bad = first;
    bad.header = resealed(first.header, "//Bob");
    refused(bad, ChainError::BadSeal);
    bad.header.digest.logs.clear();
    refused(bad, ChainError::BadDigest);
    bad.header = first.header;
    bad.header.number = 2;
    refused(bad, ChainError::BadNumber);
    bad.header = first.header;
    bad.header.state_root.bytes[0] ^= 1U;
    refused(bad, ChainError::BadSeal);
    bad.header = resealed(bad.header);
    refused(bad, ChainError::WrongRoot);
    Block child = second;
    child.header.parent_hash = aura::hash_of(bad.header);
    refused(child, ChainError::KnownBad);
    refused(bad, ChainError::KnownBad);
    bad.header = first.header;
    bad.extrinsics.pop_back(); // the body is another than the sealed root says
    refused(bad, ChainError::WrongExtrinsicsRoot);
    bad.extrinsics = first.extrinsics;
    bad.extrinsics.back().back() ^= 1U;
    refused(bad, ChainError::WrongExtrinsicsRoot);
    const auto refused_by_runtime = [&](Bytes extrinsic) {
        bad.extrinsics.back() = std::move(extrinsic);
        bad.header.extrinsics_root = body_root(bad.extrinsics);
        bad.header = resealed(bad.header);
        refused(bad, ChainError::BadBlock);
    };
    refused_by_runtime({0xff, 0xff});
    refused_by_runtime(author.transfer("//Alice", "//Bob", 7)); // a nonce that is not the next
    bad.header = first.header;
    auto forged = author.transfer("//Alice", "//Bob", 0);
    forged[40] ^= 1U; // in the signature: all roots but that of the body stay right
    refused_by_runtime(std::move(forged));
    bad = first;
    bad.extrinsics.clear(); // without inherents
    bad.header.extrinsics_root = body_root(bad.extrinsics);
    bad.header = resealed(bad.header);
    refused(bad, ChainError::BadBlock);

    ASSERT_TRUE(follower.chain->import(first, Finality::Later));
    refused(first, ChainError::AlreadyKnown);
    Block same_slot = second;
    same_slot.header.digest.logs[0] = aura::slot_item(aura::slot_of(first.header).value());
    same_slot.header = resealed(same_slot.header);
    refused(same_slot, ChainError::BadSlot);
    EXPECT_EQ(follower.chain->heads().best.number, 1U);
    ASSERT_TRUE(follower.chain->import(second, Finality::Later));
    EXPECT_EQ(follower.chain->heads().best, author.chain->heads().best);
}

TEST(NodeChain, ADamagedStateIsNotTheBlocksFault)
{
    TestChain author;
    ASSERT_TRUE(author.pool->submit(TransactionSource::External, author.transfer("//Alice", "//Bob", 0)));
    const auto block = author.block(author.seal().hash);
    std::string name = (std::filesystem::temp_directory_path() / "phala-damaged-XXXXXX").string();
    const std::filesystem::path folder = mkdtemp(name.data());
    const auto damage = [&](const std::function<void(Store&, const Store::Entry&)>& change) {
        auto store = need(Store::open(folder / "db"), "store");
        for (const auto& node : need(store->range(Column::Nodes, {}, 100'000), "nodes"))
            change(*store, node);
    };
    {
        const TestChain follower{folder};
    }
    std::vector<Store::Entry> nodes;
    damage([&](Store& store, const Store::Entry& node) {
        if (node.value.size() > 100'000) // the code, which is looked at first
            return;
        Batch batch;
        batch.remove(Column::Nodes, node.key);
        need(store.commit(std::move(batch)), "commit");
        nodes.push_back(node);
    });
    {
        TestChain follower{folder};
        const auto refused = follower.chain->import(block, Finality::WithImport);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().is(DbError::Corrupt)) << refused.error().message();
        Batch batch;
        for (const auto& [key, value] : nodes)
            batch.put(Column::Nodes, key, value);
        need(follower.store->commit(std::move(batch)), "commit");
        EXPECT_TRUE(follower.chain->import(block, Finality::WithImport)); // not remembered as bad
    }
    std::filesystem::remove_all(folder);
}

TEST(NodeChain, FollowsTheLongerBranchAndBringsTransactionsBack)
{
    TestChain node;
    const auto base = node.seal();
    const auto transfer = node.transfer("//Alice", "//Bob", 0);
    ASSERT_TRUE(node.pool->submit(TransactionSource::External, transfer));
    const auto left = node.seal(Finality::Later);
    EXPECT_EQ(node.pool->size().ready_count, 0U);

    TestChain other; // makes the other branch without the transfer
    ASSERT_TRUE(other.chain->import(node.block(base.hash), Finality::WithImport));
    std::vector<BlockRef> right;
    for (int i = 0; i < 3; ++i)
        right.push_back(other.seal(Finality::Later));
    ASSERT_TRUE(node.chain->import(other.block(right[0].hash), Finality::Later));
    EXPECT_EQ(node.chain->heads().best, left); // as long as the best: no reason to leave it
    ASSERT_TRUE(node.chain->import(other.block(right[1].hash), Finality::Later));
    EXPECT_EQ(node.chain->heads().best, right[1]);
    EXPECT_EQ(node.chain_events.back().retracted, std::vector{left});
    EXPECT_EQ(node.chain_events.back().enacted, (std::vector{right[0], right[1]}));
    EXPECT_EQ(node.chain->hash_at(left.number).value(), right[0].hash);

    const H256 hash = Pool::hash_of(transfer);
    EXPECT_TRUE(std::ranges::any_of(
        node.events, [&](const auto& e) { return e.transaction == hash && e.status == TransactionStatus::Retracted; }));
    ASSERT_EQ(node.pool->ready().size(), 1U);
    const auto next = node.seal();
    EXPECT_EQ(node.block(next.hash).extrinsics.size(), 2U);
    EXPECT_EQ(node.nonce_of("//Alice", next.hash), 1U);

    const auto clock = node.chain->lane_range(lane_id({LaneKind::Clock{}}), 0, 100, 1U << 20U, next.hash).value();
    EXPECT_EQ(clock.count, next.number); // one leaf per block of this branch, none of the other's
    EXPECT_EQ(clock.leaves.back().block, next.number);
    EXPECT_TRUE(node.chain->lane_range(lane_id({LaneKind::Clock{}}), 0, 100, 1U << 20U, left.hash)
                    .error()
                    .is(ChainError::NotCanonical));

    EXPECT_TRUE(node.chain->finalize(left.hash).error().is(ChainError::NotFinalizable));
    ASSERT_TRUE(other.chain->import(node.block(left.hash), Finality::Later));
    EXPECT_EQ(other.chain->heads().best, right[2]);
}

} // namespace
} // namespace phala::node
