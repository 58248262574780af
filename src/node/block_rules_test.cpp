// What a chain specification says of single blocks, and what the clock says.
#include "node/chain/block_rules.hpp"
#include "node/test_chain.hpp"

#include <gtest/gtest.h>

namespace phala::node {
namespace {

void refused(const Outcome<H256>& outcome, ChainError error)
{
    ASSERT_FALSE(outcome);
    EXPECT_TRUE(outcome.error().is(error)) << outcome.error().message();
}

TEST(BlockRules, RefuseBadBlocksAndOtherForks)
{
    const TestChain source;
    const auto genesis = source.chain->heads().genesis;
    const auto first = source.make(genesis, 1);
    const auto other = source.make(genesis, 2);
    need(source.chain->import(first, Finality::Later), "import");
    const auto second = source.make(aura::hash_of(first.header), 1);
    const auto third = source.make(aura::hash_of(first.header), 5);

    auto spec = development_spec(built_runtime());
    spec.fork_blocks = {{1, aura::hash_of(first.header)}, {9, {}}};
    spec.bad_blocks = {aura::hash_of(second.header)};
    const TestChain node{std::nullopt, {}, spec};
    refused(node.chain->import(other, Finality::Later), ChainError::WrongFork);
    EXPECT_TRUE(node.chain->import(first, Finality::Later));
    refused(node.chain->import(second, Finality::Later), ChainError::KnownBad);
    refused(node.chain->import(second, Finality::Later), ChainError::KnownBad);
    EXPECT_TRUE(node.chain->import(third, Finality::Later));
}

/// The same runtime with one more custom section, which nothing reads.
Bytes other_code_of_the_same_runtime()
{
    return concat(built_runtime(), Bytes{0, 3, 1, 'x', 0});
}

TEST(BlockRules, SubstituteCodeFromABlockOn)
{
    auto spec = development_spec(built_runtime());
    spec.code_substitutes[2] = other_code_of_the_same_runtime();
    TestChain node{std::nullopt, {}, spec};
    const auto genesis = node.chain->heads().genesis;
    const auto code_behind = [&](BlockNumber number) {
        return need(node.chain->runtime_at(need(node.chain->hash_at(number), "hash").value()), "runtime")->code_hash();
    };
    node.grow(genesis, 4);
    EXPECT_EQ(code_behind(1), code_behind(0));
    EXPECT_NE(code_behind(2), code_behind(1));
    EXPECT_EQ(code_behind(4), code_behind(2));
    node.grow(node.chain->heads().best.hash, 1); // and blocks go on as before

    const TestChain plain;
    for (BlockNumber number = 1; number <= 5; ++number)
        EXPECT_TRUE(plain.chain->import(node.block(need(node.chain->hash_at(number), "hash").value()),
                                        Finality::Later)); // it computes the same
}

TEST(BlockRules, SubstituteNoOtherVersion)
{
    auto spec = development_spec(built_runtime());
    spec.code_substitutes[1] = built_runtime("khala_runtime_next");
    TestChain node{std::nullopt, {}, spec};
    const auto best = node.grow(node.chain->heads().genesis, 3).back();
    EXPECT_EQ(need(node.chain->runtime_at(best.hash), "runtime")->code_hash(),
              need(node.chain->runtime_at(node.chain->heads().genesis), "runtime")->code_hash());
}

TEST(BlockRules, SubstitutesMustBeRuntimes)
{
    auto spec = development_spec(built_runtime());
    spec.code_substitutes[7] = {1, 2, 3};
    const auto rules = BlockRules::make(spec, shared_engine());
    ASSERT_FALSE(rules);
    EXPECT_NE(rules.error().message().find("codeSubstitutes of block 7"), std::string::npos);
}

TEST(ChainClock, BlocksOfSlotsToComeWait)
{
    const TestChain source;
    const auto genesis = source.chain->heads().genesis;
    const TestChain node;
    std::uint64_t now_ms = 5999; // in slots of a second
    node.chain->follow_clock([&] { return now_ms; });
    EXPECT_TRUE(node.chain->import(source.make(genesis, 5), Finality::Later));
    EXPECT_TRUE(node.chain->import(source.make(genesis, 6), Finality::Later)); // clocks differ
    const auto early = source.make(genesis, 7);
    refused(node.chain->import(early, Finality::Later), ChainError::FutureSlot);
    now_ms = 6000;
    EXPECT_TRUE(node.chain->import(early, Finality::Later)); // its time has come
    now_ms = 0;
    node.chain->follow_clock({});
    EXPECT_TRUE(node.chain->import(source.make(genesis, 1000), Finality::Later));
}

} // namespace
} // namespace phala::node
