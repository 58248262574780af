// What an operator does with a chain at rest.
#include "node/chain/maintenance.hpp"
#include "node/test_chain.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace phala::node {
namespace {

TEST(NodeMaintenance, ExportsAndImportsAndGoesOnWhereItStopped)
{
    TestChain source;
    for (Nonce nonce = 0; nonce < 5; ++nonce) {
        need(source.pool->submit(TransactionSource::External, source.transfer("//Alice", "//Bob", nonce)), "submit");
        source.seal();
    }
    for (auto format : {BlockFormat::Binary, BlockFormat::Json}) {
        std::ostringstream file;
        EXPECT_EQ(export_blocks(*source.chain, file, 1, {}, format).value(), 5U);
        TestChain target;
        std::istringstream part{file.str().substr(0, file.str().size() * 2 / 3)};
        EXPECT_TRUE(
            import_blocks(*target.chain, part, format, Finality::WithImport).error().is(BlockFileError::Malformed));
        const auto before = target.chain->heads().best.number;
        EXPECT_GT(before, 0U);
        EXPECT_LT(before, 5U);
        std::istringstream whole{file.str()};
        EXPECT_EQ(import_blocks(*target.chain, whole, format, Finality::WithImport).value(),
                  (ImportedBlocks{5 - before, before}));
        EXPECT_EQ(target.chain->heads().best, source.chain->heads().best);
        EXPECT_EQ(target.nonce_of("//Alice", target.chain->heads().best.hash), 5U);
    }
    std::ostringstream file;
    EXPECT_EQ(export_blocks(*source.chain, file, 2, 3, BlockFormat::Binary).value(), 2U);
    EXPECT_TRUE(export_blocks(*source.chain, file, 2, 9, BlockFormat::Binary).error().is(ChainError::UnknownBlock));
    TestChain empty;
    std::istringstream orphans{file.str()};
    const auto refused = import_blocks(*empty.chain, orphans, BlockFormat::Binary, Finality::Later);
    EXPECT_TRUE(refused.error().is(ChainError::UnknownParent));
    EXPECT_NE(refused.error().message().find("block 2"), std::string::npos);
}

TEST(NodeMaintenance, ChecksBlocksAgain)
{
    TestChain node{std::nullopt, {.state_pruning = Pruning::last(2), .blocks_pruning = Pruning::last(3)}};
    const auto blocks = node.grow(node.chain->heads().genesis, 8, 1, Finality::WithImport);
    EXPECT_EQ(find_block(*node.chain, "8").value(), blocks[7].hash);
    EXPECT_EQ(find_block(*node.chain, to_hex0x(blocks[2].hash)).value(), blocks[2].hash);
    for (const char* text : {"9", "x", "", "0x12", "-1"})
        EXPECT_FALSE(find_block(*node.chain, text)) << text;
    EXPECT_TRUE(node.chain->check(blocks[7].hash));
    EXPECT_TRUE(node.chain->check(blocks[5].hash).error().is(ChainError::StateDiscarded)); // its parent's
    EXPECT_TRUE(node.chain->check(blocks[2].hash).error().is(ChainError::BodyDiscarded));
    std::ostringstream file;
    EXPECT_TRUE(export_blocks(*node.chain, file, 1, {}, BlockFormat::Binary).error().is(ChainError::BodyDiscarded));

    auto body = *need(node.chain->body(blocks[7].hash), "body"); // as a damaged disk may have it
    body[0].back() ^= 1U;
    Batch batch;
    batch.put(Column::Bodies, blocks[7].hash, scale::encode(body));
    need(node.store->commit(std::move(batch)), "commit");
    EXPECT_TRUE(node.chain->check(blocks[7].hash).error().is(ChainError::WrongExtrinsicsRoot));
}

} // namespace
} // namespace phala::node
