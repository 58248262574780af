#pragma once
// Balances of the native token (spec substrate-host §4.5, §6.6): an account lives while its free balance is at least the
// existential deposit; what is left of a smaller one is dust and burned.
// Part of a balance may be reserved (not free) or locked (free, but it must stay). What is locked is `frozen`, and may be
// what is reserved. Both make the account depended upon: it cannot die meanwhile.
#include "primitives/address.hpp"
#include "runtime/frame/pallet.hpp"
#include "runtime/pallets/balances/account_data.hpp"

namespace phala::runtime::balances {

inline constexpr Name name{"Balances"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

// What is stored

enum class Reasons : std::uint8_t { Fee, Misc, All };
constexpr std::string_view metadata_path(Reasons)
{
    return "pallet_balances::types::Reasons";
}

struct BalanceLock {
    static constexpr auto path = "pallet_balances::types::BalanceLock";
    ByteArray<8> id;
    Balance amount;
    Reasons reasons;
    friend bool operator==(const BalanceLock&, const BalanceLock&) = default;
};
struct ReserveData {
    static constexpr auto path = "pallet_balances::types::ReserveData";
    ByteArray<8> id;
    Balance amount;
    friend bool operator==(const ReserveData&, const ReserveData&) = default;
};

/// No pallet of this chain holds or freezes balances (decisions §2).
enum class RuntimeHoldReason : std::uint8_t {};
constexpr std::string_view metadata_path(RuntimeHoldReason)
{
    return runtime_path<"RuntimeHoldReason">;
}
enum class RuntimeFreezeReason : std::uint8_t {};
constexpr std::string_view metadata_path(RuntimeFreezeReason)
{
    return runtime_path<"RuntimeFreezeReason">;
}
template <class Id, class B>
struct IdAmount {
    static constexpr auto path = "frame_support::traits::tokens::misc::IdAmount";
    using params = std::tuple<Param<"Id", Id>, Param<"Balance", B>>;
    Id id;
    B amount;
};

struct TotalIssuance : StorageValue<name, "TotalIssuance", Balance, Default> {
    static constexpr auto docs = "The total units issued in the system.";
};
struct InactiveIssuance : StorageValue<name, "InactiveIssuance", Balance, Default> {
    static constexpr auto docs = "The total units of outstanding deactivated balance in the system.";
};
struct Account : StorageMap<name, "Account", Blake2_128Concat<AccountId>, AccountData, Default> {
    static constexpr auto docs =
        "Balances of accounts where they are not stored in System. Always empty on this chain.";
};
struct Locks : StorageMap<name, "Locks", Blake2_128Concat<AccountId>, scale::BoundedVec<BalanceLock, config::kMaxLocks>,
                          Default> {
    static constexpr auto docs = "Any liquidity locks on some account balances.";
};
struct Reserves : StorageMap<name, "Reserves", Blake2_128Concat<AccountId>,
                             scale::BoundedVec<ReserveData, config::kMaxReserves>, Default> {
    static constexpr auto docs = "Named reserves on some account balances.";
};
struct Holds : StorageMap<name, "Holds", Blake2_128Concat<AccountId>, std::vector<IdAmount<RuntimeHoldReason, Balance>>,
                          Default> {
    static constexpr auto docs = "Holds on account balances.";
};
struct Freezes : StorageMap<name, "Freezes", Blake2_128Concat<AccountId>,
                            std::vector<IdAmount<RuntimeFreezeReason, Balance>>, Default> {
    static constexpr auto docs = "Freeze locks on account balances.";
};

// What is announced

enum class BalanceStatus : std::uint8_t { Free, Reserved };
constexpr std::string_view metadata_path(BalanceStatus)
{
    return "frame_support::traits::tokens::misc::BalanceStatus";
}

struct Endowed {
    AccountId account;
    Balance free_balance;
    static constexpr auto docs = "An account was created with some free balance.";
    friend bool operator==(const Endowed&, const Endowed&) = default;
};
struct DustLost {
    AccountId account;
    Balance amount;
    static constexpr auto docs =
        "An account was removed whose balance was non-zero but below ExistentialDeposit, resulting in an outright loss.";
    friend bool operator==(const DustLost&, const DustLost&) = default;
};
struct Transfer {
    AccountId from;
    AccountId to;
    Balance amount;
    static constexpr auto docs = "Transfer succeeded.";
    friend bool operator==(const Transfer&, const Transfer&) = default;
};
struct BalanceSet {
    AccountId who;
    Balance free;
    static constexpr auto docs = "A balance was set by root.";
    friend bool operator==(const BalanceSet&, const BalanceSet&) = default;
};
struct Reserved {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some balance was reserved (moved from free to reserved).";
    friend bool operator==(const Reserved&, const Reserved&) = default;
};
struct Unreserved {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some balance was unreserved (moved from reserved to free).";
    friend bool operator==(const Unreserved&, const Unreserved&) = default;
};
struct ReserveRepatriated {
    AccountId from;
    AccountId to;
    Balance amount;
    BalanceStatus destination_status;
    static constexpr auto docs = "Some balance was moved from the reserve of the first account to the second account.";
    friend bool operator==(const ReserveRepatriated&, const ReserveRepatriated&) = default;
};
struct Deposit {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was deposited (e.g. for transaction fees).";
    friend bool operator==(const Deposit&, const Deposit&) = default;
};
struct Withdraw {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was withdrawn from the account (e.g. for transaction fees).";
    friend bool operator==(const Withdraw&, const Withdraw&) = default;
};
struct Slashed {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was removed from the account (e.g. for misbehavior).";
    friend bool operator==(const Slashed&, const Slashed&) = default;
};
struct Minted {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was minted into an account.";
};
struct Burned {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was burned from an account.";
    friend bool operator==(const Burned&, const Burned&) = default;
};
struct Suspended {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was suspended from an account (it can be restored later).";
};
struct Restored {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some amount was restored into an account.";
};
struct Upgraded {
    AccountId who;
    static constexpr auto docs = "An account was upgraded.";
};
struct Issued {
    Balance amount;
    static constexpr auto docs = "Total issuance was increased by `amount`, creating a credit to be balanced.";
};
struct Rescinded {
    Balance amount;
    static constexpr auto docs = "Total issuance was decreased by `amount`, creating a debt to be balanced.";
};
struct Locked {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some balance was locked.";
    friend bool operator==(const Locked&, const Locked&) = default;
};
struct Unlocked {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some balance was unlocked.";
    friend bool operator==(const Unlocked&, const Unlocked&) = default;
};
struct Frozen {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some balance was frozen.";
};
struct Thawed {
    AccountId who;
    Balance amount;
    static constexpr auto docs = "Some balance was thawed.";
};
struct TotalIssuanceForced {
    Balance old;
    Balance new_;
    static constexpr auto docs = "The `TotalIssuance` was forcefully changed.";
    friend bool operator==(const TotalIssuanceForced&, const TotalIssuanceForced&) = default;
};

enum class Error : std::uint8_t {
    VestingBalance,
    LiquidityRestrictions,
    InsufficientBalance,
    ExistentialDeposit,
    Expendability,
    ExistingVestingSchedule,
    DeadAccount,
    TooManyReserves,
    TooManyHolds,
    TooManyFreezes,
    IssuanceDeactivated,
    DeltaZero,
};
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::VestingBalance: return "Vesting balance too high to send value.";
    case Error::LiquidityRestrictions: return "Account liquidity restrictions prevent withdrawal.";
    case Error::InsufficientBalance: return "Balance too low to send value.";
    case Error::ExistentialDeposit: return "Value too low to create account due to existential deposit.";
    case Error::Expendability: return "Transfer/payment would kill account.";
    case Error::ExistingVestingSchedule: return "A vesting schedule already exists for this account.";
    case Error::DeadAccount: return "Beneficiary account must pre-exist.";
    case Error::TooManyReserves: return "Number of named reserves exceed `MaxReserves`.";
    case Error::TooManyHolds: return "Number of holds exceed the number of hold reasons.";
    case Error::TooManyFreezes: return "Number of freezes exceed `MaxFreezes`.";
    case Error::IssuanceDeactivated: return "The issuance cannot be modified since it is already deactivated.";
    case Error::DeltaZero: return "The delta cannot be zero.";
    }
    return {};
}

