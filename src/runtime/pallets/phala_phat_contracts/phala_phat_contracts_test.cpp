#include "runtime/testing/phala_chain.hpp"

namespace phala::runtime {
namespace {

using namespace phala_phat_contracts;
using testing::filled;
using testing::key_pair;

class PhatContracts : public testing::PhalaChain {
protected:
    const PublicKey key_ = worker_.public_key();
    const PublicKey other_ = other_worker_.public_key();
    const Origin by_alice_{Signed{alice_}};
    const Origin by_bob_{Signed{bob_}};
    const CodeIndex code_{CodeIndex::WasmCode{{filled(0xcd)}}};

    template <class Payload>
    static Message pushed(const Payload& payload)
    {
        return from_pallet("PhalaPhatContracts", payload);
    }
    instantiate_contract instantiation(Balance deposit = 0) const
    {
        return {.code_index = code_,
                .data = {0xed, 0x4b, 0x9d, 0x1b},
                .salt = {5},
                .cluster_id = cluster_,
                .transfer = 6,
                .gas_limit = 7,
                .storage_deposit_limit = 8,
                .deposit = deposit};
    }
    void only_owner()
    {
        Clusters::mutate(cluster_, [&](auto& info) { info->permission = {ClusterPermission::OnlyOwner{alice_}}; });
    }
    static Message cluster_key_message(const H256& cluster, const PublicKey& key)
    {
        return message_of(MessageOrigin::gatekeeper(),
                          ClusterRegistryEvent{ClusterRegistryEvent::PubkeyAvailable{cluster, key}});
    }
};

TEST_F(PhatContracts, KeepsItsStorageKeys) // sdk-wire V31
{
    const std::string one = "874cb762a9d6a668" + std::string(62, '0') + "01";
    EXPECT_EQ(to_hex(Clusters::key(cluster_)),
              "87e421a91abbc42f22fc6f8dd9881942554857e1c3a69e607837e04b13b95f60" + one);
    EXPECT_EQ(to_hex(ClusterWorkers::key(cluster_)),
              "87e421a91abbc42f22fc6f8dd9881942e1e386526b9a5a5cf0835d9710b60414" + one);
    EXPECT_EQ(to_hex(ClusterContracts::key(cluster_)),
              "87e421a91abbc42f22fc6f8dd98819421907bc9fe82b9a98b2d112f26c20dd7f" + one);
    EXPECT_EQ(to_hex(Contracts::key({filled(0xc0)})),
              "87e421a91abbc42f22fc6f8dd98819424342193e496fab7ec59d615ed0dc55305a223a5a789981c3"
                  + to_hex(filled(0xc0)));
    EXPECT_EQ(to_hex(scale::encode(BasicContractInfo{alice_, cluster_})), to_hex(alice_) + to_hex(cluster_)); // V32
}

TEST_F(PhatContracts, TakesCallsAsClientsWriteThem) // sdk-wire V33, behind the pallet's index
{
    const AccountId alice{
        array_from_hex<32>("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d").value()};
    const CodeIndex code{CodeIndex::WasmCode{
        {array_from_hex<32>("b23e106975d2e77f69869520d1cdf2955019a455fc805e1d2764c0afb0ed2a9c").value()}}};
    const std::string one = std::string(62, '0') + "01";
    const auto expect = [](const RuntimeCall& call, const std::string& hex) {
        EXPECT_EQ(to_hex(scale::encode(call)), "5b" + hex);
        auto decoded = scale::decode<RuntimeCall>(from_hex("5b" + hex).value());
        ASSERT_TRUE(decoded) << decoded.error().message();
        EXPECT_EQ(*decoded, call);
    };
    expect(transfer_to_cluster{1'000'000'000'000, cluster_, alice},
           "020010a5d4e80000000000000000000000" + one + to_hex(alice));
    expect(cluster_upload_resource{cluster_, ResourceType::InkCode, {0, 'a', 's', 'm'}}, "01" + one + "00100061736d");
    expect(push_contract_message{{filled(0xc0)}, {1, 2}, 0},
           "03" + to_hex(filled(0xc0)) + "080102" + std::string(32, '0'));
    expect(instantiate_contract{code, {0xed, 0x4b, 0x9d, 0x1b}, to_bytes("deadbeef"), cluster_, 0, 88, std::nullopt, 0},
           "0400b23e106975d2e77f69869520d1cdf2955019a455fc805e1d2764c0afb0ed2a9c10ed4b9d1b206465616462656566" + one
               + "00000000000000000000000000000000580000000000000000"
                 "00000000000000000000000000000000");
    expect(
        instantiate_contract{code, {0xed, 0x4b, 0x9d, 0x1b}, {0xde, 0xad, 0xbe, 0xef}, cluster_, 1, 88, 5, 9},
        "0400b23e106975d2e77f69869520d1cdf2955019a455fc805e1d2764c0afb0ed2a9c10ed4b9d1b10deadbeef" + one
            + "010000000000000000000000000000005800000000000000010500000000000000000000000000000009000000000000000000000000000000");
}

TEST_F(PhatContracts, AppliesSystemCodeInTheNextBlock)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, set_pink_system_code{{Bytes{1}}}, by_alice_));
    const Bytes code(kMaxInkCode, 0x5c);
    ASSERT_TRUE(by_root(set_pink_system_code{{code}}));
    EXPECT_FALSE(PinkSystemCode::exists() || PinkSystemCodeHash::exists());
    next_block();
    EXPECT_EQ(PinkSystemCode::get(), (std::tuple{std::uint16_t{1}, code}));
    EXPECT_EQ(PinkSystemCodeHash::get(), code_hash(code));
    EXPECT_FALSE(NextPinkSystemCode::exists());
    EXPECT_EQ(outbound(), std::vector{pushed(SystemCode{1, code})});
    EXPECT_EQ(phala_mq::OutboundBytes::get(), 0U); // exempt from the block's limit
    ASSERT_TRUE(by_root(set_pink_system_code{{Bytes{2}}}));
    next_block();
    EXPECT_EQ(outbound(), std::vector{pushed(SystemCode{2, {2}})});
    next_block();
    EXPECT_TRUE(outbound().empty());
    // one byte more does not even decode
    Bytes call = scale::encode(RuntimeCall{set_pink_system_code{{code}}});
    EXPECT_TRUE(scale::decode<RuntimeCall>(call));
    call = scale::encode(std::uint8_t{91}, std::uint8_t{6}, Bytes(kMaxInkCode + 1));
    EXPECT_FALSE(scale::decode<RuntimeCall>(call));
}

