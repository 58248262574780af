#include "runtime/frame/extensions.hpp"

#include "runtime/frame/composition.hpp"
#include "runtime/pallets/system/system.hpp"
#include "runtime/pallets/transaction_payment/transaction_payment.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace phala::runtime {
namespace {

using Checked = std::expected<void, TransactionValidityError>;

constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();

/// What a transaction without demands of its own is: everything combines from here.
ValidTransaction unconditional()
{
    return {.priority = 0, .requires_ = {}, .provides = {}, .longevity = kForever, .propagate = true};
}

void combine(ValidTransaction& into, ValidTransaction&& more)
{
    into.priority = phala::detail::saturating_add(into.priority, more.priority);
    std::ranges::move(more.requires_, std::back_inserter(into.requires_));
    std::ranges::move(more.provides, std::back_inserter(into.provides));
    into.longevity = std::min(into.longevity, more.longevity);
    into.propagate = into.propagate && more.propagate;
}

// CheckNonZeroSender

Checked check_sender(const AccountId& who)
{
    if (std::ranges::all_of(who.bytes, [](std::uint8_t byte) { return byte == 0; }))
        return invalid_because(invalid::BadSigner{});
    return {};
}

// CheckMortality

std::uint64_t longevity_of(const Era& era)
{
    const std::uint64_t now = system::block_number();
    return era.death(now) - now;
}

// CheckNonce

TransactionValidity validate_nonce(const AccountId& who, Nonce nonce)
{
    const system::AccountInfo account = system::Account::get(who);
    if (nonce < account.nonce)
        return invalid_because(invalid::Stale{});
    ValidTransaction valid = unconditional();
    valid.provides.push_back(scale::encode(who, nonce));
    if (nonce > account.nonce)
        valid.requires_.push_back(scale::encode(who, nonce - 1));
    return valid;
}

Checked take_nonce(const AccountId& who, Nonce nonce)
{
    const system::AccountInfo account = system::Account::get(who);
    if (account.providers == 0 && account.sufficients == 0)
        return invalid_because(invalid::Payment{}); // an account that is not there cannot pay either
    if (nonce < account.nonce)
        return invalid_because(invalid::Stale{});
    if (nonce > account.nonce)
        return invalid_because(invalid::Future{});
    system::inc_account_nonce(who);
    return {};
}

// CheckWeight

Checked check_limits(const DispatchInfo& info, std::uint32_t length)
{
    const auto& limits = config::kBlockWeights.per_class.of(info.class_);
    if (limits.max_extrinsic && info.weight.any_greater(*limits.max_extrinsic))
        return invalid_because(invalid::ExhaustsResources{});
    if (length > config::kBlockLength.max.of(info.class_))
        return invalid_because(invalid::ExhaustsResources{});
    return {};
}

Checked take_weight(const DispatchInfo& info, std::uint32_t length)
{
    PHALA_CHECK(check_limits(info, length));
    const std::uint64_t total_length = std::uint64_t{system::AllExtrinsicsLen::get().value_or(0)} + length;
    if (total_length > config::kBlockLength.max.of(info.class_))
        return invalid_because(invalid::ExhaustsResources{});

    const auto& limits = config::kBlockWeights.per_class.of(info.class_);
    ConsumedWeight consumed = system::BlockWeight::get();
    Weight& of_class = consumed.of(info.class_);
    of_class = of_class + info.weight + limits.base_extrinsic;
    if (limits.max_total && of_class.any_greater(*limits.max_total))
        return invalid_because(invalid::ExhaustsResources{});
    const bool block_is_full = total(consumed).any_greater(config::kBlockWeights.max_block);
    if (block_is_full && limits.reserved && of_class.any_greater(*limits.reserved))
        return invalid_because(invalid::ExhaustsResources{});

    system::AllExtrinsicsLen::put(static_cast<std::uint32_t>(total_length));
    system::BlockWeight::put(consumed);
    return {};
}

void return_weight(const DispatchInfo& info, const DispatchResultWithPostInfo& result)
{
    const Weight unspent = info.weight - system::actual_weight(result, info);
    if (unspent == Weight{})
        return;
    system::BlockWeight::mutate([&](ConsumedWeight& consumed) {
        Weight& of_class = consumed.of(info.class_);
        of_class = of_class - unspent;
    });
}

// CheckMqSequence: what a pallet of the composition says about calls whose order is outside the chain

TransactionValidity validate_sequence(const RuntimeCall& call)
{
    ValidTransaction valid = unconditional();
    for (const auto& pallet : pallets()) {
        if (pallet.validate_sequence == nullptr)
            continue;
        PHALA_TRY(ValidTransaction more, pallet.validate_sequence(call));
        combine(valid, std::move(more));
    }
    return valid;
}

Checked check_sequence(const RuntimeCall& call)
{
    for (const auto& pallet : pallets())
        if (pallet.check_next_sequence != nullptr)
            PHALA_CHECK(pallet.check_next_sequence(call));
    return {};
}

// ChargeTransactionPayment

Balance tip_of(const CheckedTransaction& transaction)
{
    return std::get<ChargeTransactionPayment>(transaction.extensions)._0;
}

Balance fee_of(const CheckedTransaction& transaction)
{
    return transaction_payment::fee_details(transaction.length, transaction.info, tip_of(transaction)).total();
}

} // namespace

