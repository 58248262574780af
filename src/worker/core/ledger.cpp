#include "worker/core/ledger.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/phala_keys.hpp"
#include "worker/core/engine/pink.hpp"

#include <algorithm>

namespace phala::worker {

namespace {

constexpr std::string_view kSystemCodeKey = "system-code";

bool is_from_pallet(const Message& message, std::string_view name)
{
    const auto* pallet = message.sender.kind.get_if<MessageOrigin::Pallet>();
    return pallet != nullptr && equal(pallet->_0, bytes_of(name));
}

constexpr std::string_view kRegistry = "PhalaRegistry";
constexpr std::string_view kPhatContracts = "PhalaPhatContracts";
constexpr std::string_view kClock = "phala/clock";

std::string short_hex(ByteView bytes)
{
    return to_hex0x(bytes.first(std::min<std::size_t>(bytes.size(), 6))) + "…";
}

/// The payload as the type its topic promises, or nothing: such a message is skipped and noted.
template <class Payload>
std::optional<Payload> decode_payload(const Message& message, Effects& effects)
{
    auto payload = scale::decode<Payload>(message.payload);
    if (payload)
        return std::move(*payload);
    effects.notes.push_back("skipped a message under " + std::string{text_of(message.destination)} + ": "
                            + payload.error().message());
    return std::nullopt;
}

/// A secret to one recipient, under a key that is used once: two gatekeepers' grants share neither key nor nonce (F-07).
Outcome<EncryptedKey> seal_key(const PublicKey& recipient, const Secret<64>& secret, Entropy& entropy)
{
    const crypto::sr25519::KeyPair ephemeral{Secret<32>{entropy.take<32>()}};
    PHALA_TRY(auto sealed, crypto::encrypt(ephemeral, recipient, entropy.take<12>(), secret.expose()));
    return EncryptedKey{sealed.pubkey, std::move(sealed.data), sealed.iv};
}

Outcome<crypto::sr25519::KeyPair> open_key(const crypto::sr25519::KeyPair& recipient, const EncryptedKey& sealed)
{
    PHALA_TRY(auto secret, crypto::decrypt(recipient, {sealed.iv, sealed.ecdh_pubkey, sealed.encrypted_key}));
    if (secret.size() != 64)
        return fail(ClusterError::BadGrant);
    auto key = crypto::sr25519::KeyPair::from_secret(Secret<64>{array_of<64>(secret)});
    wipe(secret);
    return key;
}

} // namespace

Outcome<> Ledger::restore(const Stored& stored)
{
    registered_ = stored.registered;
    score_ = stored.score;
    benchmark_ = stored.benchmark;
    if (benchmark_)
        benchmark_->iterations = 0; // a process counts from nothing; what the former one did is not counted
    PHALA_TRY(auto code, store_->get(bytes_of(kSystemCodeKey)));
    if (code)
        system_code_ = std::make_shared<const Bytes>(std::move(*code));
    if (stored.gatekeeper) {
        PHALA_TRY(auto master, crypto::sr25519::KeyPair::from_secret(Secret<64>{stored.gatekeeper->master_secret}));
        gatekeeper_.emplace(std::move(master), stored.gatekeeper->active);
    }
    joining_ = stored.joining;
    master_on_chain_ = stored.master_on_chain;
    gatekeeper_sequence_ = stored.gatekeeper_sequence;
    named_gatekeeper_ = stored.named_gatekeeper;
    if (stored.cluster) {
        Cluster::Entries entries;
        PHALA_CHECK(store_->each_state_entry(
            [&](Bytes key, Bytes value) { entries.insert_or_assign(std::move(key), std::move(value)); }));
        PHALA_TRY(auto cluster, Cluster::restore(*stored.cluster, system_code_, identity_, *engine_, entries,
                                                 Cluster::Source::Store));
        cluster_.emplace(std::move(cluster));
    }
    return {};
}

Ledger::Stored Ledger::to_store() const
{
    Stored out;
    out.registered = registered_;
    out.score = score_;
    out.benchmark = benchmark_;
    out.joining = joining_;
    out.master_on_chain = master_on_chain_;
    out.gatekeeper_sequence = gatekeeper_sequence_;
    out.named_gatekeeper = named_gatekeeper_;
    if (gatekeeper_)
        out.gatekeeper = Stored::Gatekeeper{gatekeeper_->master.secret().expose(), gatekeeper_->active};
    if (cluster_)
        out.cluster = cluster_->to_store();
    return out;
}

std::optional<PublicKey> Ledger::master_pubkey() const
{
    if (!gatekeeper_)
        return std::nullopt;
    return gatekeeper_->master.public_key();
}

std::vector<LaneKind> Ledger::followed() const
{
    std::vector<LaneKind> out{{LaneKind::System{}}, {LaneKind::Worker{identity_.public_key()}}};
    if (cluster_) {
        out.push_back({LaneKind::Cluster{cluster_->id()}});
        out.push_back({LaneKind::Unrouted{}});
        out.push_back({LaneKind::Clock{}});
    }
    return out;
}

void Ledger::apply(const LeafV1& leaf, ByteView payload, const Environment& environment, Effects& effects)
{
    const Message message{leaf.sender, leaf.destination, to_bytes(payload)};
    if (has_topic<SystemCode>(message))
        on_system_code(message, effects);
    else if (has_topic<SystemEvent>(message))
        on_system_event(message, environment, effects);
    else if (has_topic<PinkVersion>(message))
        on_pink_version(message, effects);
    else if (has_topic<ConsensusVersion>(message))
        on_consensus_version(message, effects);
    else if (has_topic<GatekeeperLaunch>(message))
        on_gatekeeper_launch(message, effects);
    else if (has_topic<GatekeeperChange>(message))
        on_gatekeeper_change(message, effects);
    else if (has_topic<KeyDistribution>(message))
        on_key_distribution(message, effects);
    else if (has_topic<ClusterEvent>(message))
        on_cluster_event(message, effects);
    else if (has_topic<ClusterOperation>(message))
        on_cluster_operation(message, environment, effects);
    else if (has_topic<ClockTick>(message))
        on_clock_tick(message, environment, effects);
    else if (has_topic<ContractOperation>(message))
        on_contract_operation(message, environment, effects);
    else if (const auto contract = contract_of_command_topic(message.destination); contract && cluster_)
        cluster_->execute(*contract, message.sender, message.payload, environment, effects);
}

void Ledger::on_system_code(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kPhatContracts))
        return;
    auto code = decode_payload<SystemCode>(message, effects);
    if (!code)
        return;
    effects.notes.push_back("system contract code " + std::to_string(code->counter) + ": "
                            + std::to_string(code->code.size()) + " bytes");
    effects.records.push_back({to_bytes(kSystemCodeKey), code->code});
    system_code_ = std::make_shared<const Bytes>(std::move(code->code));
    if (cluster_)
        cluster_->use_system_code(system_code_);
}