TEST_F(PhatContracts, CreatesAClusterInSteps)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, cluster_of({key_}), by_alice_));
    EXPECT_TRUE(fails(Error::NoWorkerSpecified, cluster_of({}), {Root{}}));
    EXPECT_TRUE(fails(Error::NoPinkSystemCode, cluster_of({key_}), {Root{}}));
    launch_gatekeeper();
    ASSERT_TRUE(by_root(set_pink_system_code{{Bytes{0, 'a', 's', 'm'}}}));
    next_block();
    EXPECT_TRUE(fails(Error::WorkerNotFound, cluster_of({key_, other_}), {Root{}}));
    EXPECT_TRUE(fails(Error::WorkerIsBusy, cluster_of({key_, key_}), {Root{}}));
    auto unaffordable = cluster_of({key_});
    unaffordable.deposit = 1000 * config::kDollars;
    EXPECT_FALSE(by_root(unaffordable));
    register_worker(other_worker_);
    next_block();

    ASSERT_TRUE(by_root(cluster_of({key_, other_})));
    const H256 system_contract = contract_id(alice_, code_hash(Bytes{0, 'a', 's', 'm'}), cluster_, {});
    EXPECT_EQ(Clusters::get(cluster_), (ClusterInfo{alice_, {ClusterPermission::Public{}}, system_contract, 1, 2, 3}));
    EXPECT_EQ(ClusterWorkers::get(cluster_), (std::vector{key_, other_}));
    EXPECT_EQ(ClusterByWorkers::get(other_), cluster_);
    EXPECT_EQ(Contracts::get(system_contract), (BasicContractInfo{alice_, cluster_}));
    EXPECT_EQ(ClusterCounter::get(), 1U);
    EXPECT_EQ(balances::balance_of(cluster_account(cluster_)).free, 100 * config::kDollars);
    EXPECT_EQ(outbound(),
              std::vector{pushed(ClusterEvent{ClusterEvent::DeployCluster{
                  alice_, cluster_, {{key_, key_}, {other_, other_}}, 100 * config::kDollars, 1, 2, 3, bob_}})});
    EXPECT_EQ(events().back(), event(ClusterCreated{cluster_, system_contract}));
    EXPECT_TRUE(fails(Error::WorkerIsBusy, cluster_of({key_}), {Root{}}));

    next_block();
    EXPECT_TRUE(
        fails(Error::ClusterNotDeployed, cluster_upload_resource{cluster_, ResourceType::InkCode, {1}}, by_alice_));
    EXPECT_TRUE(fails(Error::ClusterNotDeployed, transfer_to_cluster{1, cluster_, bob_}, by_alice_));
    EXPECT_TRUE(fails(Error::ClusterNotDeployed, push_contract_message{system_contract, {}, 1}, by_alice_));
    EXPECT_TRUE(fails(Error::ClusterNotDeployed, instantiation(), by_alice_));

    const PublicKey cluster_pubkey = cluster_key_.public_key();
    ASSERT_TRUE(send(master_, cluster_key_message(cluster_, cluster_pubkey)));
    EXPECT_EQ(phala_registry::ClusterKeys::get(cluster_), cluster_pubkey);
    EXPECT_EQ(take_events(), std::vector{event(ClusterPubkeyAvailable{cluster_, cluster_pubkey})});
    ASSERT_TRUE(send(cluster_key_, contract_key_message(system_contract, key_pair(9).public_key())));
    EXPECT_EQ(take_events(),
              (std::vector{event(ContractPubkeyAvailable{system_contract, cluster_, key_pair(9).public_key()}),
                           event(Instantiated{system_contract, cluster_, {alice_.bytes}})}));
    EXPECT_EQ(ClusterContracts::get(cluster_), std::vector{system_contract});
    ASSERT_TRUE(
        send(worker_, message_of(MessageOrigin::worker(key_),
                                 WorkerClusterReport{WorkerClusterReport::ClusterDeployed{cluster_, cluster_pubkey}})));
    EXPECT_EQ(take_events(), std::vector{event(ClusterDeployed{cluster_, cluster_pubkey, key_})});
    ASSERT_TRUE(
        send(other_worker_, message_of(MessageOrigin::worker(other_),
                                       WorkerClusterReport{WorkerClusterReport::ClusterDeploymentFailed{cluster_}})));
    EXPECT_EQ(take_events(), std::vector{event(ClusterDeploymentFailed{cluster_, other_})});
}

