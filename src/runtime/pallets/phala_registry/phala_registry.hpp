#pragma once
// Workers, gatekeepers and the public keys of clusters and contracts (spec sdk-wire §2.2, trust-and-keys §2.3, §3.3–§3.6).
#include "primitives/registration.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::phala_registry {

inline constexpr Name name{"PhalaRegistry"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

/// Confidence of a worker that was not attested.
inline constexpr std::uint8_t kUnattestedConfidence = 128;
/// How long a signed endpoint is accepted, in ms.
inline constexpr std::uint64_t kEndpointValidity = 4 * 3600 * 1000;
/// A benchmark gives at most this score.
inline constexpr std::uint32_t kMaxScore = 6000;
/// Longest measurement of a program, topic, key of a topic or host name, and most time servers, that governance may set.
inline constexpr std::size_t kMaxGovernanceBytes = 1024;
inline constexpr std::size_t kMaxTimeServers = 64;

// What is stored

struct WorkerInfoV2 {
    static constexpr auto path = "phala_pallets::registry::pallet::WorkerInfoV2";
    PublicKey pubkey;
    PublicKey ecdh_pubkey;
    std::uint32_t runtime_version;
    std::uint64_t last_updated; ///< unix seconds
    std::optional<AccountId> operator_;
    std::optional<AttestationProvider> attestation_provider;
    std::uint8_t confidence_level;
    std::optional<std::uint32_t> initial_score;
    std::vector<std::uint32_t> features;
    friend bool operator==(const WorkerInfoV2&, const WorkerInfoV2&) = default;
};

struct Gatekeeper : StorageValue<name, "Gatekeeper", std::vector<PublicKey>, Default> {
    static constexpr auto docs = "Gatekeeper pubkey list.";
};
struct GatekeeperMasterPubkey : StorageValue<name, "GatekeeperMasterPubkey", PublicKey> {
    static constexpr auto docs = "Master public key.";
};
struct GatekeeperLaunchedAt : StorageValue<name, "GatekeeperLaunchedAt", std::tuple<BlockNumber, std::uint64_t>> {
    static constexpr auto docs = "The block number and unix timestamp when the gatekeeper is launched.";
};
struct RotationCounter : StorageValue<name, "RotationCounter", std::uint64_t, Default> {
    static constexpr auto docs = "The rotation counter starting from 1, it always equals to the latest rotation id.";
};
struct MasterKeyRotationLock : StorageValue<name, "MasterKeyRotationLock", std::optional<std::uint64_t>, Default> {
    static constexpr auto docs =
        "Current rotation info including rotation id. Only one rotation is in process at one time.";
};
struct Workers : StorageMap<name, "Workers", Twox64Concat<PublicKey>, WorkerInfoV2> {
    static constexpr auto docs = "Mapping from worker pubkey to WorkerInfo.";
};
struct WorkerValidUntil : StorageMap<name, "WorkerValidUntil", Twox64Concat<PublicKey>, std::uint64_t> {
    static constexpr auto docs = "When a worker's registration expires unless it registers again, in ms.";
};
struct WorkerMeasurement : StorageMap<name, "WorkerMeasurement", Twox64Concat<PublicKey>, Bytes> {
    static constexpr auto docs = "The measurement of the program that a worker was attested to run.";
};
struct ContractKeys : StorageMap<name, "ContractKeys", Twox64Concat<H256>, PublicKey> {
    static constexpr auto docs = "Mapping from contract address to pubkey.";
};
struct ClusterKeys : StorageMap<name, "ClusterKeys", Twox64Concat<H256>, PublicKey> {
    static constexpr auto docs = "Pubkey for secret topics: mapping from cluster to pubkey.";
};
struct WorkerAddedAt : StorageMap<name, "WorkerAddedAt", Twox64Concat<PublicKey>, BlockNumber> {
    static constexpr auto docs = "The block in which a worker was first registered.";
};
struct TopicKey : StorageMap<name, "TopicKey", Blake2_128Concat<Bytes>, Bytes> {
    static constexpr auto docs = "Pubkey for secret topics.";
};
struct BenchmarkDuration : StorageValue<name, "BenchmarkDuration", std::uint32_t> {
    static constexpr auto docs = "The number of blocks to run the benchmark.";
};
struct Endpoints : StorageMap<name, "Endpoints", Twox64Concat<PublicKey>, VersionedWorkerEndpoints> {
    static constexpr auto docs = "Mapping from worker pubkey to Phala Network identity.";
};
struct EndpointSigningTimes : StorageMap<name, "EndpointSigningTimes", Twox64Concat<PublicKey>, std::uint64_t> {
    static constexpr auto docs = "When the worker signed its endpoints, in ms: older ones cannot be replayed.";
};
struct PRuntimeAllowList : StorageValue<name, "PRuntimeAllowList", std::vector<Bytes>, Default> {
    static constexpr auto docs = "Measurements of the programs that workers may run.";
};
struct PRuntimeAddedAt : StorageMap<name, "PRuntimeAddedAt", Twox64Concat<Bytes>, BlockNumber> {
    static constexpr auto docs = "The block in which a measurement was allowed.";
};
struct MeasurementStatus : StorageMap<name, "MeasurementStatus", Twox64Concat<Bytes>, ProgramStatus> {
    static constexpr auto docs = "Whether workers may run the program of a measurement.";
};
struct RelaychainGenesisBlockHashAllowList
    : StorageValue<name, "RelaychainGenesisBlockHashAllowList", std::vector<H256>, Default> {
    static constexpr auto docs = "Relay chains that workers may follow, by a block to begin with.";
};
struct TempWorkersIterKey : StorageValue<name, "TempWorkersIterKey", std::optional<Bytes>, Default> {
    static constexpr auto docs = "Where a migration of the workers goes on; this chain began after the last one.";
};
struct MinimumPRuntimeVersion
    : StorageValue<name, "MinimumPRuntimeVersion", std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, Default> {
    static constexpr auto docs = "Workers older than this version shut down.";
};
struct PRuntimeConsensusVersion : StorageValue<name, "PRuntimeConsensusVersion", std::uint32_t, Default> {
    static constexpr auto docs = "Version of behaviour that all workers of a cluster share.";
};
struct KnownConsensusVersion {
    static constexpr auto path = "phala_pallets::registry::pallet::KnownConsensusVersion";
    std::uint32_t version;
    std::uint32_t count; ///< registrations that named it
    friend bool operator==(const KnownConsensusVersion&, const KnownConsensusVersion&) = default;
};
struct MaxKnownPRuntimeConsensusVersion
    : StorageValue<name, "MaxKnownPRuntimeConsensusVersion", KnownConsensusVersion, Default> {
    static constexpr auto docs =
        "The highest consensus version that workers told when they registered, and how many did.";
};
struct TrustedNtpServers : StorageValue<name, "TrustedNtpServers", std::vector<std::string>, Default> {
    static constexpr auto docs = "Time servers that workers may believe.";
};

// What is announced

struct GatekeeperAdded {
    PublicKey pubkey;
    static constexpr auto docs = "A new Gatekeeper is enabled on the blockchain.";
    friend bool operator==(const GatekeeperAdded&, const GatekeeperAdded&) = default;
};
struct GatekeeperRemoved {
    PublicKey pubkey;
    static constexpr auto docs = "A Gatekeeper is no longer one.";
    friend bool operator==(const GatekeeperRemoved&, const GatekeeperRemoved&) = default;
};
struct WorkerAdded {
    PublicKey pubkey;
    std::optional<AttestationProvider> attestation_provider;
    std::uint8_t confidence_level;
    static constexpr auto docs = "A worker was registered.";
    friend bool operator==(const WorkerAdded&, const WorkerAdded&) = default;
};
struct WorkerUpdated {
    PublicKey pubkey;
    std::optional<AttestationProvider> attestation_provider;
    std::uint8_t confidence_level;
    static constexpr auto docs = "A worker registered again.";
    friend bool operator==(const WorkerUpdated&, const WorkerUpdated&) = default;
};
struct MasterKeyRotated {
    std::uint64_t rotation_id;
    PublicKey master_pubkey;
    static constexpr auto docs = "Master key is rotated.";
    friend bool operator==(const MasterKeyRotated&, const MasterKeyRotated&) = default;
};
struct MasterKeyRotationFailed {
    std::optional<std::uint64_t> rotation_lock;
    std::uint64_t gatekeeper_rotation_id;
    static constexpr auto docs = "A master key came that belongs to no rotation in process.";
    friend bool operator==(const MasterKeyRotationFailed&, const MasterKeyRotationFailed&) = default;
};
struct InitialScoreSet {
    PublicKey pubkey;
    std::uint32_t init_score;
    static constexpr auto docs = "The benchmark of a worker has a result.";
    friend bool operator==(const InitialScoreSet&, const InitialScoreSet&) = default;
};
struct MinimumPRuntimeVersionChangedTo {
    std::uint32_t _0;
    std::uint32_t _1;
    std::uint32_t _2;
    static constexpr auto docs = "Workers older than this version shut down.";
    friend bool operator==(const MinimumPRuntimeVersionChangedTo&, const MinimumPRuntimeVersionChangedTo&) = default;
};
struct PRuntimeConsensusVersionChangedTo {
    std::uint32_t _0;
    static constexpr auto docs = "Workers switch to this version of their shared behaviour.";
    friend bool operator==(const PRuntimeConsensusVersionChangedTo&,
                           const PRuntimeConsensusVersionChangedTo&) = default;
};
struct GatekeeperLaunched {
    static constexpr auto docs = "The first master key is on the chain.";
    friend bool operator==(const GatekeeperLaunched&, const GatekeeperLaunched&) = default;
};

enum class Error : std::uint8_t {
    CannotHandleUnknownMessage,
    InvalidSender,
    InvalidPubKey,
    MalformedSignature,
    InvalidSignatureLength,
    InvalidSignature,
    UnknownContract,
    InvalidIASSigningCert,
    InvalidReport,
    InvalidQuoteStatus,
    BadIASReport,
    OutdatedIASReport,
    UnknownQuoteBodyFormat,
    InvalidDCAPQuote,
    InvalidRuntimeInfoHash,
    InvalidRuntimeInfo,
    InvalidInput,
    InvalidBenchReport,
    WorkerNotFound,
    NoneAttestationDisabled,
    InvalidGatekeeper,
    InvalidMasterPubkey,
    MasterKeyMismatch,
    MasterKeyUninitialized,
    GenesisBlockHashRejected,
    GenesisBlockHashAlreadyExists,
    GenesisBlockHashNotFound,
    PRuntimeRejected,
    PRuntimeAlreadyExists,
    PRuntimeNotFound,
    UnknownCluster,
    NotImplemented,
    CannotRemoveLastGatekeeper,
    MasterKeyInRotation,
    InvalidRotatedMasterPubkey,
    InvalidEndpointSigningTime,
    NotMigrationRoot,
    ParachainIdMismatch,
    InvalidConsensusVersion,
    UnsupportedAttestationType,
};
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::CannotHandleUnknownMessage: return "The message is of no known kind.";
    case Error::InvalidSender: return "The sender of the message may not say this.";
    case Error::InvalidPubKey: return "The public key is invalid.";
    case Error::MalformedSignature: return "The signature has the wrong form.";
    case Error::InvalidSignatureLength: return "The signature has the wrong length.";
    case Error::InvalidSignature: return "The signature is not that of the signer.";
    case Error::UnknownContract: return "There is no such contract.";
    case Error::InvalidIASSigningCert: return "The attestation report is not signed by Intel's attestation service.";
    case Error::InvalidReport: return "The attestation report is invalid.";
    case Error::InvalidQuoteStatus: return "The attestation's status is not accepted.";
    case Error::BadIASReport: return "The attestation report does not parse.";
    case Error::OutdatedIASReport: return "The attestation report is too old.";
    case Error::UnknownQuoteBodyFormat: return "The quote's format is not known.";
    case Error::InvalidDCAPQuote: return "The DCAP quote is invalid.";
    case Error::InvalidRuntimeInfoHash: return "The attested hash is not that of the worker's information.";
    case Error::InvalidRuntimeInfo: return "The worker's information is invalid.";
    case Error::InvalidInput: return "The input is invalid.";
    case Error::InvalidBenchReport: return "The benchmark's report is invalid.";
    case Error::WorkerNotFound: return "The worker is not registered, or its registration counts no more.";
    case Error::NoneAttestationDisabled: return "This chain takes no worker without attestation.";
    case Error::InvalidGatekeeper: return "The worker cannot be a gatekeeper, or is none.";
    case Error::InvalidMasterPubkey: return "The master public key is invalid.";
    case Error::MasterKeyMismatch: return "The master key is not the one of this chain.";
    case Error::MasterKeyUninitialized: return "The master key has not been made yet.";
    case Error::GenesisBlockHashRejected: return "The worker follows a relay chain that is not allowed.";
    case Error::GenesisBlockHashAlreadyExists: return "The genesis block hash is allowed already.";
    case Error::GenesisBlockHashNotFound: return "The genesis block hash is not on the list.";
    case Error::PRuntimeRejected: return "The worker runs a program that is not allowed.";
    case Error::PRuntimeAlreadyExists: return "The program is allowed already.";
    case Error::PRuntimeNotFound: return "The program is not on the list.";
    case Error::UnknownCluster: return "There is no such cluster.";
    case Error::NotImplemented: return "This is not built.";
    case Error::CannotRemoveLastGatekeeper: return "The last gatekeeper cannot be removed.";
    case Error::MasterKeyInRotation: return "The master key is being rotated.";
    case Error::InvalidRotatedMasterPubkey: return "The rotated master public key is invalid.";
    case Error::InvalidEndpointSigningTime: return "The endpoint was signed too long ago, or in the future.";
    case Error::NotMigrationRoot: return "The caller may not migrate.";
    case Error::ParachainIdMismatch: return "The worker follows another parachain.";
    case Error::InvalidConsensusVersion: return "The worker's version of the consensus is not accepted.";
    case Error::UnsupportedAttestationType: return "Attestations of this kind are not supported.";
    }
    return {};
}