void Ledger::on_pink_version(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kPhatContracts))
        return;
    const auto version = decode_payload<PinkVersion>(message, effects);
    if (version && std::pair{version->major, version->minor} > engine::kRuntimeVersion)
        effects.halt = "version " + std::to_string(version->major) + "." + std::to_string(version->minor)
                       + " of the contracts' runtime";
}

void Ledger::on_consensus_version(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kRegistry))
        return;
    const auto switched = decode_payload<ConsensusVersion>(message, effects);
    if (switched && switched->version > kConsensusVersion)
        effects.halt = "version " + std::to_string(switched->version) + " of the workers' shared behaviour";
}

void Ledger::begin_benchmark(std::uint32_t duration, const Environment& environment, Effects& effects)
{
    if (cluster_ || benchmark_)
        return; // contracts have the machine, and a measurement beside them would say little
    benchmark_ = Benchmark{environment.block + duration, environment.time_ms, environment.iterations};
    effects.notes.push_back("measuring this machine for " + std::to_string(duration) + " blocks");
}

void Ledger::end_benchmark(BlockNumber block, std::uint64_t iterations, Effects& effects)
{
    if (!benchmark_ || block < benchmark_->last_block)
        return;
    const auto done = iterations - std::min(iterations, benchmark_->iterations);
    const PublicKey me{identity_.public_key().bytes};
    effects.egress.push(MessageOrigin::worker(me),
                        RegistryEvent{RegistryEvent::BenchReport{benchmark_->start_time_ms, done}}, identity_,
                        effects.entropy);
    benchmark_.reset();
}

