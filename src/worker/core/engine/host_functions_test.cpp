// Each host function by itself: what it gives back, how it traps (spec contract-engine §1.5, §1.6).
#include "base/hex.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/hash.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"
#include "worker/core/engine/host_functions.hpp"

namespace phala::worker::engine {
namespace {

using namespace testing;

/// Contracts of one body. Input lies at 1024, its size at 4; what is given back is at 8192, `room` for it at 8.
class HostFunctions : public ::testing::Test {
protected:
    static constexpr Balance kFunds = 1'000'000'000'000;

    void SetUp() override { cluster.state = test_engine().deposit({}, kAlice, kFunds); }

    static std::string text_of_contract(std::string_view imports, std::string_view body, std::string_view deploy = "")
    {
        return R"((module (import "env" "memory" (memory 1 64))
            (import "seal0" "input" (func $input (param i32 i32)))
            (import "seal0" "seal_return" (func $return (param i32 i32 i32))) )"
               + std::string{imports} + R"(
            (func $answer (param i32) (i32.store (i32.const 8192) (local.get 0))
              (call $return (i32.const 0) (i32.const 8192) (i32.const 4)))
            (func $give (param i32) (call $return (i32.const 0) (i32.const 8192) (local.get 0)))
            (func (export "deploy") )"
               + std::string{deploy} + R"()
            (func (export "call")
              (i32.store (i32.const 4) (i32.const 4096))
              (call $input (i32.const 1024) (i32.const 4))
              (i32.store (i32.const 8) (i32.const 4096)) )"
               + std::string{body} + "))";
    }

    H256 upload(const std::string& text, Determinism determinism = Determinism::Enforced)
    {
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, wat(text), determinism);
        EXPECT_TRUE(uploaded.result) << uploaded.result.error() << " " << uploaded.reason << text;
        cluster.state = uploaded.state;
        return uploaded.result.value_or(H256{});
    }

    AccountId make(const H256& code)
    {
        const auto made = cluster.instantiate(code, {}, Bytes{++salt});
        EXPECT_TRUE(made.result) << debug_text(made.result.error());
        return made.result ? made.result->account_id : AccountId{};
    }

    /// Makes a contract of the body and calls it.
    ContractExecResult run(std::string_view imports, std::string_view body, Bytes input = {})
    {
        latest = make(upload(text_of_contract(imports, body)));
        return cluster.execute(latest, std::move(input));
    }
    Bytes data(std::string_view imports, std::string_view body, Bytes input = {})
    {
        const auto done = run(imports, body, std::move(input));
        EXPECT_TRUE(done.result) << debug_text(done.result.error()) << body;
        return done.result ? done.result->data : Bytes{};
    }
    std::uint32_t answer(std::string_view imports, std::string_view call, Bytes input = {})
    {
        const auto bytes = data(imports, "(call $answer " + std::string{call} + ")", std::move(input));
        return bytes.size() == 4 ? from_le<std::uint32_t>(ByteView{bytes}.first<4>()) : 0xdeadbeef;
    }
    void expect_trap(ContractsError error, std::string_view imports, std::string_view body, Bytes input = {})
    {
        const auto done = run(imports, body, std::move(input));
        ASSERT_FALSE(done.result) << body;
        EXPECT_EQ(debug_text(done.result.error()), debug_text(error_of(error))) << body;
    }

    Cluster cluster;
    AccountId latest{};
    std::uint8_t salt = 0;
};

constexpr std::string_view kStorage = R"(
    (import "seal0" "set_storage" (func $set0 (param i32 i32 i32)))
    (import "seal1" "set_storage" (func $set1 (param i32 i32 i32) (result i32)))
    (import "seal2" "set_storage" (func $set2 (param i32 i32 i32 i32) (result i32)))
    (import "seal0" "clear_storage" (func $clear0 (param i32)))
    (import "seal1" "clear_storage" (func $clear1 (param i32 i32) (result i32)))
    (import "seal0" "get_storage" (func $get0 (param i32 i32 i32) (result i32)))
    (import "seal1" "get_storage" (func $get1 (param i32 i32 i32 i32) (result i32)))
    (import "seal0" "contains_storage" (func $contains0 (param i32) (result i32)))
    (import "seal1" "contains_storage" (func $contains1 (param i32 i32) (result i32)))
    (import "seal0" "take_storage" (func $take (param i32 i32 i32 i32) (result i32))) )";
