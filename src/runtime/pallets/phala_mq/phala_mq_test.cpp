#include "runtime/testing/phala_chain.hpp"

#include "primitives/routing.hpp"

#include <random>

namespace phala::runtime {
namespace {

using namespace phala_mq;
using testing::filled;
using testing::key_pair;
using testing::kFirstTime;

class Mq : public testing::PhalaChain {
protected:
    const PublicKey key_ = worker_.public_key();
    const MessageOrigin from_worker_ = MessageOrigin::worker(worker_.public_key());
    const Origin by_alice_{Signed{alice_}};

    Message message(Bytes payload = {1}, std::string_view topic = "phala/test") const
    {
        return {from_worker_, to_bytes(topic), std::move(payload)};
    }
    sync_offchain_message sync(Message m, std::uint64_t sequence) const
    {
        return {signed_message(worker_, std::move(m), sequence)};
    }
};

TEST_F(Mq, KeepsItsStorageKeys) // sdk-wire V31, trust-and-keys §5.4.6
{
    const PublicKey worker{
        array_from_hex<32>("a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04").value()};
    EXPECT_EQ(to_hex(OutboundMessages::key()), "2f039a6a7f13e94b9545257e54062a048a395e6242c6813b196ca31ed0547ea7");
    EXPECT_EQ(to_hex(OffchainIngress::key(MessageOrigin::worker(worker))),
              "2f039a6a7f13e94b9545257e54062a042bd035cc68bbf7411ccb4d17987934cfb8a0920d79cf027d02"
              "a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04");
    EXPECT_EQ(to_hex(OffchainIngress::key(MessageOrigin::gatekeeper())),
              "2f039a6a7f13e94b9545257e54062a042bd035cc68bbf7411ccb4d17987934cf0f974013a815ff5005");
    EXPECT_EQ(
        to_hex(LaneHeads::key(lane_id({LaneKind::System{}}))),
        "2f039a6a7f13e94b9545257e54062a04575f8e055fec5b41433e65db17d1afa6939c6782db1cfe251df80d7096725fae3eef4c65062594b5947647"
        "26177fa8b5");
    EXPECT_EQ(to_hex(LogSeal::key()), "2f039a6a7f13e94b9545257e54062a04b53dfb2d02a4253964de16052c5523af");
    EXPECT_EQ(pallet_index("PhalaMq"), 85);
}

TEST_F(Mq, TakesEachSequenceOnce)
{
    register_worker(worker_);
    next_block();
    EXPECT_TRUE(fails(Error::BadSequence, sync(message(), 1), by_alice_));
    EXPECT_EQ(sender_sequence(from_worker_), std::nullopt);
    const auto taken = by(alice_, sync(message({1}), 0));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->pays_fee, Pays::Yes);
    EXPECT_TRUE(fails(Error::BadSequence, sync(message({1}), 0), by_alice_));
    EXPECT_TRUE(fails(Error::BadSequence, sync(message({2}), 2), by_alice_));
    ASSERT_TRUE(by(bob_, sync(message({2}), 1))); // whoever carries it
    EXPECT_EQ(sender_sequence(from_worker_), 2U);
    EXPECT_EQ(outbound(), (std::vector{message({1}), message({2})}));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, sync(message(), 2), {Root{}}));
}

TEST_F(Mq, RefusesWhatIsNoMessageOfItsSender)
{
    const auto sent_as = [&](MessageOrigin origin) {
        Message m = message();
        m.sender = std::move(origin);
        return sync(m, 0);
    };
    EXPECT_TRUE(fails(phala_registry::Error::WorkerNotFound, sync(message(), 0), by_alice_));
    EXPECT_TRUE(fails(Error::BadSender, sent_as(MessageOrigin::account(alice_)), by_alice_));
    EXPECT_TRUE(fails(Error::BadSender, sent_as(MessageOrigin::pallet("PhalaMq")), by_alice_));
    EXPECT_TRUE(fails(Error::BadSender, sent_as({MessageOrigin::Reserved{}}), by_alice_));
    EXPECT_TRUE(fails(phala_registry::Error::UnknownCluster, sent_as(MessageOrigin::cluster(cluster_)), by_alice_));
    EXPECT_TRUE(fails(phala_registry::Error::UnknownContract, sent_as({MessageOrigin::Contract{cluster_}}), by_alice_));
    EXPECT_TRUE(fails(phala_registry::Error::MasterKeyUninitialized, sent_as(MessageOrigin::gatekeeper()), by_alice_));
    register_worker(worker_);
    EXPECT_TRUE(fails(Error::BadDestination, sync(message({1}, ""), 0), by_alice_));
    EXPECT_TRUE(fails(Error::BadDestination, sync(message({1}, "/phala"), 0), by_alice_));
    EXPECT_TRUE(fails(Error::PayloadTooLarge, sync(message(Bytes(kMaxWorkerPayload + 1)), 0), by_alice_));
    EXPECT_TRUE(by(alice_, sync(message(Bytes(kMaxWorkerPayload)), 0)));
}