TEST_F(PhatContracts, UploadsCode)
{
    deploy_cluster();
    next_block();
    const Bytes ink(kMaxInkCode, 1);
    ASSERT_TRUE(by(bob_, cluster_upload_resource{cluster_, ResourceType::InkCode, ink}));
    EXPECT_EQ(outbound(), std::vector{pushed(ClusterOperation{
                              ClusterOperation::UploadResource{bob_, cluster_, ResourceType::InkCode, ink}})});
    EXPECT_TRUE(events().empty());
    EXPECT_TRUE(
        fails(phala_mq::Error::OutboundFull, cluster_upload_resource{cluster_, ResourceType::InkCode, ink}, by_bob_));
    EXPECT_TRUE(fails(Error::PayloadTooLarge,
                      cluster_upload_resource{cluster_, ResourceType::InkCode, Bytes(kMaxInkCode + 1)}, by_bob_));
    EXPECT_TRUE(fails(Error::PayloadTooLarge,
                      cluster_upload_resource{cluster_, ResourceType::IndeterministicInkCode, Bytes(kMaxInkCode + 1)},
                      by_bob_));
    EXPECT_TRUE(fails(Error::PayloadTooLarge,
                      cluster_upload_resource{cluster_, ResourceType::SidevmCode, Bytes(kMaxSidevmCode + 1)}, by_bob_));
    EXPECT_TRUE(
        fails(Error::ClusterNotFound, cluster_upload_resource{cluster_id(2), ResourceType::InkCode, {1}}, by_bob_));
    EXPECT_TRUE(
        fails(dispatch_error::BadOrigin{}, cluster_upload_resource{cluster_, ResourceType::InkCode, {1}}, {Root{}}));
    only_owner();
    EXPECT_TRUE(
        fails(Error::ClusterPermissionDenied, cluster_upload_resource{cluster_, ResourceType::InkCode, {1}}, by_bob_));
    next_block();
    EXPECT_TRUE(by(alice_, cluster_upload_resource{cluster_, ResourceType::SidevmCode, {1}}));
}

