#include "runtime/pallets/phala_registry/phala_registry.hpp"

#include "runtime/pallets/phala_mq/phala_mq.hpp"
#include "runtime/pallets/system/system.hpp"
#include "runtime/pallets/timestamp/timestamp.hpp"

#include <algorithm>

namespace phala::runtime::phala_registry {

namespace {

std::uint64_t now_seconds()
{
    return timestamp::Now::get() / 1000;
}

template <class Payload>
DispatchResult push(const Payload& payload)
{
    return phala_mq::push_from(Pallet::name, payload);
}

template <class Event>
DispatchResult push_to_worker(const PublicKey& worker, Event event)
{
    return push(SystemEvent{SystemEvent::ForWorker{worker, {event}}});
}

template <class T>
bool contains(const std::vector<T>& items, const T& item)
{
    return std::ranges::find(items, item) != items.end();
}

/// The keys of a worker are one key (spec trust-and-keys §2.1): clients compare them.
DispatchResult check_keys(const PublicKey& pubkey, const PublicKey& ecdh_pubkey)
{
    return ensure(pubkey == ecdh_pubkey, Error::InvalidPubKey);
}

void renew(const PublicKey& worker)
{
    WorkerValidUntil::insert(worker, timestamp::Now::get() + kRegistrationValidity);
    WorkerMeasurement::remove(worker); // it came without a report
}

/// Tells a worker that it is registered, and to measure itself.
DispatchResult welcome(const PublicKey& worker, std::uint8_t confidence_level)
{
    PHALA_CHECK(push_to_worker(worker, WorkerEvent::Registered{confidence_level}));
    if (const auto duration = BenchmarkDuration::get())
        PHALA_CHECK(push_to_worker(worker, WorkerEvent::BenchStart{*duration}));
    return {};
}

/// Reports are verified from the attestation issue on; until then only a chain that takes none lets workers in.
DispatchResult check_attestation(const std::optional<AttestationReport>& report)
{
    PHALA_CHECK(ensure(!report, Error::UnsupportedAttestationType));
    return ensure(config::kNoneAttestationEnabled, Error::NoneAttestationDisabled);
}

DispatchResult on_master_pubkey(const MessageOrigin::Worker& sender, const PublicKey& master_pubkey)
{
    PHALA_CHECK(ensure(contains(Gatekeeper::get(), sender._0), Error::InvalidGatekeeper));
    if (const auto known = GatekeeperMasterPubkey::get())
        return ensure(*known == master_pubkey, Error::MasterKeyMismatch);
    GatekeeperMasterPubkey::put(master_pubkey);
    GatekeeperLaunchedAt::put({system::block_number(), now_seconds()});
    PHALA_CHECK(push(GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyOnChain{master_pubkey}}));
    deposit_event(GatekeeperLaunched{});
    return {};
}

/// What a worker computed since `start_time`, as a score (spec trust-and-keys §3.5); less than a second measures nothing.
DispatchResult on_bench_report(const PublicKey& sender, const RegistryEvent::BenchReport& report)
{
    auto worker = Workers::get(sender);
    if (!worker)
        return fail(Error::WorkerNotFound);
    const std::uint64_t now = timestamp::Now::get();
    PHALA_CHECK(ensure(report.start_time < now, Error::InvalidBenchReport));
    const std::uint64_t seconds = (now - report.start_time) / 1000;
    PHALA_CHECK(ensure(seconds > 0, Error::InvalidBenchReport));
    const auto score = static_cast<std::uint32_t>(
        std::min(std::uint64_t{kMaxScore}, std::min(report.iterations / seconds, std::uint64_t{kMaxScore}) * 6));
    worker->initial_score = score;
    worker->last_updated = now_seconds();
    Workers::insert(sender, *worker);
    PHALA_CHECK(push_to_worker(sender, WorkerEvent::BenchScore{score}));
    deposit_event(InitialScoreSet{sender, score});
    return {};
}

/// Counts how many registrations named the highest consensus version so far.
void note_consensus_version(std::uint32_t version)
{
    auto known = MaxKnownPRuntimeConsensusVersion::get();
    if (version < known.version)
        return;
    known = {version, version == known.version ? known.count + 1 : 1};
    MaxKnownPRuntimeConsensusVersion::put(known);
}

DispatchResult on_registry_event(const Message& message)
{
    const auto* sender = message.sender.kind.get_if<MessageOrigin::Worker>();
    if (sender == nullptr)
        return fail(Error::InvalidSender);
    const auto event = scale::decode<RegistryEvent>(message.payload);
    if (!event)
        return fail(Error::CannotHandleUnknownMessage);
    if (const auto* key = event->event.get_if<RegistryEvent::MasterPubkey>())
        return on_master_pubkey(*sender, key->master_pubkey);
    return on_bench_report(sender->_0, *event->event.get_if<RegistryEvent::BenchReport>());
}

DispatchResult on_gatekeeper_event(const Message& message)
{
    PHALA_CHECK(ensure(message.sender.kind.is<MessageOrigin::Gatekeeper>(), Error::InvalidSender));
    const auto event = scale::decode<GatekeeperRegistryEvent>(message.payload);
    if (!event)
        return fail(Error::CannotHandleUnknownMessage);
    const auto& rotated = *event->event.get_if<GatekeeperRegistryEvent::RotatedMasterPubkey>();
    const auto lock = MasterKeyRotationLock::get();
    if (lock != rotated.rotation_id) {
        deposit_event(MasterKeyRotationFailed{lock, rotated.rotation_id});
        return {};
    }
    GatekeeperMasterPubkey::put(rotated.master_pubkey);
    MasterKeyRotationLock::put(std::nullopt);
    deposit_event(MasterKeyRotated{rotated.rotation_id, rotated.master_pubkey});
    return push(GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyRotated{rotated.master_pubkey}});
}

} // namespace

