#include "runtime/pallets/phala_phat_contracts/phala_phat_contracts.hpp"

#include "primitives/identifiers.hpp"
#include "runtime/pallets/balances/balances.hpp"
#include "runtime/pallets/phala_mq/phala_mq.hpp"
#include "runtime/pallets/phala_registry/phala_registry.hpp"

namespace phala::runtime::phala_phat_contracts {

namespace {

/// Where removed workers are kept: no cluster has this id.
constexpr H256 kNoCluster{};

template <class Payload>
DispatchResult push(const Payload& payload)
{
    return phala_mq::push_from(Pallet::name, payload);
}

std::expected<ClusterInfo, DispatchError> find_cluster(const H256& cluster)
{
    if (auto info = Clusters::get(cluster))
        return *std::move(info);
    return fail(Error::ClusterNotFound);
}

std::expected<ClusterInfo, DispatchError> owned_cluster(const H256& cluster, const AccountId& who)
{
    PHALA_TRY(ClusterInfo info, find_cluster(cluster));
    PHALA_CHECK(ensure(info.owner == who, Error::ClusterPermissionDenied));
    return info;
}

/// A cluster works once its system contract has a key: what is sent into it earlier would be lost (decisions §3.6).
std::expected<ClusterInfo, DispatchError> deployed_cluster(const H256& cluster)
{
    PHALA_TRY(ClusterInfo info, find_cluster(cluster));
    PHALA_CHECK(ensure(phala_registry::ContractKeys::contains(info.system_contract), Error::ClusterNotDeployed));
    return info;
}

std::expected<ClusterInfo, DispatchError> permitted_cluster(const H256& cluster, const AccountId& who)
{
    PHALA_TRY(ClusterInfo info, find_cluster(cluster));
    PHALA_CHECK(ensure(info.permission.allows(who), Error::ClusterPermissionDenied));
    return deployed_cluster(cluster);
}

/// Moves funds into a cluster, where they belong to `account`.
DispatchResult deposit_to(const H256& cluster, const AccountId& from, const AccountId& account, Balance amount)
{
    PHALA_CHECK(deployed_cluster(cluster));
    PHALA_CHECK(balances::transfer(from, cluster_account(cluster), amount, balances::Preservation::Preserve));
    PHALA_CHECK(push(ClusterOperation{ClusterOperation::Deposit{cluster, account, amount}}));
    deposit_event(Transfered{cluster, H256{account.bytes}, amount});
    return {};
}

/// The worker's keys, if its registration counts and it is free.
std::expected<WorkerIdentity, DispatchError> free_worker(const PublicKey& key)
{
    const auto worker = phala_registry::counting_worker(key);
    if (!worker)
        return fail(Error::WorkerNotFound);
    PHALA_CHECK(ensure(!ClusterByWorkers::contains(key), Error::WorkerIsBusy));
    return WorkerIdentity{worker->pubkey, worker->ecdh_pubkey};
}

/// Keeps on a cluster's list only the workers that belong to it, without `leaving`.
void forget_strangers(const H256& cluster, const std::optional<PublicKey>& leaving)
{
    auto workers = ClusterWorkers::get(cluster);
    const auto gone = std::erase_if(workers, [&](const PublicKey& worker) {
        return worker == leaving || ClusterByWorkers::get(worker) != cluster;
    });
    if (gone > 0)
        ClusterWorkers::insert(cluster, workers);
}

std::size_t size_limit(ResourceType type)
{
    return type == ResourceType::SidevmCode ? kMaxSidevmCode : kMaxInkCode;
}

DispatchResult on_worker_report(const Message& message)
{
    const auto* sender = message.sender.kind.get_if<MessageOrigin::Worker>();
    if (sender == nullptr)
        return fail(Error::InvalidSender);
    const auto report = scale::decode<WorkerClusterReport>(message.payload);
    if (!report)
        return fail(Error::InvalidSender);
    const auto of_this_worker = [&](const H256& cluster) { return ClusterByWorkers::get(sender->_0) == cluster; };
    if (const auto* deployed = report->report.get_if<WorkerClusterReport::ClusterDeployed>()) {
        PHALA_CHECK(ensure(of_this_worker(deployed->id), Error::InvalidSender));
        PHALA_CHECK(ensure(phala_registry::ClusterKeys::get(deployed->id) == deployed->pubkey, Error::InvalidSender));
        deposit_event(ClusterDeployed{deployed->id, deployed->pubkey, sender->_0});
        return {};
    }
    const auto& failed = *report->report.get_if<WorkerClusterReport::ClusterDeploymentFailed>();
    PHALA_CHECK(ensure(of_this_worker(failed.id), Error::InvalidSender));
    deposit_event(ClusterDeploymentFailed{failed.id, sender->_0});
    return {};
}

DispatchResult on_cluster_key(const Message& message)
{
    PHALA_CHECK(ensure(message.sender.kind.is<MessageOrigin::Gatekeeper>(), Error::InvalidSender));
    const auto event = scale::decode<ClusterRegistryEvent>(message.payload);
    if (!event)
        return fail(Error::InvalidSender);
    const auto& [cluster, pubkey] = *event->event.get_if<ClusterRegistryEvent::PubkeyAvailable>();
    PHALA_CHECK(find_cluster(cluster));
    PHALA_CHECK(ensure(!phala_registry::ClusterKeys::contains(cluster), Error::DuplicatedDeployment));
    phala_registry::ClusterKeys::insert(cluster, pubkey);
    deposit_event(ClusterPubkeyAvailable{cluster, pubkey});
    return {};
}

/// The contract belongs to the cluster that speaks, or to nobody yet; a key is never replaced (decisions §3.7).
DispatchResult on_contract_key(const Message& message)
{
    const auto* sender = message.sender.kind.get_if<MessageOrigin::Cluster>();
    if (sender == nullptr)
        return fail(Error::InvalidSender);
    const auto event = scale::decode<ContractRegistryEvent>(message.payload);
    if (!event)
        return fail(Error::InvalidSender);
    const H256& cluster = sender->_0;
    const auto& [contract, pubkey, deployer] = *event->event.get_if<ContractRegistryEvent::PubkeyAvailable>();
    PHALA_CHECK(find_cluster(cluster));
    if (const auto known = Contracts::get(contract))
        PHALA_CHECK(ensure(known->cluster == cluster, Error::InvalidSender));
    else
        Contracts::insert(contract, {AccountId{deployer.bytes}, cluster});
    PHALA_CHECK(ensure(!phala_registry::ContractKeys::contains(contract), Error::DuplicatedContract));
    phala_registry::ContractKeys::insert(contract, pubkey);
    ClusterContracts::append(cluster, contract);
    deposit_event(ContractPubkeyAvailable{contract, cluster, pubkey});
    deposit_event(Instantiated{contract, cluster, deployer});
    return {};
}

} // namespace

DispatchResult on_message(const Message& message)
{
    if (has_topic<WorkerClusterReport>(message))
        return on_worker_report(message);
    if (has_topic<ClusterRegistryEvent>(message))
        return on_cluster_key(message);
    if (has_topic<ContractRegistryEvent>(message))
        return on_contract_key(message);
    return {};
}

Weight Pallet::on_initialize(BlockNumber)
{
    auto code = NextPinkSystemCode::take();
    if (!code)
        return weight_of(1, 0);
    const auto version = static_cast<std::uint16_t>(std::get<0>(PinkSystemCode::get()) + 1);
    PinkSystemCodeHash::put(code_hash(*code));
    SystemCode change{version, *std::move(code)};
    phala_mq::push_exempt(message_of(MessageOrigin::pallet(Pallet::name), change));
    const Weight weight = weight_of(2, 4) + phala_mq::weight_of_payload(change.code.size());
    PinkSystemCode::put({version, std::move(change.code)});
    return weight;
}

DispatchResult add_cluster::dispatch(Root) const
{
    PHALA_CHECK(ensure(!deploy_workers.empty(), Error::NoWorkerSpecified));
    PHALA_CHECK(ensure(deploy_workers.size() <= kMaxClusterWorkers, Error::PayloadTooLarge));
    const auto system_code = PinkSystemCodeHash::get();
    if (!system_code)
        return fail(Error::NoPinkSystemCode);
    const std::uint64_t counter = ClusterCounter::get() + 1;
    ClusterCounter::put(counter);
    const H256 cluster = cluster_id(counter);

    std::vector<WorkerIdentity> workers;
    for (const PublicKey& key : deploy_workers) {
        PHALA_TRY(workers.emplace_back(), free_worker(key));
        ClusterByWorkers::insert(key, cluster);
    }
    ClusterWorkers::insert(cluster, deploy_workers);
    const H256 system_contract = contract_id(owner, *system_code, cluster, {});
    Contracts::insert(system_contract, {owner, cluster});
    Clusters::insert(cluster, {owner, permission, system_contract, gas_price, deposit_per_item, deposit_per_byte});
    PHALA_CHECK(balances::transfer(owner, cluster_account(cluster), deposit, balances::Preservation::Preserve));
    PHALA_CHECK(push(ClusterEvent{ClusterEvent::DeployCluster{owner, cluster, std::move(workers), deposit, gas_price,
                                                              deposit_per_item, deposit_per_byte, treasury_account}}));
    deposit_event(ClusterCreated{cluster, system_contract});
    return {};
}

Weight cluster_upload_resource::weight() const
{
    return weight_of(4, 2) + phala_mq::weight_of_payload(resource_data.size());
}

DispatchResult cluster_upload_resource::dispatch(Signed caller) const
{
    PHALA_CHECK(permitted_cluster(cluster_id, caller.who()));
    PHALA_CHECK(ensure(resource_data.size() <= size_limit(resource_type), Error::PayloadTooLarge));
    return push(
        ClusterOperation{ClusterOperation::UploadResource{caller.who(), cluster_id, resource_type, resource_data}});
}

DispatchResult transfer_to_cluster::dispatch(Signed caller) const
{
    return deposit_to(cluster_id, caller.who(), dest_account, amount);
}

Weight push_contract_message::weight() const
{
    return weight_of(6, 5) + phala_mq::weight_of_payload(payload.size());
}

DispatchResult push_contract_message::dispatch(Signed caller) const
{
    PHALA_CHECK(ensure(payload.size() <= kMaxSenderPayload, Error::PayloadTooLarge));
    if (deposit != 0) {
        const auto contract = Contracts::get(contract_id);
        if (!contract)
            return fail(Error::ContractNotFound);
        PHALA_CHECK(deposit_to(contract->cluster, caller.who(), caller.who(), deposit));
    }
    return phala_mq::push({MessageOrigin::account(caller.who()), to_bytes(command_topic(contract_id)), payload});
}

Weight instantiate_contract::weight() const
{
    return weight_of(7, 6) + phala_mq::weight_of_payload(data.size() + salt.size());
}

DispatchResult instantiate_contract::dispatch(Signed caller) const
{
    const AccountId& deployer = caller.who();
    PHALA_CHECK(permitted_cluster(cluster_id, deployer));
    PHALA_CHECK(ensure(data.size() + salt.size() <= kMaxSenderPayload, Error::PayloadTooLarge));
    if (deposit != 0)
        PHALA_CHECK(deposit_to(cluster_id, deployer, deployer, deposit));
    const H256 contract = phala::contract_id(deployer, code_index.hash(), cluster_id, salt);
    PHALA_CHECK(ensure(!Contracts::contains(contract), Error::DuplicatedContract));
    Contracts::insert(contract, {deployer, cluster_id});
    PHALA_CHECK(push(ContractOperation{ContractOperation::InstantiateCode{
        {deployer, code_index, salt, cluster_id, data}, transfer, gas_limit, storage_deposit_limit}}));
    deposit_event(Instantiating{contract, cluster_id, deployer});
    return {};
}

DispatchResult cluster_destroy::dispatch(Root) const
{
    PHALA_CHECK(find_cluster(cluster));
    Clusters::remove(cluster);
    PHALA_CHECK(push(ClusterOperation{ClusterOperation::DestroyCluster{cluster}}));
    deposit_event(ClusterDestroyed{cluster});
    return {};
}

Weight set_pink_system_code::weight() const
{
    return weight_of(0, 1) + phala_mq::weight_of_payload(code.items.size());
}

DispatchResult set_pink_system_code::dispatch(Root) const
{
    NextPinkSystemCode::put(code.items);
    return {};
}

DispatchResult set_pink_runtime_version::dispatch(Root) const
{
    PinkRuntimeVersion::put(version);
    phala_mq::push_exempt(
        message_of(MessageOrigin::pallet(Pallet::name), PinkVersion{std::get<0>(version), std::get<1>(version)}));
    return {};
}

DispatchResult add_worker_to_cluster::dispatch(Signed caller) const
{
    PHALA_CHECK(owned_cluster(cluster_id, caller.who()));
    PHALA_CHECK(free_worker(worker_pubkey));
    PHALA_CHECK(deployed_cluster(cluster_id)); // before, there is no member who could hand over anything
    PHALA_CHECK(ensure(ClusterWorkers::get(cluster_id).size() < kMaxClusterWorkers, Error::PayloadTooLarge));
    ClusterWorkers::append(cluster_id, worker_pubkey);
    ClusterByWorkers::insert(worker_pubkey, cluster_id);
    PHALA_CHECK(push(ClusterOperation{ClusterOperation::AddWorker{cluster_id, worker_pubkey}}));
    deposit_event(WorkerAddedToCluster{worker_pubkey, cluster_id});
    return {};
}

DispatchResult remove_worker_from_cluster::dispatch(Signed caller) const
{
    PHALA_CHECK(owned_cluster(cluster_id, caller.who()));
    PHALA_CHECK(ensure(ClusterByWorkers::get(worker_pubkey) == cluster_id, Error::WorkerNotFound));
    forget_strangers(cluster_id, worker_pubkey);
    ClusterByWorkers::insert(worker_pubkey, kNoCluster);
    PHALA_CHECK(push(ClusterOperation{ClusterOperation::RemoveWorker{cluster_id, worker_pubkey}}));
    deposit_event(WorkerRemovedFromCluster{worker_pubkey, cluster_id});
    return {};
}

DispatchResult cleanup_removed_workers::dispatch(Root) const
{
    forget_strangers(cluster_id, std::nullopt);
    return {};
}

} // namespace phala::runtime::phala_phat_contracts
