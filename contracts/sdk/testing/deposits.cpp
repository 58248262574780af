// What contracts hold for what they store, on the cluster in memory (spec contract-engine §2.5): counted over a whole
// call from outside, refunds first.
#include "testing/host_access.hpp"

namespace phat::testing {

namespace {

constexpr Balance kSizeOfContractRecord = 122;

/// The part of a deposit that goes with so much of what it is held for.
Balance share(Balance held, Balance gone, Balance all)
{
    return all == 0 ? held : held * gone / all;
}

} // namespace

Balance Chain::Contract::bytes() const
{
    Balance sum = 0;
    for (const auto& [key, value] : storage)
        sum += value.size();
    return sum;
}

void Chain::begin()
{
    receipt_ = {};
    host_calls_ = 0;
}

void Chain::finish(Returned& answer, const From& from, State before)
{
    if (answer.code == 0) {
        answer.failure = settle(from, before);
        if (!answer.failure.empty())
            answer = {static_cast<std::uint32_t>(host::ReturnCode::CalleeTrapped), 0, {}, answer.failure};
    }
    receipt_.failure = answer.failure;
    if (answer.code != 0) {
        receipt_.charged = receipt_.refunded = 0;
        state_ = std::move(before);
    }
}

std::string_view Chain::settle(const From& from, const State& before)
{
    Balance charged = 0;
    Balance refunded = 0;
    for (auto& [id, contract] : state_.contracts) {
        const auto old = before.contracts.find(id);
        const bool is_new = old == before.contracts.end();
        const Balance bytes_before = is_new ? 0 : old->second.bytes();
        const Balance items_before = is_new ? 0 : old->second.storage.size();
        const Balance bytes = contract.bytes();
        const Balance items = contract.storage.size();
        if (is_new)
            charged += contract.base_deposit = kSizeOfContractRecord * deposit_per_byte + deposit_per_item;
        const auto follow = [&](Balance& held, Balance was, Balance is, Balance price) {
            if (is > was) {
                held += (is - was) * price;
                charged += (is - was) * price;
            } else {
                const Balance back = share(held, was - is, was);
                held -= is == was ? 0 : back;
                refunded += is == was ? 0 : back;
            }
        };
        follow(contract.byte_deposit, bytes_before, bytes, deposit_per_byte);
        follow(contract.item_deposit, items_before, items, deposit_per_item);
    }
    for (const auto& [id, contract] : before.contracts)
        if (!state_.contracts.contains(id))
            refunded += contract.held();
    state_.balances[from.caller] += refunded;
    // what goes out and comes back in one call is never owed
    const Balance owed = charged > refunded ? charged - refunded : 0;
    if (from.deposit_limit && owed > *from.deposit_limit)
        return "StorageDepositLimitExhausted";
    if (balance(from.caller) < charged)
        return "StorageDepositNotEnoughFunds";
    state_.balances[from.caller] -= charged;
    receipt_.charged = owed;
    receipt_.refunded = refunded > charged ? refunded - charged : 0;
    return {};
}

} // namespace phat::testing
