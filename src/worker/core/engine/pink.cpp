#include "worker/core/engine/pink.hpp"

namespace phala::worker::engine {

H256 pink_event_topic()
{
    constexpr std::string_view kName = "phala.pink.event";
    H256 topic{};
    topic.bytes[0] = static_cast<std::uint8_t>(kName.size() << 2); // the compact length of its SCALE encoding
    std::memcpy(topic.bytes.data() + 1, kName.data(), kName.size());
    return topic;
}

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