// What can be asked

enum class AdjustmentDirection : std::uint8_t { Increase, Decrease };
constexpr std::string_view metadata_path(AdjustmentDirection)
{
    return "pallet_balances::types::AdjustmentDirection";
}

struct transfer_allow_death {
    MultiAddress dest;
    Compact<Balance> value;
    static constexpr auto docs = "Transfer some liquid free balance to another account.";
    static Weight weight() { return weight_of(2, 2); }
    DispatchResult dispatch(Signed caller) const;
};
struct force_transfer {
    MultiAddress source;
    MultiAddress dest;
    Compact<Balance> value;
    static constexpr auto docs =
        "Exactly as `transfer_allow_death`, except the origin must be root and the source account may be specified.";
    static Weight weight() { return weight_of(2, 2); }
    DispatchResult dispatch(Root) const;
};
struct transfer_keep_alive {
    MultiAddress dest;
    Compact<Balance> value;
    static constexpr auto docs =
        "Same as the `transfer_allow_death` call, but with a check that the transfer will not kill the origin account.";
    static Weight weight() { return weight_of(2, 2); }
    DispatchResult dispatch(Signed caller) const;
};
struct transfer_all {
    MultiAddress dest;
    bool keep_alive;
    static constexpr auto docs = "Transfer the entire transferable balance from the caller account.";
    static Weight weight() { return weight_of(2, 2); }
    DispatchResult dispatch(Signed caller) const;
};
struct force_unreserve {
    MultiAddress who;
    Balance amount;
    static constexpr auto docs = "Unreserve some balance from a user by force. Can only be called by ROOT.";
    static Weight weight() { return weight_of(1, 1); }
    DispatchResult dispatch(Root) const;
};
struct upgrade_accounts {
    std::vector<AccountId> who;
    static constexpr auto docs =
        "Upgrade a specified account. Free if at least 95 % of the accounts needed to be upgraded.";
    [[nodiscard]] Weight weight() const { return weight_of(who.size(), who.size()); }
    DispatchResultWithPostInfo dispatch(Signed caller) const;
};
struct force_set_balance {
    MultiAddress who;
    Compact<Balance> new_free;
    static constexpr auto docs = "Set the regular balance of a given account. Can only be called by ROOT.";
    static Weight weight() { return weight_of(2, 2); }
    DispatchResult dispatch(Root) const;
};
struct force_adjust_total_issuance {
    AdjustmentDirection direction;
    Compact<Balance> delta;
    static constexpr auto docs =
        "Adjust the total issuance in a saturating way. Can only be called by root and always needs a positive `delta`.";
    static Weight weight() { return weight_of(2, 1); }
    DispatchResult dispatch(Root) const;
};
struct burn {
    Compact<Balance> value;
    bool keep_alive;
    static constexpr auto docs = "Burn the specified liquid free balance from the origin account.";
    static Weight weight() { return weight_of(2, 2); }
    DispatchResult dispatch(Signed caller) const;
};