constexpr std::uint32_t kSentinel = 0xffffffff;

TEST_F(HostFunctions, StorageUnderFixedKeys)
{
    EXPECT_EQ(answer(kStorage, "(call $contains0 (i32.const 64))"), kSentinel);
    EXPECT_EQ(answer(kStorage, "(call $get0 (i32.const 64) (i32.const 8192) (i32.const 8))"), 3u);
    EXPECT_EQ(answer(kStorage, "(call $set1 (i32.const 64) (i32.const 0) (i32.const 5))"), kSentinel);
    constexpr std::string_view kSet = "(call $set0 (i32.const 64) (i32.const 1024) (i32.const 3))";
    const auto after_set = [&](std::string_view call) {
        return std::string{"(call $set0 (i32.const 64) (i32.const 1024) (i32.const 3))"} + std::string{call};
    };
    EXPECT_EQ(data(kStorage, after_set("(call $answer (call $contains0 (i32.const 64)))")), to_bytes(le_bytes(3u)));
    EXPECT_EQ(data(kStorage, after_set("(call $answer (call $set1 (i32.const 64) (i32.const 0) (i32.const 9)))")),
              to_bytes(le_bytes(3u)));
    EXPECT_EQ(
        data(
            kStorage,
            after_set(
                "(drop (call $get0 (i32.const 64) (i32.const 8192) (i32.const 8))) (call $give (i32.load (i32.const 8)))"),
            Bytes{7, 8, 9}),
        (Bytes{7, 8, 9}));
    EXPECT_EQ(
        data(kStorage, after_set("(call $clear0 (i32.const 64)) (call $answer (call $contains0 (i32.const 64)))")),
        to_bytes(le_bytes(kSentinel)));
    expect_trap(ContractsError::OutOfBounds, kStorage, "(call $set0 (i32.const 65510) (i32.const 0) (i32.const 1))");
    expect_trap(ContractsError::OutOfBounds, kStorage,
                "(call $set0 (i32.const 64) (i32.const 65000) (i32.const 1000))");
    expect_trap(
        ContractsError::OutputBufferTooSmall, kStorage,
        std::string{kSet}
            + "(i32.store (i32.const 8) (i32.const 2)) (drop (call $get0 (i32.const 64) (i32.const 8192) (i32.const 8)))");
}

TEST_F(HostFunctions, StorageUnderVariableKeys)
{
    const std::string set = "(drop (call $set2 (i32.const 0) (i32.const 5) (i32.const 1024) (i32.const 3)))";
    EXPECT_EQ(answer(kStorage, "(call $set2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))"), kSentinel);
    EXPECT_EQ(answer(kStorage, "(call $clear1 (i32.const 0) (i32.const 5))"), kSentinel);
    EXPECT_EQ(data(kStorage, set + "(call $answer (call $clear1 (i32.const 0) (i32.const 5)))"),
              to_bytes(le_bytes(3u)));
    EXPECT_EQ(data(kStorage, set + "(call $answer (call $contains1 (i32.const 0) (i32.const 4)))"),
              to_bytes(le_bytes(kSentinel)))
        << "another key";
    EXPECT_EQ(
        data(
            kStorage,
            set + "(drop (call $take (i32.const 0) (i32.const 5) (i32.const 8192) (i32.const 8))) (call $give (i32.load (i32.const 8)))",
            Bytes{1, 2, 3}),
        (Bytes{1, 2, 3}));
    EXPECT_EQ(
        data(
            kStorage,
            set + "(drop (call $take (i32.const 0) (i32.const 5) (i32.const 8192) (i32.const 8))) (call $answer (call $contains1 (i32.const 0) (i32.const 5)))"),
        to_bytes(le_bytes(kSentinel)));
    EXPECT_EQ(answer(kStorage, "(call $get1 (i32.const 0) (i32.const 128) (i32.const 8192) (i32.const 8))"), 3u);
    expect_trap(ContractsError::DecodingFailed, kStorage,
                "(drop (call $get1 (i32.const 0) (i32.const 129) (i32.const 8192) (i32.const 8)))");
    expect_trap(ContractsError::ValueTooLarge, kStorage,
                "(drop (call $set2 (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1048577)))");
    expect_trap(ContractsError::OutOfBounds, kStorage,
                "(drop (call $set2 (i32.const 65535) (i32.const 2) (i32.const 0) (i32.const 1)))");
    // a take whose output does not fit takes nothing: the whole call is undone
    const auto contract = make(upload(text_of_contract(kStorage, R"(
        (if (i32.eqz (i32.load8_u (i32.const 1024)))
          (then (drop (call $set2 (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 9))) (call $give (i32.const 0))))
        (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 1))
          (then (i32.store (i32.const 8) (i32.const 1)) (drop (call $take (i32.const 0) (i32.const 1) (i32.const 8192) (i32.const 8)))))
        (call $answer (call $contains1 (i32.const 0) (i32.const 1))))")));
    cluster.call(contract, Bytes{0});
    EXPECT_EQ(cluster.execute(contract, Bytes{1}).result.error(), error_of(ContractsError::OutputBufferTooSmall));
    EXPECT_EQ(cluster.call(contract, Bytes{2}).data, to_bytes(le_bytes(9u)));
}