TEST_F(PhatContracts, TransfersIntoACluster)
{
    deploy_cluster();
    next_block();
    const Balance before = balances::balance_of(bob_).free;
    const Balance held = balances::balance_of(cluster_account(cluster_)).free;
    ASSERT_TRUE(by(bob_, transfer_to_cluster{5 * config::kDollars, cluster_, alice_}));
    EXPECT_EQ(balances::balance_of(bob_).free, before - 5 * config::kDollars);
    EXPECT_EQ(balances::balance_of(cluster_account(cluster_)).free, held + 5 * config::kDollars);
    EXPECT_EQ(outbound(),
              std::vector{pushed(ClusterOperation{ClusterOperation::Deposit{cluster_, alice_, 5 * config::kDollars}})});
    EXPECT_EQ(events(), (std::vector{event(balances::Transfer{bob_, cluster_account(cluster_), 5 * config::kDollars}),
                                     event(Transfered{cluster_, {alice_.bytes}, 5 * config::kDollars})}));
    EXPECT_TRUE(fails(Error::ClusterNotFound, transfer_to_cluster{1, cluster_id(2), alice_}, by_bob_));
    EXPECT_FALSE(
        by(bob_, transfer_to_cluster{balances::balance_of(bob_).free, cluster_, alice_})); // would end Bob's account
    EXPECT_EQ(outbound().size(), 1U);
}

TEST_F(PhatContracts, PushesCommands)
{
    deploy_cluster();
    next_block();
    const H256 contract = system_contract(cluster_);
    const auto command = [&](const H256& id, const Bytes& payload) {
        return Message{MessageOrigin::account(bob_), to_bytes(command_topic(id)), payload};
    };
    ASSERT_TRUE(by(bob_, push_contract_message{contract, {1, 2}, 0}));
    ASSERT_TRUE(by(bob_, push_contract_message{{filled(0x77)}, {3}, 0})); // may exist inside the cluster
    EXPECT_EQ(outbound(), (std::vector{command(contract, {1, 2}), command({filled(0x77)}, {3})}));
    EXPECT_TRUE(events().empty());

    ASSERT_TRUE(by(bob_, push_contract_message{contract, {4}, config::kDollars}));
    EXPECT_EQ(outbound()[2], pushed(ClusterOperation{ClusterOperation::Deposit{cluster_, bob_, config::kDollars}}));
    EXPECT_EQ(outbound()[3], command(contract, {4}));
    EXPECT_EQ(events().back(), event(Transfered{cluster_, {bob_.bytes}, config::kDollars}));

    EXPECT_TRUE(fails(Error::ContractNotFound, push_contract_message{{filled(0x77)}, {3}, 1}, by_bob_));
    EXPECT_TRUE(
        fails(Error::PayloadTooLarge, push_contract_message{contract, Bytes(kMaxSenderPayload + 1), 0}, by_bob_));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, push_contract_message{contract, {1}, 0}, {Root{}}));
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(by(bob_, push_contract_message{contract, Bytes(kMaxSenderPayload), 0}));
    EXPECT_TRUE(
        fails(phala_mq::Error::OutboundFull, push_contract_message{contract, Bytes(kMaxSenderPayload), 0}, by_bob_));
    next_block();
    EXPECT_TRUE(by(bob_, push_contract_message{contract, Bytes(kMaxSenderPayload), 0}));
}

// spec phala-sdk-wire V39, whose pallet has the second chain's index
TEST_F(PhatContracts, EventsAreWhatClientsRead)
{
    const H256 contract{*array_from_hex<32>("5d151aac2c7b75de49a469d57f5c447be5890568f4a19da9767a5783c831008f")};
    const AccountId alice{*array_from_hex<32>("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")};
    const std::vector records{
        system::Record{{system::ApplyExtrinsic{1}}, event(Instantiating{contract, cluster_id(1), alice}), {}}};
    const std::uint8_t index = pallet_index("PhalaPhatContracts");
    EXPECT_EQ(to_hex(scale::encode(records)), "040001000000" + to_hex(Bytes{index}) + "04" + to_hex(contract)
                                                  + to_hex(cluster_id(1)) + to_hex(alice) + "00");
}

