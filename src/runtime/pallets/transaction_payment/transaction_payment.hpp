#pragma once
// What a transaction costs, and who gets it (spec substrate-host §6.5).
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::transaction_payment {

inline constexpr Name name{"TransactionPayment"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

struct FixedU128 {
    static constexpr auto path = "sp_arithmetic::fixed_point::FixedU128";
    static constexpr u128 one = config::kFixedOne;
    u128 _0;
    friend bool operator==(const FixedU128&, const FixedU128&) = default;
};

enum class Releases : std::uint8_t { V1Ancient, V2 };
constexpr std::string_view metadata_path(Releases)
{
    return "pallet_transaction_payment::Releases";
}

struct NextFeeMultiplier : StorageValue<name, "NextFeeMultiplier", FixedU128, DefaultTo<FixedU128{FixedU128::one}>> {
    static constexpr auto docs = "What the fee for the weight of the next block's transactions is multiplied with.";
};
struct StorageVersion : StorageValue<name, "StorageVersion", Releases, Default> {
    static constexpr auto docs = "The layout of this pallet's storage.";
};

struct TransactionFeePaid {
    AccountId who;
    Balance actual_fee;
    Balance tip;
    static constexpr auto docs =
        "A transaction fee `actual_fee`, of which `tip` was added to the minimum inclusion fee, has been paid by `who`.";
    friend bool operator==(const TransactionFeePaid&, const TransactionFeePaid&) = default;
};

struct OperationalFeeMultiplier {
    static constexpr std::string_view name = "OperationalFeeMultiplier";
    static constexpr auto docs =
        "A fee multiplier for `Operational` extrinsics to compute \"virtual tip\" to boost their `priority`.";
    static std::uint8_t value() { return config::kOperationalFeeMultiplier; }
};

struct GenesisConfig {
    FixedU128 multiplier{FixedU128::one};
};

struct Pallet {
    static constexpr std::string_view name = transaction_payment::name.view();
    static constexpr std::string_view crate = "pallet_transaction_payment";
    static constexpr std::uint16_t storage_version = 0;
    using Storage = std::tuple<NextFeeMultiplier, StorageVersion>;
    using Event = Variant<At<0, TransactionFeePaid>>;
    using Constants = std::tuple<OperationalFeeMultiplier>;
    using GenesisConfig = transaction_payment::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
    static void on_finalize(BlockNumber number);
};

/// The multiplier after a block whose normal transactions weighed that much, where it was `previous` in that block.
FixedU128 next_multiplier(FixedU128 previous, const Weight& normal);

/// The account that gets fees and tips.
AccountId fee_receiver();

Balance weight_to_fee(const Weight& weight);
Balance length_to_fee(std::uint32_t length);

struct InclusionFee {
    static constexpr auto path = "pallet_transaction_payment::types::InclusionFee";
    Balance base_fee;
    Balance len_fee;
    Balance adjusted_weight_fee;
};
struct FeeDetails {
    static constexpr auto path = "pallet_transaction_payment::types::FeeDetails";
    std::optional<InclusionFee> inclusion_fee; ///< none where the call pays only a tip
    Balance tip;
    [[nodiscard]] Balance total() const;
};
struct RuntimeDispatchInfo {
    static constexpr auto path = "pallet_transaction_payment::types::RuntimeDispatchInfo";
    Weight weight;
    DispatchClass class_;
    Balance partial_fee; ///< without tip
};

/// What an extrinsic of that encoded length costs, by what its call announced.
FeeDetails fee_details(std::uint32_t length, const DispatchInfo& info, Balance tip);

/// The same once the call has run.
FeeDetails actual_fee_details(std::uint32_t length, const DispatchInfo& info, const DispatchResultWithPostInfo& result,
                              Balance tip);

/// Order in the pool (spec §7).
std::uint64_t priority(const DispatchInfo& info, std::uint32_t length, Balance tip, Balance fee_with_tip);

bool can_pay(const AccountId& who, Balance fee);
DispatchResult withdraw_fee(const AccountId& who, Balance fee);
/// Gives back what was withdrawn too much and the rest to the fee receiver.
void settle_fee(const AccountId& who, Balance withdrawn, Balance actual, Balance tip);

} // namespace phala::runtime::transaction_payment
