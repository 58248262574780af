#include "primitives/messages.hpp"

#include "base/hex.hpp"
#include "primitives/identifiers.hpp"
#include "primitives/registration.hpp"

#include <gtest/gtest.h>

namespace phala {
namespace {

using namespace literals;

template <std::size_t N = 32>
ByteArray<N> filled(std::uint8_t byte)
{
    ByteArray<N> out;
    out.fill(byte);
    return out;
}

const AccountId kAlice{array_of<32>("0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"_hex)};
const H256 kContract{filled(0xc0)};
const H256 kCluster = cluster_id(1);
const PublicKey kWorker{array_of<32>("0xa63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04"_hex)};
const PublicKey kContractKey{array_of<32>("0x98eb422c44ae7f2effe51fc271514ca3d5b6ce61d00c26d43f23944d8e38a454"_hex)};

/// The encoding is these bytes, and these bytes decode to the same value.
template <class T>
void expect_golden(const T& value, std::string_view hex)
{
    EXPECT_EQ(to_hex0x(scale::encode(value)), hex);
    auto decoded = scale::decode<T>(from_hex(hex).value());
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_TRUE(*decoded == value);
}

std::string digits(std::string_view pair, int times = 32)
{
    std::string out;
    while (times-- > 0)
        out += pair;
    return out;
}

CommandPayload sample_command()
{
    return {CommandPayload::Plain{{InkCommand::InkMessage{.nonce = {Bytes(32, 0xab)},
                                                          .message = "0xe777292d1468656c6c6f"_hex,
                                                          .transfer = 5,
                                                          .gas_limit = 2'000'000,
                                                          .storage_deposit_limit = 7}}}};
}

constexpr std::string_view kPlainCommand =
    "0x000080abababababababababababababababababababababababababababababababab28e777292d1468656c6c6f050000000000000000"
    "00000000000000"
    "80841e00000000000107000000000000000000000000000000";

TEST(Messages, PlainCommand) // sdk-wire V26
{
    expect_golden(sample_command(), kPlainCommand);
}

TEST(Messages, EncryptedCommand) // sdk-wire V27
{
    const Bytes payload =
        "0x0199999999999999999999999950780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db198595901070755821c9bb3f7ee54b54b61bf377351284f022cf3ae60b0e428c24b9e59bc2128ae5226c81880eb5214b73183afa5caf792b8e88fed9c66da4287e7dd948640129c742fe0d1e42387d27838fd05b38f266226e6a4"_hex;
    auto command = scale::decode<CommandPayload>(payload);
    ASSERT_TRUE(command) << command.error().message();
    const auto* encrypted = command->payload.get_if<CommandPayload::Encrypted>();
    ASSERT_NE(encrypted, nullptr);
    EXPECT_EQ(encrypted->_0.iv, filled<12>(0x99));
    EXPECT_EQ(to_hex(encrypted->_0.pubkey), "50780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db19859");
    EXPECT_EQ(encrypted->_0.data.size(), 86U);
    EXPECT_EQ(scale::encode(*command), payload);
}

TEST(Messages, CommandNonceIsBounded)
{
    Bytes payload = scale::encode(sample_command());
    payload[2] = 33 * 4; // one byte more than a nonce may have; enough bytes follow
    EXPECT_FALSE(scale::decode<CommandPayload>(payload, scale::Rest::Allow));
}

TEST(Messages, CommandTopicAndMessage) // sdk-wire V28
{
    const std::string topic = command_topic(kContract);
    EXPECT_EQ(topic, "phala/contract/" + digits("c0") + "/command");
    const Message message{MessageOrigin::account(kAlice), to_bytes(topic), scale::encode(sample_command())};
    expect_golden(
        message,
        "0x03d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d5d017068616c612f636f6e74726163742f633063306330633063306330633063306330633063306330633063306330633063306330633063306330633063306330633063306330633063306330633063302f636f6d6d616e645d01000080abababababababababababababababababababababababababababababababab28e777292d1468656c6c6f0500000000000000000000000000000080841e00000000000107000000000000000000000000000000");
}

TEST(Messages, ContractOfCommandTopic)
{
    const std::string topic = command_topic(kContract);
    EXPECT_EQ(contract_of_command_topic(bytes_of(topic)), kContract);
    std::string upper = topic;
    upper[15] = 'C';
    for (const std::string& other : {std::string{}, upper, topic.substr(1), topic + "s",
                                     "phala/contract/0x" + topic.substr(17), topic.substr(0, topic.size() - 1) + "x"})
        EXPECT_FALSE(contract_of_command_topic(bytes_of(other))) << other;
}

TEST(Messages, TopicsAreChecked)
{
    for (const char* good : {"a", "phala/x", "^phala/registry/event", "\x01", "("})
        EXPECT_TRUE(is_valid_topic(bytes_of(good))) << good;
    EXPECT_FALSE(is_valid_topic({}));
    for (char reserved : std::string{"~!@#$%&*_+-=|<>?,./;:'`"})
        EXPECT_FALSE(is_valid_topic(bytes_of(std::string{reserved} + "phala"))) << reserved;
    EXPECT_TRUE(is_valid_topic(Bytes(kMaxTopicBytes, 'a')));
    EXPECT_FALSE(is_valid_topic(Bytes(kMaxTopicBytes + 1, 'a')));
    EXPECT_TRUE(is_onchain_topic(bytes_of("^a")));
    EXPECT_FALSE(is_onchain_topic(bytes_of("a^")));
    EXPECT_FALSE(is_onchain_topic({}));
}

TEST(Messages, Identifiers) // sdk-wire V29, V30
{
    EXPECT_EQ(to_hex(contract_id({filled(1)}, "0x010203"_hex, {filled(1)}, "0x010203"_hex)),
              "29a773373d12f21a9407333f6e1c9db09aed5c03d21e91060c2f34ac2b86ecb4");
    EXPECT_EQ(to_hex(contract_id(kAlice, "0xb23e106975d2e77f69869520d1cdf2955019a455fc805e1d2764c0afb0ed2a9c"_hex,
                                 kCluster, "0x6465616462656566"_hex)),
              "5d151aac2c7b75de49a469d57f5c447be5890568f4a19da9767a5783c831008f");
    EXPECT_EQ(to_hex(contract_id(kAlice, "0x4704b2819307adbe67d6b5116174cf6543a959ad8654b34d609b31abd67ac59e"_hex,
                                 kCluster, {})),
              "c24efa61876124ed180c5702dbb86f8540eeee8bdba2d2afcc185ab2794b016e");
    EXPECT_EQ(to_hex(kCluster), std::string(62, '0') + "01");
    EXPECT_EQ(to_hex(cluster_id(0x0102030405060708)), std::string(48, '0') + "0102030405060708");
    EXPECT_EQ(to_hex(cluster_account(kCluster)), "823c90daba0bd4ceb047034cc847b4e85c388c78153fac4f2855f82196f4d8e4");
    EXPECT_EQ(to_hex(code_hash({})), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

TEST(Messages, StoredValues) // sdk-wire V32
{
    const H256 system{array_of<32>("0xc24efa61876124ed180c5702dbb86f8540eeee8bdba2d2afcc185ab2794b016e"_hex)};
    expect_golden(
        ClusterInfo{kAlice, {ClusterPermission::Public{}}, system, 2, 3, 4},
        "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d00c24efa61876124ed180c5702dbb86f8540eeee8bdba2d2afcc185ab2794b016e020000000000000000000000000000000300000000000000000000000000000004000000000000000000000000000000");
    const AccountId bob{array_of<32>("0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"_hex)};
    const ClusterInfo owned{kAlice, {ClusterPermission::OnlyOwner{bob}}, system, 2, 3, 4};
    expect_golden(
        owned,
        "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d018eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48c24efa61876124ed180c5702dbb86f8540eeee8bdba2d2afcc185ab2794b016e020000000000000000000000000000000300000000000000000000000000000004000000000000000000000000000000");
    EXPECT_TRUE(owned.permission.allows(bob) && !owned.permission.allows(kAlice));
    expect_golden(VersionedWorkerEndpoints{VersionedWorkerEndpoints::V1{{"http://127.0.0.1:8000"}}},
                  "0x000454687474703a2f2f3132372e302e302e313a38303030");
}

TEST(Messages, SignedMessageOfCluster) // sdk-wire V37
{
    const Message message = message_of(
        MessageOrigin::cluster(kCluster),
        ContractRegistryEvent{ContractRegistryEvent::PubkeyAvailable{kContract, kContractKey, {kAlice.bytes}}});
    EXPECT_TRUE(has_topic<ContractRegistryEvent>(message) && !has_topic<ClusterRegistryEvent>(message));
    EXPECT_EQ(
        to_hex0x(message.payload),
        "0x00c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c098eb422c44ae7f2effe51fc271514ca3d5b6ce61d00c26d43f23944d8e38a454d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
    EXPECT_EQ(
        to_hex0x(signing_bytes(message, 0)),
        "0x060000000000000000000000000000000000000000000000000000000000000001605e7068616c612f72656769737472792f636f6e7472616374850100c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c098eb422c44ae7f2effe51fc271514ca3d5b6ce61d00c26d43f23944d8e38a454d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d0000000000000000");
    expect_golden(
        SignedMessage{
            message, 0,
            "0xec7979fe53987018ace4276beae2283a4d464ff340e12e9945d3dac8c13a053bcc86da57cb1f56b993e195272ad0dfb1c7f0a22588a2eb8c19d843cc5d607f8d"_hex},
        "0x060000000000000000000000000000000000000000000000000000000000000001605e7068616c612f72656769737472792f636f6e7472616374850100c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c098eb422c44ae7f2effe51fc271514ca3d5b6ce61d00c26d43f23944d8e38a454d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d00000000000000000101ec7979fe53987018ace4276beae2283a4d464ff340e12e9945d3dac8c13a053bcc86da57cb1f56b993e195272ad0dfb1c7f0a22588a2eb8c19d843cc5d607f8d");
}

TEST(Messages, EndpointPayload) // sdk-wire V38
{
    const WorkerEndpointPayload payload{
        kWorker, {VersionedWorkerEndpoints::V1{{"http://127.0.0.1:8000"}}}, 1'700'000'000'000};
    expect_golden(
        payload,
        "0xa63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04000454687474703a2f2f3132372e302e302e313a383030300068e5cf8b010000");
    EXPECT_EQ(
        to_hex0x(payload.signing_bytes()),
        "0xff02a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04000454687474703a2f2f3132372e302e302e313a383030300068e5cf8b010000");
}

TEST(Messages, Origins)
{
    expect_golden(MessageOrigin::pallet("PhalaMq"), "0x001c5068616c614d71");
    expect_golden(MessageOrigin{MessageOrigin::Contract{kContract}}, "0x01" + digits("c0"));
    expect_golden(MessageOrigin::worker({filled(2)}), "0x02" + digits("02"));
    expect_golden(MessageOrigin::account({filled(3)}), "0x03" + digits("03"));
    expect_golden(MessageOrigin{MessageOrigin::MultiLocation{{1, 2}}}, "0x04080102");
    expect_golden(MessageOrigin::gatekeeper(), "0x05");
    expect_golden(MessageOrigin::cluster({filled(6)}), "0x06" + digits("06"));
    expect_golden(MessageOrigin{MessageOrigin::Reserved{}}, "0xff");
    EXPECT_FALSE(scale::decode<MessageOrigin>(Bytes{7}));
    EXPECT_TRUE(MessageOrigin::gatekeeper().is_offchain() && MessageOrigin::worker(kWorker).is_offchain()
                && MessageOrigin::cluster(kCluster).is_offchain()
                && MessageOrigin{MessageOrigin::Contract{kContract}}.is_offchain());
    EXPECT_FALSE(MessageOrigin::pallet("x").is_offchain() || MessageOrigin::account(kAlice).is_offchain()
                 || MessageOrigin{MessageOrigin::Reserved{}}.is_offchain());
}

TEST(Messages, ClusterPayloads)
{
    const std::string owner = digits("01"), id = digits("02"), key = digits("03"), treasury = digits("04");
    const std::string amounts =
        "05" + digits("00", 15) + "06" + digits("00", 15) + "07" + digits("00", 15) + "08" + digits("00", 15);
    expect_golden(ClusterEvent{ClusterEvent::DeployCluster{
                      {filled(1)}, {filled(2)}, {{{filled(3)}, {filled(3)}}}, 5, 6, 7, 8, {filled(4)}}},
                  "0x00" + owner + id + "04" + key + key + amounts + treasury);
    expect_golden(
        ClusterOperation{ClusterOperation::DispatchKeys{{{{filled(3)}, {{filled(9)}, {0xaa, 0xbb}, filled<12>(0x10)}}},
                                                        {filled(2)},
                                                        {filled(1)},
                                                        5,
                                                        6,
                                                        7,
                                                        8,
                                                        {filled(4)}}},
        "0x0004" + key + digits("09") + "08aabb" + digits("10", 12) + id + owner + amounts + treasury);
    expect_golden(ClusterOperation{ClusterOperation::DestroyCluster{{filled(2)}}}, "0x01" + id);
    expect_golden(ClusterOperation{ClusterOperation::UploadResource{
                      {filled(1)}, {filled(2)}, ResourceType::IndeterministicInkCode, {0xca, 0xfe}}},
                  "0x02" + owner + id + "0208cafe");
    expect_golden(ClusterOperation{ClusterOperation::Deposit{{filled(2)}, {filled(1)}, 9}},
                  "0x03" + id + owner + "09" + digits("00", 15));
    expect_golden(ClusterOperation{ClusterOperation::RemoveWorker{{filled(2)}, {filled(3)}}}, "0x04" + id + key);
    EXPECT_EQ((ClusterOperation{ClusterOperation::RemoveWorker{{filled(2)}, {filled(3)}}}.cluster()), H256{filled(2)});
    expect_golden(ClusterRegistryEvent{ClusterRegistryEvent::PubkeyAvailable{{filled(2)}, {filled(3)}}},
                  "0x00" + id + key);
    expect_golden(WorkerClusterReport{WorkerClusterReport::ClusterDeployed{{filled(2)}, {filled(3)}}},
                  "0x00" + id + key);
    expect_golden(WorkerClusterReport{WorkerClusterReport::ClusterDeploymentFailed{{filled(2)}}}, "0x01" + id);
    expect_golden(
        ContractOperation{ContractOperation::InstantiateCode{
            {{filled(1)}, {CodeIndex::WasmCode{{filled(5)}}}, {0x5a}, {filled(2)}, {0xed, 0x4b}}, 9, 10, std::nullopt}},
        "0x00" + owner + "00" + digits("05") + "045a" + id + "08ed4b" + "09" + digits("00", 15) + "0a" + digits("00", 7)
            + "00");
}

TEST(Messages, WorkerAndGatekeeperPayloads)
{
    const std::string key = digits("03");
    const PublicKey k{filled(3)};
    const auto for_worker = [&](auto event) { return SystemEvent{SystemEvent::ForWorker{k, {event}}}; };
    expect_golden(for_worker(WorkerEvent::Registered{128}), "0x00" + key + "0080");
    expect_golden(for_worker(WorkerEvent::BenchStart{8}), "0x00" + key + "0108000000");
    expect_golden(for_worker(WorkerEvent::BenchScore{8}), "0x00" + key + "0208000000");
    expect_golden(for_worker(WorkerEvent::Started{1, 2, 3}),
                  "0x00" + key + "030100000002" + digits("00", 15) + "03000000");
    expect_golden(for_worker(WorkerEvent::Stopped{}), "0x00" + key + "04");
    expect_golden(for_worker(WorkerEvent::EnterUnresponsive{}), "0x00" + key + "05");
    expect_golden(for_worker(WorkerEvent::ExitUnresponsive{}), "0x00" + key + "06");
    expect_golden(SystemEvent{SystemEvent::HeartbeatChallenge{filled(1), filled(2)}},
                  "0x01" + digits("01") + digits("02"));
    expect_golden(RegistryEvent{RegistryEvent::BenchReport{1, 2}}, "0x0001000000000000000200000000000000");
    expect_golden(RegistryEvent{RegistryEvent::MasterPubkey{k}}, "0x01" + key);
    expect_golden(GatekeeperRegistryEvent{GatekeeperRegistryEvent::RotatedMasterPubkey{1, k}},
                  "0x000100000000000000" + key);
    expect_golden(GatekeeperLaunch{GatekeeperLaunch::FirstGatekeeper{k, k}}, "0x00" + key + key);
    expect_golden(GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyOnChain{k}}, "0x01" + key);
    expect_golden(GatekeeperLaunch{GatekeeperLaunch::RotateMasterKey{1, {{k, k}}}},
                  "0x02010000000000000004" + key + key);
    expect_golden(GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyRotated{k}}, "0x03" + key);
    expect_golden(GatekeeperChange{GatekeeperChange::Registered{k, k}}, "0x00" + key + key);
    expect_golden(GatekeeperChange{GatekeeperChange::Unregistered{k}}, "0x01" + key);
    expect_golden(KeyDistribution{KeyDistribution::MasterKeyDistribution{k, k, {0xaa}, filled<12>(0x10)}},
                  "0x00" + key + key + "04aa" + digits("10", 12));
    expect_golden(
        KeyDistribution{KeyDistribution::MasterKeyRotation{1, {{k, {k, {0xaa}, filled<12>(0x10)}}}, k, {0xbb}}},
        "0x01010000000000000004" + key + key + "04aa" + digits("10", 12) + key + "04bb");
    expect_golden(KeyDistribution{KeyDistribution::MasterKeyHistory{k, {{1, 2, {k, {0xaa}, filled<12>(0x10)}}}}},
                  "0x02" + key + "04010000000000000002000000" + key + "04aa" + digits("10", 12));
    expect_golden(SystemCode{3, {0xca, 0xfe}}, "0x030008cafe");
    expect_golden(PinkVersion{1, 2}, "0x0100000002000000");
    expect_golden(ConsensusVersion{3}, "0x03000000");
    expect_golden(ClockTick{1, 2}, "0x010000000200000000000000");
}

TEST(Messages, Registration)
{
    const WorkerRegistrationInfoV2 info{0x00020003, {1}, kWorker, kWorker, {filled(9)}, {4, 2}, kAlice, 2004, 1};
    expect_golden(info, "0x03000200"
                        "0401"
                            + to_hex(kWorker) + to_hex(kWorker) + digits("09")
                            + "080400000002000000"
                              "01"
                            + to_hex(kAlice) + "d407000001000000");
    static_assert(reflect::field_names<WorkerRegistrationInfoV2>[6] == "operator");
    expect_golden(AttestationReport{AttestationReport::SgxIas{{1}, {2}, {3}}}, "0x00040104020403");
    expect_golden(AttestationReport{AttestationReport::SgxDcap{{1}, std::nullopt}}, "0x01040100");
    expect_golden(AttestationReport{AttestationReport::SgxDcap{
                      {1}, Collateral{Collateral::SgxV30{"a", "b", "c", "d", "e", {0xf}, "g", "h", {0x10}}}}},
                  "0x010401010004610462046304640465040f046704680410");
}

TEST(Messages, WrappedContentIsNoMessage)
{
    const Bytes wrapped = wrapped_signing_bytes(SignedContent::RpcResponse, Bytes{5, 6});
    EXPECT_EQ(wrapped, (Bytes{0xff, 1, 5, 6}));
    EXPECT_EQ(static_cast<int>(SignedContent::EventChainBlock), 6);
}

} // namespace
} // namespace phala
