// A contract compiled by ink! 4.3 runs unmodified. tools/build_ink_contracts.sh builds it from contracts/ink and prints
// the folder for PHALA_INK_CONTRACTS; ./dev test does both.
#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "worker/core/engine/engine_testing.hpp"

#include <fstream>

namespace phala::worker::engine {
namespace {

using namespace testing;
using namespace literals;

Bytes selector(std::string_view name)
{
    return to_bytes(ByteView{crypto::blake2_256(bytes_of(name))}.first(4));
}

class InkFlipper : public ::testing::Test {
protected:
    void SetUp() override
    {
        const char* folder = std::getenv("PHALA_INK_CONTRACTS");
        if (folder == nullptr)
            GTEST_SKIP() << "PHALA_INK_CONTRACTS is not set: run tools/build_ink_contracts.sh";
        std::ifstream file{std::string{folder} + "/ink4_flipper.wasm", std::ios::binary};
        const Bytes code{std::istreambuf_iterator<char>{file}, {}};
        cluster.state = test_engine().deposit({}, kAlice, 1'000'000'000);
        const auto uploaded = test_engine().upload_code(cluster.state, kAlice, code, Determinism::Enforced);
        ASSERT_TRUE(uploaded.result) << uploaded.result.error() << ": " << uploaded.reason;
        cluster.state = uploaded.state;
        hash = *uploaded.result;
    }

    AccountId make(bool value)
    {
        const auto made = cluster.instantiate(hash, concat("9bae9d5e"_hex, Bytes{value}), {});
        EXPECT_TRUE(made.result) << debug_text(made.result.error());
        if (!made.result)
            return {};
        EXPECT_EQ(made.result->result, (ExecReturn{0, "0000"_hex}));
        return made.result->account_id;
    }

    Cluster cluster;
    H256 hash{};
};

TEST_F(InkFlipper, FlipsAndTells)
{
    const auto flipper = make(true);
    EXPECT_EQ(cluster.call(flipper, "2f865bd9"_hex), (ExecReturn{0, "0001"_hex}));
    EXPECT_EQ(cluster.call(flipper, "633aa551"_hex), (ExecReturn{0, "00"_hex}));
    ASSERT_EQ(cluster.effects.contract_events.size(), 1u);
    EXPECT_EQ(cluster.effects.contract_events[0].contract, flipper);
    EXPECT_EQ(cluster.effects.contract_events[0].data, concat(Bytes{0}, kAlice, Bytes{0}));
    EXPECT_EQ(cluster.effects.contract_events[0].topics.size(), 2u);
    EXPECT_EQ(cluster.call(flipper, "2f865bd9"_hex), (ExecReturn{0, "0000"_hex}));
    EXPECT_EQ(cluster.call(flipper, concat(selector("turns_of"), kAlice)), (ExecReturn{0, "0001000000"_hex}));
    EXPECT_EQ(cluster.call(flipper, concat(selector("turns_of"), kBob)), (ExecReturn{0, "0000000000"_hex}));
}

TEST_F(InkFlipper, AnErrorUndoesWhatTheMessageDid)
{
    const auto flipper = make(false);
    // flips to true, which is not the false that was asked for: Err(AlreadySet), everything undone
    EXPECT_EQ(cluster.call(flipper, concat(selector("set"), Bytes{0})), (ExecReturn{kRevertFlag, "000100"_hex}));
    EXPECT_TRUE(cluster.effects.contract_events.empty());
    EXPECT_EQ(cluster.call(flipper, "2f865bd9"_hex), (ExecReturn{0, "0000"_hex}));
    EXPECT_EQ(cluster.call(flipper, concat(selector("set"), Bytes{1})), (ExecReturn{0, "0000"_hex}));
}

TEST_F(InkFlipper, RefusesWhatItDoesNotKnow)
{
    const auto flipper = make(false);
    EXPECT_EQ(cluster.call(flipper, "ffffffff"_hex), (ExecReturn{kRevertFlag, "0101"_hex}));
    const auto unknown = cluster.instantiate(hash, "ffffffff"_hex, Bytes{9});
    ASSERT_TRUE(unknown.result);
    EXPECT_EQ(unknown.result->result, (ExecReturn{kRevertFlag, "0101"_hex}));
    EXPECT_EQ(Engine::code_hash(cluster.state, unknown.result->account_id), std::nullopt);
}

} // namespace
} // namespace phala::worker::engine
