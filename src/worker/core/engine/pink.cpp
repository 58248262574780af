#include "worker/core/engine/pink.hpp"

namespace phala::worker::engine {

std::optional<PinkEvent> decode_pink_event(ByteView data)
{
    auto event = scale::decode<PinkEvent>(data, scale::Rest::Allow);
    return event ? std::optional{std::move(*event)} : std::nullopt;
}

bool is_for_system_contract(const PinkEvent& event)
{
    return !(event.is<SidevmMessage>() || event.is<CacheOp>() || event.is<StopSidevm>());
}

bool is_allowed_in_query(const PinkEvent& event)
{
    return event.is<DeploySidevmTo>() || event.is<SidevmMessage>() || event.is<CacheOp>() || event.is<StopSidevm>()
           || event.is<ForceStopSidevm>() || event.is<SidevmOperation>();
}

bool is_private(const PinkEvent& event)
{
    return event.is<SidevmMessage>() || event.is<CacheOp>();
}

} // namespace phala::worker::engine