TEST_F(PhatContracts, InstantiatesContracts)
{
    deploy_cluster();
    next_block();
    const H256 contract = contract_id(bob_, code_.hash(), cluster_, Bytes{5});
    ASSERT_TRUE(by(bob_, instantiation(config::kDollars)));
    EXPECT_EQ(Contracts::get(contract), (BasicContractInfo{bob_, cluster_}));
    EXPECT_EQ(outbound(),
              (std::vector{pushed(ClusterOperation{ClusterOperation::Deposit{cluster_, bob_, config::kDollars}}),
                           pushed(ContractOperation{ContractOperation::InstantiateCode{
                               {bob_, code_, {5}, cluster_, {0xed, 0x4b, 0x9d, 0x1b}}, 6, 7, 8}})}));
    EXPECT_EQ(events(), (std::vector{event(balances::Transfer{bob_, cluster_account(cluster_), config::kDollars}),
                                     event(Transfered{cluster_, {bob_.bytes}, config::kDollars}),
                                     event(Instantiating{contract, cluster_, bob_})}));
    EXPECT_TRUE(fails(Error::DuplicatedContract, instantiation(), by_bob_));
    EXPECT_TRUE(by(alice_, instantiation()));
    auto call = instantiation();
    call.cluster_id = cluster_id(2);
    EXPECT_TRUE(fails(Error::ClusterNotFound, call, by_bob_));
    call = instantiation();
    call.data = Bytes(kMaxSenderPayload);
    EXPECT_TRUE(fails(Error::PayloadTooLarge, call, by_bob_));
    call = instantiation();
    call.salt = {6};
    only_owner();
    EXPECT_TRUE(fails(Error::ClusterPermissionDenied, call, by_bob_));
    EXPECT_TRUE(by(alice_, call));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, call, {Root{}}));
}

TEST_F(PhatContracts, RecordsContractKeys)
{
    deploy_cluster();
    next_block();
    const PublicKey contract_key = key_pair(0x44).public_key();
    ASSERT_TRUE(by(bob_, instantiation()));
    const H256 ordered = contract_id(bob_, code_.hash(), cluster_, Bytes{5});
    take_events();
    ASSERT_TRUE(on_message(contract_key_message(ordered, contract_key)));
    EXPECT_EQ(take_events(), (std::vector{event(ContractPubkeyAvailable{ordered, cluster_, contract_key}),
                                          event(Instantiated{ordered, cluster_, {alice_.bytes}})}));
    EXPECT_EQ(Contracts::get(ordered)->deployer, bob_); // as it was recorded
    // one that another contract made: the first word of its cluster counts
    const H256 inner{filled(0x55)};
    ASSERT_TRUE(on_message(contract_key_message(inner, contract_key)));
    EXPECT_EQ(Contracts::get(inner), (BasicContractInfo{alice_, cluster_}));
    EXPECT_EQ(ClusterContracts::get(cluster_), (std::vector{system_contract(cluster_), ordered, inner}));
    EXPECT_EQ(on_message(contract_key_message(inner, key_)).error(), to_dispatch_error(Error::DuplicatedContract));
    EXPECT_EQ(phala_registry::ContractKeys::get(inner), contract_key);

    Contracts::insert({filled(0x56)}, {alice_, cluster_id(2)});
    EXPECT_EQ(on_message(contract_key_message({filled(0x56)}, key_)).error(), to_dispatch_error(Error::InvalidSender));
    auto message = contract_key_message({filled(0x57)}, key_);
    message.sender = MessageOrigin::cluster(cluster_id(2));
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::ClusterNotFound));
    message.sender = MessageOrigin::worker(key_);
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::InvalidSender));
    message = contract_key_message({filled(0x57)}, key_);
    message.payload.pop_back();
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::InvalidSender));
}

