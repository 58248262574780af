#include "runtime/pallets/phala_phat_tokenomic/phala_phat_tokenomic.hpp"

#include "runtime/testing/phala_chain.hpp"

namespace phala::runtime {
namespace {

using namespace phala_phat_tokenomic;
using testing::filled;

class Tokenomic : public testing::PhalaChain {
protected:
    const Origin by_bob_{Signed{bob_}};
    static constexpr Balance kStake = 10 * config::kCents;

    Tokenomic() { Pallet::build_genesis({}); }

    /// A contract of cluster 1 that has its key.
    H256 contract() const { return system_contract(cluster_); }
    static Balance free(const AccountId& who) { return balances::balance_of(who).free; }
};

TEST_F(Tokenomic, KeepsItsNames)
{
    EXPECT_EQ(pallet_index("PhalaPhatTokenomic"), 92);
    EXPECT_EQ(to_hex(scale::encode(RuntimeCall{adjust_stake{{filled(0xc0)}, 5}})),
              "5c00" + to_hex(filled(0xc0)) + "05" + std::string(30, '0'));
    EXPECT_EQ(to_hex(stake_account()), "6d6f646c706861742f746f6b" + std::string(40, '0')); // "modlphat/tok"
    EXPECT_EQ(to_hex(ContractUserStakes::key(alice_, {filled(0xc0)})).size(), 2 * (32 + 8 + 32 + 8 + 32));
}

TEST_F(Tokenomic, LocksAStakeAndTellsTheCluster)
{
    deploy_cluster();
    next_block();
    const Balance before = free(bob_);
    ASSERT_TRUE(by(bob_, adjust_stake{contract(), kStake}));
    EXPECT_EQ(free(bob_), before - kStake);
    EXPECT_EQ(free(stake_account()), kStake);
    EXPECT_EQ(ContractUserStakes::get(bob_, contract()), kStake);
    EXPECT_EQ(ContractTotalStakes::get(contract()), kStake);

    ASSERT_EQ(outbound().size(), 1U);
    const Message told = outbound().front();
    EXPECT_EQ(told.sender, MessageOrigin::pallet("PhalaPhatTokenomic"));
    EXPECT_EQ(contract_of_command_topic(told.destination), contract());
    EXPECT_EQ(to_hex(told.payload), "0000"       // plain, an ink! message
                                    "00"         // without nonce
                                    "d0a24bcb44" // 52 bytes: ContractDeposit::change_deposit
                                        + to_hex(contract()) + to_hex(scale::encode(kStake)) + std::string(32, '0')
                                        + "ffffffffffffffff00");

    next_block();
    ASSERT_TRUE(by(alice_, adjust_stake{contract(), 2 * kStake}));
    const auto seen = events();
    EXPECT_EQ(seen.at(seen.size() - 2), event(ContractDepositChanged{cluster_, contract(), 3 * kStake}));
    EXPECT_EQ(seen.back(), event(UserStakeChanged{cluster_, alice_, contract(), 2 * kStake}));
}

TEST_F(Tokenomic, GivesBackWhatIsStakedNoMore)
{
    deploy_cluster();
    const Balance before = free(bob_);
    ASSERT_TRUE(by(bob_, adjust_stake{contract(), 3 * kStake}));
    ASSERT_TRUE(by(bob_, adjust_stake{contract(), kStake}));
    EXPECT_EQ(free(bob_), before - kStake);
    next_block();
    ASSERT_TRUE(by(bob_, adjust_stake{contract(), kStake}));
    EXPECT_TRUE(outbound().empty()); // nothing has changed
    ASSERT_TRUE(by(bob_, adjust_stake{contract(), 0}));
    EXPECT_EQ(free(bob_), before);
    EXPECT_FALSE(ContractUserStakes::contains(bob_, contract()) || ContractTotalStakes::contains(contract()));
    EXPECT_EQ(outbound().size(), 1U);
}

TEST_F(Tokenomic, RefusesStakesThatCannotBe)
{
    deploy_cluster();
    EXPECT_TRUE(fails(Error::InvalidAmountOfStake, adjust_stake{contract(), config::kCents - 1}, by_bob_));
    EXPECT_TRUE(fails(phala_phat_contracts::Error::ContractNotFound, adjust_stake{{filled(9)}, kStake}, by_bob_));
    EXPECT_FALSE(by(bob_, adjust_stake{contract(), free(bob_)})); // the account would die
    EXPECT_FALSE(by(bob_, adjust_stake{contract(), ~Balance{0}}));
    EXPECT_FALSE(ContractTotalStakes::contains(contract()));
}

TEST_F(Tokenomic, AStakeOutlivesItsCluster)
{
    deploy_cluster();
    const H256 staked = contract();
    const Balance before = free(bob_);
    ASSERT_TRUE(by(bob_, adjust_stake{staked, kStake}));
    ASSERT_TRUE(by_root(phala_phat_contracts::cluster_destroy{cluster_}));
    next_block();
    ASSERT_TRUE(by(bob_, adjust_stake{staked, 0}));
    EXPECT_EQ(free(bob_), before);
    EXPECT_TRUE(outbound().empty());
}

} // namespace
} // namespace phala::runtime
