#include "base/hex.hpp"
#include "runtime/testing/chain.hpp"

#include <gtest/gtest.h>

namespace phala::runtime {
namespace {

using namespace testing;
using namespace balances;

constexpr Balance kMinimum = config::kExistentialDeposit;

class Balances : public ::testing::Test {
protected:
    Balances() { chain.begin(); }

    Person alice{"Alice"}, bob{"Bob"}, carol{"Carol"};
    Chain chain{{{alice, 100 * kPha}, {bob, 10 * kPha}}};

    static DispatchResult call(const Origin& origin, const RuntimeCall& call)
    {
        auto result = call.dispatch(origin);
        if (!result)
            return std::unexpected{result.error().error};
        return {};
    }
    static Origin by(const AccountId& who) { return {Signed{who}}; }
    static DispatchResult error(auto what) { return fail(what); }
    static void expect_consistent() { EXPECT_EQ(TotalIssuance::get(), sum_of_balances()); }
};

TEST_F(Balances, TransfersWhatThereIsAndNotMore)
{
    EXPECT_EQ(call(by(bob), transfer_allow_death{alice.address(), 11 * kPha}), error(TokenError::FundsUnavailable));
    EXPECT_EQ(call(by(bob), transfer_allow_death{carol.address(), kMinimum - 1}), error(TokenError::BelowMinimum));
    EXPECT_EQ(call(by(bob), transfer_keep_alive{alice.address(), 10 * kPha}), error(TokenError::NotExpendable));
    EXPECT_EQ(call(by(bob), transfer_allow_death{{address::Index{}}, 1}), error(dispatch_error::CannotLookup{}));
    EXPECT_EQ(call({Root{}}, transfer_allow_death{alice.address(), 1}), error(dispatch_error::BadOrigin{}));
    EXPECT_EQ(call(by(alice), transfer_allow_death{bob.address(), std::numeric_limits<Balance>::max()}),
              error(ArithmeticError::Underflow));
    EXPECT_TRUE(events_of<Transfer>().empty());

    EXPECT_TRUE(call(by(bob), transfer_allow_death{carol.address(), kMinimum}));
    EXPECT_EQ(events_of<Transfer>(), (std::vector<Transfer>{{bob, carol, kMinimum}}));
    EXPECT_EQ(events_of<Endowed>(), (std::vector<Endowed>{{carol, kMinimum}}));
    EXPECT_TRUE(call(by(bob), transfer_allow_death{bob.address(), kPha}));
    EXPECT_EQ(balance_of(bob).free, 10 * kPha - kMinimum);
    expect_consistent();
}

TEST_F(Balances, DustEndsWithItsAccount)
{
    EXPECT_TRUE(call(by(bob), transfer_allow_death{alice.address(), 10 * kPha - 5}));
    EXPECT_EQ(events_of<DustLost>(), (std::vector<DustLost>{{bob, 5}}));
    EXPECT_EQ(events_of<system::KilledAccount>(), (std::vector<system::KilledAccount>{{bob}}));
    EXPECT_FALSE(system::Account::contains(bob));
    expect_consistent();
}

TEST_F(Balances, ReservesKeepAnAccountAlive)
{
    EXPECT_EQ(reserve(bob, 11 * kPha), error(balances::Error::InsufficientBalance));
    EXPECT_TRUE(reserve(bob, 4 * kPha));
    EXPECT_EQ(balance_of(bob), (AccountData{.free = 6 * kPha, .reserved = 4 * kPha}));
    EXPECT_EQ(system::Account::get(bob).consumers, 1u);
    EXPECT_EQ(call(by(bob), transfer_allow_death{alice.address(), 6 * kPha}), error(TokenError::OnlyProvider));
    EXPECT_TRUE(call(by(bob), transfer_all{alice.address(), false}));
    EXPECT_EQ(balance_of(bob).free, kMinimum);
    EXPECT_EQ(call(by(alice), force_unreserve{bob.address(), kPha}), error(dispatch_error::BadOrigin{}));
    EXPECT_TRUE(call({Root{}}, force_unreserve{bob.address(), 5 * kPha}));
    EXPECT_EQ(balance_of(bob), (AccountData{.free = kMinimum + 4 * kPha}));
    EXPECT_EQ(system::Account::get(bob).consumers, 0u);
    EXPECT_EQ(unreserve(bob, 7), 7u);
    expect_consistent();
}

TEST_F(Balances, RootSetsBalances)
{
    EXPECT_TRUE(call({Root{}}, force_set_balance{carol.address(), 3 * kPha}));
    EXPECT_TRUE(call({Root{}}, force_set_balance{bob.address(), kMinimum - 1}));
    EXPECT_EQ(events_of<BalanceSet>(), (std::vector<BalanceSet>{{carol, 3 * kPha}, {bob, 0}}));
    EXPECT_FALSE(system::Account::contains(bob));
    expect_consistent();
    EXPECT_TRUE(call({Root{}}, force_transfer{alice.address(), carol.address(), kPha}));
    EXPECT_EQ(balance_of(carol).free, 4 * kPha);
}

TEST_F(Balances, RootAdjustsTheIssuance)
{
    const Balance issuance = TotalIssuance::get();
    EXPECT_EQ(call({Root{}}, force_adjust_total_issuance{AdjustmentDirection::Increase, 0}),
              error(balances::Error::DeltaZero));
    EXPECT_TRUE(call({Root{}}, force_adjust_total_issuance{AdjustmentDirection::Increase, 7}));
    EXPECT_EQ(events_of<TotalIssuanceForced>(), (std::vector<TotalIssuanceForced>{{issuance, issuance + 7}}));
    EXPECT_TRUE(call({Root{}},
                     force_adjust_total_issuance{AdjustmentDirection::Increase, std::numeric_limits<Balance>::max()}));
    EXPECT_EQ(TotalIssuance::get(), std::numeric_limits<Balance>::max());
}

TEST_F(Balances, BurnsOnRequest)
{
    EXPECT_EQ(call(by(bob), burn{10 * kPha, true}), error(TokenError::FundsUnavailable));
    EXPECT_TRUE(call(by(bob), burn{kPha, true}));
    EXPECT_EQ(events_of<Burned>(), (std::vector<Burned>{{bob, kPha}}));
    expect_consistent();
}

TEST_F(Balances, CallsHaveTheirGoldenBytes)
{
    const std::string to = "00" + to_hex(bob.id());
    const auto hex = [](const RuntimeCall& call) { return to_hex(scale::encode(call)); };
    EXPECT_EQ(hex(transfer_allow_death{bob.address(), 1}), "2800" + to + "04");
    EXPECT_EQ(hex(force_transfer{bob.address(), bob.address(), 1}), "2802" + to + to + "04");
    EXPECT_EQ(hex(transfer_keep_alive{bob.address(), 1'000'000'000'000}), "2803" + to + "070010a5d4e8");
    EXPECT_EQ(hex(transfer_all{bob.address(), true}), "2804" + to + "01");
    EXPECT_EQ(hex(force_unreserve{bob.address(), 1}), "2805" + to + "01000000000000000000000000000000");
    EXPECT_EQ(hex(force_set_balance{bob.address(), 1}), "2808" + to + "04");
    EXPECT_EQ(hex(force_adjust_total_issuance{AdjustmentDirection::Decrease, 1}), "28090104");
    EXPECT_EQ(hex(burn{1, true}), "280a0401");
}

} // namespace
} // namespace phala::runtime