// Constants

struct ExistentialDeposit {
    static constexpr std::string_view name = "ExistentialDeposit";
    static constexpr auto docs = "The minimum amount required to keep an account open. MUST BE GREATER THAN ZERO!";
    static Balance value() { return config::kExistentialDeposit; }
};
struct MaxLocks {
    static constexpr std::string_view name = "MaxLocks";
    static constexpr auto docs = "The maximum number of locks that should exist on an account.";
    static std::uint32_t value() { return config::kMaxLocks; }
};
struct MaxReserves {
    static constexpr std::string_view name = "MaxReserves";
    static constexpr auto docs = "The maximum number of named reserves that can exist on an account.";
    static std::uint32_t value() { return config::kMaxReserves; }
};
struct MaxFreezes {
    static constexpr std::string_view name = "MaxFreezes";
    static constexpr auto docs =
        "The maximum number of individual freeze locks that can exist on an account at any time.";
    static std::uint32_t value() { return config::kMaxFreezes; }
};

struct GenesisConfig {
    std::vector<std::pair<AccountId, Balance>> balances;
};

struct Pallet {
    static constexpr std::string_view name = balances::name.view();
    static constexpr std::string_view crate = "pallet_balances";
    static constexpr std::uint16_t storage_version = 1;
    using Storage = std::tuple<TotalIssuance, InactiveIssuance, Account, Locks, Reserves, Holds, Freezes>;
    using Event = Variant<At<0, Endowed>, At<1, DustLost>, At<2, Transfer>, At<3, BalanceSet>, At<4, Reserved>,
                          At<5, Unreserved>, At<6, ReserveRepatriated>, At<7, Deposit>, At<8, Withdraw>, At<9, Slashed>,
                          At<10, Minted>, At<11, Burned>, At<12, Suspended>, At<13, Restored>, At<14, Upgraded>,
                          At<15, Issued>, At<16, Rescinded>, At<17, Locked>, At<18, Unlocked>, At<19, Frozen>,
                          At<20, Thawed>, At<21, TotalIssuanceForced>>;
    using Error = balances::Error;
    using Call = Variant<At<0, transfer_allow_death>, At<2, force_transfer>, At<3, transfer_keep_alive>,
                         At<4, transfer_all>, At<5, force_unreserve>, At<6, upgrade_accounts>, At<8, force_set_balance>,
                         At<9, force_adjust_total_issuance>, At<10, burn>>;
    using Constants = std::tuple<ExistentialDeposit, MaxLocks, MaxReserves, MaxFreezes>;
    using GenesisConfig = balances::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
};