// What can be asked

struct force_set_benchmark_duration {
    std::uint32_t value;
    static constexpr auto docs =
        "Force the next benchmarks to take this many blocks. Must be called by the Root account.";
    static Weight weight() { return weight_of(0, 1); }
    DispatchResult dispatch(Root) const;
};
struct force_register_topic_pubkey {
    Bytes topic;
    Bytes pubkey;
    static constexpr auto docs = "Force register a topic pubkey. Must be called by the Root account.";
    static Weight weight() { return weight_of(0, 1); }
    DispatchResult dispatch(Root) const;
};
struct force_register_worker {
    PublicKey pubkey;
    PublicKey ecdh_pubkey;
    std::optional<AccountId> operator_;
    static constexpr auto docs = "Force register a worker with the given pubkey. Only for tests.";
    static Weight weight() { return weight_of(2, 5); }
    DispatchResult dispatch(Root) const;
};
struct register_gatekeeper {
    PublicKey gatekeeper;
    static constexpr auto docs = "Register a gatekeeper. Must be called by the Root account.";
    static Weight weight() { return weight_of(8, 4); }
    DispatchResult dispatch(Root) const;
};
struct unregister_gatekeeper {
    PublicKey gatekeeper;
    static constexpr auto docs = "Unregister a gatekeeper. At least one gatekeeper should be available.";
    static Weight weight() { return weight_of(3, 4); }
    DispatchResult dispatch(Root) const;
};
struct rotate_master_key {
    static constexpr auto docs = "Rotate the master key.";
    static Weight weight() { return weight_of(6, 5); }
    DispatchResult dispatch(Root) const;
};
struct register_worker {
    WorkerRegistrationInfo pruntime_info;
    Attestation attestation;
    static constexpr auto docs =
        "Registers a worker by the first layout of its information: register_worker_v2 takes its place.";
    static Weight weight() { return weight_of(6, 5); }
    DispatchResult dispatch(Signed caller) const;
};
struct register_worker_v2 {
    WorkerRegistrationInfoV2 pruntime_info;
    std::optional<AttestationReport> attestation;
    static constexpr auto docs = "Registers a worker on the blockchain, or registers it again.";
    static Weight weight() { return weight_of(6, 7); }
    DispatchResult dispatch(Signed caller) const;
};
struct update_worker_endpoint {
    WorkerEndpointPayload endpoint_payload;
    Bytes signature;
    static constexpr auto docs = "Updates where a worker can be reached. The worker signs, anybody may submit.";
    static Weight weight() { return weight_of(3, 2); }
    DispatchResult dispatch(Signed caller) const;
};
struct add_pruntime {
    Bytes pruntime_hash;
    static constexpr auto docs = "Allow the program of that measurement. Must be called by the Root account.";
    static Weight weight() { return weight_of(1, 3); }
    DispatchResult dispatch(Root) const;
};
struct remove_pruntime {
    Bytes pruntime_hash;
    static constexpr auto docs = "Allow the program of that measurement no more. Must be called by the Root account.";
    static Weight weight() { return weight_of(1, 3); }
    DispatchResult dispatch(Root) const;
};
struct add_relaychain_genesis_block_hash {
    H256 genesis_block_hash;
    static constexpr auto docs = "Allow workers to follow that relay chain. Must be called by the Root account.";
    static Weight weight() { return weight_of(1, 1); }
    DispatchResult dispatch(Root) const;
};
struct remove_relaychain_genesis_block_hash {
    H256 genesis_block_hash;
    static constexpr auto docs =
        "Allow workers to follow that relay chain no more. Must be called by the Root account.";
    static Weight weight() { return weight_of(1, 1); }
    DispatchResult dispatch(Root) const;
};
struct set_minimum_pruntime_version {
    std::uint32_t major;
    std::uint32_t minor;
    std::uint32_t patch;
    static constexpr auto docs =
        "Set minimum pRuntime version. Versions less than MinimumPRuntimeVersion would be forced to quit.";
    static Weight weight() { return weight_of(0, 2); }
    DispatchResult dispatch(Root) const;
};
struct set_pruntime_consensus_version {
    std::uint32_t version;
    static constexpr auto docs = "Set the consensus version of pRuntime.";
    static Weight weight() { return weight_of(2, 4); }
    DispatchResult dispatch(Root) const;
};
struct set_trusted_ntp_servers {
    std::vector<std::string> servers;
    static constexpr auto docs = "Set the time servers that workers may believe. Must be called by the Root account.";
    static Weight weight() { return weight_of(0, 1); }
    DispatchResult dispatch(Root) const;
};

