#pragma once
#include "primitives/types.hpp"

namespace phala::runtime::balances {

struct ExtraFlags {
    static constexpr auto path = "pallet_balances::types::ExtraFlags";
    u128 _0;
    friend bool operator==(const ExtraFlags&, const ExtraFlags&) = default;
};

/// The accounts of this chain always have the "new logic" of holds and freezes.
inline constexpr ExtraFlags kNewLogic{u128{1} << 127};

/// The balance of an account, stored in System.Account.
struct AccountData {
    static constexpr auto path = "pallet_balances::types::AccountData";
    Balance free{};
    Balance reserved{};
    Balance frozen{};
    ExtraFlags flags = kNewLogic;
    friend bool operator==(const AccountData&, const AccountData&) = default;
};

} // namespace phala::runtime::balances
