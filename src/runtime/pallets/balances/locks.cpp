// Balance that must stay.
#include "runtime/pallets/balances/change.hpp"

#include <algorithm>
#include <utility>

namespace phala::runtime::balances {
namespace {

using LocksOfAccount = scale::BoundedVec<BalanceLock, config::kMaxLocks>;

/// Stores the locks and what they freeze. Wallets show the difference that it makes.
DispatchResult put_locks(const AccountId& who, const LocksOfAccount& locks)
{
    Balance before = 0;
    Balance after = 0;
    for (const auto& lock : locks.items)
        after = std::max(after, lock.amount);
    PHALA_CHECK(change_account(who, [&](AccountData& account) {
        before = std::exchange(account.frozen, after);
        return DispatchResult{};
    }));
    if (locks.items.empty())
        Locks::remove(who);
    else
        Locks::insert(who, locks);
    if (after > before)
        deposit_event(Locked{who, after - before});
    else if (before > after)
        deposit_event(Unlocked{who, before - after});
    return {};
}

DispatchResult change_lock(const LockId& id, const AccountId& who, BalanceLock lock, bool only_grow)
{
    LocksOfAccount locks = Locks::get(who);
    const auto at = std::ranges::find(locks.items, id, &BalanceLock::id);
    if (at == locks.items.end()) {
        PHALA_CHECK(ensure(locks.items.size() < config::kMaxLocks, Error::LiquidityRestrictions));
        locks.items.push_back(lock);
    } else if (only_grow) {
        at->amount = std::max(at->amount, lock.amount);
        at->reasons = at->reasons == lock.reasons ? lock.reasons : Reasons::All;
    } else {
        *at = lock;
    }
    return put_locks(who, locks);
}

} // namespace

DispatchResult set_lock(const LockId& id, const AccountId& who, Balance amount, Reasons reasons)
{
    return amount == 0 ? remove_lock(id, who) : change_lock(id, who, {id, amount, reasons}, false);
}

DispatchResult extend_lock(const LockId& id, const AccountId& who, Balance amount, Reasons reasons)
{
    return amount == 0 ? DispatchResult{} : change_lock(id, who, {id, amount, reasons}, true);
}

DispatchResult remove_lock(const LockId& id, const AccountId& who)
{
    LocksOfAccount locks = Locks::get(who);
    if (std::erase_if(locks.items, [&](const BalanceLock& lock) { return lock.id == id; }) == 0)
        return {};
    return put_locks(who, locks);
}

} // namespace phala::runtime::balances
