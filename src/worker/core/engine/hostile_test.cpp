// Contracts that mean harm: limits stop them, what they did is undone, and others are served as before.
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"

#include <thread>

namespace phala::worker::engine {
namespace {

using namespace testing;

class Hostile : public ::testing::Test {
protected:
    void SetUp() override
    {
        cluster.state = test_engine().deposit({}, kAlice, ~Balance{0} / 2);
        honest = make(std::string{kProbe});
    }

    AccountId make(const std::string& text)
    {
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, wat(text), Determinism::Enforced);
        EXPECT_TRUE(uploaded.result) << uploaded.result.error() << " " << uploaded.reason << text;
        cluster.state = uploaded.state;
        const auto made = cluster.instantiate(uploaded.result.value_or(H256{}), {}, {});
        EXPECT_TRUE(made.result) << debug_text(made.result.error());
        return made.result ? made.result->account_id : AccountId{};
    }

    /// Does one thing over and over.
    AccountId make_loop(std::string_view imports, std::string_view body, std::string_view more = "")
    {
        return make("(module (import \"env\" \"memory\" (memory 64 64)) " + std::string{imports} + std::string{more}
                    + "(func (export \"deploy\")) (func (export \"call\") (local $i i32) (loop $again "
                    + std::string{body} + " (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $again))))");
    }

    void expect_stopped(const AccountId& contract, ContractsError why)
    {
        for (const auto mode : {Mode::Transaction, Mode::Estimating, Mode::Query}) {
            cluster.context.mode = mode;
            cluster.arguments.gas_limit = mode == Mode::Query ? 10'000'000'000'000 : kMaxTransactionGas;
            const auto before = cluster.state.root();
            const auto done = cluster.execute(contract, {});
            ASSERT_FALSE(done.result) << mode_text(mode);
            EXPECT_EQ(debug_text(done.result.error()), debug_text(error_of(why))) << mode_text(mode);
            EXPECT_EQ(cluster.state.root(), before);
        }
        cluster.context.mode = Mode::Transaction;
        EXPECT_EQ(cluster.call(honest, Bytes{1}), ExecReturn{}) << "others are served";
    }

