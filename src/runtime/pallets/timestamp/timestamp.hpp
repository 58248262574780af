#pragma once
// The time of the block, told by its author once per block (spec substrate-host §6.3).
#include "primitives/inherent.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::timestamp {

inline constexpr Name name{"Timestamp"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

struct Now : StorageValue<name, "Now", std::uint64_t, Default> {
    static constexpr auto docs = "The current time for the current block.";
};
struct DidUpdate : StorageValue<name, "DidUpdate", bool, Default> {
    static constexpr auto docs = "Whether the timestamp has been updated in this block.";
};

struct set {
    Compact<std::uint64_t> now; ///< ms since 1970
    static constexpr auto docs = "Set the current time.";
    static Weight weight() { return weight_of(2, 2); }
    static DispatchClass dispatch_class() { return DispatchClass::Mandatory; }
    DispatchResult dispatch(None) const;
};

struct MinimumPeriod {
    static constexpr std::string_view name = "MinimumPeriod";
    static constexpr auto docs = "The minimum period between blocks, in milliseconds.";
    static std::uint64_t value() { return config::kMinimumPeriod; }
};

/// Why check_inherents refuses a time, keyed by kTimestampInherent.
struct ValidAtTimestamp {
    std::uint64_t _0;
};
struct TooFarInFuture {};
struct InherentError {
    static constexpr auto path = "sp_timestamp::InherentError";
    Variant<At<0, ValidAtTimestamp>, At<1, TooFarInFuture>> error;
};

struct Pallet {
    static constexpr std::string_view name = timestamp::name.view();
    static constexpr std::string_view crate = "pallet_timestamp";
    static constexpr std::uint16_t storage_version = 0;
    using Storage = std::tuple<Now, DidUpdate>;
    using Call = Variant<At<0, set>>;
    using Constants = std::tuple<MinimumPeriod>;
    static Weight on_initialize(BlockNumber number);
    static void on_finalize(BlockNumber number);
    static std::optional<RuntimeCall> create_inherent(const InherentData& data);
    static void check_inherent(const RuntimeCall& call, const InherentData& data, CheckInherentsResult& result);
    static bool is_inherent(const RuntimeCall& call);
};

} // namespace phala::runtime::timestamp
