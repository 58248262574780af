#pragma once
// Clusters of workers and the contracts they run (spec sdk-wire §2.1, contract-engine §6.1, decisions §3.6–§3.7).
// The chain knows who may ask, what was paid in and which keys answer; what happens inside stays with the workers.
#include "primitives/messages.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::phala_phat_contracts {

inline constexpr Name name{"PhalaPhatContracts"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

inline constexpr std::uint32_t kMaxInkCode = 2 * 1024 * 1024;
/// How many workers a cluster may have.
inline constexpr std::size_t kMaxClusterWorkers = 1024;
inline constexpr std::uint32_t kMaxSidevmCode = 8 * 1024 * 1024;

// What is stored

struct BasicContractInfo {
    static constexpr auto path = "phala_pallets::phat::pallet::BasicContractInfo";
    AccountId deployer;
    H256 cluster;
    friend bool operator==(const BasicContractInfo&, const BasicContractInfo&) = default;
};

struct Contracts : StorageMap<name, "Contracts", Twox64Concat<H256>, BasicContractInfo> {
    static constexpr auto docs = "The contracts that the chain knows, by id.";
};
struct ClusterCounter : StorageValue<name, "ClusterCounter", std::uint64_t, Default> {
    static constexpr auto docs = "The contract cluster counter, it always equals to the latest cluster id.";
};
struct Clusters : StorageMap<name, "Clusters", Twox64Concat<H256>, ClusterInfo> {
    static constexpr auto docs = "The contract cluster list.";
};
struct ClusterContracts : StorageMap<name, "ClusterContracts", Twox64Concat<H256>, std::vector<H256>, Default> {
    static constexpr auto docs = "The contracts of a cluster that have a key.";
};
struct ClusterWorkers : StorageMap<name, "ClusterWorkers", Twox64Concat<H256>, std::vector<PublicKey>, Default> {
    static constexpr auto docs = "The workers of a cluster.";
};
struct ClusterByWorkers : StorageMap<name, "ClusterByWorkers", Twox64Concat<PublicKey>, H256> {
    static constexpr auto docs = "The cluster a worker belongs to.";
};
struct PinkSystemCode : StorageValue<name, "PinkSystemCode", std::tuple<std::uint16_t, Bytes>, Default> {
    static constexpr auto docs = "The pink-system contract code, and how often it has changed.";
};
struct PinkSystemCodeHash : StorageValue<name, "PinkSystemCodeHash", H256> {
    static constexpr auto docs = "The blake2_256 hash of the pink-system contract code.";
};
struct PinkRuntimeVersion : StorageValue<name, "PinkRuntimeVersion", std::tuple<std::uint32_t, std::uint32_t>> {
    static constexpr auto docs = "The version of the contracts' runtime that new clusters start with.";
};
struct NextPinkSystemCode : StorageValue<name, "NextPinkSystemCode", Bytes> {
    static constexpr auto docs = "The next pink-system contract code to be applied from the next block.";
};

// What is announced

struct ClusterCreated {
    H256 cluster;
    H256 system_contract;
    static constexpr auto docs = "A cluster was formed; its key comes from the gatekeeper.";
    friend bool operator==(const ClusterCreated&, const ClusterCreated&) = default;
};
struct ClusterPubkeyAvailable {
    H256 cluster;
    PublicKey pubkey;
    static constexpr auto docs = "The gatekeeper made the key of a cluster.";
    friend bool operator==(const ClusterPubkeyAvailable&, const ClusterPubkeyAvailable&) = default;
};
struct ClusterDeployed {
    H256 cluster;
    PublicKey pubkey;
    PublicKey worker;
    static constexpr auto docs = "A worker serves a cluster.";
    friend bool operator==(const ClusterDeployed&, const ClusterDeployed&) = default;
};
struct ClusterDeploymentFailed {
    H256 cluster;
    PublicKey worker;
    static constexpr auto docs = "A worker could not set up a cluster.";
    friend bool operator==(const ClusterDeploymentFailed&, const ClusterDeploymentFailed&) = default;
};
struct Instantiating {
    H256 contract;
    H256 cluster;
    AccountId deployer;
    static constexpr auto docs = "A contract was ordered; the cluster answers with its key.";
    friend bool operator==(const Instantiating&, const Instantiating&) = default;
};
struct ContractPubkeyAvailable {
    H256 contract;
    H256 cluster;
    PublicKey pubkey;
    static constexpr auto docs = "Commands to a contract can be encrypted to this key.";
    friend bool operator==(const ContractPubkeyAvailable&, const ContractPubkeyAvailable&) = default;
};
struct Instantiated {
    H256 contract;
    H256 cluster;
    H256 deployer;
    static constexpr auto docs = "A contract exists.";
    friend bool operator==(const Instantiated&, const Instantiated&) = default;
};
struct ClusterDestroyed {
    H256 cluster;
    static constexpr auto docs = "A cluster was given up.";
    friend bool operator==(const ClusterDestroyed&, const ClusterDestroyed&) = default;
};
struct Transfered {
    H256 cluster;
    H256 account;
    Balance amount;
    static constexpr auto docs = "Funds were moved into a cluster, to an account there.";
    friend bool operator==(const Transfered&, const Transfered&) = default;
};
struct WorkerAddedToCluster {
    PublicKey worker;
    H256 cluster;
    static constexpr auto docs = "A worker joined a cluster.";
    friend bool operator==(const WorkerAddedToCluster&, const WorkerAddedToCluster&) = default;
};
struct WorkerRemovedFromCluster {
    PublicKey worker;
    H256 cluster;
    static constexpr auto docs = "A worker left a cluster for good.";
    friend bool operator==(const WorkerRemovedFromCluster&, const WorkerRemovedFromCluster&) = default;
};

enum class Error : std::uint8_t {
    CodeNotFound,
    ClusterNotFound,
    ClusterNotDeployed,
    ClusterPermissionDenied,
    DuplicatedContract,
    DuplicatedDeployment,
    NoWorkerSpecified,
    InvalidSender,
    WorkerNotFound,
    PayloadTooLarge,
    NoPinkSystemCode,
    ContractNotFound,
    WorkerIsBusy,
};
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::CodeNotFound: return "No code of that hash is known.";
    case Error::ClusterNotFound: return "There is no such cluster.";
    case Error::ClusterNotDeployed: return "The cluster is not ready yet: its system contract has no key.";
    case Error::ClusterPermissionDenied: return "The caller may not use this cluster.";
    case Error::DuplicatedContract: return "The contract exists already.";
    case Error::DuplicatedDeployment: return "The cluster or its worker is deployed already.";
    case Error::NoWorkerSpecified: return "A cluster needs at least one worker.";
    case Error::InvalidSender: return "The sender of the message may not say this.";
    case Error::WorkerNotFound: return "The worker is not registered, or its registration counts no more.";
    case Error::PayloadTooLarge: return "The payload is too large.";
    case Error::NoPinkSystemCode: return "The code of the system contract has not been set.";
    case Error::ContractNotFound: return "There is no such contract.";
    case Error::WorkerIsBusy: return "The worker belongs to a cluster already.";
    }
    return {};
}