    Cluster cluster;
    AccountId honest{};
};

constexpr std::string_view kExtension =
    R"((import "seal0" "call_chain_extension" (func $extension (param i32 i32 i32 i32 i32) (result i32))))";

TEST_F(Hostile, LogsWithoutEnd)
{
    struct Flood {
        std::string_view input;
        std::string_view size;
    };
    // level 3, a text of no bytes, then one of 63
    for (const auto& [input, size] :
         {Flood{R"((data (i32.const 0) "\03\00"))", "2"}, Flood{R"((data (i32.const 0) "\03\fc"))", "65"}}) {
        const auto contract = make_loop(
            kExtension,
            "(i32.store (i32.const 8192) (i32.const 64)) (drop (call $extension (i32.const 10) (i32.const 0) (i32.const "
                + std::string{size} + ") (i32.const 9000) (i32.const 8192)))",
            input);
        expect_stopped(contract, ContractsError::OutOfGas);
        cluster.context.mode = Mode::Query;
        (void)cluster.execute(contract, {});
        EXPECT_LT(cluster.effects.logs.size(), kLogBufferSize / kRecordOverhead + 2);
        cluster.context.mode = Mode::Transaction;
    }
}

TEST_F(Hostile, LargeEventsWithoutEnd)
{
    expect_stopped(make_loop(R"((import "seal0" "deposit_event" (func $event (param i32 i32 i32 i32))))",
                             "(call $event (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1048576))"),
                   ContractsError::OutOfGas);
}

TEST_F(Hostile, SmallEventsWithoutEnd)
{
    expect_stopped(make_loop(R"((import "seal0" "deposit_event" (func $event (param i32 i32 i32 i32))))",
                             "(call $event (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))"),
                   ContractsError::OutOfGas);
}

TEST_F(Hostile, LargeValuesUnderEverNewKeys)
{
    expect_stopped(
        make_loop(
            R"((import "seal2" "set_storage" (func $set (param i32 i32 i32 i32) (result i32))))",
            "(i32.store (i32.const 0) (local.get $i)) (drop (call $set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 1048576)))"),
        ContractsError::OutOfGas);
}

TEST_F(Hostile, CacheOperationsAsEventsWithoutEnd)
{
    // remove(k): an event in transactions; in queries work
    expect_stopped(
        make_loop(
            kExtension,
            "(i32.store (i32.const 8192) (i32.const 64)) (drop (call $extension (i32.const 9) (i32.const 0) (i32.const 2) (i32.const 9000) (i32.const 8192)))",
            R"((data (i32.const 0) "\04k"))"),
        ContractsError::OutOfGas);
}

TEST_F(Hostile, SignaturesWithoutEnd)
{
    // sign with ed25519: type 0, a key of 32 bytes, a message of none
    expect_stopped(
        make_loop(
            kExtension,
            "(i32.store (i32.const 8192) (i32.const 200)) (drop (call $extension (i32.const 2) (i32.const 0) (i32.const 35) (i32.const 9000) (i32.const 8192)))",
            R"((data (i32.const 0) "\00\80"))"),
        ContractsError::OutOfGas);
}

TEST_F(Hostile, LargeInputsOfFunctionsWithoutAPrice)
{
    expect_stopped(make_loop(R"((import "seal0" "call_runtime" (func $runtime (param i32 i32) (result i32))))",
                             "(drop (call $runtime (i32.const 0) (i32.const 4000000)))"),
                   ContractsError::OutOfGas);
}

TEST_F(Hostile, DelegatesToItselfWithoutEnd)
{
    const std::string text = R"((module (import "env" "memory" (memory 1 1))
        (import "seal0" "own_code_hash" (func $own (param i32 i32)))
        (import "seal0" "delegate_call" (func $delegate (param i32 i32 i32 i32 i32 i32) (result i32)))
        (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
        (import "seal2" "set_storage" (func $set (param i32 i32 i32 i32) (result i32)))
        (import "seal1" "contains_storage" (func $contains (param i32 i32) (result i32)))
        (func (export "deploy"))
        (func (export "call")
          (i32.store (i32.const 0) (i32.const 32))
          (call $own (i32.const 32) (i32.const 0))
          (drop (call $set (i32.const 64) (i32.const 1) (i32.const 32) (i32.const 32)))
          (i32.store (i32.const 100) (call $delegate (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)))
          (call $return (i32.const 0) (i32.const 100) (i32.const 4)))))";
    const auto contract = make(text);
    // the sixth frame fails at the limit; the fifth hears of a callee that trapped, and all above succeed
    EXPECT_EQ(cluster.call(contract, {}), (ExecReturn{0, to_bytes(le_bytes(0u))}));
    EXPECT_EQ(cluster.call(honest, Bytes{1}), ExecReturn{});
}

/// Calls the contract in its input twice: with the byte that follows it, then with the next one; answers both codes.
constexpr std::string_view kTwice = R"((module (import "env" "memory" (memory 1 1))
    (import "seal0" "input" (func $input (param i32 i32)))
    (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
    (import "seal1" "seal_call" (func $call (param i32 i32 i64 i32 i32 i32 i32 i32) (result i32)))
    (func $ask (param $at i32) (param $size i32) (result i32)
      (call $call (i32.const 8) (i32.const 1024) (i64.const 0) (i32.const 512) (local.get $at) (local.get $size) (i32.const -1) (i32.const 0)))
    (func (export "deploy"))
    (func (export "call")
      (i32.store (i32.const 0) (i32.const 4096))
      (call $input (i32.const 1024) (i32.const 0))
      (i32.store (i32.const 100) (call $ask (i32.const 1056) (i32.const 33)))
      (i32.store (i32.const 104) (call $ask (i32.const 1089) (i32.const 1)))
      (call $return (i32.const 0) (i32.const 100) (i32.const 8)))))";