// Constants

struct NoneAttestationEnabled {
    static constexpr std::string_view name = "NoneAttestationEnabled";
    static constexpr auto docs = "Enable None attestation, SHOULD BE SET TO FALSE ON PRODUCTION.";
    static bool value() { return config::kNoneAttestationEnabled; }
};
struct VerifyPRuntime {
    static constexpr std::string_view name = "VerifyPRuntime";
    static constexpr auto docs = "Verify attestation against the allow list of measurements.";
    static bool value() { return config::kVerifyPRuntime; }
};
struct VerifyRelaychainGenesisBlockHash {
    static constexpr std::string_view name = "VerifyRelaychainGenesisBlockHash";
    static constexpr auto docs = "Verify relaychain genesis, should be enabled on production.";
    static bool value() { return config::kVerifyRelaychainGenesisBlockHash; }
};
struct ParachainId {
    static constexpr std::string_view name = "ParachainId";
    static constexpr auto docs = "The parachain that workers must follow.";
    static std::uint32_t value() { return config::kParaId; }
};

struct GenesisConfig {
    std::uint32_t benchmark_duration = 8; ///< blocks
};

struct Pallet {
    static constexpr std::string_view name = phala_registry::name.view();
    static constexpr std::string_view crate = "phala_pallets::registry";
    static constexpr std::uint16_t storage_version = 7;
    using Storage = std::tuple<Gatekeeper, GatekeeperMasterPubkey, GatekeeperLaunchedAt, RotationCounter,
                               MasterKeyRotationLock, Workers, WorkerAddedAt, WorkerValidUntil, WorkerMeasurement,
                               ContractKeys, ClusterKeys, TopicKey, BenchmarkDuration, PRuntimeAllowList,
                               PRuntimeAddedAt, MeasurementStatus, RelaychainGenesisBlockHashAllowList, Endpoints,
                               EndpointSigningTimes, TempWorkersIterKey, MinimumPRuntimeVersion,
                               PRuntimeConsensusVersion, MaxKnownPRuntimeConsensusVersion, TrustedNtpServers>;
    using Event = Variant<At<0, GatekeeperAdded>, At<1, GatekeeperRemoved>, At<2, WorkerAdded>, At<3, WorkerUpdated>,
                          At<4, MasterKeyRotated>, At<5, MasterKeyRotationFailed>, At<6, InitialScoreSet>,
                          At<7, MinimumPRuntimeVersionChangedTo>, At<8, PRuntimeConsensusVersionChangedTo>,
                          At<9, GatekeeperLaunched>>;
    using Error = phala_registry::Error;
    using Call =
        Variant<At<0, force_set_benchmark_duration>, At<1, force_register_worker>, At<2, force_register_topic_pubkey>,
                At<3, register_gatekeeper>, At<4, unregister_gatekeeper>, At<5, rotate_master_key>,
                At<6, register_worker>, At<7, register_worker_v2>, At<8, update_worker_endpoint>, At<9, add_pruntime>,
                At<10, remove_pruntime>, At<11, add_relaychain_genesis_block_hash>,
                At<12, remove_relaychain_genesis_block_hash>, At<13, set_minimum_pruntime_version>,
                At<14, set_pruntime_consensus_version>, At<15, set_trusted_ntp_servers>>;
    using Constants = std::tuple<NoneAttestationEnabled, VerifyPRuntime, VerifyRelaychainGenesisBlockHash, ParachainId>;
    using GenesisConfig = phala_registry::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
};

// For other pallets

/// The worker, if its registration counts: it has not expired, and its program is not revoked. Only such a worker is
/// given keys, or counted.
std::optional<WorkerInfoV2> counting_worker(const PublicKey& key);

/// Handles RegistryEvent and GatekeeperRegistryEvent; other topics are none of its business and succeed.
DispatchResult on_message(const Message& message);

} // namespace phala::runtime::phala_registry
