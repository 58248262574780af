#include "runtime/pallets/phala_phat_tokenomic/phala_phat_tokenomic.hpp"

#include "runtime/pallets/balances/balances.hpp"
#include "runtime/pallets/phala_mq/phala_mq.hpp"
#include "runtime/pallets/phala_phat_contracts/phala_phat_contracts.hpp"

#include <algorithm>
#include <limits>

namespace phala::runtime::phala_phat_tokenomic {

namespace {

/// Moves what the user's stake on a contract lacks, or has too much, and gives the contract's new total.
std::expected<Balance, DispatchError> move_stake(const AccountId& user, const H256& contract, Balance stake)
{
    const Balance before = ContractUserStakes::get(user, contract);
    const Balance total = ContractTotalStakes::get(contract);
    const AccountId pot = stake_account();
    if (stake >= before) {
        const Balance more = stake - before;
        PHALA_CHECK(ensure(more <= std::numeric_limits<Balance>::max() - total, Error::InvalidAmountOfStake));
        PHALA_CHECK(balances::transfer(user, pot, more, balances::Preservation::Preserve));
        return total + more;
    }
    PHALA_CHECK(balances::transfer(pot, user, before - stake, balances::Preservation::Expendable));
    return total - (before - stake);
}

/// Tells the system contract of the contract's cluster, as a plain command of this pallet.
DispatchResult tell_cluster(const H256& cluster, const H256& contract, Balance total)
{
    const auto info = phala_phat_contracts::Clusters::get(cluster);
    if (!info)
        return {}; // destroyed: its users only take their stakes back
    const CommandPayload command{CommandPayload::Plain{{InkCommand::InkMessage{
        .nonce = {},
        .message = scale::encode(kChangeDeposit, contract, total),
        .transfer = 0,
        .gas_limit = std::numeric_limits<std::uint64_t>::max(),
        .storage_deposit_limit = std::nullopt,
    }}}};
    return phala_mq::push(
        {MessageOrigin::pallet(Pallet::name), to_bytes(command_topic(info->system_contract)), scale::encode(command)});
}

} // namespace

AccountId stake_account()
{
    AccountId account{};
    std::ranges::copy(bytes_of("modlphat/tok"), account.bytes.begin());
    return account;
}

void Pallet::build_genesis(const GenesisConfig& config)
{
    MinStake::put(config.min_stake);
}

DispatchResult adjust_stake::dispatch(Signed caller) const
{
    const AccountId& user = caller.who();
    PHALA_CHECK(ensure(amount == 0 || amount >= MinStake::get(), Error::InvalidAmountOfStake));
    const auto info = phala_phat_contracts::Contracts::get(contract);
    // nobody can stake on what is not there; what was staked can be taken back in any case
    PHALA_CHECK(ensure(info || amount == 0, phala_phat_contracts::Error::ContractNotFound));
    if (ContractUserStakes::get(user, contract) == amount)
        return {};
    PHALA_TRY(const Balance total, move_stake(user, contract, amount));
    if (amount == 0)
        ContractUserStakes::remove(user, contract);
    else
        ContractUserStakes::insert(user, contract, amount);
    if (total == 0)
        ContractTotalStakes::remove(contract);
    else
        ContractTotalStakes::insert(contract, total);
    const auto cluster = info ? std::optional{info->cluster} : std::nullopt;
    if (cluster)
        PHALA_CHECK(tell_cluster(*cluster, contract, total));
    deposit_event(ContractDepositChanged{cluster, contract, total});
    deposit_event(UserStakeChanged{cluster, user, contract, amount});
    return {};
}

} // namespace phala::runtime::phala_phat_tokenomic
