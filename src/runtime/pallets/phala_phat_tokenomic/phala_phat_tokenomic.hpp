#pragma once
// Stakes on contracts (spec sdk-wire §2.4, contract-engine §6.1): what its users lock for a contract is its weight among
// the others of its cluster. The pallet tells the cluster's system contract, which passes it on to its driver.
#include "primitives/messages.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::phala_phat_tokenomic {

inline constexpr Name name{"PhalaPhatTokenomic"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

/// ContractDeposit::change_deposit of the system contract.
inline constexpr ByteArray<4> kChangeDeposit{0xa2, 0x4b, 0xcb, 0x44};

// What is stored

struct ContractTotalStakes : StorageMap<name, "ContractTotalStakes", Twox64Concat<H256>, Balance, Default> {
    static constexpr auto docs = "What all users together stake on a contract.";
};
struct ContractUserStakes
    : StorageDoubleMap<name, "ContractUserStakes", Twox64Concat<AccountId>, Twox64Concat<H256>, Balance, Default> {
    static constexpr auto docs = "What a user stakes on a contract.";
};
struct MinStake : StorageValue<name, "MinStake", Balance, Default> {
    static constexpr auto docs = "A user stakes at least this much on a contract, or nothing.";
};

// What is announced

struct ContractDepositChanged {
    std::optional<H256> cluster;
    H256 contract;
    Balance deposit;
    static constexpr auto docs = "The total stake on a contract has changed.";
    friend bool operator==(const ContractDepositChanged&, const ContractDepositChanged&) = default;
};
struct UserStakeChanged {
    std::optional<H256> cluster;
    AccountId account;
    H256 contract;
    Balance stake;
    static constexpr auto docs = "A user's stake on a contract has changed.";
    friend bool operator==(const UserStakeChanged&, const UserStakeChanged&) = default;
};

enum class Error : std::uint8_t { InvalidAmountOfStake };
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::InvalidAmountOfStake: return "The stake is smaller than the least one, or too large to be counted.";
    }
    return {};
}

// What can be asked

struct adjust_stake {
    H256 contract;
    Balance amount;
    static constexpr auto docs =
        "Make the caller's stake on a contract this amount: what is more is locked, what is less released.";
    static Weight weight() { return weight_of(10, 9); }
    DispatchResult dispatch(Signed caller) const;
};

struct GenesisConfig {
    Balance min_stake = config::kCents;
};

struct Pallet {
    static constexpr std::string_view name = phala_phat_tokenomic::name.view();
    static constexpr std::string_view crate = "phala_pallets::phat_tokenomic";
    using Storage = std::tuple<ContractTotalStakes, ContractUserStakes, MinStake>;
    using Event = Variant<At<0, ContractDepositChanged>, At<1, UserStakeChanged>>;
    using Error = phala_phat_tokenomic::Error;
    using Call = Variant<At<0, adjust_stake>>;
    using GenesisConfig = phala_phat_tokenomic::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
};

/// Where stakes are locked: the account of the pallet's id `phat/tok`.
AccountId stake_account();

} // namespace phala::runtime::phala_phat_tokenomic
