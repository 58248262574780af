#include "node/offchain/workers.hpp"

#include "node/offchain/workers_testing.hpp"

#include <gtest/gtest.h>

namespace phala::node {
namespace {

class Working {
public:
    explicit Working(const std::string& body, const OffchainLimits& limits = {})
        : node{std::nullopt, {}, testing::spec_of(body)}, workers{*node.chain, *node.pool, nullptr, true, limits}
    {
    }
    void after_block(bool wait = true)
    {
        workers.on_best_block(node.chain->heads().best.hash);
        if (wait)
            workers.wait();
    }
    std::optional<Bytes> kept(std::string_view key = "key") const
    {
        return need(node.chain->offchain_storage().get(bytes_of(key)), "storage");
    }

    TestChain node;
    OffchainWorkers workers;
};

TEST(OffchainWorkers, KeepWhatTheySetAndForgetWhatTheyWroteToTheState)
{
    Working run{R"(
      (call $set_state (global.get $key) (global.get $value))
      (call $set (i32.const 1) (local.get $argument) (global.get $value)))"};
    run.after_block();
    const auto header = need(run.node.chain->require_header(run.node.chain->heads().best.hash), "header");
    EXPECT_EQ(need(run.node.chain->offchain_storage().get(scale::encode(header)), "storage"), to_bytes("value"))
        << "it was told the header";
    EXPECT_EQ(
        need(need(run.node.chain->state_at(run.node.chain->heads().best.hash), "state")->get(bytes_of("key")), "get"),
        std::nullopt);
}

TEST(OffchainWorkers, TheLocalStoreLastsForOneRun)
{
    // what is there under "key" in the local store goes to the persistent one, then it is set
    Working run{R"(
      (call $set (i32.const 1) (global.get $key) (call $get (i32.const 2) (global.get $key)))
      (call $set (i32.const 2) (global.get $key) (global.get $value))
      (call $set (i32.const 1) (global.get $value) (call $get (i32.const 2) (global.get $key))))"};
    run.after_block();
    run.after_block();
    EXPECT_EQ(run.kept(), Bytes{0}) << "none of the run before";
    EXPECT_EQ(run.kept("value"), scale::encode(std::optional{to_bytes("value")}));
}

TEST(OffchainWorkers, CompareAndSet)
{
    Working run{
        R"((drop (call $swap (i32.const 1) (global.get $key) (i64.const 0x0000000100000040) (global.get $value))))"};
    run.after_block();
    EXPECT_EQ(run.kept(), to_bytes("value")) << "there was none";
    need(run.node.chain->offchain_storage().set(bytes_of("key"), bytes_of("mine")), "set");
    run.after_block();
    EXPECT_EQ(run.kept(), to_bytes("mine"));
}

TEST(OffchainWorkers, ARunThatEndsBadlyDoesNotEndTheNext)
{
    Working run{R"(
      (call $set (i32.const 1) (global.get $key) (global.get $value))
      unreachable)"};
    run.after_block();
    EXPECT_EQ(run.kept(), to_bytes("value")) << "local storage is no transaction";
    need(run.node.chain->offchain_storage().clear(bytes_of("key")), "clear");
    run.after_block();
    EXPECT_EQ(run.kept(), to_bytes("value"));
}

TEST(OffchainWorkers, HaveLimits)
{
    const OffchainLimits limits{
        .time = std::chrono::milliseconds{200}, .heap_pages = 64, .written = 1000, .transactions = 1};
    {
        Working run{"(loop (br 0))", limits};
        run.after_block(); // it returns
    }
    {
        Working run{
            "(call $sleep (i64.const -1)) (call $set (i32.const 1) (global.get $key) (global.get $value)) (loop (br 0))",
            limits};
        run.after_block();
        EXPECT_EQ(run.kept(), to_bytes("value")) << "a sleep ends with the time of the run at the latest";
    }
    {
        Working run{"(loop (drop (call $malloc (i32.const 100000))) (br 0))", limits};
        run.after_block();
    }
    {
        Working run{"(loop (call $set (i32.const 1) (global.get $key) (global.get $value)) (br 0))", limits};
        run.after_block();
        EXPECT_EQ(run.kept(), to_bytes("value"));
    }
}

TEST(OffchainWorkers, ANodeThatEndsDoesNotWaitForThem)
{
    Working run{"(call $sleep (i64.const -1)) (loop (br 0))", {.time = std::chrono::hours{1}}};
    run.after_block(false);
    run.after_block(false);
}

TEST(OffchainIndex, IsWrittenByBlocksThatAreImported)
{
    Working run{"(call $set (i32.const 1) (global.get $value) (call $get (i32.const 1) (global.get $key)))"};
    auto& chain = *run.node.chain;
    const auto genesis = need(chain.require_header(chain.heads().genesis), "header");
    Block block{{.parent_hash = chain.heads().genesis,
                 .number = 1,
                 .state_root = genesis.state_root,
                 .extrinsics_root = {trie::kEmptyRoot},
                 .digest = {{aura::slot_item(1)}}},
                {}};
    block.header = aura::seal(std::move(block.header), *testing::alice().sr25519());
    need(chain.call(chain.heads().genesis, "Core_execute_block", {}), "call");
    EXPECT_EQ(run.kept(), std::nullopt) << "asking is not importing";
    need(chain.import(block, Finality::WithImport), "import");
    EXPECT_EQ(run.kept(), to_bytes("value"));
    run.after_block();
    EXPECT_EQ(run.kept("value"), scale::encode(std::optional{to_bytes("value")})) << "workers read it";
}

TEST(OffchainWorkers, RunBesideTheChain)
{
    TestChain node;
    OffchainWorkers workers{*node.chain, *node.pool, nullptr, false};
    node.chain->on_event([&](const ChainEvent& event) { workers.on_best_block(event.heads.best.hash); });
    for (int i = 0; i < 3; ++i)
        node.seal();
    workers.on_best_block(H256{}); // of no block
    workers.wait();
    EXPECT_EQ(node.count(Column::Offchain), 0U);
}

} // namespace
} // namespace phala::node
