#pragma once
// How this pallet's own code changes an account.
#include "runtime/pallets/balances/balances.hpp"

namespace phala::runtime::balances {

DispatchResult checked_add(Balance& to, Balance amount);

/// Stores an account and what follows from the change: its references, its birth and its death with the dust left behind
/// (spec substrate-host §6.6).
DispatchResult store_changed(const AccountId& who, const AccountData& before, const AccountData& after);

/// Changes the balance of an account. `change` works on the data and may fail; then nothing has changed.
template <class Change>
DispatchResult change_account(const AccountId& who, Change&& change)
{
    const AccountData before = balance_of(who);
    AccountData after = before;
    PHALA_CHECK(change(after));
    return store_changed(who, before, after);
}

} // namespace phala::runtime::balances