std::optional<WorkerInfoV2> counting_worker(const PublicKey& key)
{
    if (WorkerValidUntil::get(key).value_or(0) <= timestamp::Now::get())
        return std::nullopt;
    if (const auto measurement = WorkerMeasurement::get(key)) {
        const auto status = MeasurementStatus::get(*measurement);
        if (status && !status->admits(system::block_number()))
            return std::nullopt;
    }
    return Workers::get(key);
}

void Pallet::build_genesis(const GenesisConfig& config)
{
    BenchmarkDuration::put(config.benchmark_duration);
}

DispatchResult on_message(const Message& message)
{
    if (has_topic<RegistryEvent>(message))
        return on_registry_event(message);
    if (has_topic<GatekeeperRegistryEvent>(message))
        return on_gatekeeper_event(message);
    return {};
}

DispatchResult force_set_benchmark_duration::dispatch(Root) const
{
    BenchmarkDuration::put(value);
    return {};
}

DispatchResult force_register_topic_pubkey::dispatch(Root) const
{
    PHALA_CHECK(ensure(topic.size() <= kMaxTopicBytes && pubkey.size() <= kMaxGovernanceBytes, Error::InvalidInput));
    TopicKey::insert(topic, pubkey);
    return {};
}

DispatchResult force_register_worker::dispatch(Root) const
{
    PHALA_CHECK(check_keys(pubkey, ecdh_pubkey));
    if (!Workers::contains(pubkey))
        WorkerAddedAt::insert(pubkey, system::block_number());
    Workers::insert(pubkey, {.pubkey = pubkey,
                             .ecdh_pubkey = ecdh_pubkey,
                             .runtime_version = 1,
                             .last_updated = now_seconds(),
                             .operator_ = operator_,
                             .attestation_provider = AttestationProvider::Root,
                             .confidence_level = kUnattestedConfidence,
                             .initial_score = std::nullopt,
                             .features = {1, 4}});
    renew(pubkey);
    PHALA_CHECK(welcome(pubkey, kUnattestedConfidence));
    deposit_event(WorkerAdded{pubkey, AttestationProvider::Root, kUnattestedConfidence});
    return {};
}

DispatchResult register_worker::dispatch(Signed) const
{
    return fail(Error::UnsupportedAttestationType); // it always carries a report, and reports cannot be verified yet
}

