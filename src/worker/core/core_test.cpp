#include "worker/core/core.hpp"

#include "worker/core/chain_keys.hpp"
#include "worker/core/fake_chain.hpp"
#include "worker/core/snapshot.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/key_pair.hpp"
#include "primitives/identifiers.hpp"
#include "trie/proof.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace phala::worker {

namespace testing {

void FakeChain::append(const LaneKind& kind, LeafV1 leaf, const Bytes& payload)
{
    leaf.lane = lane_id(kind);
    auto& lane = lanes_[leaf.lane];
    leaf.index = lane.head.count;
    leaf.payload_len = static_cast<std::uint32_t>(payload.size());
    leaf.payload_hash = payload_hash(payload);
    append_leaf(lane.head.count, lane.head.peaks, leaf_hash(leaf),
                [&](SubtreePosition at, const H256& hash) { lane.subtrees.emplace(at, hash); });
    lane.head.last_block = leaf.block;
    lane.leaves.push_back(leaf);
    payloads_.emplace(leaf.payload_hash, payload);
}

void FakeChain::seal()
{
    const BlockNumber block = header_.number + 1;
    const std::uint64_t time = 1'700'000'000'000 + block * 1000ULL;
    queued_.push_back(message_of(MessageOrigin::pallet("phala/clock"), ClockTick{block, time}));
    for (const auto& message : queued_) {
        LeafV1 leaf{1, {}, 0, next_global_++, block, time, message.sender, message.destination, 0, {}};
        if (has_topic<ClockTick>(message)) {
            append({LaneKind::Clock{}}, leaf, message.payload);
            continue;
        }
        const auto cluster_of = [&](const H256& contract) {
            const auto found = cluster_of_contract.find(contract);
            return found == cluster_of_contract.end() ? std::nullopt : std::optional{found->second};
        };
        for (const auto& kind : route(message, cluster_of))
            append(kind, leaf, message.payload);
    }
    queued_.clear();

    std::vector<std::pair<Bytes, Bytes>> state{{log_seal_key(), scale::encode(LogSeal{block, time, next_global_})}};
    for (const auto& [id, lane] : lanes_)
        state.emplace_back(lane_head_key(id), scale::encode(lane.head));
    for (const auto& [origin, next] : ingress_)
        state.emplace_back(ingress_key(*scale::decode<MessageOrigin>(origin)), scale::encode(next));
    std::vector<trie::Change> changes;
    for (const auto& [key, value] : state)
        changes.push_back({key, ByteView{value}});
    auto update = trie::update(nodes_, trie::kEmptyRoot, changes, trie::StateVersion::V0).value();
    nodes_.insert(std::move(update.inserted));
    header_ = Header{H256{crypto::blake2_256(scale::encode(header_))}, block, H256{update.root}, {}, {}};
}

AnchorInput FakeChain::anchor(const AnchorWants& wants) const
{
    return {H256{crypto::blake2_256(scale::encode(header_))}, scale::encode(header_),
            trie::prove(nodes_, header_.state_root.bytes, wants.keys()).value()};
}

ChunkInput FakeChain::chunk(const LaneWant& want, std::size_t max_leaves) const
{
    const auto& lane = lanes_.at(want.lane);
    ChunkInput out{want.lane, {}, {}, {}};
    for (auto index = want.from; index < lane.leaves.size() && out.leaves.size() < max_leaves; ++index) {
        out.leaves.push_back(lane.leaves[index]);
        out.payloads.push_back(payloads_.at(lane.leaves[index].payload_hash));
    }
    for (const auto& position : frontier_positions(want.from + out.leaves.size(), lane.head.count))
        out.frontier.push_back(lane.subtrees.at(position));
    return out;
}

PublicKey FakeChain::key_of(const MessageOrigin& sender) const
{
    if (const auto* worker = sender.kind.get_if<MessageOrigin::Worker>())
        return worker->_0;
    if (const auto* cluster = sender.kind.get_if<MessageOrigin::Cluster>())
        return cluster_keys.at(cluster->_0);
    return master_pubkey.value();
}

void FakeChain::submit(const SignedMessage& signed_message)
{
    const auto& message = signed_message.message;
    auto& next = ingress_[scale::encode(message.sender)];
    if (signed_message.sequence != next)
        return; // a duplicate, or one of another replica that was faster
    ASSERT_TRUE(crypto::sr25519::verify({array_of<64>(signed_message.signature)},
                                        signing_bytes(message, signed_message.sequence), key_of(message.sender)));
    ++next;
    if (has_topic<RegistryEvent>(message)) {
        master_pubkey =
            scale::decode<RegistryEvent>(message.payload)->event.get_if<RegistryEvent::MasterPubkey>()->master_pubkey;
        push_from_pallet("PhalaRegistry", GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyOnChain{*master_pubkey}});
    } else if (has_topic<ClusterRegistryEvent>(message)) {
        const auto event = *scale::decode<ClusterRegistryEvent>(message.payload)
                                ->event.get_if<ClusterRegistryEvent::PubkeyAvailable>();
        cluster_keys.emplace(event.cluster, event.pubkey);
    } else if (has_topic<ContractRegistryEvent>(message)) {
        const auto event = *scale::decode<ContractRegistryEvent>(message.payload)
                                ->event.get_if<ContractRegistryEvent::PubkeyAvailable>();
        contract_keys.emplace(event.contract, event.pubkey);
        cluster_of_contract.emplace(event.contract, message.sender.kind.get_if<MessageOrigin::Cluster>()->_0);
    } else if (has_topic<WorkerClusterReport>(message)) {
        reports.push_back(*scale::decode<WorkerClusterReport>(message.payload));
    } else {
        push(message);
    }
}

} // namespace testing

