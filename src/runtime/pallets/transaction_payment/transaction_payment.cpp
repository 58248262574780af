#include "runtime/pallets/transaction_payment/transaction_payment.hpp"

#include "runtime/pallets/balances/balances.hpp"
#include "runtime/pallets/system/system.hpp"

#include <algorithm>
#include <limits>

namespace phala::runtime::transaction_payment {
namespace {

constexpr Balance kMost = std::numeric_limits<Balance>::max();

Balance saturating_add(Balance a, Balance b)
{
    Balance sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? kMost : sum;
}

Balance saturating_mul(Balance a, Balance b)
{
    Balance product = 0;
    return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

/// floor(a * m / one), saturating. Split so that no product of remainders (below 10^36) overflows.
Balance multiply(FixedU128 multiplier, Balance a)
{
    constexpr u128 one = FixedU128::one;
    const u128 m = multiplier._0;
    const Balance whole = saturating_add(saturating_mul(a / one, m), saturating_mul(m / one, a % one));
    return saturating_add(whole, (a % one) * (m % one) / one);
}

/// Product of two fixed-point numbers.
u128 product(u128 a, u128 b)
{
    return multiply({a}, b);
}

constexpr u128 kBillion = 1'000'000'000;
/// The polynomial of degree 1: kBaseFee per kExtrinsicBaseWeight, as an integer and parts per billion.
constexpr Balance kFeeInteger = config::kBaseFee / config::kExtrinsicBaseWeight;
constexpr Balance kFeeFraction =
    config::kBaseFee % config::kExtrinsicBaseWeight * kBillion / config::kExtrinsicBaseWeight;

/// Weight that is paid for: never more than a block holds.
Balance weight_fee(const Weight& weight)
{
    return weight_to_fee(min(weight, config::kBlockWeights.max_block));
}

FeeDetails details(std::uint32_t length, const Weight& weight, DispatchClass dispatch_class, Pays pays, Balance tip)
{
    if (pays == Pays::No)
        return {.inclusion_fee = std::nullopt, .tip = tip};
    return {.inclusion_fee =
                InclusionFee{.base_fee = weight_fee(config::kBlockWeights.per_class.of(dispatch_class).base_extrinsic),
                             .len_fee = length_to_fee(length),
                             .adjusted_weight_fee = multiply(NextFeeMultiplier::get(), weight_fee(weight))},
            .tip = tip};
}

} // namespace

AccountId fee_receiver()
{
    AccountId account{};
    std::ranges::copy(bytes_of("modlpy/trsry"), account.bytes.begin());
    return account;
}

Balance weight_to_fee(const Weight& weight)
{
    const Balance w = weight.ref_time.value;
    const Balance rest = w % kBillion * kFeeFraction;
    // parts per billion round to the nearest, half down, as Perbill does
    const Balance fraction = w / kBillion * kFeeFraction + (rest + kBillion / 2 - 1) / kBillion;
    return saturating_add(saturating_mul(kFeeInteger, w), fraction);
}

FixedU128 next_multiplier(FixedU128 previous, const Weight& normal)
{
    const Weight most = *config::kBlockWeights.per_class.normal.max_total;
    const Weight used = min(normal, most);
    // the dimension that is fuller, as parts per billion
    const auto fullness = [](std::uint64_t part, std::uint64_t whole) { return kBillion * part / whole; };
    const bool by_size =
        fullness(used.proof_size.value, most.proof_size.value) > fullness(used.ref_time.value, most.ref_time.value);
    const u128 whole = by_size ? most.proof_size.value : most.ref_time.value;
    const u128 part = by_size ? used.proof_size.value : used.ref_time.value;

    // previous * (1 + v * diff + (v * diff)^2 / 2)
    const u128 target = whole * config::kTargetFullnessPercent / 100;
    const bool more = part >= target;
    const u128 diff = (more ? part - target : target - part) * FixedU128::one / whole;
    constexpr u128 v = config::kFeeAdjustment;
    const u128 first = product(v, diff);
    const u128 second = product(product(v, v) / 2, product(diff, diff));
    const u128 next = more ? saturating_add(previous._0, product(first + second, previous._0))
                           : previous._0 - product(first - second, previous._0);
    return {std::max(next, config::kMinFeeMultiplier)};
}

void Pallet::on_finalize(BlockNumber)
{
    const FixedU128 previous = NextFeeMultiplier::get();
    const FixedU128 next = next_multiplier(previous, system::BlockWeight::get().normal);
    if (next != previous)
        NextFeeMultiplier::put(next);
}

Balance length_to_fee(std::uint32_t length)
{
    return config::kLengthFee * length;
}

Balance FeeDetails::total() const
{
    if (!inclusion_fee)
        return tip;
    return saturating_add(saturating_add(saturating_add(inclusion_fee->base_fee, inclusion_fee->len_fee),
                                         inclusion_fee->adjusted_weight_fee),
                          tip);
}

FeeDetails fee_details(std::uint32_t length, const DispatchInfo& info, Balance tip)
{
    return details(length, info.weight, info.class_, info.pays_fee, tip);
}

FeeDetails actual_fee_details(std::uint32_t length, const DispatchInfo& info, const DispatchResultWithPostInfo& result,
                              Balance tip)
{
    return details(length, system::actual_weight(result, info), info.class_, system::actual_pays(result, info), tip);
}

std::uint64_t priority(const DispatchInfo& info, std::uint32_t length, Balance tip, Balance fee_with_tip)
{
    const Weight& max = config::kBlockWeights.max_block;
    const std::uint64_t max_length = config::kBlockLength.max.of(info.class_);
    const auto fits = [](std::uint64_t room, std::uint64_t each) {
        return room / std::clamp<std::uint64_t>(each, 1, std::max<std::uint64_t>(room, 1));
    };
    const Balance per_block =
        std::min({fits(max.ref_time.value, info.weight.ref_time.value),
                  fits(max.proof_size.value, info.weight.proof_size.value), fits(max_length, length)});
    Balance value = saturating_mul(saturating_add(tip, 1), per_block);
    if (info.class_ == DispatchClass::Operational)
        value = saturating_add(
            value, saturating_mul(saturating_mul(fee_with_tip, config::kOperationalFeeMultiplier), per_block));
    return static_cast<std::uint64_t>(std::min<Balance>(value, std::numeric_limits<std::uint64_t>::max()));
}

bool can_pay(const AccountId& who, Balance fee)
{
    return balances::reducible(who, balances::Preservation::Preserve) >= fee;
}

DispatchResult withdraw_fee(const AccountId& who, Balance fee)
{
    return balances::withdraw(who, fee, balances::Preservation::Preserve);
}

void settle_fee(const AccountId& who, Balance withdrawn, Balance actual, Balance tip)
{
    if (withdrawn == 0)
        return;
    Balance paid = withdrawn;
    const balances::AccountData payer = balances::balance_of(who);
    // who killed the account with the call gets nothing back
    if (payer.free + payer.reserved > 0) {
        const Balance refund = withdrawn - std::min(withdrawn, actual);
        if (balances::deposit(who, refund))
            paid -= refund;
    }
    if (!balances::deposit(fee_receiver(), paid))
        balances::burn_issuance(paid);
    deposit_event(TransactionFeePaid{who, actual, tip});
}

void Pallet::build_genesis(const GenesisConfig& config)
{
    StorageVersion::put(Releases::V2);
    NextFeeMultiplier::put(config.multiplier);
    // so that the first fees, each below the existential deposit, are not lost
    if (!system::Account::contains(fee_receiver()))
        balances::mint_at_genesis(fee_receiver(), config::kExistentialDeposit);
}

} // namespace phala::runtime::transaction_payment
