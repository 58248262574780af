// Rows of spec contract-engine §10.2 against our own contracts with the same messages, as the Wasm that is uploaded, on
// the cluster of §10.1. docs/conformance.md tells which row is which test.
#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_pair.hpp"
#include "examples/check_system.hpp"
#include "examples/cross.hpp"
#include "examples/probe.hpp"
#include "examples/usd.hpp"
#include "system/system.hpp"
#include "testing/wasm_chain.hpp"

namespace phat::examples {
namespace {

namespace engine = phala::worker::engine;
using namespace phala::literals;
using engine::ContractsError;
using engine::PinkError;
using system::System;
using testing::WasmChain;

AccountId account(std::uint8_t fill)
{
    AccountId out;
    out.bytes.fill(fill);
    return out;
}
const AccountId kAlice = account(1);
const AccountId kTreasury = account(2);
constexpr Balance kFunds = ~Balance{0} / 2;

/// The cluster "for_test".
testing::WasmSetup for_test()
{
    return {.owner = kAlice,
            .funds = kFunds,
            .gas_price = 1,
            .deposit_per_item = 1,
            .deposit_per_byte = 1,
            .treasury = kTreasury};
}

class Conformance : public ::testing::Test {
protected:
    explicit Conformance(const testing::WasmSetup& setup = for_test()) : chain{setup} {}

    template <class M>
    auto query(const M& message)
    {
        auto answer = chain.query<CheckSystem>(checker, message, {kAlice});
        EXPECT_TRUE(answer) << phala::reflect::type_name<M> << ": " << chain.receipt().failure;
        return std::move(*answer);
    }
    /// As all workers execute it.
    template <class M>
    auto transact(const M& message)
    {
        auto answer = chain.call<CheckSystem>(checker, message, {kAlice});
        EXPECT_TRUE(answer) << phala::reflect::type_name<M> << ": " << chain.receipt().failure;
        return std::move(*answer);
    }
    template <class M>
    void run(const M& message)
    {
        EXPECT_TRUE(chain.call<CheckSystem>(checker, message, {kAlice})) << chain.receipt().failure;
    }
    template <class M>
    void ask(const M& message)
    {
        EXPECT_TRUE(chain.query<CheckSystem>(checker, message, {kAlice})) << chain.receipt().failure;
    }

