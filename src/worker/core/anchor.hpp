#pragma once
// A finalized block and what the worker reads of its state. Values of the chain's state drive decisions of this worker
// alone (class A of spec trust-and-keys §5.4.1): code that executes messages must not include this header.
#include "worker/core/error.hpp"

#include "primitives/header.hpp"
#include "primitives/lanes.hpp"

namespace phala::worker {

/// What is to be read under an anchor.
struct AnchorWants {
    std::vector<LaneId> lanes;
    std::vector<MessageOrigin> origins; ///< whose acknowledged sequences to read
    std::optional<H256> joining = {};   ///< a cluster whose key and whose lanes' heads to read, without following them

    /// The storage keys of all of it, for a read proof.
    [[nodiscard]] std::vector<Bytes> keys() const;
};

struct Anchor {
    BlockNumber number = 0;
    H256 hash{};
    LogSeal seal;
    std::map<LaneId, LaneHead> heads;            ///< a lane without messages has the empty head
    std::map<Bytes, std::uint64_t> acknowledged; ///< by SCALE(origin): the next sequence that the chain expects

    /// What the chain says of the cluster that is to be joined.
    struct Joining {
        H256 cluster;
        std::optional<PublicKey> key;
        std::map<LaneId, LaneHead> heads;
    };
    std::optional<Joining> joining;
};

/// The lanes that a member of a cluster may follow because it is one.
std::vector<LaneKind> lanes_of_cluster(const H256& cluster);

/// Checks an encoded header against its hash and a read proof against the header. That the hash is of a final block is
/// the caller's word.
Outcome<Anchor> verify_anchor(const H256& hash, ByteView header, std::span<const Bytes> proof,
                              const AnchorWants& wants);

} // namespace phala::worker
