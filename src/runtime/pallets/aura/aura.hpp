#pragma once
// Whose turn it is: the slot of the block and the authorities that share the slots (spec substrate-host §10.1).
#include "primitives/header.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::aura {

inline constexpr Name name{"Aura"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

inline constexpr EngineId kEngine = engine_id("aura");

struct AuthorityId {
    static constexpr auto path = "sp_consensus_aura::sr25519::app_sr25519::Public";
    ByteArray<32> bytes;
    friend auto operator<=>(const AuthorityId&, const AuthorityId&) = default;
    operator ByteView() const { return bytes; }
};
struct Slot {
    static constexpr auto path = "sp_consensus_slots::Slot";
    std::uint64_t _0;
    friend auto operator<=>(const Slot&, const Slot&) = default;
};

struct Authorities
    : StorageValue<name, "Authorities", scale::BoundedVec<AuthorityId, config::kMaxAuthorities>, Default> {
    static constexpr auto docs = "The current authority set.";
};
struct CurrentSlot : StorageValue<name, "CurrentSlot", Slot, Default> {
    static constexpr auto docs = "The current slot of this block. This will be set in `on_initialize`.";
};

struct SlotDuration {
    static constexpr std::string_view name = "SlotDuration";
    static constexpr auto docs = "The slot duration Aura should run with, expressed in milliseconds.";
    static std::uint64_t value() { return config::kSlotDuration; }
};

struct GenesisConfig {
    std::vector<AuthorityId> authorities;
};

struct Pallet {
    static constexpr std::string_view name = aura::name.view();
    static constexpr std::string_view crate = "pallet_aura";
    static constexpr std::uint16_t storage_version = 0;
    using Storage = std::tuple<Authorities, CurrentSlot>;
    using Constants = std::tuple<SlotDuration>;
    using GenesisConfig = aura::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
    static Weight on_initialize(BlockNumber number);
};

/// Ends the block if its time does not lie in its slot.
void check_timestamp(std::uint64_t now);

} // namespace phala::runtime::aura
