// Exact results of the reference's own contracts (spec contract-engine §11). Their binaries are not part of this tree:
// the tests run where PHALA_PINK_FIXTURES names a folder that holds flip.wasm, cross.wasm, system.wasm, …
#include "base/hex.hpp"
#include "worker/core/engine/engine_testing.hpp"

#include <cstdlib>
#include <fstream>

namespace phala::worker::engine {
namespace {

using namespace testing;

Bytes fixture(const std::string& name)
{
    const char* folder = std::getenv("PHALA_PINK_FIXTURES");
    if (folder == nullptr)
        return {};
    std::ifstream file{std::string{folder} + "/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

class Golden : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (std::getenv("PHALA_PINK_FIXTURES") == nullptr)
            GTEST_SKIP() << "PHALA_PINK_FIXTURES is not set";
        ClusterSetup setup;
        setup.owner = kAlice;
        setup.deposit = ~Balance{0} / 2;
        setup.gas_price = setup.deposit_per_item = setup.deposit_per_byte = 1;
        setup.treasury = kTreasury;
        const auto code = fixture("system.wasm");
        setup.system_code = code;
        auto made = test_engine().set_up(setup, cluster.context);
        ASSERT_TRUE(made) << made.error().message();
        ASSERT_TRUE(made->result) << made->result.error();
        cluster.state = made->state;
        system = *made->result;
    }

    H256 upload(const std::string& name)
    {
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, fixture(name), Determinism::Enforced);
        EXPECT_TRUE(uploaded.result) << uploaded.result.error() << " " << uploaded.reason;
        cluster.state = uploaded.state;
        return uploaded.result.value_or(H256{});
    }

    Cluster cluster;
    AccountId system;
};

using namespace literals;

TEST_F(Golden, SystemContractHasItsAddress)
{
    EXPECT_EQ(to_hex(system), "609e035678541440353781a81b933e7a19e5eda2d411f1127c2d0783237261f3");
    const auto version = cluster.call(system, "87c98a8d"_hex);
    EXPECT_EQ(version, (ExecReturn{0, "00010002000000"_hex}));
    EXPECT_EQ(cluster.call(system, "feaea4fa"_hex), (ExecReturn{0, concat("00"_hex, kAlice)}));
    EXPECT_EQ(cluster.call(system, "ffffffff"_hex), (ExecReturn{1, "0101"_hex}));
}

TEST_F(Golden, FlipCostsWhatItCosts)
{
    const auto hash = upload("flip.wasm");
    cluster.arguments.gas_limit = 2'500'000'000'000;
    const auto made = cluster.instantiate(hash, "9bae9d5e01"_hex, {});
    ASSERT_TRUE(made.result) << debug_text(made.result.error());
    EXPECT_EQ(to_hex(made.result->account_id), "35db55bc9f81c9b14ae536cc43c37786f3ff62fe5247a4dccfd7ba3c8bf316af");
    EXPECT_EQ(made.gas_consumed, (Weight{1'004'638'278, 24'635}));
    EXPECT_EQ(made.gas_required, (Weight{1'582'359'686, 1'073'211}));
    EXPECT_EQ(made.storage_deposit, StorageDeposit{Charge{126}});
    const auto flip = made.result->account_id;
    EXPECT_EQ(cluster.call(flip, "2f865bd9"_hex), (ExecReturn{0, "01"_hex}));
    EXPECT_EQ(cluster.call(flip, "633aa551"_hex), (ExecReturn{}));
    EXPECT_EQ(cluster.call(flip, "2f865bd9"_hex), (ExecReturn{0, "00"_hex}));
    EXPECT_EQ(cluster.call(flip, "f7dff04c2a00000018000000000000000000000000000000"_hex),
              (ExecReturn{0, "2a00000018000000000000000000000000000000"_hex}));
}

TEST_F(Golden, CrossInstantiatesFlip)
{
    upload("flip.wasm");
    const auto hash = upload("cross.wasm");
    cluster.arguments.transfer = (~Balance{0} / 2) / 100;
    const auto made = cluster.instantiate(hash, "9bae9d5e01"_hex, {});
    ASSERT_TRUE(made.result) << debug_text(made.result.error());
    EXPECT_EQ(to_hex(made.result->account_id), "056a8ab55cc7f7405e121302a0af5b46d8c5fd78d2dbc8c2ac994802bdfb71dc");
    EXPECT_EQ(made.gas_consumed, (Weight{3'125'415'497, 37'600}));
    EXPECT_EQ(made.gas_required, (Weight{3'703'360'905, 1'086'176}));
    EXPECT_EQ(made.storage_deposit, StorageDeposit{Charge{283}});
    ASSERT_EQ(cluster.effects.instantiated.size(), 2u);
    EXPECT_EQ(to_hex(cluster.effects.instantiated[0].contract),
              "21987f6137bade4149694c00329d55d598d109be0b22535758528d14fc12b4e9");
    EXPECT_EQ(cluster.effects.instantiated[1].contract, made.result->account_id);
    cluster.arguments.transfer = 0;
    EXPECT_EQ(cluster.call(made.result->account_id, "c3220014"_hex), (ExecReturn{0, "01"_hex}));
}

TEST_F(Golden, CheckerRuns)
{
    const auto hash = upload("check_system.wasm");
    const auto made = cluster.instantiate(hash, "ed4b9d1b"_hex, {});
    ASSERT_TRUE(made.result) << debug_text(made.result.error());
    const auto checker = made.result->account_id;
    EXPECT_EQ(to_hex(checker), "e16cb8cfc6c12dd4999315e9abab8eb516ff7fc2ff1f13ff667998907fcebb90");
    EXPECT_EQ(cluster.call(checker, "8e7357da"_hex), (ExecReturn{0, "0001"_hex})); // is_in_transaction
    const auto unknown_id = cluster.execute(checker, concat("38d6505c"_hex, "01000100"_hex));
    EXPECT_EQ(unknown_id.result.error(), error_of(PinkError::UnknownChainExtensionId));
    const auto unknown_function = cluster.execute(checker, concat("38d6505c"_hex, "ffff0000"_hex));
    EXPECT_EQ(unknown_function.result.error(), error_of(PinkError::UnknownChainExtensionFunction));
    const auto init_fail = cluster.instantiate(hash, "35391d84"_hex, Bytes{1});
    ASSERT_TRUE(init_fail.result) << debug_text(init_fail.result.error());
    EXPECT_EQ(init_fail.result->result, (ExecReturn{1, "0001"_hex}));
    const auto init_panic = cluster.instantiate(hash, "15c6e878"_hex, Bytes{2});
    EXPECT_EQ(init_panic.result.error(), error_of(ContractsError::ContractTrapped));
    EXPECT_FALSE(init_panic.debug_message.empty());
    // set_driver("PinkLogger", checker): the pink event, then the contract's own
    const auto driver = cluster.call(system, concat("aa1e2030"_hex, "28"_hex, bytes_of("PinkLogger"), checker));
    EXPECT_EQ(driver, (ExecReturn{0, "0000"_hex}));
    ASSERT_EQ(cluster.effects.pink_events.size(), 1u);
    ASSERT_NE(cluster.effects.pink_events[0].event.get_if<SetLogHandler>(), nullptr);
    EXPECT_EQ(cluster.effects.pink_events[0].event.get_if<SetLogHandler>()->contract, checker);
    EXPECT_EQ(cluster.effects.contract_events.size(), 1u);
}

} // namespace
} // namespace phala::worker::engine