void Ledger::on_system_event(const Message& message, const Environment& environment, Effects& effects)
{
    if (!message.sender.is_pallet())
        return;
    const auto event = decode_payload<SystemEvent>(message, effects);
    const auto* mine = event ? event->event.get_if<SystemEvent::ForWorker>() : nullptr;
    if (mine == nullptr || mine->pubkey.bytes != identity_.public_key().bytes)
        return;
    if (const auto* registration = mine->event.event.get_if<WorkerEvent::Registered>()) {
        if (!registered_)
            effects.notes.push_back("registered on chain with confidence level "
                                    + std::to_string(registration->confidence_level));
        registered_ = true;
    } else if (const auto* bench = mine->event.event.get_if<WorkerEvent::BenchStart>()) {
        begin_benchmark(bench->duration, environment, effects);
    } else if (const auto* result = mine->event.event.get_if<WorkerEvent::BenchScore>()) {
        score_ = result->_0;
        effects.notes.push_back("this machine's score is " + std::to_string(score_));
    }
}

void Ledger::on_gatekeeper_launch(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kRegistry))
        return;
    const auto launch = decode_payload<GatekeeperLaunch>(message, effects);
    if (!launch)
        return;
    if (const auto* first = launch->launch.get_if<GatekeeperLaunch::FirstGatekeeper>()) {
        if (first->pubkey.bytes != identity_.public_key().bytes)
            return;
        if (!gatekeeper_)
            gatekeeper_.emplace(crypto::sr25519::KeyPair{Secret<32>{effects.entropy.take<32>()}}, false);
        effects.notes.emplace_back("named first gatekeeper: publishing the master key's public half");
        const PublicKey me{identity_.public_key().bytes};
        effects.egress.push(MessageOrigin::worker(me), RegistryEvent{RegistryEvent::MasterPubkey{*master_pubkey()}},
                            identity_, effects.entropy);
    } else if (const auto* on_chain = launch->launch.get_if<GatekeeperLaunch::MasterPubkeyOnChain>()) {
        master_on_chain_ = on_chain->master_pubkey;
        if (gatekeeper_ && *master_pubkey() == on_chain->master_pubkey) {
            gatekeeper_->active = true;
            effects.notes.emplace_back("the master key is on chain: this worker is the gatekeeper");
        }
    }
}

/// Queues a message of the gatekeepers if this worker is one of them; all workers count it.
template <class Payload>
void Ledger::say_as_gatekeeper(const Payload& payload, Effects& effects)
{
    if (gatekeeper_active())
        effects.egress.push(MessageOrigin::gatekeeper(), payload, gatekeeper_->master, effects.entropy);
    ++gatekeeper_sequence_;
}

void Ledger::on_gatekeeper_change(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kRegistry) || !master_on_chain_)
        return;
    const auto change = decode_payload<GatekeeperChange>(message, effects);
    if (!change)
        return;
    const PublicKey me{identity_.public_key().bytes};
    if (const auto* added = change->change.get_if<GatekeeperChange::Registered>()) {
        if (added->pubkey == me) {
            named_gatekeeper_ = true;
            effects.notes.emplace_back("named gatekeeper: waiting for the master key");
        }
        EncryptedKey grant{};
        if (gatekeeper_active()) {
            auto sealed = seal_key(added->ecdh_pubkey, gatekeeper_->master.secret(), effects.entropy);
            if (!sealed)
                effects.notes.push_back("no master key for worker " + short_hex(added->pubkey) + ": "
                                        + sealed.error().message());
            else
                grant = *std::move(sealed);
        }
        say_as_gatekeeper(KeyDistribution{KeyDistribution::MasterKeyDistribution{
                              added->pubkey, grant.ecdh_pubkey, std::move(grant.encrypted_key), grant.iv}},
                          effects);
    } else if (change->change.get_if<GatekeeperChange::Unregistered>()->pubkey == me) {
        named_gatekeeper_ = false;
        gatekeeper_.reset();
        effects.egress.forget(MessageOrigin::gatekeeper());
        effects.notes.emplace_back("gatekeeper no more: the master key is forgotten");
    }
}