DispatchResult register_worker_v2::dispatch(Signed) const
{
    PHALA_CHECK(check_attestation(attestation));
    PHALA_CHECK(ensure(pruntime_info.para_id == config::kParaId, Error::ParachainIdMismatch));
    PHALA_CHECK(ensure(pruntime_info.genesis_block_hash == system::BlockHash::get(0), Error::GenesisBlockHashRejected));
    const PublicKey& pubkey = pruntime_info.pubkey;
    PHALA_CHECK(check_keys(pubkey, pruntime_info.ecdh_pubkey));

    const auto known = Workers::get(pubkey);
    const WorkerInfoV2 worker{.pubkey = pubkey,
                              .ecdh_pubkey = pruntime_info.ecdh_pubkey,
                              .runtime_version = pruntime_info.version,
                              .last_updated = now_seconds(),
                              .operator_ = pruntime_info.operator_,
                              .attestation_provider = std::nullopt,
                              .confidence_level = kUnattestedConfidence,
                              .initial_score = known ? known->initial_score : std::nullopt,
                              .features = pruntime_info.features};
    Workers::insert(pubkey, worker);
    renew(pubkey);
    note_consensus_version(pruntime_info.max_consensus_version);
    if (known) {
        deposit_event(WorkerUpdated{pubkey, worker.attestation_provider, worker.confidence_level});
    } else {
        WorkerAddedAt::insert(pubkey, system::block_number());
        deposit_event(WorkerAdded{pubkey, worker.attestation_provider, worker.confidence_level});
    }
    return welcome(pubkey, worker.confidence_level);
}

DispatchResult register_gatekeeper::dispatch(Root) const
{
    PHALA_CHECK(ensure(!MasterKeyRotationLock::get(), Error::MasterKeyInRotation));
    auto gatekeepers = Gatekeeper::get();
    // the first makes the master key; nobody can be given it before it exists
    PHALA_CHECK(ensure(gatekeepers.empty() || GatekeeperMasterPubkey::exists(), Error::MasterKeyUninitialized));
    PHALA_CHECK(ensure(!contains(gatekeepers, gatekeeper), Error::InvalidGatekeeper));
    const auto worker = counting_worker(gatekeeper);
    if (!worker)
        return fail(Error::WorkerNotFound);
    gatekeepers.push_back(gatekeeper);
    Gatekeeper::put(gatekeepers);
    if (gatekeepers.size() == 1)
        PHALA_CHECK(push(GatekeeperLaunch{GatekeeperLaunch::FirstGatekeeper{worker->pubkey, worker->ecdh_pubkey}}));
    else
        PHALA_CHECK(push(GatekeeperChange{GatekeeperChange::Registered{worker->pubkey, worker->ecdh_pubkey}}));
    deposit_event(GatekeeperAdded{gatekeeper});
    return {};
}

DispatchResult unregister_gatekeeper::dispatch(Root) const
{
    PHALA_CHECK(ensure(!MasterKeyRotationLock::get(), Error::MasterKeyInRotation));
    auto gatekeepers = Gatekeeper::get();
    PHALA_CHECK(ensure(contains(gatekeepers, gatekeeper), Error::InvalidGatekeeper));
    PHALA_CHECK(ensure(gatekeepers.size() > 1, Error::CannotRemoveLastGatekeeper));
    std::erase(gatekeepers, gatekeeper);
    Gatekeeper::put(gatekeepers);
    PHALA_CHECK(push(GatekeeperChange{GatekeeperChange::Unregistered{gatekeeper}}));
    deposit_event(GatekeeperRemoved{gatekeeper});
    return {};
}

DispatchResult rotate_master_key::dispatch(Root) const
{
    PHALA_CHECK(ensure(!MasterKeyRotationLock::get(), Error::MasterKeyInRotation));
    PHALA_CHECK(ensure(GatekeeperMasterPubkey::exists(), Error::MasterKeyUninitialized));
    GatekeeperLaunch::RotateMasterKey rotation{.rotation_id = RotationCounter::get() + 1, .gk_identities = {}};
    for (const PublicKey& key : Gatekeeper::get())
        if (const auto worker = counting_worker(key))
            rotation.gk_identities.push_back({worker->pubkey, worker->ecdh_pubkey});
    PHALA_CHECK(ensure(!rotation.gk_identities.empty(), Error::WorkerNotFound)); // the key would be lost
    RotationCounter::put(rotation.rotation_id);
    MasterKeyRotationLock::put(rotation.rotation_id);
    return push(GatekeeperLaunch{std::move(rotation)});
}