// For other pallets

/// Whether an account may lose its existence by paying.
enum class Preservation : std::uint8_t { Expendable, Preserve };

AccountData balance_of(const AccountId& who);

/// How much the account can spend.
Balance reducible(const AccountId& who, Preservation preservation);

/// Moves tokens, with the event Transfer.
DispatchResult transfer(const AccountId& from, const AccountId& to, Balance amount, Preservation preservation);

/// Takes tokens out of an account, with the event Withdraw. They still count as issued: give them to somebody with
/// `deposit`, or end them with `burn_issuance`.
DispatchResult withdraw(const AccountId& who, Balance amount, Preservation preservation);

/// Gives withdrawn tokens to an account, with the event Deposit. Fails where that would leave less than the existential deposit.
DispatchResult deposit(const AccountId& who, Balance amount);

void burn_issuance(Balance amount);

/// Moves free balance into reserve and back.
DispatchResult reserve(const AccountId& who, Balance amount);
/// Gives what could not be unreserved, because less was reserved.
Balance unreserve(const AccountId& who, Balance amount);
/// Takes up to that much out of reserve, with the event Slashed, and gives what was taken. It still counts as issued, as
/// after `withdraw`.
Balance slash_reserved(const AccountId& who, Balance amount);
/// Moves up to that much of one account's reserve to another account, which must exist, and gives what was not moved.
std::expected<Balance, DispatchError> repatriate_reserved(const AccountId& from, const AccountId& to, Balance amount,
                                                          BalanceStatus status);

/// Reserves that know whom they are for: each name has its own, and all are part of what is reserved.
using ReserveId = ByteArray<8>;
Balance reserved_named(const ReserveId& id, const AccountId& who);
DispatchResult reserve_named(const ReserveId& id, const AccountId& who, Balance amount);
/// As their namesakes above, of what is reserved under that name.
Balance unreserve_named(const ReserveId& id, const AccountId& who, Balance amount);
Balance slash_reserved_named(const ReserveId& id, const AccountId& who, Balance amount);

/// Balance that may not leave an account, whatever else it is used for. Locks overlay each other: the largest counts.
using LockId = ByteArray<8>;
/// Makes the lock, or replaces the one of that name; an amount of 0 removes it. Only an account that exists can have one.
DispatchResult set_lock(const LockId& id, const AccountId& who, Balance amount, Reasons reasons);
/// As set_lock, but where the lock is there already it only grows.
DispatchResult extend_lock(const LockId& id, const AccountId& who, Balance amount, Reasons reasons);
DispatchResult remove_lock(const LockId& id, const AccountId& who);

/// Creates tokens without an event, for genesis.
void mint_at_genesis(const AccountId& who, Balance amount);

} // namespace phala::runtime::balances
