// Balance that is set aside.
#include "runtime/pallets/balances/change.hpp"
#include "runtime/pallets/system/system.hpp"

#include <algorithm>

namespace phala::runtime::balances {
namespace {

using NamedReserves = scale::BoundedVec<ReserveData, config::kMaxReserves>;

/// Where the reserve of that name is, or belongs: they are in the order of names.
auto position_of(NamedReserves& reserves, const ReserveId& id)
{
    return std::ranges::lower_bound(reserves.items, id, {}, &ReserveData::id);
}

/// Lowers the reserve of that name by what `take` gives, which is called with the most that may be taken.
template <class Take>
Balance take_named(const ReserveId& id, const AccountId& who, Balance amount, Take&& take)
{
    NamedReserves reserves = Reserves::get(who);
    const auto at = position_of(reserves, id);
    if (at == reserves.items.end() || at->id != id)
        return 0;
    const Balance taken = take(std::min(amount, at->amount));
    at->amount -= taken;
    if (at->amount == 0)
        reserves.items.erase(at);
    if (reserves.items.empty())
        Reserves::remove(who);
    else
        Reserves::insert(who, reserves);
    return taken;
}

} // namespace

DispatchResult reserve(const AccountId& who, Balance amount)
{
    if (amount == 0)
        return {};
    PHALA_CHECK(change_account(who, [&](AccountData& account) -> DispatchResult {
        PHALA_CHECK(ensure(account.free >= amount, Error::InsufficientBalance));
        account.free -= amount;
        PHALA_CHECK(checked_add(account.reserved, amount));
        return ensure(account.free >= account.frozen, Error::LiquidityRestrictions);
    }));
    deposit_event(Reserved{who, amount});
    return {};
}

Balance unreserve(const AccountId& who, Balance amount)
{
    Balance moved = 0;
    const auto done = change_account(who, [&](AccountData& account) {
        moved = std::min(amount, account.reserved);
        account.reserved -= moved;
        return checked_add(account.free, moved);
    });
    if (!done || moved == 0)
        return amount;
    deposit_event(Unreserved{who, moved});
    return amount - moved;
}

Balance slash_reserved(const AccountId& who, Balance amount)
{
    Balance taken = 0;
    const auto done = change_account(who, [&](AccountData& account) {
        taken = std::min(amount, account.reserved);
        account.reserved -= taken;
        return DispatchResult{};
    });
    if (!done || taken == 0)
        return 0;
    deposit_event(Slashed{who, taken});
    return taken;
}

std::expected<Balance, DispatchError> repatriate_reserved(const AccountId& from, const AccountId& to, Balance amount,
                                                          BalanceStatus status)
{
    if (amount == 0)
        return Balance{0};
    if (from == to)
        return status == BalanceStatus::Free ? unreserve(from, amount)
                                             : amount - std::min(amount, balance_of(from).reserved);
    if (!system::Account::contains(to))
        return fail(Error::DeadAccount);
    const Balance moved = std::min(amount, balance_of(from).reserved);
    if (moved == 0)
        return amount;
    PHALA_CHECK(change_account(to, [&](AccountData& account) {
        return checked_add(status == BalanceStatus::Free ? account.free : account.reserved, moved);
    }));
    PHALA_CHECK(change_account(from, [&](AccountData& account) {
        account.reserved -= moved;
        return DispatchResult{};
    }));
    deposit_event(ReserveRepatriated{from, to, moved, status});
    return amount - moved;
}

Balance reserved_named(const ReserveId& id, const AccountId& who)
{
    NamedReserves reserves = Reserves::get(who);
    const auto at = position_of(reserves, id);
    return at != reserves.items.end() && at->id == id ? at->amount : 0;
}

DispatchResult reserve_named(const ReserveId& id, const AccountId& who, Balance amount)
{
    if (amount == 0)
        return {};
    NamedReserves reserves = Reserves::get(who);
    const auto at = position_of(reserves, id);
    if (at != reserves.items.end() && at->id == id) {
        PHALA_CHECK(checked_add(at->amount, amount));
    } else {
        PHALA_CHECK(ensure(reserves.items.size() < config::kMaxReserves, Error::TooManyReserves));
        reserves.items.insert(at, {id, amount});
    }
    PHALA_CHECK(reserve(who, amount));
    Reserves::insert(who, reserves);
    return {};
}

Balance unreserve_named(const ReserveId& id, const AccountId& who, Balance amount)
{
    return amount - take_named(id, who, amount, [&](Balance most) { return most - unreserve(who, most); });
}

Balance slash_reserved_named(const ReserveId& id, const AccountId& who, Balance amount)
{
    return take_named(id, who, amount, [&](Balance most) { return slash_reserved(who, most); });
}

} // namespace phala::runtime::balances
