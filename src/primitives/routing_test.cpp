#include "primitives/routing.hpp"

#include "primitives/identifiers.hpp"

#include <gtest/gtest.h>

namespace phala {
namespace {

H256 id(std::uint8_t byte)
{
    H256 out;
    out.bytes.fill(byte);
    return out;
}

PublicKey key(std::uint8_t byte)
{
    return {id(byte).bytes};
}

const MessageOrigin kPallet = MessageOrigin::pallet("PhalaPhatContracts");
const MessageOrigin kGatekeeper = MessageOrigin::gatekeeper();
const std::vector<LaneKind> kSystem{{LaneKind::System{}}};
const std::vector<LaneKind> kUnrouted{{LaneKind::Unrouted{}}};

std::vector<LaneKind> lanes(const Message& message)
{
    return route(message, [](const H256& contract) -> std::optional<H256> {
        return contract == id(7) ? std::optional{id(1)} : std::nullopt;
    });
}

TEST(Routing, SystemLane)
{
    EXPECT_EQ(lanes(message_of(kPallet, GatekeeperLaunch{})), kSystem);
    EXPECT_EQ(lanes(message_of(kPallet, GatekeeperChange{})), kSystem);
    EXPECT_EQ(lanes(message_of(kPallet, ClusterEvent{})), kSystem);
    EXPECT_EQ(lanes(message_of(kPallet, SystemCode{1, {2}})), kSystem);
    EXPECT_EQ(lanes(message_of(kPallet, PinkVersion{1, 2})), kSystem);
    EXPECT_EQ(lanes(message_of(kPallet, ConsensusVersion{1})), kSystem);
    EXPECT_EQ(lanes(message_of(kGatekeeper, KeyDistribution{KeyDistribution::MasterKeyRotation{}})), kSystem);
    EXPECT_EQ(lanes(message_of(MessageOrigin::worker(key(1)), SystemCode{1, {2}})), kUnrouted);
}

TEST(Routing, WorkerLanes)
{
    EXPECT_EQ(lanes(message_of(kPallet, SystemEvent{SystemEvent::ForWorker{key(3), {}}})),
              (std::vector<LaneKind>{{LaneKind::Worker{key(3)}}, {LaneKind::Gatekeeper{}}}));
    EXPECT_EQ(lanes(message_of(kPallet, SystemEvent{SystemEvent::HeartbeatChallenge{}})),
              (std::vector<LaneKind>{{LaneKind::Gatekeeper{}}}));
    const KeyDistribution grant{KeyDistribution::MasterKeyDistribution{.dest = key(4)}};
    EXPECT_EQ(lanes(message_of(kGatekeeper, grant)), (std::vector<LaneKind>{{LaneKind::Worker{key(4)}}}));
    EXPECT_EQ(lanes(message_of(MessageOrigin::worker(key(1)), grant)), kUnrouted);
    EXPECT_EQ(lanes(message_of(kGatekeeper, KeyDistribution{KeyDistribution::MasterKeyHistory{.dest = key(5)}})),
              (std::vector<LaneKind>{{LaneKind::Worker{key(5)}}}));
}

TEST(Routing, ClusterLanes)
{
    const ClusterOperation grant{
        ClusterOperation::DispatchKeys{.secret_keys = {{key(9), {}}, {key(8), {}}}, .cluster = id(1)}};
    EXPECT_EQ(
        lanes(message_of(kGatekeeper, grant)),
        (std::vector<LaneKind>{{LaneKind::Worker{key(8)}}, {LaneKind::Worker{key(9)}}, {LaneKind::Cluster{id(1)}}}));
    EXPECT_EQ(lanes(message_of(kPallet, grant)), kUnrouted);
    const ClusterOperation deposit{ClusterOperation::Deposit{id(1), {}, 5}};
    EXPECT_EQ(lanes(message_of(kPallet, deposit)), (std::vector<LaneKind>{{LaneKind::Cluster{id(1)}}}));
    EXPECT_EQ(lanes(message_of(kGatekeeper, deposit)), kUnrouted);
    ContractOperation::InstantiateCode instantiate;
    instantiate.contract_info.cluster_id = id(2);
    EXPECT_EQ(lanes(message_of(kPallet, ContractOperation{instantiate})),
              (std::vector<LaneKind>{{LaneKind::Cluster{id(2)}}}));
}

TEST(Routing, CommandsFollowTheirContract)
{
    const auto command = [](const H256& contract) {
        return Message{MessageOrigin::account({}), to_bytes(command_topic(contract)), {}};
    };
    EXPECT_EQ(lanes(command(id(7))), (std::vector<LaneKind>{{LaneKind::Cluster{id(1)}}}));
    EXPECT_EQ(lanes(command(id(6))), kUnrouted);
}

TEST(Routing, TheRest)
{
    EXPECT_EQ(lanes({kPallet, to_bytes("phala/gatekeeper/event"), {}}),
              (std::vector<LaneKind>{{LaneKind::Gatekeeper{}}}));
    EXPECT_EQ(lanes({MessageOrigin::worker(key(1)), to_bytes("phala/mining/report"), {}}),
              (std::vector<LaneKind>{{LaneKind::Gatekeeper{}}}));
    EXPECT_EQ(lanes({MessageOrigin::worker(key(1)), to_bytes("phala/cluster/worker/report"), {}}), kUnrouted);
    for (const std::string_view topic :
         {ClusterOperation::topic, ContractOperation::topic, KeyDistribution::topic, SystemEvent::topic})
        EXPECT_EQ(lanes({kPallet, to_bytes(topic), {0xff}}), kUnrouted) << topic;
}

} // namespace
} // namespace phala
