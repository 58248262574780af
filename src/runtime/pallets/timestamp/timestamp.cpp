#include "runtime/pallets/timestamp/timestamp.hpp"

#include "runtime/pallets/aura/aura.hpp"

#include <algorithm>

namespace phala::runtime::timestamp {
namespace {

/// How far ahead of the checker's clock a block may be, ms.
constexpr std::uint64_t kMaxDrift = 30'000;

std::uint64_t earliest()
{
    const std::uint64_t previous = Now::get();
    return previous == 0 ? 0 : previous + config::kMinimumPeriod;
}

} // namespace

DispatchResult set::dispatch(None) const
{
    if (DidUpdate::exists())
        panic("Timestamp must be updated only once in the block");
    if (now.value < earliest())
        panic("Timestamp must increment by at least <MinimumPeriod> between sequential blocks");
    Now::put(now);
    DidUpdate::put(true);
    aura::check_timestamp(now);
    return {};
}

Weight Pallet::on_initialize(BlockNumber)
{
    return weight_of(0, 0);
}

void Pallet::on_finalize(BlockNumber)
{
    if (!DidUpdate::take())
        panic("Timestamp must be updated once in the block");
}

std::optional<RuntimeCall> Pallet::create_inherent(const InherentData& data)
{
    const auto clock = data.get<std::uint64_t>(kTimestampInherent);
    if (!clock)
        panic("the inherent data holds no timestamp");
    return set{std::max(*clock, earliest())};
}

void Pallet::check_inherent(const RuntimeCall& call, const InherentData& data, CheckInherentsResult& result)
{
    const auto* told = call.get_if<set>();
    const auto clock = data.get<std::uint64_t>(kTimestampInherent);
    if (told == nullptr || !clock)
        return;
    if (told->now.value > *clock + kMaxDrift)
        result.refuse(kTimestampInherent, InherentError{TooFarInFuture{}}, true);
    else if (told->now.value < earliest())
        result.refuse(kTimestampInherent, InherentError{ValidAtTimestamp{earliest()}}, false);
}

bool Pallet::is_inherent(const RuntimeCall& call)
{
    return call.get_if<set>() != nullptr;
}

} // namespace phala::runtime::timestamp