TEST_F(Mq, ChecksEveryByteThatIsSigned)
{
    register_worker(worker_);
    const Bytes good = scale::encode(sync(message({1, 2, 3}), 0).signed_message);
    std::size_t refused = 0;
    for (std::size_t byte = 0; byte < good.size(); ++byte) {
        Bytes bytes = good;
        bytes[byte] ^= 1;
        auto changed = scale::decode<SignedMessage>(bytes);
        if (!changed)
            continue;
        ASSERT_FALSE(by(alice_, sync_offchain_message{*changed})) << byte;
        ++refused;
    }
    EXPECT_GT(refused, 100U);
    auto call = sync(message(), 0);
    call.signed_message.signature.push_back(0);
    EXPECT_TRUE(fails(phala_registry::Error::InvalidSignatureLength, call, by_alice_));
    call = {signed_message(other_worker_, message(), 0)};
    EXPECT_TRUE(fails(phala_registry::Error::InvalidSignature, call, by_alice_));
}

TEST_F(Mq, KnowsTheKeyOfEachKindOfSender)
{
    deploy_cluster();
    phala_registry::ContractKeys::insert({filled(0xc0)}, other_worker_.public_key());
    next_block();
    const auto send_as = [&](MessageOrigin origin, const crypto::sr25519::KeyPair& key) {
        Message m = message();
        m.sender = std::move(origin);
        return send(key, std::move(m));
    };
    EXPECT_EQ(send_as(MessageOrigin::cluster(cluster_), cluster_key_)->pays_fee, Pays::Yes);
    EXPECT_EQ(send_as({MessageOrigin::Contract{{filled(0xc0)}}}, other_worker_)->pays_fee, Pays::Yes);
    EXPECT_EQ(send_as(MessageOrigin::gatekeeper(), master_)->pays_fee, Pays::No);
    EXPECT_FALSE(send_as(MessageOrigin::gatekeeper(), worker_));
    EXPECT_FALSE(send_as(MessageOrigin::cluster(cluster_), master_));
    EXPECT_EQ(outbound().size(), 3U);
}

TEST_F(Mq, KeepsOnChainTopicsFromWorkers)
{
    register_worker(worker_);
    next_block();
    ASSERT_TRUE(by(alice_, sync(message({1}, "^phala/registry/event"), 0))); // no handler can read it
    ASSERT_TRUE(by(alice_, sync(message({1}, "^phala/unknown"), 1)));
    EXPECT_TRUE(outbound().empty());
    // what a handler refuses has been delivered all the same, and goes on to the workers
    const Message report =
        message_of(from_worker_, WorkerClusterReport{WorkerClusterReport::ClusterDeploymentFailed{cluster_}});
    ASSERT_TRUE(by(alice_, sync(report, 2)));
    EXPECT_TRUE(events().empty());
    EXPECT_EQ(outbound(), std::vector{report});
    EXPECT_EQ(sender_sequence(from_worker_), 3U);
}

TEST_F(Mq, ListsOneBlockOnly)
{
    register_worker(worker_);
    EXPECT_EQ(outbound().size(), 2U);
    end_block();
    EXPECT_EQ(outbound().size(), 2U); // the list of a block is its state
    begin_block();
    EXPECT_TRUE(outbound().empty());
}