TEST_F(Hostile, CallsBackIntoAContractThatEnded)
{
    const auto twice = make(std::string{kTwice});
    const auto terminate = concat(Bytes{static_cast<std::uint8_t>(Probe::Terminate)}, kBob);
    EXPECT_EQ(cluster.call(twice, concat(honest, terminate, Bytes{0})).data, concat(le_bytes(0u), le_bytes(8u)))
        << "not callable any more, in the same call";
    EXPECT_EQ(Engine::code_hash(cluster.state, honest), std::nullopt);
    EXPECT_EQ(cluster.execute(honest, Bytes{0}).result.error(), error_of(ContractsError::ContractNotFound));
}

TEST_F(Hostile, EndsWhileItIsCalledFromItself)
{
    const std::string reenter = R"((module (import "env" "memory" (memory 1 1))
        (import "seal0" "input" (func $input (param i32 i32)))
        (import "seal0" "address" (func $address (param i32 i32)))
        (import "seal1" "terminate" (func $terminate (param i32)))
        (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
        (import "seal1" "seal_call" (func $call (param i32 i32 i64 i32 i32 i32 i32 i32) (result i32)))
        (func (export "deploy"))
        (func (export "call")
          (i32.store (i32.const 0) (i32.const 4096))
          (call $input (i32.const 1024) (i32.const 0))
          (if (i32.load (i32.const 0)) (then (call $terminate (i32.const 2048))))
          (i32.store (i32.const 4) (i32.const 32))
          (call $address (i32.const 512) (i32.const 4))
          (i32.store (i32.const 100) (call $call (i32.const 8) (i32.const 512) (i64.const 0) (i32.const 4000) (i32.const 0) (i32.const 1) (i32.const -1) (i32.const 0)))
          (call $return (i32.const 0) (i32.const 100) (i32.const 4)))))";
    const auto contract = make(reenter);
    EXPECT_EQ(cluster.call(contract, {}).data, to_bytes(le_bytes(1u))) << "the inner call trapped";
    EXPECT_NE(Engine::code_hash(cluster.state, contract), std::nullopt);
}

TEST_F(Hostile, StartsWithoutEnd)
{
    const auto uploaded = test_engine().upload_code(
        cluster.state, kAlice,
        wat(R"((module (import "env" "memory" (memory 1 1)) (func $start (loop $again (br $again))) (start $start)
               (func (export "call")) (func (export "deploy"))))"),
        Determinism::Enforced);
    ASSERT_TRUE(uploaded.result);
    cluster.state = uploaded.state;
    EXPECT_EQ(cluster.instantiate(*uploaded.result, {}, {}).result.error(), error_of(ContractsError::OutOfGas));
    EXPECT_EQ(cluster.call(honest, Bytes{1}), ExecReturn{});
}

TEST_F(Hostile, OthersAreServedBesideIt)
{
    cluster.call(honest, Bytes{1});
    const auto hostile = make_loop("", "");
    auto context = cluster.context;
    context.mode = Mode::Query;
    auto arguments = cluster.arguments;
    arguments.gas_limit = 10'000'000'000'000;
    std::vector<std::jthread> attackers;
    for (int i = 0; i < 4; ++i)
        attackers.emplace_back([&] {
            const auto done = test_engine().call(cluster.state, context, arguments, hostile, {});
            EXPECT_EQ(done->result.result.error(), error_of(ContractsError::OutOfGas));
        });
    for (int i = 0; i < 20; ++i) {
        const auto done = test_engine().call(cluster.state, context, arguments, honest, Bytes{0});
        EXPECT_EQ(done->result.result.value().data, to_bytes(le_bytes(1u)));
    }
}

} // namespace
} // namespace phala::worker::engine
