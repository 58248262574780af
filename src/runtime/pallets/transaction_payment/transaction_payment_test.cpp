#include "runtime/testing/chain.hpp"

#include <gtest/gtest.h>

namespace phala::runtime {
namespace {

using namespace testing;
using namespace transaction_payment;

Weight time(std::uint64_t picoseconds)
{
    return {picoseconds, std::uint64_t{0}};
}

class Fees : public ::testing::Test {
protected:
    Person alice{"Alice"}, bob{"Bob"};
    Chain chain{{{alice, 100 * kPha}, {bob, 10 * kPha}}};
    DispatchInfo info{.weight = time(1'000'000'000)};
};

TEST_F(Fees, AreLinearInWeightAndLength)
{
    EXPECT_EQ(weight_to_fee(time(config::kExtrinsicBaseWeight)), config::kBaseFee);
    EXPECT_EQ(weight_to_fee(time(0)), 0u);
    EXPECT_EQ(weight_to_fee(time(1)), 1u); // 0.8
    EXPECT_EQ(weight_to_fee(time(2)), 2u); // 1.6
    EXPECT_EQ(weight_to_fee(time(3)), 2u); // 2.4
    EXPECT_EQ(weight_to_fee(time(1'000'000'000)), 800'000'000u);
    EXPECT_EQ(length_to_fee(145), 1'450'000'000u);
}

TEST_F(Fees, HaveThreePartsAndTheTip)
{
    const FeeDetails fee = fee_details(100, info, 5);
    ASSERT_TRUE(fee.inclusion_fee);
    EXPECT_EQ(fee.inclusion_fee->base_fee, config::kBaseFee);
    EXPECT_EQ(fee.inclusion_fee->len_fee, 100 * config::kLengthFee);
    EXPECT_EQ(fee.inclusion_fee->adjusted_weight_fee, 800'000'000u);
    EXPECT_EQ(fee.total(), config::kBaseFee + 100 * config::kLengthFee + 800'000'000u + 5);

    NextFeeMultiplier::put({FixedU128::one * 3 / 2});
    EXPECT_EQ(fee_details(100, info, 0).inclusion_fee->adjusted_weight_fee, 1'200'000'000u);
    NextFeeMultiplier::put({std::numeric_limits<u128>::max()});
    EXPECT_EQ(fee_details(100, info, 0).total(),
              u128{800'000'000} * (std::numeric_limits<u128>::max() / FixedU128::one)
                  + u128{800'000'000} * (std::numeric_limits<u128>::max() % FixedU128::one) / FixedU128::one
                  + config::kBaseFee + 100 * config::kLengthFee);

    info.pays_fee = Pays::No;
    EXPECT_EQ(fee_details(100, info, 5).total(), 5u);
}

TEST_F(Fees, CountOnlyTheWeightABlockHolds)
{
    info.weight = time(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(fee_details(0, info, 0).inclusion_fee->adjusted_weight_fee,
              weight_to_fee(config::kBlockWeights.max_block));
}

TEST_F(Fees, WhatACallDidNotUseIsPaidBack)
{
    const DispatchResultWithPostInfo cheaper = PostDispatchInfo{.actual_weight = time(500'000'000)};
    EXPECT_EQ(actual_fee_details(100, info, cheaper, 0).inclusion_fee->adjusted_weight_fee, 400'000'000u);
    const DispatchResultWithPostInfo dearer = PostDispatchInfo{.actual_weight = time(5'000'000'000)};
    EXPECT_EQ(actual_fee_details(100, info, dearer, 0).total(), fee_details(100, info, 0).total());
    const DispatchResultWithPostInfo free = PostDispatchInfo{.actual_weight = std::nullopt, .pays_fee = Pays::No};
    EXPECT_EQ(actual_fee_details(100, info, free, 3).total(), 3u);
}

TEST_F(Fees, TipsRaiseThePriority)
{
    EXPECT_EQ(priority(info, 100, 0, 0), 2'000u);
    EXPECT_EQ(priority(info, 100, 9, 0), 20'000u);
    EXPECT_EQ(priority(info, 100, std::numeric_limits<Balance>::max(), 0), std::numeric_limits<std::uint64_t>::max());
    info.class_ = DispatchClass::Operational;
    EXPECT_EQ(priority(info, 100, 0, 10), 2'000u + 10 * 5 * 2'000u);
    EXPECT_EQ(priority({.weight = time(0)}, 5'000'000, 0, 0), 1u); // as if it just filled the block
}

TEST_F(Fees, MultiplierFollowsTheLoad)
{
    const Weight most = *config::kBlockWeights.per_class.normal.max_total;
    constexpr u128 one = FixedU128::one;
    const auto share = [&](std::uint64_t percent) {
        return Weight{most.ref_time.value / 100 * percent, std::uint64_t{0}};
    };
    // by the formula, worked out apart: 1 + 75e-6 * 0.75 + (75e-6 * 0.75)^2 / 2
    EXPECT_EQ(next_multiplier({one}, share(100))._0, one + 56'251'582'031'250);
    EXPECT_EQ(next_multiplier({one}, share(100) + share(100))._0, one + 56'251'582'031'250); // a block holds no more
    EXPECT_EQ(next_multiplier({one}, {std::uint64_t{0}, most.proof_size})._0, one + 56'251'582'031'250);
    EXPECT_EQ(next_multiplier({2 * one}, share(25))._0, 2 * one);
    EXPECT_EQ(next_multiplier({2 * one}, {})._0, 2 * one - 37'499'648'437'500);
    EXPECT_EQ(next_multiplier({one}, {})._0, one); // never less
    EXPECT_EQ(next_multiplier({std::numeric_limits<u128>::max()}, share(100))._0, std::numeric_limits<u128>::max());
}

TEST_F(Fees, RiseWithFullBlocksAndFallAgainToTheFirstPrice)
{
    const Weight most = *config::kBlockWeights.per_class.normal.max_total;
    FixedU128 expected{FixedU128::one};
    const auto fee_of_next_remark = [&] {
        const Bytes remark = chain.transaction(alice, system::remark{});
        const Balance told =
            fee_details(static_cast<std::uint32_t>(remark.size() + 2), RuntimeCall{system::remark{}}.info(), 0).total();
        chain.block({remark});
        EXPECT_EQ(events_of<TransactionFeePaid>()[0].actual_fee, told);
        expected = next_multiplier(expected, system::BlockWeight::get().normal);
        return told;
    };
    const Balance first = fee_of_next_remark();
    for (int i = 0; i < 60; ++i) {
        chain.begin();
        system::register_weight(most, DispatchClass::Normal);
        chain.end();
        expected = next_multiplier(expected, most);
    }
    EXPECT_EQ(NextFeeMultiplier::get(), expected);
    EXPECT_GT(expected._0, FixedU128::one * 10'033 / 10'000); // 1.00005625 ^ 60 = 1.00338
    EXPECT_LT(expected._0, FixedU128::one * 10'034 / 10'000);
    EXPECT_GT(fee_of_next_remark(), first);
    int quiet = 0;
    while (NextFeeMultiplier::get()._0 > FixedU128::one) {
        chain.block();
        ASSERT_LT(++quiet, 300);
    }
    EXPECT_GT(quiet, 175); // a quarter below the target weighs a third of three quarters above it
    expected = {FixedU128::one};
    EXPECT_EQ(fee_of_next_remark(), first);
}

TEST_F(Fees, AreBurnedWhereTheReceiverCannotTakeThem)
{
    system::Account::remove(fee_receiver());
    balances::burn_issuance(config::kExistentialDeposit);
    chain.block({chain.transaction(alice, system::remark{})});
    EXPECT_FALSE(system::Account::contains(fee_receiver()));
    EXPECT_EQ(balances::TotalIssuance::get(), sum_of_balances());
}

TEST_F(Fees, TipsGoToTheReceiverToo)
{
    chain.block({chain.transaction(alice, system::remark{}, {.tip = kPha})});
    const auto paid = events_of<TransactionFeePaid>();
    ASSERT_EQ(paid.size(), 1u);
    EXPECT_EQ(paid[0].tip, kPha);
    EXPECT_EQ(balances::balance_of(fee_receiver()).free, config::kExistentialDeposit + paid[0].actual_fee);
}

} // namespace
} // namespace phala::runtime