TEST_F(Mq, LimitsTheBytesOfABlock)
{
    const auto push_bytes = [&](std::size_t size) { return push({from_worker_, to_bytes("phala/test"), Bytes(size)}); };
    EXPECT_TRUE(push_bytes(kMaxOutboundBytes));
    EXPECT_EQ(push_bytes(1).error(), to_dispatch_error(Error::OutboundFull));
    EXPECT_TRUE(push_bytes(0));
    push_exempt(message(Bytes(100)));
    EXPECT_EQ(outbound().size(), 3U);
    next_block();
    EXPECT_TRUE(push_bytes(kMaxOutboundBytes));
}

TEST_F(Mq, DoesNotAdvanceForAMessageThatDoesNotFit)
{
    register_worker(worker_);
    next_block();
    ASSERT_TRUE(push({from_worker_, to_bytes("phala/test"), Bytes(kMaxOutboundBytes)}));
    EXPECT_TRUE(fails(Error::OutboundFull, sync(message(), 0), by_alice_));
    next_block();
    EXPECT_TRUE(by(alice_, sync(message(), 0)));
}

TEST_F(Mq, WeighsByPayload)
{
    const Weight small = sync(message(Bytes(1)), 0).weight();
    const Weight large = sync(message(Bytes(1001)), 0).weight();
    EXPECT_EQ(large.ref_time - small.ref_time, 1000 * config::kMessageByteWeight);
}

TEST_F(Mq, OrdersASendersMessagesInThePool)
{
    register_worker(worker_);
    ASSERT_TRUE(by(alice_, sync(message(), 0)));
    const auto tag = [&](std::uint64_t sequence) {
        return scale::encode(std::string{"PhalaMqOffchainMessages"}, from_worker_, sequence);
    };
    const auto reason = [](const auto& refused) {
        return refused.error().why.template get_if<validity::Invalid>()->_0;
    };

    const auto next = Pallet::validate_sequence(sync(message(), 1));
    ASSERT_TRUE(next);
    EXPECT_EQ(next->provides, std::vector<Bytes>{tag(1)});
    EXPECT_TRUE(next->requires_.empty());
    EXPECT_TRUE(next->propagate);
    const auto later = Pallet::validate_sequence(sync(message(), 5));
    ASSERT_TRUE(later);
    EXPECT_EQ(later->provides, std::vector<Bytes>{tag(5)});
    EXPECT_EQ(later->requires_, std::vector<Bytes>{tag(4)});
    EXPECT_EQ(reason(Pallet::validate_sequence(sync(message(), 0))), (InvalidTransaction{invalid::Stale{}}));
    auto forged = sync(message(), 1);
    forged.signed_message.message.payload = {9};
    EXPECT_EQ(reason(Pallet::validate_sequence(forged)), (InvalidTransaction{invalid::BadProof{}}));
    EXPECT_EQ(reason(Pallet::validate_sequence(sync(message({1}, "~"), 1))), (InvalidTransaction{invalid::Call{}}));
    EXPECT_EQ(reason(Pallet::validate_sequence(sync_offchain_message{signed_message(other_worker_, message(), 1)})),
              (InvalidTransaction{invalid::BadProof{}}));

    EXPECT_TRUE(Pallet::check_next_sequence(sync(message(), 1)));
    EXPECT_EQ(reason(Pallet::check_next_sequence(sync(message(), 0))), (InvalidTransaction{invalid::Stale{}}));
    EXPECT_EQ(reason(Pallet::check_next_sequence(sync(message(), 2))), (InvalidTransaction{invalid::Future{}}));

    const RuntimeCall other = phala_registry::rotate_master_key{};
    EXPECT_TRUE(Pallet::check_next_sequence(other));
    EXPECT_TRUE(Pallet::validate_sequence(other)->provides.empty());
}

TEST_F(Mq, PrefersTheGatekeepers)
{
    launch_gatekeeper();
    Message m = message();
    m.sender = MessageOrigin::gatekeeper();
    const auto of_gatekeeper = Pallet::validate_sequence(sync_offchain_message{signed_message(master_, m, 0)});
    const auto of_worker = Pallet::validate_sequence(sync(message(), 1));
    ASSERT_TRUE(of_gatekeeper && of_worker);
    EXPECT_EQ(of_gatekeeper->priority, of_worker->priority + 1);
}

