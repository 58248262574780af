#pragma once
// For tests: a chain as a worker sees one. It keeps messages in lanes, makes headers whose state roots commit to the
// lane heads, serves proofs and chunks, and takes signed messages as the real pallets do, in a few lines.
#include "worker/core/core.hpp"

#include "primitives/routing.hpp"
#include "trie/trie.hpp"

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
    [[nodiscard]] const H256& genesis() const { return genesis_; }

    [[nodiscard]] AnchorInput anchor(const AnchorWants& wants) const;
    [[nodiscard]] ChunkInput chunk(const LaneWant& want, std::size_t max_leaves = 1000) const;

    /// Takes what a worker wants to send: checks sequence and signature, and answers as the pallets would.
    void submit(const SignedMessage& message);

    /// What the chain has learned.
    std::optional<PublicKey> master_pubkey;
    std::map<H256, PublicKey> cluster_keys;
    std::map<H256, PublicKey> contract_keys;
    std::vector<WorkerClusterReport> reports;
    std::map<H256, H256> cluster_of_contract;

private:
    struct Lane {
        LaneHead head;
        std::vector<LeafV1> leaves;
        std::map<SubtreePosition, H256> subtrees;
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
    trie::MemoryNodes nodes_;
};

} // namespace phala::worker::testing