TEST_F(HostFunctions, Transfers)
{
    constexpr std::string_view kImports =
        R"((import "seal0" "seal_transfer" (func $transfer (param i32 i32 i32 i32) (result i32))))";
    const auto call = "(call $transfer (i32.const 1024) (i32.const 0) (i32.const 1056) (i32.const 0))";
    cluster.arguments.transfer = 100;
    EXPECT_EQ(answer(kImports, call, concat(kBob, le_bytes(Balance{60}))), 0u);
    EXPECT_EQ(Engine::free_balance(cluster.state, kBob), 60u);
    EXPECT_EQ(answer(kImports, call, concat(kBob, le_bytes(Balance{250}))), 5u);
    EXPECT_EQ(answer(kImports, call, concat(kBob, le_bytes(~Balance{0}))), 5u);
    expect_trap(ContractsError::OutOfBounds, kImports,
                "(drop (call $transfer (i32.const 65530) (i32.const 32) (i32.const 0) (i32.const 16)))");
}

constexpr std::string_view kCalls = R"(
    (import "seal0" "call" (func $call0 (param i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "seal1" "call" (func $call1 (param i32 i32 i64 i32 i32 i32 i32 i32) (result i32)))
    (import "seal0" "delegate_call" (func $delegate (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "seal0" "address" (func $address (param i32 i32))) )";

std::string call1(int flags, std::string_view gas = "0", std::string_view output = "(i32.const -1) (i32.const 0)")
{
    return "(call $call1 (i32.const " + std::to_string(flags) + ") (i32.const 1024) (i64.const " + std::string{gas}
           + ") (i32.const 2048) (i32.const 1056) (i32.const 1) " + std::string{output} + ")";
}

TEST_F(HostFunctions, Calls)
{
    const auto probe = make(upload(std::string{kProbe}));
    const auto asks = [&](Probe what) { return concat(probe, Bytes{static_cast<std::uint8_t>(what)}); };
    EXPECT_EQ(answer(kCalls, call1(0), asks(Probe::Increment)), 0u);
    EXPECT_EQ(answer(kCalls, call1(0), asks(Probe::IncrementAndTrap)), 1u);
    EXPECT_EQ(answer(kCalls, call1(0), asks(Probe::IncrementAndRevert)), 2u);
    EXPECT_EQ(answer(kCalls, call1(0), concat(kBob, Bytes{0})), 8u);
    EXPECT_EQ(
        data(kCalls,
             "(drop " + call1(0, "0", "(i32.const 8192) (i32.const 8)") + ") (call $give (i32.load (i32.const 8)))",
             asks(Probe::Get)),
        to_bytes(le_bytes(1u)));
    // version 0 has its own order of parameters
    EXPECT_EQ(
        answer(
            kCalls,
            "(call $call0 (i32.const 1024) (i32.const 32) (i64.const 0) (i32.const 2048) (i32.const 16) (i32.const 1056) (i32.const 1) (i32.const -1) (i32.const 0))",
            asks(Probe::Increment)),
        0u);
    expect_trap(ContractsError::InvalidCallFlags, kCalls, "(drop " + call1(16) + ")", asks(Probe::Get));
    expect_trap(ContractsError::OutOfGas, kCalls, "(drop " + call1(0, "9000000000000") + ")", asks(Probe::Get));
    expect_trap(ContractsError::OutputBufferTooSmall, kCalls,
                "(i32.store (i32.const 8) (i32.const 3)) (drop " + call1(0, "0", "(i32.const 8192) (i32.const 8)")
                    + ")",
                asks(Probe::Get));
    expect_trap(ContractsError::InputForwarded, kCalls,
                "(drop " + call1(1) + ") (call $input (i32.const 1024) (i32.const 4))", asks(Probe::Get));
    EXPECT_EQ(data(kCalls,
                   "(drop " + call1(2)
                       + ") (call $input (i32.const 8192) (i32.const 8)) (call $give (i32.load (i32.const 8)))",
                   asks(Probe::Get)),
              asks(Probe::Get))
        << "a clone leaves the input";
    // more value than the contract has
    EXPECT_EQ(answer(kCalls, "(i32.store (i32.const 2048) (i32.const 1))" + call1(0), asks(Probe::Get)), 5u);
    // itself: closed without permission
    const std::string myself =
        "(i32.store (i32.const 8) (i32.const 32)) (call $address (i32.const 1024) (i32.const 8))";
    expect_trap(ContractsError::ReentranceDenied, kCalls, myself + "(drop " + call1(0) + ")");
}

TEST_F(HostFunctions, DelegateCalls)
{
    const auto code = upload(std::string{kProbe});
    const auto delegate = [](int flags) {
        return "(call $delegate (i32.const " + std::to_string(flags)
               + ") (i32.const 1024) (i32.const 1056) (i32.const 1) (i32.const -1) (i32.const 0))";
    };
    EXPECT_EQ(answer(kCalls, delegate(0), concat(code, Bytes{1})), 0u);
    EXPECT_EQ(answer(kCalls, delegate(0), concat(code, Bytes{2})), 2u);
    EXPECT_EQ(answer(kCalls, delegate(0), concat(code, Bytes{3})), 1u);
    EXPECT_EQ(answer(kCalls, delegate(0), concat(H256{}, Bytes{1})), 7u);
    expect_trap(ContractsError::InvalidCallFlags, kCalls, "(drop " + delegate(8) + ")", concat(code, Bytes{1}));
    const auto floating = upload(contract_text("(func (result f64) f64.const 1)", ""), Determinism::Relaxed);
    expect_trap(ContractsError::Indeterministic, kCalls, "(drop " + delegate(0) + ")", concat(floating, Bytes{1}));
    cluster.context.mode = Mode::Query;
    EXPECT_EQ(cluster.call(latest, concat(floating, Bytes{1})), ExecReturn{}) << "a query may";
}

TEST_F(HostFunctions, Instantiations)
{
    constexpr std::string_view kImports = R"(
        (import "seal0" "instantiate" (func $make0 (param i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
        (import "seal1" "instantiate" (func $make1 (param i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
        (import "seal0" "instantiation_nonce" (func $nonce (result i64))) )";
    const auto code = upload(std::string{kProbe});
    const std::string make1 =
        "(call $make1 (i32.const 1024) (i64.const 0) (i32.const 2048) (i32.const 0) (i32.const 0)"
        " (i32.const 8192) (i32.const 8) (i32.const -1) (i32.const 0) (i32.const 1056) (i32.const 1))";
    cluster.arguments.transfer = 50;
    const auto made =
        data(kImports, "(drop " + make1 + ") (call $give (i32.load (i32.const 8)))", concat(code, Bytes{7}));
    ASSERT_EQ(made.size(), 32u);
    EXPECT_EQ(AccountId{array_of<32>(made)}, contract_address(latest, code, H256{}, Bytes{7}));
    EXPECT_EQ(Engine::code_hash(cluster.state, AccountId{array_of<32>(made)}), code);
    EXPECT_EQ(answer(kImports, make1, concat(H256{}, Bytes{7})), 7u);
    EXPECT_EQ(answer(kImports, "(i32.store (i32.const 2048) (i32.const 150))" + make1, concat(code, Bytes{7})), 5u);
    expect_trap(ContractsError::DuplicateContract, kImports,
                "(drop " + make1 + ") (i32.store (i32.const 8) (i32.const 32)) (drop " + make1 + ")",
                concat(code, Bytes{7}));
    // version 0; neither address nor output wanted
    EXPECT_EQ(
        answer(
            kImports,
            "(call $make0 (i32.const 1024) (i32.const 32) (i64.const 0) (i32.const 2048) (i32.const 16) (i32.const 0)"
            " (i32.const 0) (i32.const -1) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 1056) (i32.const 1))",
            concat(code, Bytes{9})),
        0u);
    const auto before = data(kImports, "(i64.store (i32.const 8192) (call $nonce)) (call $give (i32.const 8))");
    const auto after = data(kImports, "(i64.store (i32.const 8192) (call $nonce)) (call $give (i32.const 8))");
    EXPECT_EQ(from_le<std::uint64_t>(ByteView{after}.first<8>()),
              from_le<std::uint64_t>(ByteView{before}.first<8>()) + 1);
}

TEST_F(HostFunctions, Termination)
{
    constexpr std::string_view kImports = R"((import "seal0" "terminate" (func $terminate (param i32 i32))))";
    run(kImports, "(call $terminate (i32.const 1024) (i32.const 32))", to_bytes(kBob));
    EXPECT_EQ(Engine::code_hash(cluster.state, latest), std::nullopt);
    const auto code = upload(text_of_contract(kImports, "", "(call $terminate (i32.const 1024) (i32.const 32))"));
    EXPECT_EQ(cluster.instantiate(code, {}, Bytes{99}).result.error(),
              error_of(ContractsError::TerminatedInConstructor));
}

TEST_F(HostFunctions, Returns)
{
    EXPECT_EQ(run("", "(call $return (i32.const 1) (i32.const 1024) (i32.const 2))", Bytes{5, 6}).result,
              (ExecReturn{kRevertFlag, {5, 6}}));
    EXPECT_EQ(run("", "").result, ExecReturn{});
    expect_trap(ContractsError::InvalidCallFlags, "", "(call $return (i32.const 2) (i32.const 0) (i32.const 0))");
    expect_trap(ContractsError::OutOfBounds, "", "(call $return (i32.const 0) (i32.const 0) (i32.const 65537))");
    expect_trap(ContractsError::OutOfBounds, "", "(call $return (i32.const 0) (i32.const 0) (i32.const 4194305))");
    expect_trap(ContractsError::ContractTrapped, "", "unreachable");
    expect_trap(ContractsError::OutputBufferTooSmall, "",
                "(i32.store (i32.const 8) (i32.const 1)) (call $input (i32.const 8192) (i32.const 8))", Bytes{1, 2});
}

TEST_F(HostFunctions, FactsAboutContracts)
{
    constexpr std::string_view kImports = R"(
        (import "seal0" "is_contract" (func $is_contract (param i32) (result i32)))
        (import "seal0" "code_hash" (func $code_hash (param i32 i32 i32) (result i32)))
        (import "seal0" "own_code_hash" (func $own (param i32 i32)))
        (import "seal0" "caller_is_origin" (func $origin (result i32)))
        (import "seal0" "address" (func $address (param i32 i32)))
        (import "seal0" "caller" (func $caller (param i32 i32))) )";
    const auto code = upload(std::string{kProbe});
    const auto probe = make(code);
    EXPECT_EQ(answer(kImports, "(call $is_contract (i32.const 1024))", to_bytes(probe)), 1u);
    EXPECT_EQ(answer(kImports, "(call $is_contract (i32.const 1024))", to_bytes(kBob)), 0u);
    EXPECT_EQ(
        data(kImports,
             "(drop (call $code_hash (i32.const 1024) (i32.const 8192) (i32.const 8))) (call $give (i32.const 32))",
             to_bytes(probe)),
        to_bytes(code));
    EXPECT_EQ(answer(kImports, "(call $code_hash (i32.const 1024) (i32.const 8192) (i32.const 8))", to_bytes(kBob)),
              3u);
    EXPECT_EQ(data(kImports, "(call $own (i32.const 8192) (i32.const 8)) (call $give (i32.const 32))"),
              to_bytes(*Engine::code_hash(cluster.state, latest)));
    EXPECT_EQ(answer(kImports, "(call $origin)"), 1u);
    const auto inner = latest;
    const auto proxy = make(upload(std::string{kProxy}));
    EXPECT_EQ(cluster.call(proxy, concat(le_bytes(0u), inner, le_bytes(Balance{0}), le_bytes(std::uint64_t{0}))).data,
              concat(le_bytes(0u), le_bytes(4u), le_bytes(0u)))
        << "called by a contract";
    EXPECT_EQ(data(kImports, "(call $address (i32.const 8192) (i32.const 8)) (call $give (i32.const 32))"),
              to_bytes(latest));
    EXPECT_EQ(data(kImports, "(call $caller (i32.const 8192) (i32.const 8)) (call $give (i32.const 32))"),
              to_bytes(kAlice));
    expect_trap(ContractsError::OutOfBounds, kImports, "(call $caller (i32.const 65520) (i32.const 8))");
    expect_trap(ContractsError::OutOfBounds, kImports, "(call $caller (i32.const 8192) (i32.const 65534))");
}

TEST_F(HostFunctions, Ecdsa)
{
    constexpr std::string_view kImports = R"(
        (import "seal0" "ecdsa_recover" (func $recover (param i32 i32 i32) (result i32)))
        (import "seal0" "ecdsa_to_eth_address" (func $eth (param i32 i32) (result i32))) )";
    const auto pair = crypto::ecdsa::KeyPair::from_seed(Secret<32>{ByteArray<32>{5}}).value();
    const auto digest = crypto::blake2_256(bytes_of("message"));
    const auto signature = to_bytes(pair.sign_digest(digest));
    const std::string recover = "(call $recover (i32.const 1024) (i32.const 1089) (i32.const 8192))";
    EXPECT_EQ(data(kImports, "(drop " + recover + ") (call $give (i32.const 33))", concat(signature, digest)),
              to_bytes(pair.public_key()));
    EXPECT_EQ(answer(kImports, recover, concat(Bytes(65, 0xff), digest)), 11u);
    const auto address = crypto::ecdsa::evm_address_of(pair.public_key()).value();
    const std::string eth = "(call $eth (i32.const 1024) (i32.const 8192))";
    EXPECT_EQ(data(kImports, "(drop " + eth + ") (call $give (i32.const 20))", to_bytes(pair.public_key())),
              to_bytes(address));
    EXPECT_EQ(answer(kImports, eth, Bytes(33, 0xff)), 11u);
}

TEST_F(HostFunctions, SetCodeHash)
{
    constexpr std::string_view kImports = R"((import "seal0" "set_code_hash" (func $set (param i32) (result i32))))";
    const auto code = upload(std::string{kProbe});
    EXPECT_EQ(answer(kImports, "(call $set (i32.const 1024))", to_bytes(code)), 0u) << "the running code goes on";
    EXPECT_EQ(Engine::code_hash(cluster.state, latest), code);
    EXPECT_EQ(cluster.call(latest, Bytes{0}).data, to_bytes(le_bytes(0u))) << "the next call runs the new one";
    EXPECT_EQ(answer(kImports, "(call $set (i32.const 1024))", Bytes(32, 9)), 7u);
    const auto floating = upload(contract_text("(func (result f64) f64.const 1)", ""), Determinism::Relaxed);
    expect_trap(ContractsError::Indeterministic, kImports, "(drop (call $set (i32.const 1024)))", to_bytes(floating));
}

TEST_F(HostFunctions, CallRuntime)
{
    constexpr std::string_view kImports =
        R"((import "seal0" "call_runtime" (func $runtime (param i32 i32) (result i32))))";
    const auto call = "(call $answer (call $runtime (i32.const 1024) (i32.load (i32.const 4))))";
    const auto filtered = run(kImports, call, Bytes{2, 0, 1, 2, 3});
    EXPECT_EQ(filtered.result.value().data, to_bytes(le_bytes(10u)));
    EXPECT_EQ(text_of(filtered.debug_message), "call failed with: CallFiltered");
    expect_trap(ContractsError::DecodingFailed, kImports, call, Bytes{});
    expect_trap(ContractsError::DecodingFailed, kImports, call, Bytes{77, 0});
}

TEST_F(HostFunctions, Events)
{
    constexpr std::string_view kImports = R"((import "seal0" "deposit_event" (func $event (param i32 i32 i32 i32))))";
    const std::string with_topics =
        "(call $event (i32.const 1024) (i32.load (i32.const 4)) (i32.const 1024) (i32.const 2))";
    const auto topics = [](std::uint8_t count) {
        return concat(Bytes{static_cast<std::uint8_t>(count << 2)}, Bytes(std::size_t{32} * count, 5));
    };
    ASSERT_TRUE(run(kImports, with_topics, topics(4)).result);
    ASSERT_EQ(cluster.effects.contract_events.size(), 1u);
    EXPECT_EQ(cluster.effects.contract_events[0].topics.size(), 4u) << "equal ones are allowed";
    EXPECT_EQ(cluster.effects.contract_events[0].data, (Bytes{16, 5}));
    expect_trap(ContractsError::TooManyTopics, kImports, with_topics, topics(5));
    expect_trap(ContractsError::DecodingFailed, kImports, with_topics, concat(topics(2), Bytes{0}));
    expect_trap(ContractsError::DecodingFailed, kImports, with_topics, Bytes{4, 1});
    expect_trap(ContractsError::ValueTooLarge, kImports,
                "(call $event (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1048577))");
    expect_trap(ContractsError::OutOfBounds, kImports,
                "(call $event (i32.const 0) (i32.const 0) (i32.const 60000) (i32.const 9000))");
}

TEST_F(HostFunctions, DebugMessages)
{
    constexpr std::string_view kImports =
        R"((import "seal0" "debug_message" (func $debug (param i32 i32) (result i32))))";
    const auto done = run(kImports, R"(
        (drop (call $debug (i32.const 1024) (i32.const 2)))
        (call $answer (call $debug (i32.const 1026) (i32.const 1))))",
                          Bytes{'o', 'k', 0xff});
    EXPECT_EQ(done.result.value().data, to_bytes(le_bytes(0u)));
    EXPECT_EQ(text_of(done.debug_message), "ok") << "what is no text is left out";
    expect_trap(ContractsError::OutOfBounds, kImports, "(drop (call $debug (i32.const 65535) (i32.const 2)))");
}

TEST_F(HostFunctions, ChainExtension)
{
    constexpr std::string_view kImports =
        R"((import "seal0" "call_chain_extension" (func $extension (param i32 i32 i32 i32 i32) (result i32))))";
    const auto status = [&](int id, Bytes input) {
        return answer(kImports,
                      "(call $extension (i32.const " + std::to_string(id)
                          + ") (i32.const 1024) (i32.load (i32.const 4)) (i32.const 9000) (i32.const 8))",
                      std::move(input));
    };
    EXPECT_EQ(status(6, scale::encode(Bytes{1}, Bytes{2})), 0u);
    EXPECT_EQ(status(22, scale::encode(std::vector<HttpRequest>{}, std::uint64_t{5})), 7u) << "not allowed, plus one";
    EXPECT_EQ(status(12, {}), 0u);
    const auto overflows = [&](std::string_view capacity, std::string_view output) {
        const auto done =
            run(kImports, "(i32.store (i32.const 8) (i32.const " + std::string{capacity}
                              + ")) (drop (call $extension (i32.const 17) (i32.const 0) (i32.const 0) (i32.const "
                              + std::string{output} + ") (i32.const 8)))");
        return !done.result && done.result.error() == error_of(PinkError::ContractIoBufferOverflow);
    };
    EXPECT_FALSE(overflows("32", "8192"));
    EXPECT_TRUE(overflows("31", "8192"));
    EXPECT_TRUE(overflows("32", "65530"));
    EXPECT_TRUE(overflows("32", "-1")) << "this output cannot be skipped";
    const auto evaluator = make(upload(text_of_contract(
        kImports,
        "(drop (call $extension (i32.const 24) (i32.const 1024) (i32.load (i32.const 4)) (i32.const 8192) (i32.const 8)))"
        "(call $give (i32.load (i32.const 8)))")));
    cluster.context.mode = Mode::Query;
    EXPECT_EQ(cluster.call(evaluator, scale::encode(std::vector<JsCode>{}, std::vector<std::string>{})).data,
              scale::encode(JsValue{JsException{"No js runtime"}}));
}

std::string import_text(const HostImport& import, const std::string& name, std::string_view more_params = "")
{
    std::string out = "(import \"" + std::string{import.module} + "\" \"" + name + "\" (func $f (param";
    for (char letter : import.params)
        out += letter == 'L' ? " i64" : " i32";
    out += std::string{more_params} + ")";
    if (import.result != '-')
        out += import.result == 'L' ? " (result i64)" : " (result i32)";
    return out + "))";
}

TEST_F(HostFunctions, AreFoundUnderTheirNamesWithTheirTypesOnly)
{
    const auto accepts = [](const std::string& import) {
        return build(wat("(module (import \"env\" \"memory\" (memory 1 1)) " + import
                         + "(func (export \"call\")) (func (export \"deploy\")))"))
            .has_value();
    };
    for (const auto& import : kHostImports) {
        const std::string name{import.name};
        EXPECT_TRUE(accepts(import_text(import, name))) << import.module << name;
        EXPECT_FALSE(accepts(import_text(import, name, " i32"))) << import.module << name;
        EXPECT_FALSE(accepts(import_text(import, name, " i64"))) << import.module << name;
        EXPECT_EQ(accepts(import_text(import, "seal_" + name)), import.prefixed) << import.module << name;
    }
    for (const std::string_view refused :
         {"\"seal0\" \"random\" (func (param i32 i32 i32 i32))", "\"seal1\" \"random\" (func (param i32 i32 i32 i32))",
          "\"seal0\" \"tombstone_deposit\" (func (param i32 i32))", "\"seal0\" \"restore_to\" (func)",
          "\"seal0\" \"set_rent_allowance\" (func (param i32 i32))",
          "\"seal0\" \"rent_allowance\" (func (param i32 i32))",
          "\"seal2\" \"call\" (func (param i32 i32 i64 i64 i32 i32 i32 i32 i32 i32) (result i32))",
          "\"seal2\" \"instantiate\" (func)", "\"seal0\" \"caller_is_root\" (func (result i32))",
          "\"seal1\" \"weight_to_fee\" (func (param i64 i64 i32 i32))", "\"seal1\" \"gas_left\" (func (param i32 i32))",
          "\"seal0\" \"xcm_execute\" (func)", "\"seal0\" \"xcm_send\" (func)",
          "\"seal0\" \"sr25519_verify\" (func (param i32 i32 i32 i32) (result i32))",
          "\"seal0\" \"reentrance_count\" (func (result i32))",
          "\"seal0\" \"account_reentrance_count\" (func (param i32) (result i32))",
          "\"seal0\" \"add_delegate_dependency\" (func (param i32))",
          "\"seal0\" \"remove_delegate_dependency\" (func (param i32))"})
        EXPECT_FALSE(accepts("(import " + std::string{refused} + ")")) << refused;
}

// Whatever numbers a contract hands over: an error of its own or a result, never a failure of the engine.
TEST_F(HostFunctions, SurviveEveryNumber)
{
    for (const auto& import : kHostImports)
        for (const std::uint32_t value : {0u, 1u, 65'535u, 65'536u, 0x7fffffffu, 0xfffffff0u, 0xffffffffu}) {
            std::string call = "(call $f";
            for (char letter : import.params)
                call += std::string{letter == 'L' ? " (i64.const " : " (i32.const "}
                        + std::to_string(static_cast<std::int32_t>(value)) + ")";
            call += ")";
            const auto body = import.result == '-' ? call : "(drop " + call + ")";
            (void)run(import_text(import, std::string{import.name}), body, Bytes{1, 2, 3});
        }
    EXPECT_EQ(answer("", "(i32.const 5)"), 5u);
}

} // namespace
} // namespace phala::worker::engine
