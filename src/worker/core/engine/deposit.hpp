#pragma once
// Storage deposits (spec contract-engine §2.5): what contracts owe for what they store.
#include "worker/core/engine/storage.hpp"

namespace phala::worker::engine {

/// Change of a contract's storage during one frame.
struct StorageDiff {
    std::uint32_t bytes_added = 0;
    std::uint32_t bytes_removed = 0;
    std::uint32_t items_added = 0;
    std::uint32_t items_removed = 0;

    /// Records that a value of the first size became one of the second; no size: no value.
    void record(std::optional<std::uint32_t> before, std::optional<std::uint32_t> after);
};

/// A sum of charges and refunds: positive is owed.
class DepositSum {
public:
    DepositSum() = default;
    static DepositSum charge(Balance amount) { return {false, amount}; }
    static DepositSum refund(Balance amount) { return {amount != 0, amount}; }

    [[nodiscard]] bool is_refund() const { return is_refund_; }
    [[nodiscard]] Balance amount() const { return amount_; }
    [[nodiscard]] StorageDeposit value() const;
    DepositSum& operator+=(const DepositSum& more);

private:
    DepositSum(bool is_refund, Balance amount) : is_refund_{is_refund}, amount_{amount} {}
    bool is_refund_ = false;
    Balance amount_ = 0;
};

/// One contract's part of what the origin pays or gets back at the end of the call.
struct DepositItem {
    AccountId contract;
    DepositSum amount;
    std::optional<AccountId> beneficiary; ///< of a contract that ended: gets whatever is left
};

/// Deposits of one frame and of the frames it called.
struct DepositMeter {
    StorageDiff own;
    DepositSum total;
    std::vector<DepositItem> items;
    std::optional<DepositItem> terminated;
};

/// What the change of its storage costs a contract; its record is brought up to date.
DepositSum apply(const StorageDiff& diff, const ClusterParameters& parameters, ContractInfo& info);

/// What a contract owes for existing, without the existential deposit.
Balance base_deposit(const ClusterParameters& parameters);

/// What uploading so much code holds.
Balance code_deposit(const ClusterParameters& parameters, std::size_t code_size);

/// Moves deposits between the origin and contracts, refunds first.
Dispatched<> settle(Storage& storage, const AccountId& origin, const std::vector<DepositItem>& items);

} // namespace phala::worker::engine
