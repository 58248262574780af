#pragma once
// For tests: a chain as a worker sees one. It keeps messages in lanes, makes headers whose state roots commit to the
// lane heads, serves proofs and chunks, and takes signed messages as the real pallets do, in a few lines.
#include "worker/core/chain_keys.hpp"
#include "worker/core/core.hpp"

#include "crypto/hash.hpp"
#include "primitives/routing.hpp"
#include "trie/proof.hpp"
#include "trie/trie.hpp"

#include <cstdlib>
#include <map>

namespace phala::worker::testing {

class FakeChain {
public:
    /// Queues a message for the block that is being made.
    void push(Message message) { queued_.push_back(std::move(message)); }
    template <class Payload>
    void push_from_pallet(std::string_view pallet, const Payload& payload)
    {
        push(message_of(MessageOrigin::pallet(pallet), payload));
    }

    /// Ends the block: appends its messages and the clock leaf to their lanes and commits to them.
    void seal();

    [[nodiscard]] BlockNumber number() const { return header_.number; }
    [[nodiscard]] H256 hash() const; ///< of the newest block
    [[nodiscard]] std::optional<H256> hash_of(BlockNumber number) const
    {
        if (number == 0)
            return genesis_;
        for (const auto& [block_hash, block] : blocks_)
            if (BlockNumber{block.header.number} == number)
                return block_hash;
        return std::nullopt;
    }
    [[nodiscard]] const H256& genesis() const { return genesis_; }

    [[nodiscard]] AnchorInput anchor(const AnchorWants& wants) const;
    [[nodiscard]] ChunkInput chunk(const LaneWant& want, std::size_t max_leaves, const H256& at) const;
    [[nodiscard]] ChunkInput chunk(const LaneWant& want, std::size_t max_leaves = 1000) const
    {
        return chunk(want, max_leaves, hash());
    }
    [[nodiscard]] std::vector<Bytes> prove(const H256& at, std::span<const Bytes> keys) const;
    /// Null where there is no such block.
    [[nodiscard]] const Header* header(const H256& at) const
    {
        const auto found = blocks_.find(at);
        return found == blocks_.end() ? nullptr : &found->second.header;
    }

    /// Takes what a worker wants to send: checks sequence and signature, and answers as the pallets would.
    void submit(const SignedMessage& message);

    /// What the chain has learned.
    std::optional<PublicKey> master_pubkey;
    std::map<H256, PublicKey> cluster_keys;
    std::map<H256, PublicKey> contract_keys;
    std::vector<WorkerClusterReport> reports;
    std::vector<RegistryEvent::BenchReport> bench_reports;
    std::map<H256, H256> cluster_of_contract;

    /// What it says of workers' registrations.
    std::map<PublicKey, std::uint64_t> valid_until;
    std::map<PublicKey, Bytes> measurements;
    std::map<Bytes, ProgramStatus> programs;
    void register_worker(const PublicKey& worker) { valid_until.insert_or_assign(worker, kForever); }
    static constexpr std::uint64_t kForever = 2'000'000'000'000;

private:
    struct Lane {
        LaneHead head;
        std::vector<LeafV1> leaves;
        std::map<SubtreePosition, H256> subtrees;
    };

    struct Block {
        Header header;
        std::map<LaneId, std::uint64_t> counts; ///< leaves in each lane
    };

    void append(const LaneKind& kind, LeafV1 leaf, const Bytes& payload);
    [[nodiscard]] PublicKey key_of(const MessageOrigin& sender) const;

    H256 genesis_{ByteArray<32>{0x99}};
    std::vector<Message> queued_;
    std::map<LaneId, Lane> lanes_;
    std::map<H256, Bytes> payloads_;
    std::map<Bytes, std::uint64_t> ingress_;
    std::uint64_t next_global_ = 0;
    Header header_{};
    std::map<H256, Block> blocks_;
    trie::MemoryNodes nodes_;
};

inline void FakeChain::append(const LaneKind& kind, LeafV1 leaf, const Bytes& payload)
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

inline void FakeChain::seal()
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
    for (const auto& [cluster, key] : cluster_keys)
        state.emplace_back(cluster_key_key(cluster), scale::encode(key));
    for (const auto& [worker, until] : valid_until)
        state.emplace_back(worker_valid_until_key(worker), scale::encode(until));
    for (const auto& [worker, measurement] : measurements)
        state.emplace_back(worker_measurement_key(worker), scale::encode(measurement));
    for (const auto& [measurement, status] : programs)
        state.emplace_back(program_status_key(measurement), scale::encode(status));
    for (const auto& [origin, next] : ingress_)
        state.emplace_back(ingress_key(*scale::decode<MessageOrigin>(origin)), scale::encode(next));
    std::vector<trie::Change> changes;
    for (const auto& [key, value] : state)
        changes.push_back({key, ByteView{value}});
    auto update = trie::update(nodes_, trie::kEmptyRoot, changes, trie::StateVersion::V0).value();
    nodes_.insert(std::move(update.inserted));
    header_ = Header{hash(), block, H256{update.root}, {}, {}};
    Block made{header_, {}};
    for (const auto& [id, lane] : lanes_)
        made.counts.emplace(id, lane.head.count);
    blocks_.insert_or_assign(hash(), std::move(made));
}

inline H256 FakeChain::hash() const
{
    return H256{crypto::blake2_256(scale::encode(header_))};
}

inline AnchorInput FakeChain::anchor(const AnchorWants& wants) const
{
    return {hash(), scale::encode(header_), prove(hash(), wants.keys())};
}

inline std::vector<Bytes> FakeChain::prove(const H256& at, std::span<const Bytes> keys) const
{
    return trie::prove(nodes_, blocks_.at(at).header.state_root.bytes, keys).value();
}

inline ChunkInput FakeChain::chunk(const LaneWant& want, std::size_t max_leaves, const H256& at) const
{
    const auto& lane = lanes_.at(want.lane);
    const auto count = blocks_.at(at).counts.at(want.lane);
    ChunkInput out{want.lane, {}, {}, {}};
    for (auto index = want.from; index < count && out.leaves.size() < max_leaves; ++index) {
        out.leaves.push_back(lane.leaves[index]);
        out.payloads.push_back(payloads_.at(lane.leaves[index].payload_hash));
    }
    for (const auto& position : frontier_positions(want.from + out.leaves.size(), count))
        out.frontier.push_back(lane.subtrees.at(position));
    return out;
}

inline PublicKey FakeChain::key_of(const MessageOrigin& sender) const
{
    if (const auto* worker = sender.kind.get_if<MessageOrigin::Worker>())
        return worker->_0;
    if (const auto* cluster = sender.kind.get_if<MessageOrigin::Cluster>())
        return cluster_keys.at(cluster->_0);
    return master_pubkey.value();
}

inline void FakeChain::submit(const SignedMessage& signed_message)
{
    const auto& message = signed_message.message;
    auto& next = ingress_[scale::encode(message.sender)];
    if (signed_message.sequence != next)
        return; // a duplicate, or one of another replica that was faster
    if (!crypto::sr25519::verify({array_of<64>(signed_message.signature)},
                                 signing_bytes(message, signed_message.sequence), key_of(message.sender)))
        std::abort();
    ++next;
    if (has_topic<RegistryEvent>(message)) {
        const auto event = *scale::decode<RegistryEvent>(message.payload);
        if (const auto* bench = event.event.get_if<RegistryEvent::BenchReport>()) {
            bench_reports.push_back(*bench);
            return;
        }
        master_pubkey = event.event.get_if<RegistryEvent::MasterPubkey>()->master_pubkey;
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

} // namespace phala::worker::testing