TEST_F(PhatContracts, RecordsAClusterKeyOnce)
{
    make_cluster();
    EXPECT_EQ(on_message(cluster_key_message(cluster_id(2), key_)).error(), to_dispatch_error(Error::ClusterNotFound));
    auto message = cluster_key_message(cluster_, key_);
    message.sender = MessageOrigin::worker(key_);
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::InvalidSender));
    message = cluster_key_message(cluster_, key_);
    message.payload[0] = 1;
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::InvalidSender));
    EXPECT_TRUE(on_message(cluster_key_message(cluster_, key_)));
    EXPECT_EQ(on_message(cluster_key_message(cluster_, other_)).error(),
              to_dispatch_error(Error::DuplicatedDeployment));
    EXPECT_EQ(phala_registry::ClusterKeys::get(cluster_), key_);
}

TEST_F(PhatContracts, BelievesOnlyMembersAboutACluster)
{
    deploy_cluster();
    register_worker(other_worker_);
    take_events();
    const auto deployed = [&](const PublicKey& worker, const H256& cluster, const PublicKey& key) {
        return on_message(message_of(MessageOrigin::worker(worker),
                                     WorkerClusterReport{WorkerClusterReport::ClusterDeployed{cluster, key}}));
    };
    const auto failed = [&](const PublicKey& worker) {
        return on_message(message_of(MessageOrigin::worker(worker),
                                     WorkerClusterReport{WorkerClusterReport::ClusterDeploymentFailed{cluster_}}));
    };
    const auto bad_sender = to_dispatch_error(Error::InvalidSender);
    EXPECT_EQ(deployed(other_, cluster_, cluster_key_.public_key()).error(), bad_sender);
    EXPECT_EQ(deployed(key_, cluster_, key_).error(), bad_sender);
    EXPECT_EQ(deployed(key_, cluster_id(2), cluster_key_.public_key()).error(), bad_sender);
    EXPECT_EQ(failed(other_).error(), bad_sender);
    EXPECT_EQ(on_message(message_of(MessageOrigin::gatekeeper(), WorkerClusterReport{})).error(), bad_sender);
    EXPECT_EQ(on_message({MessageOrigin::worker(key_), to_bytes(WorkerClusterReport::topic), {9}}).error(), bad_sender);
    EXPECT_TRUE(events().empty());
    EXPECT_TRUE(deployed(key_, cluster_, cluster_key_.public_key()));
    EXPECT_TRUE(failed(key_));
    EXPECT_EQ(events().size(), 2U);
}

TEST_F(PhatContracts, AddsAWorkerLater)
{
    make_cluster();
    EXPECT_TRUE(fails(Error::ClusterNotFound, add_worker_to_cluster{other_, cluster_id(2)}, by_alice_));
    EXPECT_TRUE(fails(Error::ClusterPermissionDenied, add_worker_to_cluster{other_, cluster_}, by_bob_));
    EXPECT_TRUE(fails(Error::WorkerNotFound, add_worker_to_cluster{other_, cluster_}, by_alice_));
    EXPECT_TRUE(fails(Error::WorkerIsBusy, add_worker_to_cluster{key_, cluster_}, by_alice_));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, add_worker_to_cluster{other_, cluster_}, {Root{}}));
    register_worker(other_worker_);
    EXPECT_TRUE(fails(Error::ClusterNotDeployed, add_worker_to_cluster{other_, cluster_}, by_alice_));
    phala_registry::ContractKeys::insert(system_contract(cluster_), key_pair(9).public_key());
    take_events();
    ASSERT_TRUE(by(alice_, add_worker_to_cluster{other_, cluster_}));
    EXPECT_EQ(outbound().back(), pushed(ClusterOperation{ClusterOperation::AddWorker{cluster_, other_}}));
    EXPECT_EQ(ClusterWorkers::get(cluster_), (std::vector{key_, other_}));
    EXPECT_EQ(ClusterByWorkers::get(other_), cluster_);
    EXPECT_EQ(events(), std::vector{event(WorkerAddedToCluster{other_, cluster_})});
}