TEST_F(Mq, F13AWrongSignatureNeverTakesThePlaceOfARightOne)
{
    launch_gatekeeper();
    const SignedMessage right = signed_message(master_, {MessageOrigin::gatekeeper(), to_bytes("phala/test"), {1}}, 0);
    SignedMessage junk = right;
    junk.message.payload = {2};
    const auto refused = Pallet::validate_sequence(sync_offchain_message{junk});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), TransactionValidityError{validity::Invalid{{invalid::BadProof{}}}});
    EXPECT_FALSE(Pallet::validate_sequence(sync_offchain_message{right})->provides.empty());
}

TEST_F(Mq, F17TheBytesOfABlockAreBoundedAndTheCallerIsTold)
{
    const Bytes large(kMaxSenderPayload, 7);
    const push_message most{to_bytes("phala/test"), large};
    EXPECT_TRUE(fails(Error::PayloadTooLarge, push_message{most.destination, Bytes(kMaxSenderPayload + 1)}, by_alice_));
    EXPECT_GE(most.weight().ref_time, large.size() * config::kMessageByteWeight);
    std::size_t taken = 0;
    while (run(most, by_alice_))
        ++taken;
    EXPECT_EQ(taken, kMaxOutboundBytes / kMaxSenderPayload);
    EXPECT_TRUE(fails(Error::OutboundFull, most, by_alice_));
    next_block();
    EXPECT_TRUE(run(most, by_alice_));
}

TEST_F(Mq, SendsWhatAccountsSay)
{
    ASSERT_TRUE(by(bob_, push_message{to_bytes("phala/test"), {1, 2}}));
    EXPECT_EQ(outbound(), std::vector{(Message{MessageOrigin::account(bob_), to_bytes("phala/test"), {1, 2}})});
    for (const std::string_view topic : {"", "/phala", "~"})
        EXPECT_TRUE(fails(Error::BadDestination, push_message{to_bytes(topic), {1}}, by_alice_)) << topic;
    // what only the chain handles does not believe an account, and reaches no worker
    ASSERT_TRUE(by(bob_, push_message{to_bytes("^phala/registry/event"), {1}}));
    EXPECT_EQ(outbound().size(), 1U);
}

TEST_F(Mq, SendsWhatRootSaysAsAPallet)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, force_push_pallet_message{to_bytes("phala/test"), {1}}, by_alice_));
    ASSERT_TRUE(by_root(force_push_pallet_message{to_bytes("phala/test"), {1}}));
    EXPECT_EQ(outbound(), std::vector{(Message{MessageOrigin::pallet("ForcePushed"), to_bytes("phala/test"), {1}})});
}

TEST_F(Mq, SendsQueuedMessagesInTheNextBlock)
{
    const Message later{MessageOrigin::pallet("PhalaMq"), to_bytes("phala/test"), {1}};
    queue(later);
    queue({later.sender, {}, {2}}); // no topic: it is dropped, the others are not
    EXPECT_TRUE(outbound().empty());
    next_block();
    EXPECT_EQ(outbound(), std::vector{later});
    EXPECT_FALSE(QueuedOutboundMessage::exists());
    next_block();
    EXPECT_TRUE(outbound().empty());
}

TEST_F(Mq, SealsFromBlockOneOn) // trust-and-keys §5.5.2: the first clock leaf
{
    const LaneId clock = lane_id({LaneKind::Clock{}});
    EXPECT_FALSE(LaneHeads::contains(clock) || LogStart::exists());
    end_block();
    const auto head = LaneHeads::get(clock);
    ASSERT_TRUE(head);
    EXPECT_EQ(to_hex(lane_root(head->count, head->peaks)),
              "5f7e8be63c301819766c6df4e1fafa9749e42f7c6a68491ede0bb9ab22bac486");
    EXPECT_EQ(LogStart::get(), 1U);
    EXPECT_EQ(LogSeal::get(), (phala::LogSeal{1, kFirstTime, 1}));
    begin_block();
    end_block();
    EXPECT_EQ(LogStart::get(), 1U);
    EXPECT_EQ(LaneHeads::get(clock)->last_block, 2U);
    EXPECT_EQ(LogSeal::get(), (phala::LogSeal{2, kFirstTime + 1000, 2}));
}

TEST_F(Mq, SealsNothingInGenesis)
{
    testing::set_state({});
    Pallet::seal(0);
    EXPECT_TRUE(testing::state().empty());
    EXPECT_EQ(block_log(), BlockLog{});
}

