#include "node/chain/block_tree.hpp"
#include "node/chain/pruning.hpp"

#include <gtest/gtest.h>

namespace phala::node {
namespace {

BlockRef block(std::uint8_t name, BlockNumber number)
{
    BlockRef out{.hash = {}, .number = number};
    out.hash.bytes.fill(name);
    return out;
}

// 0 ─ 1 ─ 2 ─ 3
//      └─ 4 ─ 5
//  └─ 6
struct Tree : ::testing::Test {
    BlockRef b0 = block(0, 10), b1 = block(1, 11), b2 = block(2, 12), b3 = block(3, 13), b4 = block(4, 12),
             b5 = block(5, 13), b6 = block(6, 11);
    BlockTree tree;

    Tree()
    {
        tree.insert({b1, b0.hash, 1});
        tree.insert({b2, b1.hash, 2});
        tree.insert({b4, b1.hash, 3});
        tree.insert({b5, b4.hash, 4});
        tree.insert({b3, b2.hash, 5});
        tree.insert({b6, b0.hash, 6});
    }
};

TEST_F(Tree, FindsTheWayBetweenBlocks)
{
    const auto way = tree.route(b3, b5).value();
    EXPECT_EQ(way.retracted, (std::vector{b3, b2}));
    EXPECT_EQ(way.enacted, (std::vector{b4, b5}));
    EXPECT_EQ(tree.route(b6, b2).value().retracted, std::vector{b6});
    EXPECT_EQ(tree.route(b6, b2).value().enacted, (std::vector{b1, b2}));
    EXPECT_EQ(tree.route(b0, b1).value().enacted, std::vector{b1});
    EXPECT_EQ(tree.route(b3, b0).value().retracted, (std::vector{b3, b2, b1}));
    EXPECT_TRUE(tree.route(b3, b3).value().enacted.empty());
    EXPECT_FALSE(tree.route(b3, block(9, 13)));
}

TEST_F(Tree, TellsBranchesApart)
{
    const auto parts = tree.split(b4.hash);
    ASSERT_EQ(parts.descendants.size(), 1U);
    EXPECT_EQ(parts.descendants[0].block, b5);
    EXPECT_EQ(parts.others.size(), 5U);
    EXPECT_EQ(tree.split(b0.hash).descendants.size(), 6U);
    EXPECT_EQ(tree.leaves(), (std::vector{b6, b5, b3}));
    EXPECT_EQ(longest(tree.ordered(), b0), b5); // seen before the other of its length
    EXPECT_EQ(longest(tree.split(b2.hash).descendants, b2), b3);
    EXPECT_EQ(longest({}, b6), b6);
}

TEST(Pruning, ReadsWhatItPrints)
{
    for (const char* text : {"archive", "archive-canonical", "256", "1"})
        EXPECT_EQ(to_string(parse_pruning(text).value()), text);
    for (const char* text : {"", "0", "-1", "all", "256x", "99999999999"})
        EXPECT_FALSE(parse_pruning(text)) << text;
}

} // namespace
} // namespace phala::node