namespace {

using namespace literals;
using testing::FakeChain;

/// A store in memory that keeps only what was committed.
class MemoryStore final : public RecordReader {
public:
    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const override
    {
        const auto found = single_.find(to_bytes(key));
        return found == single_.end() ? std::nullopt : std::optional{found->second};
    }
    [[nodiscard]] Outcome<> each_state_entry(const std::function<void(Bytes, Bytes)>& visit) const override
    {
        for (const auto& [key, value] : state_)
            visit(key, value);
        return {};
    }
    void commit(std::vector<RecordChange> changes)
    {
        for (auto& [key, value, table] : changes) {
            auto& records = table == Table::State ? state_ : single_;
            if (value)
                records.insert_or_assign(key, std::move(*value));
            else
                records.erase(key);
        }
    }

private:
    std::map<Bytes, Bytes> single_, state_;
};

/// A worker in memory: a core, its store, and a relay that does as it is asked.
struct Worker {
    explicit Worker(const FakeChain& chain, std::uint8_t seed, bool development = true)
        : config{chain.genesis(), 0, development}, seed_{seed}, core{make()}
    {
    }

    Core::Config config;
    std::uint8_t seed_;
    MemoryStore store;
    Core core;
    std::uint8_t counter = 0;

    [[nodiscard]] Core make() const
    {
        ByteArray<32> seed{};
        seed.fill(seed_);
        return Core::create(config, crypto::sr25519::KeyPair{Secret<32>{seed}}, store).value();
    }
    /// As after a kill: what was not committed is gone.
    void restart() { core = make(); }

    Outcome<Output> step(std::variant<AnchorInput, ChunkInput> content)
    {
        Input input{std::move(content), 1'700'000'000'000, {}};
        input.entropy.fill(++counter);
        return core.step(input);
    }

    /// Brings the worker up to the chain's head; false where the block did not complete.
    bool follow(const FakeChain& chain, std::size_t leaves_per_chunk = 1000)
    {
        if (chain.number() <= core.status().anchor_number)
            return true;
        auto output = step(chain.anchor(core.wants().anchor));
        for (int turns = 0; output && !output->block_complete && turns < 10'000; ++turns) {
            const auto wants = core.wants();
            output = wants.chunk ? step(chain.chunk(*wants.chunk, leaves_per_chunk)) : step(chain.anchor(wants.anchor));
        }
        EXPECT_TRUE(output) << output.error().message();
        if (!output || !output->block_complete)
            return false;
        store.commit(std::move(output->records));
        core.committed();
        return true;
    }

