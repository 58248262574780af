// The end of a contract with a large storage.
#include "crypto/hash.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"
#include "worker/core/engine/storage.hpp"

#include <gtest/gtest.h>

namespace phala::worker::engine {
namespace {

using namespace testing;

constexpr std::uint32_t kKeys = 100'000;

Bytes key(std::uint32_t number)
{
    return to_bytes(crypto::blake2_256(le_bytes(number)));
}

class Terminate : public ::testing::Test {
protected:
    void SetUp() override
    {
        cluster.state = test_engine().deposit({}, kAlice, 1'000'000'000'000);
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, wat(kProbe), Determinism::Enforced);
        cluster.state = uploaded.state;
        const auto made = [&](Bytes salt) {
            return cluster.instantiate(uploaded.result.value(), {}, std::move(salt)).result.value().account_id;
        };
        contract = made(Bytes{1});
        other = made(Bytes{2});
        child = Storage{cluster.state}.contract(contract)->child;
    }

    ClusterState filled() const
    {
        Storage storage{cluster.state};
        for (std::uint32_t i = 0; i < kKeys; ++i)
            storage.child_set(child, key(i), Bytes(40, static_cast<std::uint8_t>(i)));
        return storage.state();
    }

    ClusterState ended(ClusterState state) const
    {
        Cluster ending = cluster;
        ending.state = std::move(state);
        const auto done = ending.execute(contract, concat(Bytes{static_cast<std::uint8_t>(Probe::Terminate)}, kBob));
        EXPECT_TRUE(done.result);
        return ending.state;
    }

    Cluster cluster;
    AccountId contract{};
    AccountId other{};
    H256 child{};
};

TEST_F(Terminate, LeavesTheStateOfAContractWithoutKeys)
{
    const auto full = filled();
    const auto rest = ended(full);
    EXPECT_EQ(rest.root(), ended(cluster.state).root());
    EXPECT_EQ(Storage{rest}.child_get(child, key(7)), std::nullopt);
    EXPECT_NE(Storage{full}.child_get(child, key(7)), std::nullopt); // a snapshot is untouched
    EXPECT_NE(Storage{rest}.contract(other), std::nullopt);
}

// What is written of it and read again after a restart is the state of a worker that never stopped.
TEST_F(Terminate, ComesToTheSameRootAfterARestart)
{
    const auto full = filled();
    const auto read_again = ClusterState{}.with(full.changes_since({}));
    const auto rest = ended(full);
    EXPECT_EQ(ended(read_again).root(), rest.root());
    EXPECT_EQ(read_again.with(rest.changes_since(full)).root(), rest.root());
}

TEST_F(Terminate, HidesAllKeysUntilItIsUndone)
{
    Storage storage{filled()};
    storage.child_set(child, key(kKeys), Bytes{1});
    storage.begin();
    storage.child_remove_all(child);
    EXPECT_EQ(storage.child_get(child, key(7)), std::nullopt);
    EXPECT_EQ(storage.child_get(child, key(kKeys)), std::nullopt);
    storage.child_set(child, key(7), Bytes{2});
    EXPECT_EQ(storage.child_get(child, key(7)), Bytes{2});
    storage.rollback();
    EXPECT_EQ(storage.child_get(child, key(7)), Bytes(40, 7));
    EXPECT_EQ(storage.child_get(child, key(kKeys)), Bytes{1});
}

TEST_F(Terminate, KeepsWhatIsWrittenAfterwards)
{
    Storage storage{filled()};
    storage.child_remove_all(child);
    storage.child_set(child, key(7), Bytes{2});
    Storage expected{cluster.state};
    expected.child_remove_all(child);
    expected.child_set(child, key(7), Bytes{2});
    EXPECT_EQ(storage.state().root(), expected.state().root());
}

} // namespace
} // namespace phala::worker::engine