TEST_F(Mq, GivesAMessageOfSeveralLanesOneGlobal)
{
    launch_gatekeeper();
    next_block();
    const ClusterOperation grant{ClusterOperation::DispatchKeys{
        .secret_keys = {{key_, {}}, {other_worker_.public_key(), {}}}, .cluster = cluster_}};
    ASSERT_TRUE(send(master_, message_of(MessageOrigin::gatekeeper(), grant)));
    const std::uint64_t global = LogSeal::get().next_global;
    end_block();
    EXPECT_EQ(LogSeal::get().next_global, global + 2);
    const auto log = block_log();
    ASSERT_EQ(log.leaves.size(), 4U);
    ASSERT_EQ(log.payloads.size(), 2U);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(log.leaves[i].global, global);
    EXPECT_EQ(log.leaves[0].lane, lane_id({LaneKind::Worker{key_}}));
    EXPECT_EQ(log.leaves[0].index, 2U); // after Registered and BenchStart
    EXPECT_EQ(log.leaves[1].lane, lane_id({LaneKind::Worker{other_worker_.public_key()}}));
    EXPECT_EQ(log.leaves[2].lane, lane_id({LaneKind::Cluster{cluster_}}));
    EXPECT_EQ(log.leaves[3].lane, lane_id({LaneKind::Clock{}}));
    EXPECT_EQ(log.leaves[3].global, global + 1);
    EXPECT_EQ(log.payloads[0], scale::encode(grant));
}

/// Follows lanes as a worker does: leaves and payloads from an untrusted source, heads from the state.
class Follower {
public:
    /// What a node would hand out at this block, for each lane.
    void serve(const BlockLog& log)
    {
        for (const LeafV1& leaf : log.leaves) {
            auto& lane = lanes_[leaf.lane];
            ASSERT_EQ(leaf.index, lane.leaves.size());
            append_leaf(lane.count, lane.peaks, leaf_hash(leaf),
                        [&](SubtreePosition at, const H256& hash) { lane.nodes[at] = hash; });
            lane.leaves.push_back(leaf);
            const Bytes& payload = log.payloads.at(leaf.global - log.leaves.front().global);
            ASSERT_TRUE(verify_payload(leaf, payload));
            messages_[leaf.global] = {leaf.sender, leaf.destination, payload};
        }
    }

    /// Takes some of the next leaves of every lane, against the heads of the current state.
    void follow(std::mt19937& random)
    {
        for (auto& [id, lane] : lanes_) {
            const auto head = LaneHeads::get(id);
            ASSERT_TRUE(head);
            ASSERT_EQ(head->count, lane.count);
            ASSERT_EQ(head->peaks, lane.peaks);
            ASSERT_TRUE(check_head_follows(lane.head, *head));
            lane.head = *head;
            const std::uint64_t a = lane.cursor.count;
            const std::uint64_t b = a + random() % (head->count - a + 1);
            std::vector<H256> frontier;
            for (const auto& at : frontier_positions(b, head->count))
                frontier.push_back(lane.nodes.at(at));
            const auto chunk = std::span{lane.leaves}.subspan(a, b - a);
            auto cursor = verify_chunk(id, lane.cursor, chunk, frontier, *head, LogSeal::get());
            ASSERT_TRUE(cursor) << cursor.error().message();
            lane.cursor = *std::move(cursor);
        }
    }

    struct Lane {
        std::uint64_t count = 0;
        std::vector<H256> peaks;
        std::vector<LeafV1> leaves;
        std::map<SubtreePosition, H256> nodes;
        LaneHead head;
        LaneCursor cursor;
    };
    std::map<LaneId, Lane> lanes_;
    std::map<std::uint64_t, Message> messages_; ///< by global number
};

