#include "primitives/routing.hpp"

namespace phala {

namespace {

using Lanes = std::vector<LaneKind>;

Lanes unrouted()
{
    return {LaneKind{LaneKind::Unrouted{}}};
}

bool is_gatekeeper(const Message& message)
{
    return message.sender.kind.is<MessageOrigin::Gatekeeper>();
}

Lanes route_cluster_operation(const Message& message)
{
    auto operation = scale::decode<ClusterOperation>(message.payload);
    if (!operation)
        return unrouted();
    const auto* grant = operation->operation.get_if<ClusterOperation::DispatchKeys>();
    if (grant == nullptr ? !message.sender.is_pallet() : !is_gatekeeper(message))
        return unrouted();
    Lanes lanes;
    if (grant != nullptr)
        for (const auto& [recipient, key] : grant->secret_keys)
            lanes.push_back({LaneKind::Worker{recipient}});
    if (const auto* admission = operation->operation.get_if<ClusterOperation::AddWorker>())
        lanes.push_back({LaneKind::Worker{admission->worker}});
    lanes.push_back({LaneKind::Cluster{operation->cluster()}});
    return lanes;
}

Lanes route_key_distribution(const Message& message)
{
    auto decoded = scale::decode<KeyDistribution>(message.payload);
    if (!decoded || !is_gatekeeper(message))
        return unrouted();
    const auto& distribution = decoded->distribution;
    if (const auto* grant = distribution.get_if<KeyDistribution::MasterKeyDistribution>())
        return {{LaneKind::Worker{grant->dest}}};
    if (const auto* history = distribution.get_if<KeyDistribution::MasterKeyHistory>())
        return {{LaneKind::Worker{history->dest}}};
    return {{LaneKind::System{}}};
}

Lanes route_system_event(const Message& message)
{
    auto event = scale::decode<SystemEvent>(message.payload);
    if (!event || !message.sender.is_pallet())
        return unrouted();
    if (const auto* for_worker = event->event.get_if<SystemEvent::ForWorker>())
        return {{LaneKind::Worker{for_worker->pubkey}}, {LaneKind::Gatekeeper{}}};
    return {{LaneKind::Gatekeeper{}}};
}

Lanes route_contract_operation(const Message& message)
{
    auto operation = scale::decode<ContractOperation>(message.payload);
    if (!operation || !message.sender.is_pallet())
        return unrouted();
    const auto* instantiate = operation->operation.get_if<ContractOperation::InstantiateCode>();
    return {{LaneKind::Cluster{instantiate->contract_info.cluster_id}}};
}

bool is_system_topic(ByteView topic)
{
    for (const std::string_view name : {GatekeeperLaunch::topic, GatekeeperChange::topic, ClusterEvent::topic,
                                        SystemCode::topic, PinkVersion::topic, ConsensusVersion::topic})
        if (equal(topic, bytes_of(name)))
            return true;
    return false;
}

} // namespace

std::vector<LaneKind> route(const Message& message, const ClusterOfContract& cluster_of)
{
    const ByteView topic = message.destination;
    if (is_system_topic(topic))
        return message.sender.is_pallet() ? Lanes{{LaneKind::System{}}} : unrouted();
    if (has_topic<ClusterOperation>(message))
        return route_cluster_operation(message);
    if (has_topic<ContractOperation>(message))
        return route_contract_operation(message);
    if (has_topic<KeyDistribution>(message))
        return route_key_distribution(message);
    if (has_topic<SystemEvent>(message))
        return route_system_event(message);
    if (equal(topic, bytes_of(kGatekeeperEventTopic)) || equal(topic, bytes_of(kMiningReportTopic)))
        return {{LaneKind::Gatekeeper{}}};
    if (auto contract = contract_of_command_topic(topic))
        if (auto cluster = cluster_of(*contract))
            return {{LaneKind::Cluster{*cluster}}};
    return unrouted();
}

} // namespace phala