void Ledger::on_key_distribution(const Message& message, Effects& effects)
{
    if (!message.sender.kind.is<MessageOrigin::Gatekeeper>())
        return;
    const auto distribution = decode_payload<KeyDistribution>(message, effects);
    const auto* grant =
        distribution ? distribution->distribution.get_if<KeyDistribution::MasterKeyDistribution>() : nullptr;
    if (grant != nullptr && grant->dest.bytes == identity_.public_key().bytes && named_gatekeeper_ && !gatekeeper_)
        take_master_key(*grant, effects);
}

void Ledger::take_master_key(const KeyDistribution::MasterKeyDistribution& grant, Effects& effects)
{
    auto key = open_key(identity_, {grant.ecdh_pubkey, grant.encrypted_master_key, grant.iv});
    if (!key || key->public_key().bytes != master_on_chain_->bytes) {
        effects.notes.push_back("the master key that came is not this chain's"
                                + (key ? std::string{} : ": " + key.error().message()));
        return;
    }
    gatekeeper_.emplace(*std::move(key), true);
    effects.egress.resume(MessageOrigin::gatekeeper(), gatekeeper_sequence_);
    effects.notes.emplace_back("the master key came: this worker is a gatekeeper");
}

void Ledger::on_cluster_event(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kPhatContracts) || !master_on_chain_)
        return;
    const auto event = decode_payload<ClusterEvent>(message, effects);
    const auto* deploy = event ? event->event.get_if<ClusterEvent::DeployCluster>() : nullptr;
    if (deploy == nullptr)
        return;
    if (!gatekeeper_active()) {
        gatekeeper_sequence_ += 2; // the two messages below, which the gatekeepers send
        return;
    }
    const auto key = crypto::cluster_key(gatekeeper_->master, deploy->cluster.bytes);
    say_as_gatekeeper(ClusterRegistryEvent{ClusterRegistryEvent::PubkeyAvailable{deploy->cluster, key.public_key()}},
                      effects);
    ClusterOperation::DispatchKeys grant{{},
                                         deploy->cluster,
                                         deploy->owner,
                                         deploy->deposit,
                                         deploy->gas_price,
                                         deploy->deposit_per_item,
                                         deploy->deposit_per_byte,
                                         deploy->treasury_account};
    for (const auto& worker : deploy->workers) {
        auto sealed = seal_key(worker.ecdh_pubkey, key.secret(), effects.entropy);
        if (sealed)
            grant.secret_keys.emplace(worker.pubkey, *std::move(sealed));
        else
            effects.notes.push_back("no grant for worker " + short_hex(worker.pubkey) + ": "
                                    + sealed.error().message());
    }
    effects.notes.push_back("granting the key of cluster " + short_hex(deploy->cluster) + " to "
                            + std::to_string(grant.secret_keys.size()) + " workers");
    say_as_gatekeeper(ClusterOperation{std::move(grant)}, effects);
}

/// Forgets the cluster, its key, its contracts' state and what it still had to say.
void Ledger::leave_cluster(Effects& effects)
{
    cluster_->discard(effects.records);
    effects.egress.forget(MessageOrigin::cluster(cluster_->id()));
    cluster_.reset();
    has_left_cluster_ = true;
}

void Ledger::join(Cluster cluster, Effects& effects)
{
    const PublicKey me{identity_.public_key().bytes};
    cluster_.emplace(std::move(cluster));
    cluster_->use_system_code(system_code_);
    joining_.reset();
    effects.notes.push_back("joined cluster " + short_hex(cluster_->id()));
    effects.egress.push(
        MessageOrigin::worker(me),
        WorkerClusterReport{WorkerClusterReport::ClusterDeployed{cluster_->id(), cluster_->public_key()}}, identity_,
        effects.entropy);
}