    void send(FakeChain& chain) const
    {
        for (const auto& message : core.egress())
            chain.submit(message);
    }
};

Bytes contract_code(std::string_view name)
{
    std::ifstream file{std::string{PHALA_WASM_DIR} + "/contracts/" + std::string{name} + ".wasm", std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_FALSE(content.empty()) << name << ".wasm is missing: build the wasm preset";
    return to_bytes(content);
}

constexpr Balance kPha = 1'000'000'000'000;

/// A chain with a gatekeeper and a cluster of two workers, brought to where both serve.
struct Network {
    FakeChain chain;
    Worker first{chain, 1};
    Worker second{chain, 2};
    crypto::KeyPair alice = crypto::KeyPair::from_uri("//Alice").value();
    crypto::KeyPair bob = crypto::KeyPair::from_uri("//Bob").value();
    H256 cluster = cluster_id(1);
    H256 system{};

    [[nodiscard]] AccountId account(const crypto::KeyPair& who) const { return AccountId{who.account()}; }

    void block()
    {
        chain.seal();
        ASSERT_TRUE(first.follow(chain));
        ASSERT_TRUE(second.follow(chain, 1)); // leaf by leaf: the size of chunks must not matter
        first.send(chain);
        second.send(chain);
    }

    void start()
    {
        for (const auto* worker : {&first, &second})
            chain.push_from_pallet("PhalaRegistry", SystemEvent{SystemEvent::ForWorker{
                                                        worker->core.public_key(), {WorkerEvent::Registered{128}}}});
        const auto key = first.core.public_key();
        chain.push_from_pallet("PhalaRegistry", GatekeeperLaunch{GatekeeperLaunch::FirstGatekeeper{key, key}});
        const Bytes code = contract_code("system");
        chain.push_from_pallet("PhalaPhatContracts", SystemCode{1, code});
        block(); // the key goes out
        block(); // and is on chain
        system = contract_id(account(alice), code_hash(code), cluster, {});
        std::vector<WorkerIdentity> workers;
        for (const auto* worker : {&first, &second})
            workers.push_back({worker->core.public_key(), worker->core.public_key()});
        chain.cluster_of_contract.emplace(system, cluster);
        chain.push_from_pallet("PhalaPhatContracts",
                               ClusterEvent{ClusterEvent::DeployCluster{account(alice), cluster, workers, 1000 * kPha,
                                                                        1, 1, 1, account(alice)}});
        block(); // grant
        block(); // grant on chain, workers deploy
        block(); // reports
        ASSERT_EQ(chain.reports.size(), 2U);
        ASSERT_TRUE(chain.contract_keys.contains(system));
    }

    void fund(const crypto::KeyPair& who)
    {
        chain.push_from_pallet("PhalaPhatContracts",
                               ClusterOperation{ClusterOperation::Deposit{cluster, account(who), 1000 * kPha}});
    }

    /// Uploads a contract and instantiates it; the id is known before it exists.
    H256 deploy(std::string_view name, const Bytes& constructor, std::string_view salt)
    {
        const Bytes code = contract_code(name);
        chain.push_from_pallet("PhalaPhatContracts", ClusterOperation{ClusterOperation::UploadResource{
                                                         account(alice), cluster, ResourceType::InkCode, code}});
        const H256 id = contract_id(account(alice), code_hash(code), cluster, bytes_of(salt));
        chain.cluster_of_contract.emplace(id, cluster);
        chain.push_from_pallet(
            "PhalaPhatContracts",
            ContractOperation{ContractOperation::InstantiateCode{
                {account(alice), {CodeIndex::WasmCode{code_hash(code)}}, to_bytes(salt), cluster, constructor},
                0,
                2'000'000'000'000,
                std::nullopt}});
        return id;
    }

    /// An encrypted command, as a client makes it.
    void command(const crypto::KeyPair& who, const H256& contract, const Bytes& message, std::uint8_t nonce)
    {
        const InkCommand command{
            InkCommand::InkMessage{{Bytes(32, nonce)}, message, 0, 2'000'000'000'000, std::nullopt}};
        const crypto::sr25519::KeyPair ephemeral{Secret<32>{ByteArray<32>{nonce}}};
        auto sealed =
            crypto::encrypt(ephemeral, chain.contract_keys.at(contract), ByteArray<12>{nonce}, scale::encode(command))
                .value();
        chain.push({MessageOrigin::account(account(who)), to_bytes(command_topic(contract)),
                    scale::encode(CommandPayload{CommandPayload::Encrypted{std::move(sealed)}})});
    }

    /// A private query: the answer as its asker reads it, or the RPC's error.
    Outcome<std::expected<Bytes, InkQueryError>> query(const Worker& worker, const crypto::KeyPair* who,
                                                       const H256& contract, decltype(InkQuery::data) data)
    {
        const crypto::sr25519::KeyPair ephemeral{Secret<32>{ByteArray<32>{77}}};
        const InkQuery query{{contract, {}}, std::move(data)};
        QueryInput input;
        input.encrypted = scale::encode(
            crypto::encrypt(ephemeral, worker.core.public_key(), ByteArray<12>{1}, scale::encode(query)).value());
        if (who != nullptr) {
            const Bytes body = scale::encode(crypto::CertificateBody{who->public_key(), 0x7fffffff, 0});
            const auto signature = who->sr25519()->sign(input.encrypted, {});
            input.signature_chain.push_back(
                {static_cast<std::uint32_t>(crypto::SignatureType::Sr25519), to_bytes(signature), body});
        }
        const auto status = worker.core.status();
        PHALA_TRY(const auto answer, worker.core.query(*status.snapshot, input));
        const auto envelope = scale::decode<EncryptedData>(answer.encrypted).value();
        const auto response = scale::decode<InkResponse>(crypto::decrypt(ephemeral, envelope).value()).value();
        if (!response.result)
            return std::expected<Bytes, InkQueryError>{std::unexpected{response.result.error()}};
        return response.result->response.get_if<InkQueryResponse::Payload>()->_0;
    }

    [[nodiscard]] H256 root(const Worker& worker) const { return worker.core.status().snapshot->state_root(); }
};

Bytes call(std::string_view selector_hex, const Bytes& arguments = {})
{
    return concat(*from_hex(selector_hex), arguments);
}

/// First four bytes of the hash of a message's label.
Bytes labelled(std::string_view label, const Bytes& arguments = {})
{
    return concat(ByteView{crypto::blake2_256(bytes_of(label))}.first(4), arguments);
}

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
    EXPECT_FALSE(network.first.core.query(*status.snapshot, garbage));
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

} // namespace
} // namespace phala::worker
