#include "worker/core/engine/deposit.hpp"

#include "crypto/hash.hpp"

#include <limits>

namespace phala::worker::engine {

namespace {

constexpr Balance kContractInfoSize = 122; // of the reference's record: part of the price, whatever ours takes
constexpr Balance kCodeInfoSize = 63;
constexpr Balance kCodeItems = 2;

std::uint32_t clamped_add(std::uint32_t a, std::uint32_t b)
{
    return a + b < a ? std::numeric_limits<std::uint32_t>::max() : a + b;
}
std::uint32_t clamped_sub(std::uint32_t a, std::uint32_t b)
{
    return a < b ? 0 : a - b;
}
Balance clamped_add(Balance a, Balance b)
{
    return a + b < a ? ~Balance{0} : a + b;
}
Balance clamped_sub(Balance a, Balance b)
{
    return a < b ? 0 : a - b;
}
Balance clamped_mul(Balance a, Balance b)
{
    return a != 0 && b > ~Balance{0} / a ? ~Balance{0} : a * b;
}

/// deposit * removed / total, by way of a ratio with 18 decimals that is rounded down, as the reference has it.
Balance pro_rata(Balance deposit, std::uint32_t removed, std::uint32_t total)
{
    constexpr Balance kOne = 1'000'000'000'000'000'000;
    if (removed == 0 || total == 0)
        return 0;
    const Balance ratio = std::min(kOne, removed * kOne / total);
    return deposit / kOne * ratio + deposit % kOne * ratio / kOne;
}

void book(Balance& deposit, const DepositSum& change)
{
    deposit = change.is_refund() ? clamped_sub(deposit, change.amount()) : clamped_add(deposit, change.amount());
}

std::vector<H256> topics_of(const AccountId& a, const AccountId& b)
{
    return {{crypto::blake2_256(a)}, {crypto::blake2_256(b)}};
}

} // namespace

void StorageDiff::record(std::optional<std::uint32_t> before, std::optional<std::uint32_t> after)
{
    const auto old_size = before.value_or(0);
    const auto new_size = after.value_or(0);
    if (new_size > old_size)
        bytes_added = clamped_add(bytes_added, new_size - old_size);
    else
        bytes_removed = clamped_add(bytes_removed, old_size - new_size);
    if (after && !before)
        items_added = clamped_add(items_added, 1u);
    if (before && !after)
        items_removed = clamped_add(items_removed, 1u);
}

StorageDeposit DepositSum::value() const
{
    return is_refund_ ? StorageDeposit{Refund{amount_}} : StorageDeposit{Charge{amount_}};
}

DepositSum& DepositSum::operator+=(const DepositSum& more)
{
    if (is_refund_ == more.is_refund_)
        amount_ = clamped_add(amount_, more.amount_);
    else if (amount_ > more.amount_)
        amount_ -= more.amount_;
    else
        *this = {amount_ != more.amount_ && more.is_refund_, more.amount_ - amount_};
    return *this;
}

DepositSum apply(const StorageDiff& diff, const ClusterParameters& parameters, ContractInfo& info)
{
    const auto bytes_added = clamped_sub(diff.bytes_added, diff.bytes_removed);
    const auto bytes_removed = clamped_sub(diff.bytes_removed, diff.bytes_added);
    const auto items_added = clamped_sub(diff.items_added, diff.items_removed);
    const auto items_removed = clamped_sub(diff.items_removed, diff.items_added);

    auto bytes = DepositSum::charge(clamped_mul(parameters.deposit_per_byte, bytes_added));
    bytes += DepositSum::refund(pro_rata(info.byte_deposit, bytes_removed, info.storage_bytes));
    auto items = DepositSum::charge(clamped_mul(parameters.deposit_per_item, items_added));
    items += DepositSum::refund(pro_rata(info.item_deposit, items_removed, info.storage_items));

    info.storage_bytes = clamped_sub(clamped_add(info.storage_bytes, bytes_added), bytes_removed);
    info.storage_items = clamped_sub(clamped_add(info.storage_items, items_added), items_removed);
    book(info.byte_deposit, bytes);
    book(info.item_deposit, items);
    bytes += items;
    return bytes;
}

Balance base_deposit(const ClusterParameters& parameters)
{
    return clamped_add(clamped_mul(kContractInfoSize, parameters.deposit_per_byte), parameters.deposit_per_item);
}

Balance code_deposit(const ClusterParameters& parameters, std::size_t code_size)
{
    return clamped_add(clamped_mul(code_size + kCodeInfoSize, parameters.deposit_per_byte),
                       clamped_mul(kCodeItems, parameters.deposit_per_item));
}

Dispatched<> settle(Storage& storage, const AccountId& origin, const std::vector<DepositItem>& items)
{
    for (const auto& item : items) {
        if (!item.amount.is_refund() && !item.beneficiary)
            continue;
        const auto moved = storage.transfer_held(item.contract, origin, item.amount.amount());
        if (moved != 0)
            storage.emit(ContractsEvent{StorageDepositTransferredAndReleased{item.contract, origin, moved}},
                         topics_of(item.contract, origin));
        if (item.beneficiary) {
            const auto left = storage.account(item.contract).free;
            if (auto paid = storage.transfer(item.contract, *item.beneficiary, left, Preservation::Expendable); !paid)
                return paid;
        }
    }
    for (const auto& item : items) {
        if (item.amount.is_refund() || item.amount.amount() == 0)
            continue;
        if (auto held = storage.transfer_and_hold(HoldReason::Storage, origin, item.contract, item.amount.amount());
            !held)
            return held;
        storage.emit(ContractsEvent{StorageDepositTransferredAndHeld{origin, item.contract, item.amount.amount()}},
                     topics_of(origin, item.contract));
    }
    return {};
}

} // namespace phala::worker::engine
