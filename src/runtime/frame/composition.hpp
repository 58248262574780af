#pragma once
// The running composition as the frame sees it: a constant table of its pallets, made by Construct in one
// translation unit (construct.hpp) and found here at link time.
#include "primitives/header.hpp"
#include "primitives/inherent.hpp"
#include "primitives/validity.hpp"
#include "primitives/version.hpp"
#include "runtime/frame/call.hpp"

namespace phala::runtime {

/// One pallet of the composition. Absent hooks are null.
struct PalletEntry {
    std::string_view name;
    std::uint8_t index;
    std::uint16_t storage_version;
    std::span<const CallOps> calls;
    bool (*skip_event)(scale::Reader&); ///< reads one event of the pallet

    Weight (*on_runtime_upgrade)();
    Weight (*on_initialize)(BlockNumber);
    Weight (*on_idle)(BlockNumber, Weight remaining);
    void (*on_finalize)(BlockNumber);
    void (*seal)(BlockNumber);
    std::optional<RuntimeCall> (*create_inherent)(const InherentData&);
    void (*check_inherent)(const RuntimeCall&, const InherentData&, CheckInherentsResult&);
    bool (*is_inherent)(const RuntimeCall&);
    TransactionValidity (*validate_unsigned)(TransactionSource, const RuntimeCall&);
    TransactionValidity (*validate_sequence)(const RuntimeCall&); ///< CheckMqSequence in the pool
    std::expected<void, TransactionValidityError> (*check_next_sequence)(
        const RuntimeCall&); ///< CheckMqSequence in a block
};

/// System first, then by ascending declaration. Defined by the composition.
std::span<const PalletEntry> pallets();

/// The entry of that name, or null.
const PalletEntry* find_pallet(std::string_view name);

// What this blob is. Its identity may differ between blobs of one composition (composition/identity.cpp).

/// What the runtime says about itself.
RuntimeVersion runtime_version();
/// The spec_version in it.
std::uint32_t spec_version();

/// Runs the composition's migrations (composition/migrations.cpp).
Weight run_migrations();

} // namespace phala::runtime
