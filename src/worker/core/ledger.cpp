#include "worker/core/ledger.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/phala_keys.hpp"

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

} // namespace

Outcome<> Ledger::restore(const Stored& stored)
{
    registered_ = stored.registered;
    PHALA_TRY(auto code, store_->get(bytes_of(kSystemCodeKey)));
    if (code)
        system_code_ = std::make_shared<const Bytes>(std::move(*code));
    if (stored.gatekeeper) {
        PHALA_TRY(auto master, crypto::sr25519::KeyPair::from_secret(Secret<64>{stored.gatekeeper->master_secret}));
        gatekeeper_.emplace(std::move(master), stored.gatekeeper->active);
    }
    if (stored.cluster) {
        PHALA_TRY(auto cluster, Cluster::restore(*stored.cluster, system_code_, identity_, *engine_, *store_));
        cluster_.emplace(std::move(cluster));
    }
    return {};
}

Ledger::Stored Ledger::to_store() const
{
    Stored out;
    out.registered = registered_;
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
        if (cluster_->has_hooks())
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
        on_system_event(message, effects);
    else if (has_topic<GatekeeperLaunch>(message))
        on_gatekeeper_launch(message, effects);
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

void Ledger::on_system_event(const Message& message, Effects& effects)
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
        if (gatekeeper_ && *master_pubkey() == on_chain->master_pubkey) {
            gatekeeper_->active = true;
            effects.notes.emplace_back("the master key is on chain: this worker is the gatekeeper");
        }
    }
}

void Ledger::on_cluster_event(const Message& message, Effects& effects)
{
    if (!is_from_pallet(message, kPhatContracts) || !gatekeeper_active())
        return;
    const auto event = decode_payload<ClusterEvent>(message, effects);
    const auto* deploy = event ? event->event.get_if<ClusterEvent::DeployCluster>() : nullptr;
    if (deploy == nullptr)
        return;
    const auto& master = gatekeeper_->master;
    const auto key = crypto::cluster_key(master, deploy->cluster.bytes);
    effects.egress.push(MessageOrigin::gatekeeper(),
                        ClusterRegistryEvent{ClusterRegistryEvent::PubkeyAvailable{deploy->cluster, key.public_key()}},
                        master, effects.entropy);

    ClusterOperation::DispatchKeys grant{{},
                                         deploy->cluster,
                                         deploy->owner,
                                         deploy->deposit,
                                         deploy->gas_price,
                                         deploy->deposit_per_item,
                                         deploy->deposit_per_byte,
                                         deploy->treasury_account};
    for (const auto& worker : deploy->workers) {
        const crypto::sr25519::KeyPair ephemeral{Secret<32>{effects.entropy.take<32>()}};
        const auto sealed =
            crypto::encrypt(ephemeral, worker.ecdh_pubkey, effects.entropy.take<12>(), key.secret().expose());
        if (sealed)
            grant.secret_keys.emplace(worker.pubkey, EncryptedKey{sealed->pubkey, sealed->data, sealed->iv});
        else
            effects.notes.push_back("no grant for worker " + short_hex(worker.pubkey) + ": "
                                    + sealed.error().message());
    }
    effects.notes.push_back("granting the key of cluster " + short_hex(deploy->cluster) + " to "
                            + std::to_string(grant.secret_keys.size()) + " workers");
    effects.egress.push(MessageOrigin::gatekeeper(), ClusterOperation{std::move(grant)}, master, effects.entropy);
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
    if (!is_from_pallet(message, kPhatContracts) || !cluster_ || order->cluster() != cluster_->id())
        return;
    if (const auto* deposit = order->operation.get_if<ClusterOperation::Deposit>()) {
        cluster_->deposit(deposit->account, deposit->amount);
    } else if (const auto* upload = order->operation.get_if<ClusterOperation::UploadResource>()) {
        cluster_->upload(*upload, environment, effects);
    } else if (order->operation.is<ClusterOperation::DestroyCluster>()) {
        effects.notes.push_back("cluster " + short_hex(cluster_->id())
                                + " is destroyed; this worker serves it no more");
        cluster_.reset();
    } else if (const auto* removal = order->operation.get_if<ClusterOperation::RemoveWorker>()) {
        if (removal->worker.bytes == identity_.public_key().bytes) {
            effects.notes.push_back("removed from cluster " + short_hex(cluster_->id()));
            cluster_.reset();
        }
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
        const auto& sealed = mine->second;
        PHALA_TRY(auto secret, crypto::decrypt(identity_, {sealed.iv, sealed.ecdh_pubkey, sealed.encrypted_key}));
        if (secret.size() != 64)
            return fail(ClusterError::BadGrant);
        PHALA_TRY(auto key, crypto::sr25519::KeyPair::from_secret(Secret<64>{array_of<64>(secret)}));
        wipe(secret);
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