std::expected<Bytes, TransactionValidityError> implicit_of(const TxExtensions& extensions)
{
    const H256 genesis = system::BlockHash::get(0);
    const Era& era = std::get<CheckMortality>(extensions)._0;
    H256 mortality = genesis;
    if (!era.is_immortal()) {
        const auto birth = static_cast<BlockNumber>(era.birth(system::block_number()));
        if (!system::BlockHash::contains(birth))
            return invalid_because(invalid::AncientBirthBlock{});
        mortality = system::BlockHash::get(birth);
    }
    return implicit_bytes({spec_version(), config::kTransactionVersion, genesis}, mortality);
}

TransactionValidity validate(const CheckedTransaction& transaction)
{
    PHALA_CHECK(check_sender(transaction.who));
    ValidTransaction valid = unconditional();
    valid.longevity = longevity_of(std::get<CheckMortality>(transaction.extensions)._0);
    PHALA_TRY(ValidTransaction by_nonce,
              validate_nonce(transaction.who, std::get<CheckNonce>(transaction.extensions)._0));
    combine(valid, std::move(by_nonce));
    PHALA_CHECK(check_limits(transaction.info, transaction.length));
    PHALA_TRY(ValidTransaction by_sequence, validate_sequence(transaction.call));
    combine(valid, std::move(by_sequence));

    const Balance fee = fee_of(transaction);
    if (!transaction_payment::can_pay(transaction.who, fee))
        return invalid_because(invalid::Payment{});
    valid.priority = phala::detail::saturating_add(
        valid.priority, transaction_payment::priority(transaction.info, transaction.length, tip_of(transaction), fee));
    return valid;
}

std::expected<PreparedTransaction, TransactionValidityError> prepare(const CheckedTransaction& transaction)
{
    PHALA_CHECK(check_sender(transaction.who));
    PHALA_CHECK(take_nonce(transaction.who, std::get<CheckNonce>(transaction.extensions)._0));
    PHALA_CHECK(take_weight(transaction.info, transaction.length));
    PHALA_CHECK(check_sequence(transaction.call));
    const Balance fee = fee_of(transaction);
    if (fee != 0 && !transaction_payment::withdraw_fee(transaction.who, fee))
        return invalid_because(invalid::Payment{});
    return PreparedTransaction{.withdrawn = fee};
}

void settle(const CheckedTransaction& transaction, const PreparedTransaction& prepared,
            const DispatchResultWithPostInfo& result)
{
    return_weight(transaction.info, result);
    const Balance actual =
        transaction_payment::actual_fee_details(transaction.length, transaction.info, result, tip_of(transaction))
            .total();
    transaction_payment::settle_fee(transaction.who, prepared.withdrawn, actual, tip_of(transaction));
}

TransactionValidityError refusal_of_general(const TxExtensions& extensions, const RuntimeCall& call,
                                            const DispatchInfo& info, std::uint32_t length)
{
    if (auto implicit = implicit_of(extensions); !implicit)
        return std::move(implicit.error());
    if (auto fits = check_limits(info, length); !fits)
        return std::move(fits.error());
    if (auto in_order = validate_sequence(call); !in_order)
        return std::move(in_order.error());
    return invalid_because(invalid::UnknownOrigin{}).error();
}

std::expected<void, TransactionValidityError> prepare_bare(const DispatchInfo& info, std::uint32_t length)
{
    return take_weight(info, length);
}

void settle_bare(const DispatchInfo& info, const DispatchResultWithPostInfo& result)
{
    return_weight(info, result);
}

} // namespace phala::runtime