// What can be asked

struct add_cluster {
    AccountId owner;
    ClusterPermission permission;
    std::vector<PublicKey> deploy_workers;
    Balance deposit;
    Balance gas_price;
    Balance deposit_per_item;
    Balance deposit_per_byte;
    AccountId treasury_account;
    static constexpr auto docs = "Create a new cluster of these workers. Must be called by the Root account.";
    [[nodiscard]] Weight weight() const { return weight_of(6 + 5 * deploy_workers.size(), 8 + deploy_workers.size()); }
    DispatchResult dispatch(Root) const;
};
struct cluster_upload_resource {
    H256 cluster_id;
    ResourceType resource_type;
    Bytes resource_data;
    static constexpr auto docs = "Upload code to a cluster.";
    [[nodiscard]] Weight weight() const;
    DispatchResult dispatch(Signed caller) const;
};
struct transfer_to_cluster {
    Balance amount;
    H256 cluster_id;
    AccountId dest_account;
    static constexpr auto docs = "Transfer `amount` into `dest_account` of the cluster.";
    static Weight weight() { return weight_of(5, 5); }
    DispatchResult dispatch(Signed caller) const;
};
struct push_contract_message {
    H256 contract_id;
    Bytes payload;
    Balance deposit;
    static constexpr auto docs =
        "Push a command to a contract, with a deposit to the caller's account in its cluster if it is not 0.";
    [[nodiscard]] Weight weight() const;
    DispatchResult dispatch(Signed caller) const;
};
struct instantiate_contract {
    CodeIndex code_index;
    Bytes data;
    Bytes salt;
    H256 cluster_id;
    Balance transfer;
    std::uint64_t gas_limit;
    std::optional<Balance> storage_deposit_limit;
    Balance deposit;
    static constexpr auto docs = "Instantiate a contract of uploaded code.";
    [[nodiscard]] Weight weight() const;
    DispatchResult dispatch(Signed caller) const;
};
struct cluster_destroy {
    H256 cluster;
    static constexpr auto docs = "Destroy a cluster. Must be called by the Root account.";
    static Weight weight() { return weight_of(2, 3); }
    DispatchResult dispatch(Root) const;
};
struct set_pink_system_code {
    scale::BoundedVec<std::uint8_t, kMaxInkCode> code;
    static constexpr auto docs =
        "Set the code of the system contract from the next block on. Must be called by the Root account.";
    [[nodiscard]] Weight weight() const;
    DispatchResult dispatch(Root) const;
};
struct set_pink_runtime_version {
    std::tuple<std::uint32_t, std::uint32_t> version;
    static constexpr auto docs =
        "Set the version of the contracts' runtime for new clusters. Must be called by the Root account.";
    static Weight weight() { return weight_of(0, 2); }
    DispatchResult dispatch(Root) const;
};
struct add_worker_to_cluster {
    PublicKey worker_pubkey;
    H256 cluster_id;
    static constexpr auto docs = "Add a new worker to a cluster. Must be called by the cluster's owner.";
    static Weight weight() { return weight_of(7, 4); }
    DispatchResult dispatch(Signed caller) const;
};
struct remove_worker_from_cluster {
    PublicKey worker_pubkey;
    H256 cluster_id;
    static constexpr auto docs = "Remove a worker from a cluster, for good. Must be called by the cluster's owner.";
    static Weight weight() { return weight_of(4 + kMaxClusterWorkers, 4); }
    DispatchResult dispatch(Signed caller) const;
};
struct cleanup_removed_workers {
    H256 cluster_id;
    static constexpr auto docs =
        "Take from a cluster's list the workers that belong to it no more. Must be called by the Root account.";
    static Weight weight() { return weight_of(1 + kMaxClusterWorkers, 1); }
    DispatchResult dispatch(Root) const;
};