    WasmChain chain;
    AccountId checker = *chain.create<CheckSystem>(CheckSystem::create{}, {kAlice});
};

/// Nothing is set up: no key, no system contract, no prices.
class Bare : public Conformance {
protected:
    Bare() : Conformance{{.bare = true, .owner = kAlice, .funds = kFunds}} {}
};

TEST_F(Conformance, InkFlip)
{
    const auto flip = *chain.create<Flipper>(Flipper::create{true}, {kAlice});
    ASSERT_EQ(chain.effects().instantiated.size(), 1u);
    EXPECT_EQ(chain.effects().instantiated[0].deployer, kAlice);
    EXPECT_EQ(chain.effects().instantiated[0].contract, flip);
    EXPECT_EQ(chain.receipt().charged, 122u + 1 + 1 + 2) << "its record, and one item of one byte";
    const auto is_on = [&] { return *chain.query<Flipper>(flip, Flipper::get{}, {kAlice}); };
    EXPECT_TRUE(is_on());
    ASSERT_TRUE(chain.estimate<Flipper>(flip, Flipper::flip{}, {kAlice}));
    EXPECT_TRUE(is_on()) << "an estimate changes nothing";
    ASSERT_TRUE(chain.call<Flipper>(flip, Flipper::flip{}, {kAlice}));
    EXPECT_FALSE(is_on());
    const auto probe = *chain.create<Probe>(Probe::create_default{}, {kAlice});
    const auto echoed = *chain.query<Probe>(probe, Probe::echo{{42, "24", true}}, {kAlice});
    EXPECT_EQ(echoed.number, 42u);
    EXPECT_EQ(echoed.text, "24");
    EXPECT_EQ(echoed.flag, true);
}

TEST_F(Conformance, InkCrossContractInstantiate)
{
    const auto flip_code = chain.upload<Flipper>();
    const auto cross = chain.create<Cross>(Cross::create{flip_code, true}, {kAlice, kFunds / 100});
    ASSERT_TRUE(cross) << chain.receipt().failure;
    const auto address = [](const AccountId& deployer, const Hash& code, ByteView salt) {
        return AccountId{phala::crypto::blake2_256(phala::concat(deployer, code, Hash{}, salt))};
    };
    EXPECT_EQ(*cross, address(kAlice, chain.upload<Cross>(), {}));
    const Bytes salt{0};
    const auto flip = address(*cross, flip_code, salt);
    EXPECT_EQ(*chain.query<Cross>(*cross, Cross::other{}, {kAlice}), flip);
    EXPECT_EQ(**chain.query<Cross>(*cross, Cross::call_other{}, {kAlice}), true);
    EXPECT_EQ(chain.balance(flip), Cross::kEndowment + 1) << "the endowment, and what keeps an account alive";
}

TEST_F(Conformance, InkCrossContractInstantiateTellsTheNestedContractFirst)
{
    const auto flip_code = chain.upload<Flipper>();
    const auto cross = *chain.create<Cross>(Cross::create{flip_code, true}, {kAlice, kFunds / 100});
    const auto made = chain.effects().instantiated;
    ASSERT_EQ(made.size(), 2u);
    EXPECT_EQ(made[0].deployer, cross);
    EXPECT_EQ(made[1].deployer, kAlice);
    EXPECT_EQ(made[1].contract, cross);
    EXPECT_EQ(chain.receipt().charged, 283u) << "two records, and two items of 1 and 32 bytes";
    EXPECT_EQ(*chain.query<Cross>(cross, Cross::other{}, {kAlice}), made[0].contract);
}

TEST_F(Conformance, InkCrossContractInstantiateWithoutTheEndowmentMakesNothing)
{
    EXPECT_FALSE(chain.create<Cross>(Cross::create{chain.upload<Flipper>(), true}, {kAlice, 1}));
    EXPECT_TRUE(chain.effects().instantiated.empty());
}

TEST_F(Conformance, SigningInAQuery)
{
    const auto key = query(CheckSystem::sr25519_derive_key{phala::to_bytes(std::string_view{"a salt"})});
    const auto pubkey = query(CheckSystem::sr25519_get_public_key{key});
    const Bytes message = phala::to_bytes(std::string_view{"hello"});
    const auto signature = query(CheckSystem::sr25519_sign{message, key});
    EXPECT_EQ(signature.size(), 64u);
    EXPECT_TRUE(query(CheckSystem::sr25519_verify{message, pubkey, signature}));
    EXPECT_FALSE(query(CheckSystem::sr25519_verify{Bytes{1}, pubkey, signature}));
}

TEST_F(Conformance, LoggingInATransaction)
{
    run(CheckSystem::log{"Hello, World!"});
    ASSERT_EQ(chain.effects().logs.size(), 1u);
    EXPECT_EQ(chain.effects().logs[0].message, "Hello, World!");
    EXPECT_EQ(chain.effects().logs[0].contract, checker);
    EXPECT_EQ(chain.effects().logs[0].level, 3);
}

TEST_F(Conformance, UseCache)
{
    chain.set_cache_quota(checker, 1'024);
    const Bytes key{1};
    EXPECT_TRUE(query(CheckSystem::cache_set{key, Bytes(1'000)}));
    EXPECT_EQ(query(CheckSystem::cache_get{key}), Bytes(1'000));
    EXPECT_FALSE(query(CheckSystem::cache_set{{2}, Bytes(100)})) << "over the quota";
    EXPECT_EQ(query(CheckSystem::cache_get{{2}}), std::nullopt);
    ask(CheckSystem::cache_set_expiration{key, 0});
    EXPECT_EQ(query(CheckSystem::cache_get{key}), std::nullopt);
    EXPECT_TRUE(query(CheckSystem::cache_set{key, {7}}));
    ask(CheckSystem::cache_set_expiration{key, 10});
    chain.pass(11'000);
    EXPECT_EQ(query(CheckSystem::cache_get{key}), std::nullopt) << "it expired";
    EXPECT_TRUE(query(CheckSystem::cache_set{key, {7}}));
    EXPECT_EQ(query(CheckSystem::cache_remove{key}), Bytes{7});
    EXPECT_EQ(query(CheckSystem::cache_get{key}), std::nullopt);
}

TEST_F(Conformance, UseCacheInTx)
{
    chain.set_cache_quota(checker, 1'024);
    const Bytes key{1};
    EXPECT_TRUE(transact(CheckSystem::cache_set{key, {7}}));
    EXPECT_EQ(transact(CheckSystem::cache_get{key}), std::nullopt) << "no transaction reads it";
    EXPECT_EQ(query(CheckSystem::cache_get{key}), Bytes{7}) << "the event has its effect after the call";
    run(CheckSystem::cache_set_expiration{key, 0});
    EXPECT_EQ(query(CheckSystem::cache_get{key}), std::nullopt);
    transact(CheckSystem::cache_set{key, {8}});
    EXPECT_EQ(transact(CheckSystem::cache_remove{key}), std::nullopt);
    EXPECT_EQ(query(CheckSystem::cache_get{key}), std::nullopt);
}

TEST_F(Bare, Runtime)
{
    EXPECT_TRUE(transact(CheckSystem::is_in_transaction{}));
}

TEST_F(Conformance, GetBalance)
{
    const auto who = account(0xff);
    chain.give(who, 114'514);
    EXPECT_EQ(query(CheckSystem::direct_balance_of{who}).first, 114'514u);
    EXPECT_EQ(query(CheckSystem::total_balance_of{who}), 114'514u);
    EXPECT_EQ(transact(CheckSystem::total_balance_of{who}), 114'514u);
    EXPECT_EQ(transact(CheckSystem::free_balance_of{who}), 114'514u);
}

TEST_F(Conformance, Signing2)
{
    const CheckSystem::sr25519_derive_key derive{{1, 2, 3}};
    const auto key = query(derive);
    EXPECT_EQ(transact(derive), key);
    const CheckSystem::sr25519_get_public_key publish{key};
    const auto pubkey = query(publish);
    EXPECT_EQ(transact(publish), pubkey);
    const CheckSystem::sr25519_sign sign{{9}, key};
    const CheckSystem::sr25519_verify verify{{9}, pubkey, query(sign)};
    EXPECT_EQ(transact(sign), Bytes{}) << "its signatures are random";
    EXPECT_TRUE(query(verify));
    EXPECT_TRUE(transact(verify));
}

TEST_F(Conformance, HttpReq)
{
    chain.on_http = [](const pink::HttpRequest& request) -> pink::HttpOutcome {
        if (request.url.ends_with("/not_allowed"))
            return std::unexpected{pink::HttpRequestError::NotAllowed};
        if (request.url.ends_with("/404"))
            return pink::HttpResponse{404, "Not Found", {}, {}};
        return pink::HttpResponse{200, "OK", {}, phala::to_bytes(request.url)};
    };
    EXPECT_EQ(query(CheckSystem::http_get{"https://x"}).first, 200);
    EXPECT_EQ(query(CheckSystem::http_get{"https://x/404"}).first, 404);
    EXPECT_EQ(transact(CheckSystem::http_get{"https://x"}).first, 523);
    EXPECT_EQ(query(CheckSystem::batch_http_get{{"https://x"}, 1'000}), std::vector<std::uint16_t>{200});
    EXPECT_EQ(transact(CheckSystem::batch_http_get{{"https://x/not_allowed"}, 1'000}).error(), "NotAllowed");
}

TEST_F(Conformance, GetRandom)
{
    const auto random = query(CheckSystem::getrandom{32});
    EXPECT_EQ(random.size(), 32u);
    EXPECT_NE(random, Bytes(32));
    EXPECT_EQ(transact(CheckSystem::getrandom{32}), Bytes{});
}

TEST_F(Conformance, EcdsaSigning)
{
    // the key of //Alice
    const Bytes key = "cb6df9de1efca7a3998a8ead4e02159d5fa99c3e0d4fd6432667390bb4726854"_hex;
    const auto pubkey = "020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1"_hex;
    const Hash hash{phala::crypto::keccak_256(phala::bytes_of("a message"))};
    const CheckSystem::ecdsa_sign_prehashed sign{key, hash};
    const auto signature = query(sign);
    EXPECT_EQ(transact(sign), signature);
    const CheckSystem::ecdsa_verify_prehashed verify{signature, hash, phala::array_of<33>(pubkey)};
    EXPECT_TRUE(query(verify));
    EXPECT_TRUE(transact(verify));
}

TEST_F(Conformance, IsInTransaction)
{
    EXPECT_FALSE(query(CheckSystem::is_in_transaction{}));
    EXPECT_TRUE(transact(CheckSystem::is_in_transaction{}));
}

TEST_F(Conformance, UpgradeSystem)
{
    chain.set_system_code("system_next");
    const auto upgrade = [&](const AccountId& who) {
        auto done = chain.call<System>(chain.system_contract(), System::upgrade_system_contract{}, {who});
        EXPECT_TRUE(done) << chain.receipt().failure;
        return *done;
    };
    EXPECT_EQ(upgrade(chain.account("Bob")).error(), system::Error::PermisionDenied);
    EXPECT_EQ(query(CheckSystem::system_contract_version{}), System::kVersion);
    EXPECT_TRUE(upgrade(kAlice));
    EXPECT_EQ(query(CheckSystem::system_contract_version{}), (CheckSystem::Version{0xffff, 0, 0}));
}

TEST_F(Conformance, UpgradeRuntime)
{
    const auto upgraded = chain.call<System>(chain.system_contract(), System::upgrade_runtime{{1, 2}}, {kAlice});
    EXPECT_TRUE(upgraded && *upgraded);
    ASSERT_EQ(chain.effects().pink_events.size(), 1u);
    EXPECT_TRUE(chain.effects().pink_events[0].event.is<pink::UpgradeRuntimeTo>());
    EXPECT_EQ(query(CheckSystem::runtime_version{}).first, 1u);
}

TEST_F(Conformance, CodeExists)
{
    for (const bool sidevm : {false, true})
        EXPECT_FALSE(query(CheckSystem::code_exists{{}, sidevm}));
    EXPECT_TRUE(query(CheckSystem::code_exists{chain.upload<CheckSystem>(), false}));
}

TEST_F(Conformance, WorkerPubkey)
{
    chain.worker_public_key = Hash{account(1).bytes};
    EXPECT_EQ(query(CheckSystem::worker_pubkey{}), chain.worker_public_key);
    EXPECT_EQ(transact(CheckSystem::worker_pubkey{}), Hash{});
}

TEST_F(Conformance, TimestampOfTheWorker)
{
    EXPECT_GT(query(CheckSystem::timestamp{}), 0u);
    EXPECT_EQ(transact(CheckSystem::timestamp{}), 0u);
}

TEST_F(Conformance, EventChainHead)
{
    EXPECT_GT(query(CheckSystem::event_chain_head{}).first, 0u);
    EXPECT_GT(transact(CheckSystem::event_chain_head{}).first, 0u);
}

TEST_F(Conformance, PinkEvalJs)
{
    const auto text = [](const pink::JsValue& value) { return value.get_if<pink::JsException>()->message; };
    EXPECT_EQ(text(query(CheckSystem::pink_eval_js{"1", {}})), "No js runtime");
    EXPECT_EQ(text(transact(CheckSystem::pink_eval_js{"1", {}})), "Js evaluation is not supported in transaction");
}

TEST_F(Conformance, CanEmitInkEvents)
{
    const auto set = chain.call<System>(chain.system_contract(), System::set_driver{"Hello", {}}, {kAlice});
    EXPECT_TRUE(set && *set);
    EXPECT_GE(chain.effects().contract_events.size(), 1u);
    EXPECT_EQ((chain.events<System, System::DriverChanged>(chain.system_contract()).size()), 1u);
}

TEST_F(Bare, Errors)
{
    const auto failure = [&](const auto& message, bool in_query) {
        if (in_query)
            EXPECT_FALSE(chain.query<CheckSystem>(checker, message, {kAlice}));
        else
            EXPECT_FALSE(chain.call<CheckSystem>(checker, message, {kAlice}));
        return chain.receipt().failure;
    };
    for (const bool in_query : {true, false}) {
        EXPECT_EQ(failure(CheckSystem::call_chain_ext{0xffff}, in_query), "UnknownChainExtensionFunction");
        EXPECT_EQ(failure(CheckSystem::call_chain_ext{0x01'0001}, in_query), "UnknownChainExtensionId");
        EXPECT_EQ(failure(CheckSystem::sr25519_derive_key{{1}}, in_query), "KeySeedMissing");
        EXPECT_EQ(failure(CheckSystem::system_contract_version{}, in_query), "SystemContractMissing");
    }
    chain.on_http = [](const pink::HttpRequest&) { return pink::HttpResponse{200, "OK", {}, Bytes(8 << 20)}; };
    EXPECT_EQ(failure(CheckSystem::http_get{"https://x/large"}, true), "ContractIoBufferOverflow");
}

TEST_F(Bare, InitFailure)
{
    EXPECT_FALSE(chain.create<CheckSystem>(CheckSystem::init_fail{}, {kAlice, 0, {1}}));
    EXPECT_EQ(chain.receipt().failure, "") << "a revert is no failure of the engine";
    EXPECT_FALSE(chain.create<CheckSystem>(CheckSystem::init_panic{}, {kAlice, 0, {2}}));
    EXPECT_EQ(chain.receipt().failure, "ContractTrapped");
}

TEST_F(Conformance, CovLog)
{
    ask(CheckSystem::log{"Hello, World!"});
}

TEST_F(Conformance, SomeOtherEcalls)
{
    EXPECT_EQ(engine::Engine::system_contract(chain.state()), chain.system_contract());
    EXPECT_EQ(engine::Engine::sidevm_code(chain.state(), Hash{}), std::nullopt);
    EXPECT_GT(engine::Engine::free_balance(chain.state(), kAlice), 0u);
    EXPECT_GT(engine::Engine::total_balance(chain.state(), kAlice), engine::Engine::free_balance(chain.state(), kAlice))
        << "she holds a deposit for the system contract";
    EXPECT_EQ(engine::Engine::code_hash(chain.state(), checker), chain.upload<CheckSystem>());
}

TEST_F(Conformance, DelegateParseUsd)
{
    const auto floats = chain.upload_file("usd", true);
    EXPECT_EQ(query(CheckSystem::parse_usd{floats, R"({"usd":1.23})"}), 123u);
    EXPECT_EQ(query(CheckSystem::parse_usd{floats, "{}"}), std::nullopt);
    EXPECT_FALSE(chain.call<CheckSystem>(checker, CheckSystem::parse_usd{floats, R"({"usd":1.23})"}, {kAlice}));
    EXPECT_EQ(chain.receipt().failure, "Indeterministic") << "workers need not agree on floats";
}

TEST_F(Conformance, DelegateJsWithoutAnInterpreter)
{
    const auto given = query(CheckSystem::eval_js{Hash{}, "scriptArgs[0]", {"hello"}});
    EXPECT_EQ(given.get_if<pink::JsException>()->message, "CodeNotFound");
}

TEST_F(Conformance, SidevmsAreNotForSale)
{
    EXPECT_FALSE(query(CheckSystem::start_sidevm{}));
    EXPECT_EQ(query(CheckSystem::calc_paid_sidevm_price{10, 1}).error(), system::Error::DriverNotFound);
    EXPECT_EQ(transact(CheckSystem::deploy_paid_sidevm{{}, 10, 1, 5}).error(), system::Error::DriverNotFound);
}

} // namespace
} // namespace phat::examples
