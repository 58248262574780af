#include "runtime/pallets/balances/change.hpp"

#include "runtime/pallets/system/system.hpp"

#include <algorithm>
#include <limits>

namespace phala::runtime::balances {
namespace {

constexpr Balance kMinimum = config::kExistentialDeposit;
constexpr Balance kMost = std::numeric_limits<Balance>::max();

Balance saturating_sub(Balance a, Balance b)
{
    return a - std::min(a, b);
}

/// Why `amount` cannot be taken from `who`, if so.
DispatchResult can_withdraw(const AccountId& who, Balance amount, Preservation preservation)
{
    if (amount == 0)
        return {};
    const AccountData account = balance_of(who);
    if (TotalIssuance::get() < amount)
        return fail(ArithmeticError::Underflow);
    PHALA_CHECK(ensure(account.free >= amount, TokenError::FundsUnavailable));
    PHALA_CHECK(ensure(amount <= saturating_sub(account.free, saturating_sub(account.frozen, account.reserved)),
                       TokenError::Frozen));
    const Balance left = account.free - amount;
    if (left < kMinimum) {
        PHALA_CHECK(ensure(system::can_dec_provider(who), TokenError::OnlyProvider));
        PHALA_CHECK(ensure(preservation == Preservation::Expendable, TokenError::NotExpendable));
    }
    return ensure(left + account.reserved >= account.frozen, TokenError::Frozen);
}

DispatchResult can_deposit(const AccountId& who, Balance amount)
{
    if (amount == 0)
        return {};
    Balance sum = balance_of(who).free;
    PHALA_CHECK(checked_add(sum, amount));
    return ensure(sum >= kMinimum, TokenError::BelowMinimum);
}

DispatchResult decrease(const AccountId& who, Balance amount)
{
    return change_account(who, [&](AccountData& account) {
        account.free -= amount;
        return DispatchResult{};
    });
}

DispatchResult increase(const AccountId& who, Balance amount)
{
    return change_account(who, [&](AccountData& account) { return checked_add(account.free, amount); });
}

DispatchResult transfer_to(const AccountId& from, const MultiAddress& dest, Balance value, Preservation preservation)
{
    PHALA_TRY(const AccountId to, system::lookup(dest));
    return transfer(from, to, value, preservation);
}

} // namespace

DispatchResult checked_add(Balance& to, Balance amount)
{
    if (__builtin_add_overflow(to, amount, &to))
        return fail(ArithmeticError::Overflow);
    return {};
}

DispatchResult store_changed(const AccountId& who, const AccountData& before, const AccountData& after)
{
    const bool is_new = before.free == 0 && before.reserved == 0;
    const bool provided = before.free >= kMinimum;
    const bool provides = after.free >= kMinimum;
    const bool consumed = before.reserved != 0 || before.frozen != 0;
    const bool consumes = after.reserved != 0 || after.frozen != 0;
    const bool dies = after.free < kMinimum && after.reserved == 0;
    const Balance dust = dies ? after.free : 0;

    // who has a consumer may not lose its provider, so that is asked before anything is written
    const system::AccountInfo references = system::Account::get(who);
    const std::uint32_t consumers = references.consumers + (consumes ? 1U : 0U) - (consumed ? 1U : 0U);
    if (provided && !provides && consumers > 0 && references.providers <= 1)
        return fail(dispatch_error::ConsumerRemaining{});
    if (!provided && provides)
        system::inc_providers(who);
    if (consumed && !consumes)
        system::dec_consumers(who);
    if (!consumed && consumes)
        PHALA_CHECK(system::inc_consumers(who));
    if (provided && !provides)
        PHALA_CHECK(system::dec_providers(who));

    system::AccountInfo updated = system::Account::get(who);
    if (updated.providers > 0 || updated.sufficients > 0) {
        updated.data = dies ? AccountData{} : after;
        system::Account::insert(who, updated);
    } else {
        system::Account::remove(who);
    }
    if (is_new && !dies)
        deposit_event(Endowed{who, after.free});
    if (dust != 0) {
        deposit_event(DustLost{who, dust});
        burn_issuance(dust);
    }
    return {};
}

AccountData balance_of(const AccountId& who)
{
    return system::Account::get(who).data;
}

Balance reducible(const AccountId& who, Preservation preservation)
{
    const AccountData account = balance_of(who);
    Balance untouchable = saturating_sub(account.frozen, account.reserved);
    if (preservation == Preservation::Preserve || (account.free != 0 && !system::can_dec_provider(who)))
        untouchable = std::max(untouchable, kMinimum);
    return saturating_sub(account.free, untouchable);
}

DispatchResult transfer(const AccountId& from, const AccountId& to, Balance amount, Preservation preservation)
{
    PHALA_CHECK(can_withdraw(from, amount, preservation));
    PHALA_CHECK(can_deposit(to, amount));
    if (from == to)
        return {};
    PHALA_CHECK(ensure(reducible(from, preservation) >= amount, TokenError::FundsUnavailable));
    PHALA_CHECK(decrease(from, amount));
    PHALA_CHECK(increase(to, amount));
    deposit_event(Transfer{from, to, amount});
    return {};
}

DispatchResult withdraw(const AccountId& who, Balance amount, Preservation preservation)
{
    PHALA_CHECK(ensure(reducible(who, preservation) >= amount, TokenError::FundsUnavailable));
    PHALA_CHECK(decrease(who, amount));
    deposit_event(Withdraw{who, amount});
    return {};
}

DispatchResult deposit(const AccountId& who, Balance amount)
{
    PHALA_CHECK(can_deposit(who, amount));
    if (amount != 0)
        PHALA_CHECK(increase(who, amount));
    deposit_event(Deposit{who, amount});
    return {};
}

void burn_issuance(Balance amount)
{
    TotalIssuance::mutate([&](Balance& issuance) { issuance = saturating_sub(issuance, amount); });
}

void mint_at_genesis(const AccountId& who, Balance amount)
{
    if (!increase(who, amount))
        panic("a genesis balance overflows");
    TotalIssuance::mutate([&](Balance& issuance) { issuance += amount; });
}

// Calls

DispatchResult transfer_allow_death::dispatch(Signed caller) const
{
    return transfer_to(caller.who(), dest, value, Preservation::Expendable);
}

DispatchResult force_transfer::dispatch(Root) const
{
    PHALA_TRY(const AccountId from, system::lookup(source));
    return transfer_to(from, dest, value, Preservation::Expendable);
}

DispatchResult transfer_keep_alive::dispatch(Signed caller) const
{
    return transfer_to(caller.who(), dest, value, Preservation::Preserve);
}

DispatchResult transfer_all::dispatch(Signed caller) const
{
    const auto preservation = keep_alive ? Preservation::Preserve : Preservation::Expendable;
    return transfer_to(caller.who(), dest, reducible(caller.who(), preservation), preservation);
}

DispatchResult force_unreserve::dispatch(Root) const
{
    PHALA_TRY(const AccountId account, system::lookup(who));
    unreserve(account, amount);
    return {};
}

DispatchResultWithPostInfo upgrade_accounts::dispatch(Signed) const
{
    std::size_t upgraded = 0;
    for (const auto& account : who) {
        system::AccountInfo info = system::Account::get(account);
        if (info.data.flags == kNewLogic)
            continue;
        info.data.flags = kNewLogic;
        system::Account::insert(account, info);
        deposit_event(Upgraded{account});
        ++upgraded;
    }
    const bool free = !who.empty() && upgraded * 100 >= who.size() * 95;
    return PostDispatchInfo{.actual_weight = std::nullopt, .pays_fee = free ? Pays::No : Pays::Yes};
}

DispatchResult force_set_balance::dispatch(Root) const
{
    PHALA_TRY(const AccountId account, system::lookup(who));
    const Balance target = new_free.value < kMinimum ? 0 : new_free.value;
    Balance before = 0;
    PHALA_CHECK(change_account(account, [&](AccountData& data) {
        before = std::exchange(data.free, target);
        return DispatchResult{};
    }));
    PHALA_CHECK(TotalIssuance::try_mutate([&](Balance& issuance) -> DispatchResult {
        issuance = saturating_sub(issuance, saturating_sub(before, target));
        return checked_add(issuance, saturating_sub(target, before));
    }));
    deposit_event(BalanceSet{account, target});
    return {};
}

DispatchResult force_adjust_total_issuance::dispatch(Root) const
{
    PHALA_CHECK(ensure(delta.value > 0, Error::DeltaZero));
    const Balance before = TotalIssuance::get();
    Balance after = saturating_sub(before, delta);
    if (direction == AdjustmentDirection::Increase && __builtin_add_overflow(before, delta.value, &after))
        after = kMost;
    PHALA_CHECK(ensure(InactiveIssuance::get() <= after, Error::IssuanceDeactivated));
    TotalIssuance::put(after);
    deposit_event(TotalIssuanceForced{before, after});
    return {};
}

DispatchResult burn::dispatch(Signed caller) const
{
    const auto preservation = keep_alive ? Preservation::Preserve : Preservation::Expendable;
    PHALA_CHECK(ensure(reducible(caller.who(), preservation) >= value.value, TokenError::FundsUnavailable));
    PHALA_CHECK(decrease(caller.who(), value));
    burn_issuance(value);
    deposit_event(Burned{caller.who(), value});
    return {};
}

void Pallet::build_genesis(const GenesisConfig& config)
{
    for (const auto& [who, amount] : config.balances) {
        if (amount < kMinimum)
            panic("a genesis balance is below the existential deposit");
        if (system::Account::contains(who))
            panic("an account is listed twice in the genesis balances");
        mint_at_genesis(who, amount);
    }
}

} // namespace phala::runtime::balances
