#pragma once
// Messages between the chain and its workers (spec trust-and-keys §2.4, §4.1–§4.2, sdk-wire §4.6): the envelope
// and every payload. The chain, the worker and the command line share these declarations; a type that travels
// under one topic names it. Field and variant names are wire names.
#include "crypto/encrypted_data.hpp"
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace phala {

// ---- The envelope -------------------------------------------------------------------------------------------

/// Who speaks. Ordering and hashing go through the encoding.
struct MessageOrigin {
    static constexpr auto path = "phala_mq::types::MessageOrigin";
    struct Pallet {
        Bytes _0;
        friend bool operator==(const Pallet&, const Pallet&) = default;
    };
    struct Contract {
        H256 _0;
        friend bool operator==(const Contract&, const Contract&) = default;
    };
    struct Worker {
        PublicKey _0;
        friend bool operator==(const Worker&, const Worker&) = default;
    };
    struct AccountId {
        H256 _0;
        friend bool operator==(const AccountId&, const AccountId&) = default;
    };
    struct MultiLocation {
        Bytes _0;
        friend bool operator==(const MultiLocation&, const MultiLocation&) = default;
    };
    struct Gatekeeper {
        friend bool operator==(const Gatekeeper&, const Gatekeeper&) = default;
    };
    struct Cluster {
        H256 _0;
        friend bool operator==(const Cluster&, const Cluster&) = default;
    };
    struct Reserved {
        friend bool operator==(const Reserved&, const Reserved&) = default;
    };
    scale::Variant<scale::At<0, Pallet>, scale::At<1, Contract>, scale::At<2, Worker>, scale::At<3, AccountId>,
                   scale::At<4, MultiLocation>, scale::At<5, Gatekeeper>, scale::At<6, Cluster>,
                   scale::At<255, Reserved>>
        kind;
    friend bool operator==(const MessageOrigin&, const MessageOrigin&) = default;

    static MessageOrigin pallet(std::string_view name) { return {Pallet{to_bytes(name)}}; }
    static MessageOrigin account(const phala::AccountId& id) { return {AccountId{H256{id.bytes}}}; }
    static MessageOrigin worker(const PublicKey& key) { return {Worker{key}}; }
    static MessageOrigin gatekeeper() { return {Gatekeeper{}}; }
    static MessageOrigin cluster(const H256& id) { return {Cluster{id}}; }

    /// Origins that live outside the chain and sign what they send: cluster, contract, worker, gatekeeper.
    [[nodiscard]] bool is_offchain() const;
    [[nodiscard]] bool is_pallet() const { return kind.is<Pallet>(); }
};

/// A message: who, to which topic, what. The topic is ASCII by convention and may hold any bytes.
struct Message {
    static constexpr auto path = "phala_mq::types::Message";
    MessageOrigin sender;
    Bytes destination;
    Bytes payload;
    friend bool operator==(const Message&, const Message&) = default;
};

/// A message of an off-chain sender. `signature` is sr25519 over signing_bytes(message, sequence).
struct SignedMessage {
    static constexpr auto path = "phala_mq::types::SignedMessage";
    Message message;
    std::uint64_t sequence;
    Bytes signature;
    friend bool operator==(const SignedMessage&, const SignedMessage&) = default;
};

/// SCALE(message) and the sequence, eight little-endian bytes; no prefix (spec trust-and-keys §4.1).
Bytes signing_bytes(const Message& message, std::uint64_t sequence);

/// What is signed that is no message: 0xff, the type, the data. 0xff begins no message, so the two never mix.
enum class SignedContent : std::uint8_t {
    RpcResponse = 1,
    EndpointInfo = 2,
    MasterKeyRotation = 3,
    MasterKeyStore = 4,
    ClusterStateRequest = 5,
    EventChainBlock = 6,
};
Bytes wrapped_signing_bytes(SignedContent type, ByteView data);

// ---- Topics -------------------------------------------------------------------------------------------------

/// Longest topic the chain accepts, in bytes: it becomes part of every leaf.
inline constexpr std::size_t kMaxTopicBytes = 256;
/// Longest payload of a worker's message and of any other sender's but a pallet's (spec trust-and-keys §4.6.3).
inline constexpr std::size_t kMaxWorkerPayload = 64 * 1024;
inline constexpr std::size_t kMaxSenderPayload = 512 * 1024;
/// Most payload bytes that pallets and senders may put into one block. An upload of 2 MiB, the largest code that
/// the contracts pallet takes, fits with its frame. System code is exempt (decisions §3.3).
inline constexpr std::size_t kMaxOutboundBytes = 2 * 1024 * 1024 + 64 * 1024;
/// Longest payload of any leaf: system code of 2 MiB in its frame.
inline constexpr std::size_t kMaxPayload = kMaxOutboundBytes;

/// Topics that only gatekeepers read; what travels under them belongs to the economy.
inline constexpr std::string_view kGatekeeperEventTopic = "phala/gatekeeper/event";
inline constexpr std::string_view kMiningReportTopic = "phala/mining/report";

/// Non-empty, not too long, and the first byte is none of the reserved ones; a leading '^' is allowed.
bool is_valid_topic(ByteView topic);
/// A topic that the chain handles alone: '^' in front, never forwarded to workers.
bool is_onchain_topic(ByteView topic);

/// "phala/contract/<64 lower-case hex digits>/command".
std::string command_topic(const H256& contract);
/// The contract of a command topic, nothing for any other topic.
std::optional<H256> contract_of_command_topic(ByteView topic);

/// A message with this payload, under the topic that its type names.
template <class Payload>
Message message_of(MessageOrigin sender, const Payload& payload)
{
    return {std::move(sender), to_bytes(Payload::topic), scale::encode(payload)};
}

/// True if the message is under the topic of this payload type.
template <class Payload>
bool has_topic(const Message& message)
{
    return equal(message.destination, bytes_of(Payload::topic));
}

// ---- Commands to contracts ----------------------------------------------------------------------------------

using crypto::EncryptedData;

struct InkCommand {
    struct InkMessage {
        scale::BoundedVec<std::uint8_t, 32> nonce;
        Bytes message; ///< selector and arguments
        Balance transfer;
        std::uint64_t gas_limit;
        std::optional<Balance> storage_deposit_limit;
        friend bool operator==(const InkMessage&, const InkMessage&) = default;
    };
    scale::Variant<scale::At<0, InkMessage>> command;
    friend bool operator==(const InkCommand&, const InkCommand&) = default;
};

/// Payload of a command topic. Bytes behind an InkCommand are ignored: decode with Rest::Allow.
struct CommandPayload {
    struct Plain {
        InkCommand _0;
        friend bool operator==(const Plain&, const Plain&) = default;
    };
    struct Encrypted {
        EncryptedData _0; ///< of SCALE(InkCommand), to the contract's key
        friend bool operator==(const Encrypted&, const Encrypted&) = default;
    };
    scale::Variant<scale::At<0, Plain>, scale::At<1, Encrypted>> payload;
    friend bool operator==(const CommandPayload&, const CommandPayload&) = default;
};

// ---- Contracts ----------------------------------------------------------------------------------------------

struct CodeIndex {
    static constexpr auto path = "phala_types::contract::CodeIndex";
    struct WasmCode {
        H256 _0;
        friend bool operator==(const WasmCode&, const WasmCode&) = default;
    };
    scale::Variant<scale::At<0, WasmCode>> index;
    friend bool operator==(const CodeIndex&, const CodeIndex&) = default;

    [[nodiscard]] const H256& hash() const { return index.get_if<WasmCode>()->_0; }
};

struct ContractInfo {
    static constexpr auto path = "phala_types::contract::ContractInfo";
    AccountId deployer;
    CodeIndex code_index;
    Bytes salt;
    H256 cluster_id;
    Bytes instantiate_data;
    friend bool operator==(const ContractInfo&, const ContractInfo&) = default;
};

/// Pallet to the workers of a cluster.
struct ContractOperation {
    static constexpr std::string_view topic = "phala/contract/op";
    struct InstantiateCode {
        ContractInfo contract_info;
        Balance transfer;
        std::uint64_t gas_limit;
        std::optional<Balance> storage_deposit_limit;
        friend bool operator==(const InstantiateCode&, const InstantiateCode&) = default;
    };
    scale::Variant<scale::At<0, InstantiateCode>> operation;
    friend bool operator==(const ContractOperation&, const ContractOperation&) = default;
};

/// Cluster to chain: a contract exists and commands to it are encrypted to `pubkey`.
struct ContractRegistryEvent {
    static constexpr std::string_view topic = "^phala/registry/contract";
    struct PubkeyAvailable {
        H256 contract;
        PublicKey pubkey;
        H256 deployer;
        friend bool operator==(const PubkeyAvailable&, const PubkeyAvailable&) = default;
    };
    scale::Variant<scale::At<0, PubkeyAvailable>> event;
    friend bool operator==(const ContractRegistryEvent&, const ContractRegistryEvent&) = default;
};

// ---- Clusters -----------------------------------------------------------------------------------------------

struct ClusterPermission {
    static constexpr auto path = "phala_types::contract::ClusterPermission";
    struct Public {
        friend bool operator==(const Public&, const Public&) = default;
    };
    struct OnlyOwner {
        AccountId _0;
        friend bool operator==(const OnlyOwner&, const OnlyOwner&) = default;
    };
    scale::Variant<scale::At<0, Public>, scale::At<1, OnlyOwner>> permission;
    friend bool operator==(const ClusterPermission&, const ClusterPermission&) = default;

    [[nodiscard]] bool allows(const AccountId& who) const
    {
        const auto* owner = permission.get_if<OnlyOwner>();
        return owner == nullptr || owner->_0 == who;
    }
};

struct ClusterInfo {
    static constexpr auto path = "phala_types::contract::ClusterInfo";
    AccountId owner;
    ClusterPermission permission;
    H256 system_contract;
    Balance gas_price;
    Balance deposit_per_item;
    Balance deposit_per_byte;
    friend bool operator==(const ClusterInfo&, const ClusterInfo&) = default;
};

enum class ResourceType : std::uint8_t { InkCode = 0, SidevmCode = 1, IndeterministicInkCode = 2 };
constexpr std::string_view metadata_path(ResourceType)
{
    return "phala_types::contract::messaging::ResourceType";
}

/// A worker's keys as the chain names them; the two are equal (spec trust-and-keys §2.1).
struct WorkerIdentity {
    static constexpr auto path = "phala_types::messaging::WorkerIdentity";
    PublicKey pubkey;
    PublicKey ecdh_pubkey;
    friend bool operator==(const WorkerIdentity&, const WorkerIdentity&) = default;
};

/// Pallet to gatekeepers: make a key for this cluster and grant it to these workers.
struct ClusterEvent {
    static constexpr std::string_view topic = "phala/cluster/event";
    struct DeployCluster {
        AccountId owner;
        H256 cluster;
        std::vector<WorkerIdentity> workers;
        Balance deposit;
        Balance gas_price;
        Balance deposit_per_item;
        Balance deposit_per_byte;
        AccountId treasury_account;
        friend bool operator==(const DeployCluster&, const DeployCluster&) = default;
    };
    scale::Variant<scale::At<0, DeployCluster>> event;
    friend bool operator==(const ClusterEvent&, const ClusterEvent&) = default;
};

/// A 64-byte secret key encrypted to one recipient: agree(recipient, ecdh_pubkey), AES-256-GCM.
struct EncryptedKey {
    PublicKey ecdh_pubkey;
    Bytes encrypted_key;
    ByteArray<12> iv;
    friend bool operator==(const EncryptedKey&, const EncryptedKey&) = default;
};

/// Orders to the workers of a cluster: DispatchKeys by the gatekeeper, the others by the pallet.
struct ClusterOperation {
    static constexpr std::string_view topic = "phala/cluster/key";
    struct DispatchKeys {
        std::map<PublicKey, EncryptedKey> secret_keys; ///< by recipient
        H256 cluster;
        AccountId owner;
        Balance deposit;
        Balance gas_price;
        Balance deposit_per_item;
        Balance deposit_per_byte;
        AccountId treasury_account;
        friend bool operator==(const DispatchKeys&, const DispatchKeys&) = default;
    };
    struct DestroyCluster {
        H256 _0;
        friend bool operator==(const DestroyCluster&, const DestroyCluster&) = default;
    };
    struct UploadResource {
        AccountId origin;
        H256 cluster_id;
        ResourceType resource_type;
        Bytes resource_data;
        friend bool operator==(const UploadResource&, const UploadResource&) = default;
    };
    struct Deposit {
        H256 cluster_id;
        AccountId account;
        Balance amount;
        friend bool operator==(const Deposit&, const Deposit&) = default;
    };
    struct RemoveWorker {
        H256 cluster_id;
        PublicKey worker;
        friend bool operator==(const RemoveWorker&, const RemoveWorker&) = default;
    };
    /// Ours: a worker was admitted later. The members may hand it the cluster's key and state.
    struct AddWorker {
        H256 cluster_id;
        PublicKey worker;
        friend bool operator==(const AddWorker&, const AddWorker&) = default;
    };
    scale::Variant<scale::At<0, DispatchKeys>, scale::At<1, DestroyCluster>, scale::At<2, UploadResource>,
                   scale::At<3, Deposit>, scale::At<4, RemoveWorker>, scale::At<5, AddWorker>>
        operation;
    friend bool operator==(const ClusterOperation&, const ClusterOperation&) = default;

    /// The cluster that every variant names.
    [[nodiscard]] const H256& cluster() const;
};

/// Gatekeeper to chain.
struct ClusterRegistryEvent {
    static constexpr std::string_view topic = "^phala/registry/cluster";
    struct PubkeyAvailable {
        H256 cluster;
        PublicKey pubkey;
        friend bool operator==(const PubkeyAvailable&, const PubkeyAvailable&) = default;
    };
    scale::Variant<scale::At<0, PubkeyAvailable>> event;
    friend bool operator==(const ClusterRegistryEvent&, const ClusterRegistryEvent&) = default;
};

/// Worker to chain.
struct WorkerClusterReport {
    static constexpr std::string_view topic = "phala/cluster/worker/report";
    struct ClusterDeployed {
        H256 id;
        PublicKey pubkey; ///< of the cluster
        friend bool operator==(const ClusterDeployed&, const ClusterDeployed&) = default;
    };
    struct ClusterDeploymentFailed {
        H256 id;
        friend bool operator==(const ClusterDeploymentFailed&, const ClusterDeploymentFailed&) = default;
    };
    scale::Variant<scale::At<0, ClusterDeployed>, scale::At<1, ClusterDeploymentFailed>> report;
    friend bool operator==(const WorkerClusterReport&, const WorkerClusterReport&) = default;
};

// ---- Workers and gatekeepers --------------------------------------------------------------------------------

struct WorkerEvent {
    struct Registered {
        std::uint8_t confidence_level;
        friend bool operator==(const Registered&, const Registered&) = default;
    };
    struct BenchStart {
        std::uint32_t duration; ///< in blocks
        friend bool operator==(const BenchStart&, const BenchStart&) = default;
    };
    struct BenchScore {
        std::uint32_t _0;
        friend bool operator==(const BenchScore&, const BenchScore&) = default;
    };
    struct Started {
        std::uint32_t session_id;
        u128 init_v;
        std::uint32_t init_p;
        friend bool operator==(const Started&, const Started&) = default;
    };
    struct Stopped {
        friend bool operator==(const Stopped&, const Stopped&) = default;
    };
    struct EnterUnresponsive {
        friend bool operator==(const EnterUnresponsive&, const EnterUnresponsive&) = default;
    };
    struct ExitUnresponsive {
        friend bool operator==(const ExitUnresponsive&, const ExitUnresponsive&) = default;
    };
    scale::Variant<scale::At<0, Registered>, scale::At<1, BenchStart>, scale::At<2, BenchScore>, scale::At<3, Started>,
                   scale::At<4, Stopped>, scale::At<5, EnterUnresponsive>, scale::At<6, ExitUnresponsive>>
        event;
    friend bool operator==(const WorkerEvent&, const WorkerEvent&) = default;
};

/// Pallets to workers and gatekeepers.
struct SystemEvent {
    static constexpr std::string_view topic = "phala/system/event";
    struct ForWorker {
        PublicKey pubkey;
        WorkerEvent event;
        friend bool operator==(const ForWorker&, const ForWorker&) = default;
    };
    struct HeartbeatChallenge {
        ByteArray<32> seed; ///< a 256-bit little-endian integer, as is the target
        ByteArray<32> online_target;
        friend bool operator==(const HeartbeatChallenge&, const HeartbeatChallenge&) = default;
    };
    scale::Variant<scale::At<0, ForWorker>, scale::At<1, HeartbeatChallenge>> event;
    friend bool operator==(const SystemEvent&, const SystemEvent&) = default;
};

/// Worker to the registry.
struct RegistryEvent {
    static constexpr std::string_view topic = "^phala/registry/event";
    struct BenchReport {
        std::uint64_t start_time;
        std::uint64_t iterations;
        friend bool operator==(const BenchReport&, const BenchReport&) = default;
    };
    struct MasterPubkey {
        PublicKey master_pubkey;
        friend bool operator==(const MasterPubkey&, const MasterPubkey&) = default;
    };
    scale::Variant<scale::At<0, BenchReport>, scale::At<1, MasterPubkey>> event;
    friend bool operator==(const RegistryEvent&, const RegistryEvent&) = default;
};

/// Gatekeeper to the registry.
struct GatekeeperRegistryEvent {
    static constexpr std::string_view topic = "^phala/registry/gk_event";
    struct RotatedMasterPubkey {
        std::uint64_t rotation_id;
        PublicKey master_pubkey;
        friend bool operator==(const RotatedMasterPubkey&, const RotatedMasterPubkey&) = default;
    };
    scale::Variant<scale::At<0, RotatedMasterPubkey>> event;
    friend bool operator==(const GatekeeperRegistryEvent&, const GatekeeperRegistryEvent&) = default;
};

/// Registry to everybody: the birth and rotation of the master key.
struct GatekeeperLaunch {
    static constexpr std::string_view topic = "phala/gatekeeper/launch";
    struct FirstGatekeeper {
        PublicKey pubkey;
        PublicKey ecdh_pubkey;
        friend bool operator==(const FirstGatekeeper&, const FirstGatekeeper&) = default;
    };
    struct MasterPubkeyOnChain {
        PublicKey master_pubkey;
        friend bool operator==(const MasterPubkeyOnChain&, const MasterPubkeyOnChain&) = default;
    };
    struct RotateMasterKey {
        std::uint64_t rotation_id;
        std::vector<WorkerIdentity> gk_identities;
        friend bool operator==(const RotateMasterKey&, const RotateMasterKey&) = default;
    };
    struct MasterPubkeyRotated {
        PublicKey master_pubkey;
        friend bool operator==(const MasterPubkeyRotated&, const MasterPubkeyRotated&) = default;
    };
    scale::Variant<scale::At<0, FirstGatekeeper>, scale::At<1, MasterPubkeyOnChain>, scale::At<2, RotateMasterKey>,
                   scale::At<3, MasterPubkeyRotated>>
        launch;
    friend bool operator==(const GatekeeperLaunch&, const GatekeeperLaunch&) = default;
};

struct GatekeeperChange {
    static constexpr std::string_view topic = "phala/gatekeeper/change";
    struct Registered {
        PublicKey pubkey;
        PublicKey ecdh_pubkey;
        friend bool operator==(const Registered&, const Registered&) = default;
    };
    struct Unregistered {
        PublicKey pubkey;
        friend bool operator==(const Unregistered&, const Unregistered&) = default;
    };
    scale::Variant<scale::At<0, Registered>, scale::At<1, Unregistered>> change;
    friend bool operator==(const GatekeeperChange&, const GatekeeperChange&) = default;
};

/// Gatekeeper to gatekeepers: the master key, encrypted to each.
struct KeyDistribution {
    static constexpr std::string_view topic = "phala/gatekeeper/key";
    struct MasterKeyDistribution {
        PublicKey dest;
        PublicKey ecdh_pubkey;
        Bytes encrypted_master_key;
        ByteArray<12> iv;
        friend bool operator==(const MasterKeyDistribution&, const MasterKeyDistribution&) = default;
    };
    struct MasterKeyRotation {
        std::uint64_t rotation_id;
        std::map<PublicKey, EncryptedKey> secret_keys;
        PublicKey sender;
        Bytes sig;
        friend bool operator==(const MasterKeyRotation&, const MasterKeyRotation&) = default;
    };
    struct HistoricalKey {
        std::uint64_t rotation_id;
        BlockNumber block_height;
        EncryptedKey secret;
        friend bool operator==(const HistoricalKey&, const HistoricalKey&) = default;
    };
    struct MasterKeyHistory {
        PublicKey dest;
        std::vector<HistoricalKey> encrypted_master_key_history;
        friend bool operator==(const MasterKeyHistory&, const MasterKeyHistory&) = default;
    };
    scale::Variant<scale::At<0, MasterKeyDistribution>, scale::At<1, MasterKeyRotation>, scale::At<2, MasterKeyHistory>>
        distribution;
    friend bool operator==(const KeyDistribution&, const KeyDistribution&) = default;
};

// ---- The System lane and the clock (decisions §3.3, spec trust-and-keys §5.5.1) ---------------------------------

/// The code of the system contract that clusters deploy from now on; `counter` grows with each change.
struct SystemCode {
    static constexpr std::string_view topic = "phala/system/code";
    std::uint16_t counter;
    Bytes code;
    friend bool operator==(const SystemCode&, const SystemCode&) = default;
};

/// The engine version for new clusters.
struct PinkVersion {
    static constexpr std::string_view topic = "phala/system/pink-version";
    std::uint32_t major;
    std::uint32_t minor;
    friend bool operator==(const PinkVersion&, const PinkVersion&) = default;
};

/// From this message on, workers share behaviour of that version.
struct ConsensusVersion {
    static constexpr std::string_view topic = "phala/system/consensus-version";
    std::uint32_t version;
    friend bool operator==(const ConsensusVersion&, const ConsensusVersion&) = default;
};

/// One leaf per block, the last of the block. Not part of OutboundMessages.
struct ClockTick {
    static constexpr std::string_view topic = "phala/clock";
    BlockNumber block;
    std::uint64_t time_ms;
    friend bool operator==(const ClockTick&, const ClockTick&) = default;
};

} // namespace phala