TEST_F(Mq, LanesHoldAThousandMixedMessages)
{
    std::mt19937 random{20240229};
    Follower follower;
    std::vector<Message> sent; // all that was ever in OutboundMessages, with the clock
    const auto close_block = [&] {
        for (const Message& m : outbound())
            sent.push_back(m);
        sent.push_back(
            message_of(MessageOrigin::pallet("phala/clock"), ClockTick{system::block_number(), timestamp::Now::get()}));
        end_block();
        follower.serve(block_log());
        follower.follow(random);
        begin_block();
    };
    register_worker(worker_);
    register_worker(other_worker_);
    ASSERT_TRUE(by_root(phala_registry::register_gatekeeper{key_}));
    ASSERT_TRUE(
        send(worker_, message_of(from_worker_, RegistryEvent{RegistryEvent::MasterPubkey{master_.public_key()}})));
    close_block();
    ASSERT_TRUE(by_root(phala_phat_contracts::set_pink_system_code{{Bytes(5000, 9)}}));
    close_block();
    ASSERT_TRUE(by_root(cluster_of({key_, other_worker_.public_key()})));
    ASSERT_TRUE(send(master_,
                     message_of(MessageOrigin::gatekeeper(), ClusterRegistryEvent{ClusterRegistryEvent::PubkeyAvailable{
                                                                 cluster_, cluster_key_.public_key()}})));
    ASSERT_TRUE(send(cluster_key_, contract_key_message(system_contract(cluster_), key_pair(9).public_key())));
    close_block();

    std::uint32_t salt = 0;
    const auto one_message = [&] {
        const AccountId who = random() % 2 == 0 ? alice_ : bob_;
        const Bytes noise(random() % 200, static_cast<std::uint8_t>(random()));
        switch (random() % 10) {
        case 0: return by(who, phala_phat_contracts::push_contract_message{system_contract(cluster_), noise, 0});
        case 1: return by(who, phala_phat_contracts::push_contract_message{{filled(0x77)}, noise, 0});
        case 2:
            return by(who, phala_phat_contracts::push_contract_message{system_contract(cluster_), noise,
                                                                       1 + random() % 1000});
        case 3: return by(who, phala_phat_contracts::transfer_to_cluster{1 + random() % 1000, cluster_, bob_});
        case 4:
            return by(
                who,
                phala_phat_contracts::instantiate_contract{
                    {CodeIndex::WasmCode{{filled(1)}}}, noise, scale::encode(++salt), cluster_, 0, 1, std::nullopt, 0});
        case 5: return by(who, phala_phat_contracts::cluster_upload_resource{cluster_, ResourceType::InkCode, noise});
        case 6:
            return by(who, phala_registry::register_worker_v2{registration(other_worker_.public_key()), std::nullopt});
        case 7: return send(worker_, message(noise, random() % 2 == 0 ? "phala/mining/report" : "phala/test"));
        case 8: {
            const ClusterOperation grant{ClusterOperation::DispatchKeys{
                .secret_keys = {{key_, {{}, noise, {}}}, {other_worker_.public_key(), {}}}, .cluster = cluster_}};
            return send(master_, message_of(MessageOrigin::gatekeeper(), grant));
        }
        default:
            return send(master_,
                        message_of(MessageOrigin::gatekeeper(), KeyDistribution{KeyDistribution::MasterKeyDistribution{
                                                                    .dest = key_, .encrypted_master_key = noise}}));
        }
    };
    std::size_t pushed = 0;
    while (pushed < 1000) {
        const std::size_t in_block = random() % 25; // some blocks have none
        for (std::size_t i = 0; i < in_block; ++i)
            ASSERT_TRUE(one_message());
        pushed += outbound().size();
        close_block();
    }

    EXPECT_EQ(follower.lanes_.size(), 7U); // System, Gatekeeper, two workers, one cluster, Unrouted, Clock
    EXPECT_EQ(LogSeal::get().next_global, sent.size());
    ASSERT_EQ(follower.messages_.size(), sent.size());
    std::uint64_t global = 0;
    for (const auto& [at, m] : follower.messages_) {
        ASSERT_EQ(at, global);
        ASSERT_EQ(m, sent[global]);
        ++global;
    }
    // every lane to its end, then one change in what a node hands out is noticed
    for (auto& [id, lane] : follower.lanes_) {
        const auto rest = std::span{lane.leaves}.subspan(lane.cursor.count);
        ASSERT_TRUE(verify_chunk(id, lane.cursor, rest, {}, lane.head, LogSeal::get()));
        std::vector<LeafV1> changed{lane.leaves};
        changed[random() % changed.size()].payload_hash.bytes[random() % 32] ^= 1;
        ASSERT_FALSE(verify_chunk(id, {}, changed, {}, lane.head, LogSeal::get()));
        ASSERT_TRUE(verify_chunk(id, {}, lane.leaves, {}, lane.head, LogSeal::get()));
    }
}

} // namespace
} // namespace phala::runtime
