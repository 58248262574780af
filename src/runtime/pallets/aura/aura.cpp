#include "runtime/pallets/aura/aura.hpp"

#include "runtime/pallets/system/system.hpp"

namespace phala::runtime::aura {
namespace {

std::optional<Slot> slot_of_block()
{
    for (const auto& log : system::CurrentDigest::get().logs)
        if (const auto* item = log.item.get_if<digest::PreRuntime>(); item != nullptr && item->_0 == kEngine)
            if (const auto slot = scale::decode<Slot>(item->_1))
                return *slot;
    return std::nullopt;
}

} // namespace

Weight Pallet::on_initialize(BlockNumber)
{
    const auto slot = slot_of_block();
    if (!slot)
        return weight_of(1, 0);
    if (*slot <= CurrentSlot::get())
        panic("Slot must increase");
    CurrentSlot::put(*slot);
    return weight_of(2, 1);
}

void check_timestamp(std::uint64_t now)
{
    if (now / config::kSlotDuration != CurrentSlot::get()._0)
        panic("Timestamp slot must match `CurrentSlot`");
}

void Pallet::build_genesis(const GenesisConfig& config)
{
    Authorities::put({config.authorities});
}

} // namespace phala::runtime::aura
