#pragma once
// A chain with workers, for tests of the pallets that deal with them: blocks, signed messages, a cluster in its steps.
#include "base/hex.hpp"
#include "crypto/sr25519.hpp"
#include "primitives/identifiers.hpp"
#include "runtime/frame/composition.hpp"
#include "runtime/pallets/balances/balances.hpp"
#include "runtime/pallets/phala_mq/phala_mq.hpp"
#include "runtime/pallets/phala_phat_contracts/phala_phat_contracts.hpp"
#include "runtime/pallets/phala_registry/phala_registry.hpp"
#include "runtime/pallets/system/system.hpp"
#include "runtime/pallets/timestamp/timestamp.hpp"
#include "runtime/testing/map_state.hpp"

#include <gtest/gtest.h>

namespace phala::runtime::testing {

inline constexpr std::uint64_t kFirstTime = 1'700'000'000'000; ///< of block 1, ms

template <std::size_t N = 32>
ByteArray<N> filled(std::uint8_t byte)
{
    ByteArray<N> out;
    out.fill(byte);
    return out;
}

inline crypto::sr25519::KeyPair key_pair(std::uint8_t seed)
{
    return crypto::sr25519::KeyPair{Secret<32>{filled(seed)}};
}

class PhalaChain : public ::testing::Test {
protected:
    const AccountId alice_{filled(0xa1)};
    const AccountId bob_{filled(0xb0)};
    const H256 genesis_hash_{filled(0x6e)};
    const crypto::sr25519::KeyPair worker_ = key_pair(3);
    const crypto::sr25519::KeyPair other_worker_ = key_pair(4);
    const crypto::sr25519::KeyPair master_ = key_pair(1);
    const crypto::sr25519::KeyPair cluster_key_ = key_pair(0x88);
    const H256 cluster_ = cluster_id(1);

    PhalaChain()
    {
        set_state({});
        system::BlockHash::insert(0, genesis_hash_);
        phala_registry::Pallet::build_genesis({});
        for (const auto& account : {alice_, bob_})
            balances::mint_at_genesis(account, 1000 * config::kDollars);
        begin_block();
    }

    static void begin_block()
    {
        const BlockNumber number = system::block_number() + 1;
        system::reset_events();
        system::Number::put(number);
        timestamp::Now::put(kFirstTime + 1000 * (std::uint64_t{number} - 1));
        for (const auto& pallet : pallets())
            if (pallet.name.starts_with("Phala") && pallet.on_initialize != nullptr)
                pallet.on_initialize(number);
    }
    static void end_block()
    {
        for (const auto& pallet : pallets())
            if (pallet.seal != nullptr)
                pallet.seal(system::block_number());
    }
    static void next_block()
    {
        end_block();
        begin_block();
    }

    static DispatchResultWithPostInfo run(const RuntimeCall& call, const Origin& origin)
    {
        auto result = call.dispatch(origin);
        EXPECT_EQ(open_layers(), 0U);
        return result;
    }
    static DispatchResultWithPostInfo by(const AccountId& who, const RuntimeCall& call)
    {
        return run(call, {Signed{who}});
    }
    static DispatchResultWithPostInfo by_root(const RuntimeCall& call) { return run(call, {Root{}}); }

    /// True if the call failed with that error, and left the state as it was.
    template <class E>
    static ::testing::AssertionResult fails(E error, const RuntimeCall& call, const Origin& origin)
    {
        const State before = state();
        const auto result = run(call, origin);
        if (result)
            return ::testing::AssertionFailure() << "the call succeeded";
        if (result.error().error != to_dispatch_error(error))
            return ::testing::AssertionFailure() << "another error: " << to_hex0x(scale::encode(result.error().error));
        if (state() != before)
            return ::testing::AssertionFailure() << "the failed call changed the state";
        return ::testing::AssertionSuccess();
    }

    static std::vector<RuntimeEvent> events()
    {
        std::vector<RuntimeEvent> out;
        for (const auto& record : system::Events::get())
            out.push_back(record.event);
        return out;
    }
    /// The events so far in this block, forgotten afterwards.
    static std::vector<RuntimeEvent> take_events()
    {
        auto out = events();
        system::reset_events();
        return out;
    }
    template <class T>
    static RuntimeEvent event(T value)
    {
        return {pallet_index(PalletOf<T>::name), scale::encode(typename PalletOf<T>::Event{std::move(value)})};
    }

