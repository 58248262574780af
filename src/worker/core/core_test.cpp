#include "worker/core/core.hpp"

#include "worker/core/network_testing.hpp"

#include <set>

namespace phala::worker {

namespace {

using namespace literals;
using namespace testing;

TEST(Core, BringsUpAClusterAndKeepsSecrets)
{
    Network network;
    network.start();
    EXPECT_TRUE(network.first.core.status().gatekeeper_active);
    EXPECT_EQ(network.root(network.first), network.root(network.second));

    const H256 token = network.deploy("token", labelled("create", scale::encode(Balance{1000})), "a");
    network.block();
    network.block();
    ASSERT_TRUE(network.chain.contract_keys.contains(token));
    EXPECT_EQ(network.root(network.first), network.root(network.second));

    const auto balance = [&](const crypto::KeyPair& asker, const crypto::KeyPair& of) {
        return network
            .query(network.second, &asker, token,
                   InkQuery::InkMessage{labelled("balance_of", scale::encode(network.account(of))), 0, 0, false})
            .value()
            .value();
    };
    network.command(network.alice, token,
                    labelled("transfer", scale::encode(network.account(network.bob), Balance{300})), 1);
    network.block();
    // ContractExecResult … Ok{flags 0, data: Ok(Ok(300))}, then no events
    const auto bobs = to_hex(balance(network.bob, network.bob));
    EXPECT_TRUE(bobs.ends_with("00"
                               "00000000"
                               "48"
                               "0000"
                               "2c010000000000000000000000000000"
                               "00"))
        << bobs;
    const auto strangers = to_hex(balance(network.alice, network.bob));
    EXPECT_TRUE(strangers.ends_with("00"
                                    "01000000"
                                    "0c"
                                    "0001"
                                    "02"
                                    "00"))
        << "NotYours, reverted: " << strangers;
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Core, RefusesQueriesThatAreNotInOrder)
{
    Network network;
    network.start();
    const InkQuery::InkMessage owner{labelled("owner"), 0, 0, false};
    const auto nobody = network.query(network.first, nullptr, network.system, owner).value();
    ASSERT_FALSE(nobody);
    EXPECT_TRUE(nobody.error().error.is<InkQueryError::BadOrigin>());
    const auto unknown = network.query(network.first, &network.alice, H256{}, owner);
    EXPECT_TRUE(unknown.error().is(CoreError::ContractNotFound));
    const auto sidevm = network.query(network.first, &network.alice, network.system, InkQuery::SidevmMessage{}).value();
    EXPECT_TRUE(sidevm.error().error.is<InkQueryError::SidevmNotFound>());
    QueryInput garbage;
    garbage.encrypted = Bytes(100, 7);
    const auto status = network.first.core.status();
    EXPECT_FALSE(network.first.core.query(status.snapshot, garbage));
    EXPECT_TRUE(network.query(network.first, &network.alice, network.system, owner).value());
}

TEST(Core, AppliesEachCommandOnceAcrossRestarts)
{
    Network network;
    network.start();
    const H256 probe = network.deploy("probe", labelled("create", scale::encode(std::uint64_t{0})), "p");
    network.fund(network.bob);
    network.block();
    network.block();
    for (std::uint8_t i = 1; i <= 5; ++i) {
        network.command(network.bob, probe, labelled("increment", scale::encode(std::uint64_t{i})), i);
        // the second worker loses everything it had not committed, in the middle of a block
        network.chain.seal();
        ASSERT_TRUE(network.second.step(network.chain.anchor(network.second.core.wants().anchor)));
        network.second.restart();
        ASSERT_TRUE(network.first.follow(network.chain));
        ASSERT_TRUE(network.second.follow(network.chain));
    }
    const auto counter =
        to_hex(network.query(network.second, &network.bob, probe, InkQuery::InkMessage{labelled("get"), 0, 0, false})
                   .value()
                   .value());
    EXPECT_TRUE(counter.ends_with("24"
                                  "00"
                                  "0f00000000000000"
                                  "00"))
        << counter;
    EXPECT_EQ(network.first.core.status().processed_global, network.second.core.status().processed_global);
    EXPECT_EQ(network.root(network.first), network.root(network.second));
    network.second.restart();
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Core, SkipsWhatItCannotOpen)
{
    Network network;
    network.start();
    const auto before = network.root(network.first);
    const Bytes topic = to_bytes(command_topic(network.system));
    network.chain.push({MessageOrigin::account(network.account(network.bob)), topic, "01ff"_hex});
    network.chain.push({MessageOrigin::account(network.account(network.bob)), topic, Bytes(5000, 0)});
    network.chain.push({MessageOrigin::gatekeeper(), topic, {}});
    network.chain.push_from_pallet("Stranger", SystemCode{9, {1}});
    network.block();
    EXPECT_EQ(network.root(network.first), before);
    EXPECT_EQ(network.root(network.second), before);
}

TEST(Core, F16NoMessageStopsAGatekeeper)
{
    Network network;
    network.start();
    ASSERT_TRUE(network.first.core.status().gatekeeper_active);
    const auto before = network.root(network.first);
    const PublicKey broken{ByteArray<32>{9}};
    const MessageOrigin senders[] = {MessageOrigin::worker(broken),
                                     MessageOrigin::worker(network.first.core.public_key()),
                                     MessageOrigin::gatekeeper(),
                                     MessageOrigin::cluster(network.cluster),
                                     MessageOrigin::pallet("PhalaRegistry"),
                                     MessageOrigin::pallet("PhalaPhatContracts"),
                                     MessageOrigin::account(network.account(network.bob))};
    const std::string_view topics[] = {kMiningReportTopic,      kGatekeeperEventTopic,   GatekeeperLaunch::topic,
                                       GatekeeperChange::topic, KeyDistribution::topic,  SystemEvent::topic,
                                       ClusterEvent::topic,     ClusterOperation::topic, ContractOperation::topic,
                                       SystemCode::topic};
    std::uint32_t state = 1; // heartbeats and anything else that nobody expects, of every sender
    for (const auto& sender : senders)
        for (const auto topic : topics)
            for (const std::size_t size : {0U, 1U, 9U, 77U}) {
                Bytes payload(size);
                for (auto& byte : payload)
                    byte = static_cast<std::uint8_t>((state = state * 1'664'525 + 1'013'904'223) >> 24U) | 0x80U;
                network.chain.push({sender, to_bytes(topic), std::move(payload)});
            }
    network.block();
    EXPECT_TRUE(network.first.core.status().gatekeeper_active);
    EXPECT_EQ(network.root(network.first), before);
    EXPECT_EQ(network.root(network.second), before);
    const auto reports = network.chain.reports.size();
    network.chain.push_from_pallet(
        "PhalaPhatContracts", ClusterEvent{ClusterEvent::DeployCluster{network.account(network.alice),
                                                                       cluster_id(2),
                                                                       {{broken, network.second.core.public_key()}},
                                                                       kPha,
                                                                       1,
                                                                       1,
                                                                       1,
                                                                       {}}});
    network.block();
    network.block();
    EXPECT_TRUE(network.chain.cluster_keys.contains(cluster_id(2))) << "it still does its work";
    EXPECT_EQ(network.chain.reports.size(), reports);
}

/// Flips one bit in every byte of an input in turn (of long ones, in many): each must be refused.
template <class Change>
void refuses_every_change(Worker& worker, std::size_t bytes, Change&& changed)
{
    const std::size_t stride = std::max<std::size_t>(1, bytes / 200);
    for (std::size_t at = 0; at < bytes; at += stride)
        EXPECT_FALSE(worker.step(changed(at))) << "byte " << at << " of " << bytes;
}

TEST(Core, RefusesEveryFlippedByte)
{
    FakeChain chain;
    Worker worker{chain, 1};
    for (int i = 0; i < 9; ++i)
        chain.push_from_pallet("PhalaPhatContracts",
                               SystemCode{static_cast<std::uint16_t>(i), Bytes(10, static_cast<std::uint8_t>(i))});
    chain.seal();

    const auto anchor = chain.anchor(worker.core.wants().anchor);
    refuses_every_change(worker, anchor.header.size(), [&](std::size_t at) {
        auto bad = anchor;
        bad.header[at] ^= 1;
        return bad;
    });
    for (std::size_t node = 0; node < anchor.proof.size(); ++node)
        refuses_every_change(worker, anchor.proof[node].size(), [&](std::size_t at) {
            auto bad = anchor;
            bad.proof[node][at] ^= 1;
            return bad;
        });
    ASSERT_TRUE(worker.step(anchor));

    const auto want = *worker.core.wants().chunk;
    const auto chunk = chain.chunk(want, 5);
    const auto encoded = scale::encode(chunk.leaves);
    refuses_every_change(worker, encoded.size(), [&](std::size_t at) {
        auto bad = chunk;
        auto bytes = encoded;
        bytes[at] ^= 1;
        bad.leaves = scale::decode<std::vector<LeafV1>>(bytes).value_or(std::vector<LeafV1>{});
        return bad;
    });
    refuses_every_change(worker, 5 * 13, [&](std::size_t at) {
        auto bad = chunk;
        auto& payload = bad.payloads[at / 13];
        payload[at % payload.size()] ^= 1;
        return bad;
    });
    refuses_every_change(worker, chunk.frontier.size() * 32, [&](std::size_t at) {
        auto bad = chunk;
        bad.frontier[at / 32].bytes[at % 32] ^= 1;
        return bad;
    });
    ASSERT_TRUE(worker.step(chunk)) << "the good one is still taken";
}

TEST(Core, KeepsToItsChainAndToTheOrderOfBlocks)
{
    FakeChain chain;
    Worker worker{chain, 1};
    chain.seal();
    const auto first = chain.anchor(worker.core.wants().anchor);
    ASSERT_TRUE(worker.follow(chain));
    const auto again = worker.step(first);
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().is(CoreError::OldHeader));

    Core::Config other = worker.config;
    other.genesis_hash.bytes[0] ^= 1;
    const auto moved = Core::create(other, crypto::sr25519::KeyPair{Secret<32>{ByteArray<32>{1}}}, worker.store);
    ASSERT_FALSE(moved);
    EXPECT_TRUE(moved.error().is(CoreError::WrongChain));
}

TEST(Core, AnswersLogQueriesThroughTheHandler)
{
    Network network;
    network.start();
    const H256 logger = network.deploy("log_server", labelled("default"), "log");
    network.block();
    network.block();
    network.command(network.alice, network.system, call("aa1e2030", scale::encode(std::string{"PinkLogger"}, logger)),
                    9);
    network.block();
    network.command(network.alice, network.system, call("aa1e2030", scale::encode(std::string{"Other"}, logger)), 10);
    network.block();
    const auto answer = network
                            .query(network.first, nullptr, logger,
                                   InkQuery::SidevmMessage{to_bytes(R"({"action":"GetLog","from":-10,"count":10})")})
                            .value();
    ASSERT_TRUE(answer);
    const std::string text{text_of(*answer)};
    EXPECT_NE(text.find(R"("type":"MessageOutput")"), std::string::npos) << text;
    EXPECT_NE(text.find(to_hex0x(Bytes(32, 10))), std::string::npos) << text;
    EXPECT_EQ(text.find(R"("type":"Log")"), std::string::npos) << "successful transactions log nothing: " << text;
}

/// A third worker beside the two of the network, which sees the same chain.
struct LargerNetwork : Network {
    Worker third{chain, 3};

    LargerNetwork()
    {
        start();
        chain.register_worker(third_key());
        EXPECT_TRUE(third.follow(chain));
    }
    [[nodiscard]] PublicKey third_key() const { return third.core.public_key(); }
    void next_block()
    {
        block();
        ASSERT_TRUE(third.follow(chain));
        third.send(chain);
    }
    void admit_third()
    {
        chain.push_from_pallet("PhalaPhatContracts",
                               ClusterOperation{ClusterOperation::AddWorker{cluster, third_key()}});
        next_block();
        next_block(); // now it has seen what the chain says of the cluster
    }
    [[nodiscard]] Outcome<SharedClusterState> share() const
    {
        const auto request = third.core.cluster_state_request(third.core.status().anchor_number, {});
        return first.core.share_cluster(request, ByteArray<32>{5});
    }
    /// Gives it to the third worker, which stores what comes of it.
    Outcome<> join(const Bytes& sealed)
    {
        PHALA_TRY(auto output, third.step(JoinInput{sealed}));
        EXPECT_TRUE(output.block_complete);
        third.store.commit(std::move(output.records));
        third.core.committed();
        return {};
    }
};

TEST(Core, LetsALaterWorkerJoinItsCluster)
{
    LargerNetwork network;
    const H256 token = network.deploy("token", labelled("create", scale::encode(Balance{1000})), "a");
    network.next_block();
    network.next_block();
    EXPECT_EQ(network.third.core.wants().join, std::nullopt);
    EXPECT_TRUE(network.share().error().is(CoreError::NotReady)) << "nobody was admitted";
    network.admit_third();
    ASSERT_EQ(network.third.core.wants().join, network.cluster);

    const auto shared = network.share();
    ASSERT_TRUE(shared) << shared.error().message();
    EXPECT_EQ(shared->block, network.chain.number());
    ASSERT_TRUE(network.join(shared->sealed));
    EXPECT_EQ(network.root(network.third), network.root(network.first));
    EXPECT_EQ(network.third.core.wants().join, std::nullopt);

    // from here on it is a member like the others, also after a restart
    network.third.restart();
    network.third.send(network.chain);
    const auto keys = network.chain.contract_keys.size();
    for (std::uint8_t i = 1; i < 4; ++i) {
        network.command(network.alice, token,
                        labelled("transfer", scale::encode(network.account(network.bob), Balance{i})), i);
        const H256 made = network.deploy("token", labelled("create", scale::encode(Balance{i})),
                                         std::string(1, static_cast<char>(i)));
        network.next_block();
        network.next_block();
        EXPECT_TRUE(network.chain.contract_keys.contains(made));
        EXPECT_EQ(network.root(network.third), network.root(network.first));
        EXPECT_EQ(network.root(network.second), network.root(network.first));
    }
    EXPECT_EQ(network.chain.contract_keys.size(), keys + 3);
    EXPECT_EQ(network.chain.reports.size(), 3U);
}

TEST(Core, F11AStateComesFromMembersAlone)
{
    LargerNetwork network;
    network.admit_third();
    const Bytes sealed = network.share()->sealed;
    // one changed byte, a state unasked for, a state for another
    for (const std::size_t at : {0U, 20U, 50U, 200U}) {
        Bytes changed = sealed;
        changed[at] ^= 1;
        EXPECT_FALSE(network.third.step(JoinInput{changed})) << at;
    }
    EXPECT_TRUE(network.second.step(JoinInput{sealed}).error().is(CoreError::NotJoining));
    auto request = network.third.core.cluster_state_request(1, {});
    request.receiver = network.second.core.public_key();
    EXPECT_TRUE(network.first.core.share_cluster(request, {}).error().is(CoreError::NotAdmitted));
    request = network.third.core.cluster_state_request(1, {});
    request.min_block = 0;
    EXPECT_TRUE(network.first.core.share_cluster(request, {}).error().is(CoreError::BadSignature));
    EXPECT_TRUE(network.first.core.share_cluster(network.third.core.cluster_state_request(1000, {}), {})
                    .error()
                    .is(CoreError::OtherBlock));
    // what it has missed meanwhile would be lost with an older state
    network.next_block();
    EXPECT_TRUE(network.third.step(JoinInput{sealed}).error().is(CoreError::OtherBlock));
    ASSERT_TRUE(network.join(network.share()->sealed));
    EXPECT_TRUE(network.third.step(JoinInput{sealed}).error().is(CoreError::NotJoining));
}

TEST(Core, F05AWorkerWhoseRegistrationDoesNotCountIsGivenNoKey) // trust-and-keys T-07, T-08
{
    LargerNetwork network;
    auto& chain = network.chain;
    const auto third = network.third_key();
    const auto is_refused = [&] {
        const auto shared = network.share();
        return !shared && shared.error().is(CoreError::NotEntitled);
    };
    chain.valid_until.erase(third);
    network.admit_third();
    EXPECT_TRUE(is_refused()) << "it never registered";
    chain.valid_until[third] = network.first.core.status().block_time_ms + 2000;
    network.next_block(); // a second later
    EXPECT_FALSE(is_refused());
    network.next_block();
    EXPECT_TRUE(is_refused()) << "expired";
    EXPECT_FALSE(network.third.core.status().registration_counts()) << "it knows itself";

    chain.register_worker(third);
    const Bytes program(68, 0x11);
    chain.measurements[third] = program;
    network.next_block();
    EXPECT_FALSE(is_refused()) << "the chain has nothing against its program";
    chain.programs[program] = {ProgramStatus::Revoked{}};
    network.next_block();
    EXPECT_TRUE(is_refused());
    chain.programs[program] = {ProgramStatus::Pending{chain.number() + 2}};
    network.next_block();
    EXPECT_TRUE(is_refused()) << "not yet";
    network.next_block();
    EXPECT_FALSE(is_refused());

    network.first.restart();
    EXPECT_TRUE(is_refused()) << "it has read nothing since";
    network.next_block();
    ASSERT_TRUE(network.join(network.share()->sealed));
    EXPECT_EQ(network.root(network.third), network.root(network.first));
}

/// What ended the worker's way through the chain's newest block.
Error stopped_by(Worker& worker, const FakeChain& chain)
{
    auto output = worker.step(chain.anchor(worker.core.wants().anchor));
    while (output && !output->block_complete) {
        const auto wants = worker.core.wants();
        output = wants.chunk ? worker.step(chain.chunk(*wants.chunk)) : worker.step(chain.anchor(wants.anchor));
    }
    EXPECT_FALSE(output);
    return output ? Error{CoreError::NotReady} : output.error();
}

TEST(Core, StopsBeforeWhatItCannotDo) // trust-and-keys §3.7
{
    Network network;
    network.start();
    network.chain.push_from_pallet("PhalaPhatContracts", PinkVersion{1, 2});
    network.chain.push_from_pallet("PhalaRegistry", ConsensusVersion{1});
    network.chain.push_from_pallet("Stranger", PinkVersion{9, 9});
    network.chain.push_from_pallet("PhalaPhatContracts", ConsensusVersion{9});
    network.block(); // that is nothing new, or not for those to say
    const auto before = network.chain;
    const auto& first = network.first.core;
    const auto status = first.status();
    const auto egress = first.egress();
    const auto ask = [&](auto version, std::string_view pallet, const std::string& text) {
        network.chain = before;
        network.fund(network.bob); // something that changes state, before and after
        network.chain.push_from_pallet(pallet, version);
        network.fund(network.alice);
        network.chain.seal();
        for (int round = 0; round < 3; ++round) {
            const auto error = stopped_by(network.first, network.chain);
            EXPECT_TRUE(error.is(CoreError::Unsupported)) << error.message();
            EXPECT_NE(error.message().find("install a newer phala-worker"), std::string::npos) << error.message();
            EXPECT_NE(error.message().find(text + ", asked for in block " + std::to_string(network.chain.number())),
                      std::string::npos)
                << error.message();
            EXPECT_EQ(first.status().anchor_number, status.anchor_number);
            EXPECT_EQ(first.status().snapshot->state_root(), status.snapshot->state_root());
            EXPECT_TRUE(network
                            .query(network.first, &network.alice, network.system,
                                   InkQuery::InkMessage{labelled("owner"), 0, 0, false})
                            .value())
                << "it still answers";
            if (round == 1)
                network.first.restart();
        }
        network.first.restart();
        EXPECT_EQ(first.egress(), egress);
    };
    ask(PinkVersion{1, 3}, "PhalaPhatContracts", "version 1.3 of the contracts' runtime");
    ask(PinkVersion{2, 0}, "PhalaPhatContracts", "version 2.0 of the contracts' runtime");
    ask(ConsensusVersion{2}, "PhalaRegistry", "version 2 of the workers' shared behaviour");
    // the same place, and a program that can do it
    network.chain = before;
    network.fund(network.bob);
    network.block();
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Core, GoesBackBehindABlockThatTheChainTookBack)
{
    Network network;
    network.start();
    const H256 probe = network.deploy("probe", labelled("create", scale::encode(std::uint64_t{0})), "p");
    network.fund(network.bob);
    network.block();
    network.block();
    const auto before = network.chain;
    const auto count = [&](std::uint8_t by) {
        network.command(network.bob, probe, labelled("increment", scale::encode(std::uint64_t{by})), by);
    };
    for (std::uint8_t by = 3; by < 6; ++by)
        count(by);
    network.deploy("probe", labelled("create", scale::encode(std::uint64_t{0})), "taken back");
    network.chain.seal();
    auto& second = network.second;
    ASSERT_TRUE(second.step(network.chain.anchor(second.core.wants().anchor)));
    for (int i = 0; i < 3 && second.core.wants().chunk; ++i) { // it has executed a part
        const auto want = *second.core.wants().chunk;
        ASSERT_TRUE(second.step(network.chain.chunk(want, 1)));
    }
    ASSERT_TRUE(second.core.wants().block);

    network.chain = before;
    count(7);
    network.chain.seal();
    EXPECT_TRUE(second.step(network.chain.anchor(second.core.wants().anchor)).error().is(CoreError::NotDrained));
    ASSERT_TRUE(second.core.rewind());
    EXPECT_EQ(second.core.wants().block, std::nullopt);
    ASSERT_TRUE(network.first.follow(network.chain) && second.follow(network.chain));
    EXPECT_EQ(network.root(second), network.root(network.first));
    EXPECT_EQ(second.core.status().processed_global, network.first.core.status().processed_global);
    EXPECT_EQ(second.core.status().pending_messages, network.first.core.status().pending_messages);
    network.block();
    EXPECT_EQ(network.root(second), network.root(network.first));
}

TEST(Core, ForgetsAClusterThatItIsRemovedFrom)
{
    LargerNetwork network;
    network.admit_third();
    ASSERT_TRUE(network.join(network.share()->sealed));
    network.chain.push_from_pallet(
        "PhalaPhatContracts", ClusterOperation{ClusterOperation::RemoveWorker{network.cluster, network.third_key()}});
    network.next_block();
    EXPECT_EQ(network.third.core.status().snapshot, nullptr);
    EXPECT_TRUE(network.share().error().is(CoreError::NotReady));
    std::size_t left = 0;
    ASSERT_TRUE(network.third.store.each_state_entry([&](const Bytes&, const Bytes&) { ++left; }));
    EXPECT_EQ(left, 0U);
    network.third.restart();
    network.next_block();
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Core, GivesTheMasterKeyToFurtherGatekeepers)
{
    LargerNetwork network;
    network.chain.push_from_pallet(
        "PhalaRegistry", GatekeeperChange{GatekeeperChange::Registered{network.third_key(), network.third_key()}});
    network.next_block(); // the key goes out
    EXPECT_FALSE(network.third.core.status().gatekeeper_active);
    network.next_block(); // and arrives
    network.next_block();
    EXPECT_TRUE(network.third.core.status().gatekeeper_active);
    EXPECT_EQ(network.third.core.status().master_pubkey, network.chain.master_pubkey);
    network.third.restart();

    // both say the same with the same sequence: the chain takes it from whoever is first
    const auto key = network.third_key();
    const auto deploy = [&](std::uint64_t id) {
        network.chain.push_from_pallet("PhalaPhatContracts",
                                       ClusterEvent{ClusterEvent::DeployCluster{network.account(network.alice),
                                                                                cluster_id(id),
                                                                                {{key, key}},
                                                                                kPha,
                                                                                1,
                                                                                1,
                                                                                1,
                                                                                network.account(network.alice)}});
    };
    deploy(2);
    network.chain.seal();
    ASSERT_TRUE(network.first.follow(network.chain) && network.third.follow(network.chain));
    std::map<std::uint64_t, std::vector<Message>> said;
    for (const auto* worker : {&network.first, &network.third})
        for (const auto& message : worker->core.egress())
            if (message.message.sender.kind.is<MessageOrigin::Gatekeeper>())
                said[message.sequence].push_back(message.message);
    ASSERT_EQ(said.size(), 2U);
    for (const auto& [sequence, messages] : said) {
        ASSERT_EQ(messages.size(), 2U) << sequence;
        EXPECT_EQ(messages[0].destination, messages[1].destination);
    }
    EXPECT_EQ(said.begin()->second[0], said.begin()->second[1]) << "the cluster's key";
    network.third.send(network.chain);
    network.next_block();
    EXPECT_TRUE(network.chain.cluster_keys.contains(cluster_id(2)));

    network.chain.push_from_pallet("PhalaRegistry",
                                   GatekeeperChange{GatekeeperChange::Unregistered{network.third_key()}});
    network.next_block();
    EXPECT_FALSE(network.third.core.status().gatekeeper_active);
    deploy(3);
    network.next_block();
    network.next_block();
    EXPECT_TRUE(network.chain.cluster_keys.contains(cluster_id(3))) << "the first goes on alone";
}

TEST(Core, F07TwoGrantsShareNeitherKeyNorNonce)
{
    LargerNetwork network;
    const auto key = network.third_key();
    std::set<Bytes> keys, nonces;
    for (std::uint64_t id = 2; id < 6; ++id)
        network.chain.push_from_pallet("PhalaPhatContracts", ClusterEvent{ClusterEvent::DeployCluster{
                                                                 network.account(network.alice),
                                                                 cluster_id(id),
                                                                 {{key, key}, {network.second.core.public_key(), {}}},
                                                                 kPha,
                                                                 1,
                                                                 1,
                                                                 1,
                                                                 network.account(network.alice)}});
    network.chain.seal();
    ASSERT_TRUE(network.first.follow(network.chain));
    std::size_t grants = 0;
    for (const auto& message : network.first.core.egress())
        if (has_topic<ClusterOperation>(message.message))
            for (const auto& [recipient, sealed] : scale::decode<ClusterOperation>(message.message.payload)
                                                       ->operation.get_if<ClusterOperation::DispatchKeys>()
                                                       ->secret_keys) {
                ++grants;
                keys.insert(to_bytes(sealed.ecdh_pubkey));
                nonces.insert(to_bytes(sealed.iv));
            }
    EXPECT_GE(grants, 4U);
    EXPECT_EQ(keys.size(), grants);
    EXPECT_EQ(nonces.size(), grants);
}

TEST(Core, MeasuresItsMachineWhenTheChainAsks)
{
    FakeChain chain;
    Worker worker{chain, 1};
    const auto tell = [&](WorkerEvent event) {
        chain.push_from_pallet("PhalaRegistry",
                               SystemEvent{SystemEvent::ForWorker{worker.core.public_key(), std::move(event)}});
    };
    const auto block = [&] {
        chain.seal();
        ASSERT_TRUE(worker.follow(chain));
        worker.send(chain);
    };
    tell({WorkerEvent::BenchStart{3}});
    worker.iterations = 100;
    block();
    const auto begun = worker.core.status().block_time_ms;
    EXPECT_TRUE(worker.core.status().benchmarking);
    worker.iterations = 250;
    block();
    worker.restart(); // a process counts from nothing
    EXPECT_TRUE(worker.core.status().benchmarking);
    worker.iterations = 40;
    block();
    EXPECT_TRUE(chain.bench_reports.empty());
    block();
    EXPECT_EQ(chain.bench_reports, (std::vector<RegistryEvent::BenchReport>{{begun, 40}}));
    EXPECT_FALSE(worker.core.status().benchmarking);
    tell({WorkerEvent::BenchScore{1234}});
    block();
    EXPECT_EQ(worker.core.status().score, 1234U);
    EXPECT_EQ(chain.bench_reports.size(), 1U);
}

} // namespace
} // namespace phala::worker