DispatchResult update_worker_endpoint::dispatch(Signed) const
{
    PHALA_CHECK(ensure(signature.size() == 64, Error::InvalidSignatureLength));
    PHALA_CHECK(ensure(scale::encode(endpoint_payload).size() <= kMaxEndpointPayload, Error::InvalidInput));
    const PublicKey& worker = endpoint_payload.pubkey;
    PHALA_CHECK(ensure(crypto::sr25519::verify({array_of<64>(signature)}, endpoint_payload.signing_bytes(), worker),
                       Error::InvalidSignature));
    const std::uint64_t now = timestamp::Now::get();
    const std::uint64_t signed_at = endpoint_payload.signing_time;
    PHALA_CHECK(ensure(signed_at < now && now - signed_at <= kEndpointValidity, Error::InvalidEndpointSigningTime));
    PHALA_CHECK(ensure(Workers::contains(worker), Error::WorkerNotFound));
    PHALA_CHECK(ensure(signed_at > EndpointSigningTimes::get(worker).value_or(0), Error::InvalidEndpointSigningTime));
    Endpoints::insert(worker, endpoint_payload.versioned_endpoints);
    EndpointSigningTimes::insert(worker, signed_at);
    return {};
}

DispatchResult add_pruntime::dispatch(Root) const
{
    PHALA_CHECK(ensure(pruntime_hash.size() <= kMaxGovernanceBytes, Error::InvalidInput));
    auto allowed = PRuntimeAllowList::get();
    PHALA_CHECK(ensure(!contains(allowed, pruntime_hash), Error::PRuntimeAlreadyExists));
    allowed.push_back(pruntime_hash);
    PRuntimeAllowList::put(allowed);
    PRuntimeAddedAt::insert(pruntime_hash, system::block_number());
    MeasurementStatus::insert(pruntime_hash,
                              {ProgramStatus::Pending{system::block_number() + config::kActivationDelay}});
    return {};
}

DispatchResult remove_pruntime::dispatch(Root) const
{
    auto allowed = PRuntimeAllowList::get();
    PHALA_CHECK(ensure(std::erase(allowed, pruntime_hash) > 0, Error::PRuntimeNotFound));
    PRuntimeAllowList::put(allowed);
    PRuntimeAddedAt::remove(pruntime_hash);
    MeasurementStatus::insert(pruntime_hash, {ProgramStatus::Revoked{}});
    return {};
}

DispatchResult add_relaychain_genesis_block_hash::dispatch(Root) const
{
    auto allowed = RelaychainGenesisBlockHashAllowList::get();
    PHALA_CHECK(ensure(!contains(allowed, genesis_block_hash), Error::GenesisBlockHashAlreadyExists));
    allowed.push_back(genesis_block_hash);
    RelaychainGenesisBlockHashAllowList::put(allowed);
    return {};
}

DispatchResult remove_relaychain_genesis_block_hash::dispatch(Root) const
{
    auto allowed = RelaychainGenesisBlockHashAllowList::get();
    PHALA_CHECK(ensure(std::erase(allowed, genesis_block_hash) > 0, Error::GenesisBlockHashNotFound));
    RelaychainGenesisBlockHashAllowList::put(allowed);
    return {};
}

DispatchResult set_minimum_pruntime_version::dispatch(Root) const
{
    MinimumPRuntimeVersion::put({major, minor, patch});
    deposit_event(MinimumPRuntimeVersionChangedTo{major, minor, patch});
    return {};
}

DispatchResult set_pruntime_consensus_version::dispatch(Root) const
{
    PRuntimeConsensusVersion::put(version);
    deposit_event(PRuntimeConsensusVersionChangedTo{version});
    return push(ConsensusVersion{version});
}

DispatchResult set_trusted_ntp_servers::dispatch(Root) const
{
    PHALA_CHECK(ensure(servers.size() <= kMaxTimeServers, Error::InvalidInput));
    for (const auto& server : servers)
        PHALA_CHECK(ensure(server.size() <= kMaxGovernanceBytes, Error::InvalidInput));
    TrustedNtpServers::put(servers);
    return {};
}

} // namespace phala::runtime::phala_registry