TEST_F(PhatContracts, RemovesAWorkerForGood)
{
    deploy_cluster();
    register_worker(other_worker_);
    ASSERT_TRUE(by(alice_, add_worker_to_cluster{other_, cluster_}));
    next_block();
    EXPECT_TRUE(fails(Error::ClusterNotFound, remove_worker_from_cluster{other_, cluster_id(2)}, by_alice_));
    EXPECT_TRUE(fails(Error::ClusterPermissionDenied, remove_worker_from_cluster{other_, cluster_}, by_bob_));
    EXPECT_TRUE(fails(Error::WorkerNotFound, remove_worker_from_cluster{{filled(0x99)}, cluster_}, by_alice_));
    ASSERT_TRUE(by(alice_, remove_worker_from_cluster{other_, cluster_}));
    EXPECT_EQ(ClusterWorkers::get(cluster_), std::vector{key_});
    EXPECT_EQ(ClusterByWorkers::get(other_), H256{});
    EXPECT_EQ(events(), std::vector{event(WorkerRemovedFromCluster{other_, cluster_})});
    EXPECT_EQ(outbound(), std::vector{pushed(ClusterOperation{ClusterOperation::RemoveWorker{cluster_, other_}})});
    EXPECT_TRUE(fails(Error::WorkerNotFound, remove_worker_from_cluster{other_, cluster_}, by_alice_));
    EXPECT_TRUE(fails(Error::WorkerIsBusy, add_worker_to_cluster{other_, cluster_}, by_alice_));
}

TEST_F(PhatContracts, ForgetsWorkersThatBelongToAClusterNoMore)
{
    deploy_cluster();
    ClusterWorkers::append(cluster_, other_); // as a migration may have left it
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, cleanup_removed_workers{cluster_}, by_alice_));
    ASSERT_TRUE(by_root(cleanup_removed_workers{cluster_}));
    EXPECT_EQ(ClusterWorkers::get(cluster_), std::vector{key_});
}

TEST_F(PhatContracts, TellsWorkersTheVersionForNewClusters)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, set_pink_runtime_version{{1, 2}}, by_alice_));
    ASSERT_TRUE(by_root(set_pink_runtime_version{{1, 2}}));
    EXPECT_EQ(PinkRuntimeVersion::get(), (std::tuple{1U, 2U}));
    EXPECT_EQ(outbound(), std::vector{pushed(PinkVersion{1, 2})});
}

TEST_F(PhatContracts, KeepsSeveralClustersApart)
{
    deploy_cluster();
    register_worker(other_worker_);
    ASSERT_TRUE(by_root(cluster_of({other_})));
    const H256 second = cluster_id(2);
    EXPECT_EQ(Clusters::get(second)->system_contract, contract_id(alice_, *PinkSystemCodeHash::get(), second, {}));
    EXPECT_NE(system_contract(second), system_contract(cluster_));
    EXPECT_EQ(ClusterByWorkers::get(key_), cluster_);
    EXPECT_EQ(ClusterByWorkers::get(other_), second);
    // the second has no keys yet, and the first's are none of its own
    EXPECT_TRUE(fails(Error::ClusterNotDeployed, transfer_to_cluster{1, second, bob_}, by_bob_));
    ASSERT_TRUE(by(bob_, transfer_to_cluster{config::kDollars, cluster_, bob_}));
    ASSERT_TRUE(by_root(cluster_destroy{second}));
    EXPECT_TRUE(Clusters::contains(cluster_));
    EXPECT_TRUE(fails(Error::WorkerIsBusy, cluster_of({other_}), {Root{}}));
}

TEST_F(PhatContracts, F05OnlyWorkersThatCountAreAdmitted) // trust-and-keys T-07, T-08
{
    deploy_cluster();
    register_worker(other_worker_);
    const Bytes measurement(68, 0x11);
    phala_registry::WorkerMeasurement::insert(other_, measurement);
    phala_registry::MeasurementStatus::insert(measurement, {ProgramStatus::Revoked{}});
    EXPECT_TRUE(fails(Error::WorkerNotFound, add_worker_to_cluster{other_, cluster_}, by_alice_));
    EXPECT_TRUE(fails(Error::WorkerNotFound, cluster_of({other_}), {Root{}}));
    register_worker(other_worker_);
    timestamp::Now::put(timestamp::Now::get() + kRegistrationValidity);
    EXPECT_TRUE(fails(Error::WorkerNotFound, add_worker_to_cluster{other_, cluster_}, by_alice_));
    EXPECT_TRUE(fails(Error::WorkerNotFound, cluster_of({other_}), {Root{}}));
    register_worker(other_worker_);
    next_block();
    EXPECT_TRUE(by(alice_, add_worker_to_cluster{other_, cluster_}));
}