void Ledger::on_cluster_operation(const Message& message, const Environment& environment, Effects& effects)
{
    const auto order = decode_payload<ClusterOperation>(message, effects);
    if (!order)
        return;
    if (const auto* grant = order->operation.get_if<ClusterOperation::DispatchKeys>()) {
        if (message.sender.kind.is<MessageOrigin::Gatekeeper>())
            deploy_cluster(*grant, environment, effects);
        return;
    }
    if (!is_from_pallet(message, kPhatContracts))
        return;
    const PublicKey me{identity_.public_key().bytes};
    if (const auto* admission = order->operation.get_if<ClusterOperation::AddWorker>();
        admission != nullptr && admission->worker == me && !cluster_) {
        joining_ = admission->cluster_id;
        effects.notes.push_back("admitted to cluster " + short_hex(*joining_) + ": asking its members for its state");
        return;
    }
    if (const auto* removal = order->operation.get_if<ClusterOperation::RemoveWorker>();
        removal != nullptr && removal->worker == me && joining_ == removal->cluster_id)
        joining_.reset();
    if (!cluster_ || order->cluster() != cluster_->id())
        return;
    if (const auto* deposit = order->operation.get_if<ClusterOperation::Deposit>()) {
        cluster_->deposit(deposit->account, deposit->amount);
    } else if (const auto* upload = order->operation.get_if<ClusterOperation::UploadResource>()) {
        cluster_->upload(*upload, environment, effects);
    } else if (order->operation.is<ClusterOperation::DestroyCluster>()) {
        effects.notes.push_back("cluster " + short_hex(cluster_->id())
                                + " is destroyed; this worker serves it no more");
        leave_cluster(effects);
    } else if (const auto* removal = order->operation.get_if<ClusterOperation::RemoveWorker>()) {
        cluster_->dismiss(removal->worker);
        if (removal->worker == me) {
            effects.notes.push_back("removed from cluster " + short_hex(cluster_->id()));
            leave_cluster(effects);
        }
    } else if (const auto* admission = order->operation.get_if<ClusterOperation::AddWorker>()) {
        cluster_->admit(admission->worker);
    }
}

void Ledger::deploy_cluster(const ClusterOperation::DispatchKeys& grant, const Environment& environment,
                            Effects& effects)
{
    const PublicKey me{identity_.public_key().bytes};
    const auto mine = grant.secret_keys.find(me);
    if (mine == grant.secret_keys.end())
        return;
    const auto deploy = [&]() -> Outcome<Cluster> {
        if (cluster_)
            return fail(ClusterError::AlreadyHosting);
        if (gatekeeper_ && !development_)
            return fail(ClusterError::GatekeeperHosts);
        if (!system_code_)
            return fail(ClusterError::NoSystemCode);
        PHALA_TRY(auto key, open_key(identity_, mine->second));
        return Cluster::deploy({grant.cluster, grant.owner, grant.deposit, grant.gas_price, grant.deposit_per_item,
                                grant.deposit_per_byte, grant.treasury_account},
                               std::move(key), system_code_, identity_, *engine_, environment, effects);
    };
    auto cluster = deploy();
    WorkerClusterReport report;
    if (cluster) {
        report = {WorkerClusterReport::ClusterDeployed{grant.cluster, cluster->public_key()}};
        cluster_.emplace(std::move(*cluster));
        effects.notes.push_back("serving cluster " + short_hex(grant.cluster));
    } else {
        report = {WorkerClusterReport::ClusterDeploymentFailed{grant.cluster}};
        effects.notes.push_back("cannot serve cluster " + short_hex(grant.cluster) + ": " + cluster.error().message());
    }
    effects.egress.push(MessageOrigin::worker(me), report, identity_, effects.entropy);
}

/// The last message of each block in the clock lane, which is followed once the cluster has a hook.
void Ledger::on_clock_tick(const Message& message, const Environment& environment, Effects& effects)
{
    if (is_from_pallet(message, kClock) && cluster_)
        cluster_->end_block(environment, effects);
}

void Ledger::on_contract_operation(const Message& message, const Environment& environment, Effects& effects)
{
    if (!is_from_pallet(message, kPhatContracts) || !cluster_)
        return;
    const auto order = decode_payload<ContractOperation>(message, effects);
    const auto* instantiation = order ? order->operation.get_if<ContractOperation::InstantiateCode>() : nullptr;
    if (instantiation != nullptr && instantiation->contract_info.cluster_id == cluster_->id())
        cluster_->instantiate(*instantiation, environment, effects);
}

} // namespace phala::worker