    static std::vector<Message> outbound() { return phala_mq::OutboundMessages::get(); }
    template <class Payload>
    static Message from_pallet(std::string_view pallet, const Payload& payload)
    {
        return message_of(MessageOrigin::pallet(pallet), payload);
    }

    static SignedMessage signed_message(const crypto::sr25519::KeyPair& key, Message message, std::uint64_t sequence)
    {
        const auto signature = key.sign(signing_bytes(message, sequence), filled(7));
        return {std::move(message), sequence, to_bytes(signature)};
    }
    /// The next message of its sender, signed and submitted by Alice.
    DispatchResultWithPostInfo send(const crypto::sr25519::KeyPair& key, Message message) const
    {
        const std::uint64_t sequence = phala_mq::OffchainIngress::get(message.sender).value_or(0);
        return by(alice_, phala_mq::sync_offchain_message{signed_message(key, std::move(message), sequence)});
    }

    WorkerRegistrationInfoV2 registration(const PublicKey& worker) const
    {
        return {.version = 0x00020000,
                .machine_id = {1, 2},
                .pubkey = worker,
                .ecdh_pubkey = worker,
                .genesis_block_hash = genesis_hash_,
                .features = {4, 1},
                .operator_ = alice_,
                .para_id = config::kParaId,
                .max_consensus_version = 0};
    }
    void register_worker(const crypto::sr25519::KeyPair& worker) const
    {
        ASSERT_TRUE(by(alice_, phala_registry::register_worker_v2{registration(worker.public_key()), std::nullopt}));
    }
    /// Makes worker_ the gatekeeper that has published its master key.
    void launch_gatekeeper() const
    {
        register_worker(worker_);
        ASSERT_TRUE(by_root(phala_registry::register_gatekeeper{worker_.public_key()}));
        ASSERT_TRUE(send(worker_, message_of(MessageOrigin::worker(worker_.public_key()),
                                             RegistryEvent{RegistryEvent::MasterPubkey{master_.public_key()}})));
        ASSERT_EQ(phala_registry::GatekeeperMasterPubkey::get(), master_.public_key());
    }

    phala_phat_contracts::add_cluster cluster_of(std::vector<PublicKey> workers) const
    {
        return {.owner = alice_,
                .permission = {ClusterPermission::Public{}},
                .deploy_workers = std::move(workers),
                .deposit = 100 * config::kDollars,
                .gas_price = 1,
                .deposit_per_item = 2,
                .deposit_per_byte = 3,
                .treasury_account = bob_};
    }
    static H256 system_contract(const H256& cluster)
    {
        return phala_phat_contracts::Clusters::get(cluster)->system_contract;
    }

    /// Cluster 1 with worker_ in it and no key yet.
    void make_cluster() const
    {
        launch_gatekeeper();
        ASSERT_TRUE(by_root(phala_phat_contracts::set_pink_system_code{{Bytes{0, 'a', 's', 'm'}}}));
        next_block();
        ASSERT_TRUE(by_root(cluster_of({worker_.public_key()})));
    }
    Message contract_key_message(const H256& contract, const PublicKey& key) const
    {
        return message_of(
            MessageOrigin::cluster(cluster_),
            ContractRegistryEvent{ContractRegistryEvent::PubkeyAvailable{contract, key, H256{alice_.bytes}}});
    }
    /// Cluster 1 with its keys out: clients can use it.
    void deploy_cluster() const
    {
        make_cluster();
        ASSERT_TRUE(send(
            master_, message_of(MessageOrigin::gatekeeper(), ClusterRegistryEvent{ClusterRegistryEvent::PubkeyAvailable{
                                                                 cluster_, cluster_key_.public_key()}})));
        ASSERT_TRUE(send(cluster_key_, contract_key_message(system_contract(cluster_), key_pair(9).public_key())));
        ASSERT_TRUE(phala_registry::ContractKeys::contains(system_contract(cluster_)));
    }
};

} // namespace phala::runtime::testing