TEST_F(PhatContracts, F10AClusterCannotReplaceAnothersContractKey)
{
    deploy_cluster();
    register_worker(other_worker_);
    ASSERT_TRUE(by_root(cluster_of({other_})));
    const H256 theirs = system_contract(cluster_);
    const auto known = phala_registry::ContractKeys::get(theirs);
    const auto handled = on_message(
        message_of(MessageOrigin::cluster(cluster_id(2)),
                   ContractRegistryEvent{ContractRegistryEvent::PubkeyAvailable{theirs, other_, H256{bob_.bytes}}}));
    EXPECT_EQ(handled.error(), to_dispatch_error(Error::InvalidSender));
    EXPECT_EQ(phala_registry::ContractKeys::get(theirs), known);
}

TEST_F(PhatContracts, DestroysACluster)
{
    deploy_cluster();
    next_block();
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, cluster_destroy{cluster_}, by_alice_));
    EXPECT_TRUE(fails(Error::ClusterNotFound, cluster_destroy{cluster_id(2)}, {Root{}}));
    ASSERT_TRUE(by_root(cluster_destroy{cluster_}));
    EXPECT_FALSE(Clusters::contains(cluster_));
    EXPECT_EQ(outbound(), std::vector{pushed(ClusterOperation{ClusterOperation::DestroyCluster{cluster_}})});
    EXPECT_EQ(events(), std::vector{event(ClusterDestroyed{cluster_})});
    EXPECT_TRUE(fails(Error::ClusterNotFound, transfer_to_cluster{1, cluster_, alice_}, by_alice_));
}

TEST_F(PhatContracts, HasItsLiteralNames)
{
    std::string names;
    for (const auto& error : reflect::enumerators<Error>)
        names.append(error.name).append(" ");
    EXPECT_EQ(
        names,
        "CodeNotFound ClusterNotFound ClusterNotDeployed ClusterPermissionDenied DuplicatedContract DuplicatedDeployment "
        "NoWorkerSpecified InvalidSender WorkerNotFound PayloadTooLarge NoPinkSystemCode ContractNotFound WorkerIsBusy ");
    const auto list = []<class Variant>() {
        std::string out;
        Variant::for_each([&]<std::uint8_t Index, class T>() {
            out.append(std::to_string(Index)).append(" ").append(reflect::type_name<T>);
            for (const auto field : reflect::field_names<T>)
                out.append(" ").append(field);
            out.append("; ");
        });
        return out;
    };
    EXPECT_EQ(
        list.operator()<Pallet::Call>(),
        "0 add_cluster owner permission deploy_workers deposit gas_price deposit_per_item deposit_per_byte treasury_account; "
        "1 cluster_upload_resource cluster_id resource_type resource_data; 2 transfer_to_cluster amount cluster_id dest_account; "
        "3 push_contract_message contract_id payload deposit; 4 instantiate_contract code_index data salt cluster_id transfer "
        "gas_limit storage_deposit_limit deposit; 5 cluster_destroy cluster; 6 set_pink_system_code code; "
        "7 set_pink_runtime_version version; 8 add_worker_to_cluster worker_pubkey cluster_id; "
        "9 remove_worker_from_cluster worker_pubkey cluster_id; 10 cleanup_removed_workers cluster_id; ");
    EXPECT_EQ(
        list.operator()<Pallet::Event>(),
        "0 ClusterCreated cluster system_contract; 1 ClusterPubkeyAvailable cluster pubkey; 2 ClusterDeployed cluster pubkey worker; "
        "3 ClusterDeploymentFailed cluster worker; 4 Instantiating contract cluster deployer; 5 ContractPubkeyAvailable contract "
        "cluster pubkey; 6 Instantiated contract cluster deployer; 7 ClusterDestroyed cluster; 8 Transfered cluster account amount; "
        "9 WorkerAddedToCluster worker cluster; 10 WorkerRemovedFromCluster worker cluster; ");
    EXPECT_EQ(pallet_index("PhalaPhatContracts"), 91);
}

} // namespace
} // namespace phala::runtime