struct Pallet {
    static constexpr std::string_view name = phala_phat_contracts::name.view();
    static constexpr std::string_view crate = "phala_pallets::phat";
    static constexpr std::uint16_t storage_version = 8;
    using Storage = std::tuple<Contracts, ClusterCounter, Clusters, ClusterContracts, ClusterWorkers, ClusterByWorkers,
                               PinkSystemCode, PinkSystemCodeHash, PinkRuntimeVersion, NextPinkSystemCode>;
    using Event = Variant<At<0, ClusterCreated>, At<1, ClusterPubkeyAvailable>, At<2, ClusterDeployed>,
                          At<3, ClusterDeploymentFailed>, At<4, Instantiating>, At<5, ContractPubkeyAvailable>,
                          At<6, Instantiated>, At<7, ClusterDestroyed>, At<8, Transfered>, At<9, WorkerAddedToCluster>,
                          At<10, WorkerRemovedFromCluster>>;
    using Error = phala_phat_contracts::Error;
    using Call = Variant<At<0, add_cluster>, At<1, cluster_upload_resource>, At<2, transfer_to_cluster>,
                         At<3, push_contract_message>, At<4, instantiate_contract>, At<5, cluster_destroy>,
                         At<6, set_pink_system_code>, At<7, set_pink_runtime_version>, At<8, add_worker_to_cluster>,
                         At<9, remove_worker_from_cluster>, At<10, cleanup_removed_workers>>;
    static Weight on_initialize(BlockNumber number);
};

// For the message queue

/// Handles WorkerClusterReport, ClusterRegistryEvent and ContractRegistryEvent; other topics succeed.
DispatchResult on_message(const Message& message);

} // namespace phala::runtime::phala_phat_contracts
