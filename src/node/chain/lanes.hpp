#pragma once
// The lane index (spec trust-and-keys §5.5.3, decisions §3.10): every leaf of the best chain and every subtree it
// completed, so that chunks with their frontiers are served without the state. It is built as blocks are imported.
#include "node/chain/error.hpp"
#include "node/db/store.hpp"
#include "primitives/lanes.hpp"

#include <map>
#include <set>

namespace phala::node {

/// What the runtime tells of one block: its leaves in order, and the payload of message i at place i, where message i
/// has the global number of the first leaf plus i.
struct BlockLog {
    std::vector<LeafV1> leaves;
    std::vector<Bytes> payloads;
};

/// Adds and removes blocks within one batch, in the order of the chain.
class LaneWriter {
public:
    LaneWriter(const Store& store, Batch& batch) : store_{store}, batch_{batch} {}

    Outcome<> append(BlockNumber block, const BlockLog& log);
    /// Takes back the newest block.
    Outcome<> retract(BlockNumber block);

private:
    struct Head {
        std::uint64_t count = 0;
        std::vector<H256> peaks;
    };
    Outcome<Head*> head_at(const LaneId& lane, BlockNumber block);

    const Store& store_;
    Batch& batch_;
    std::map<LaneId, Head> heads_;    // as this batch leaves them
    std::set<BlockNumber> retracted_; // what the store still shows but this batch removes
};

struct LaneRange {
    std::uint64_t count = 0; ///< leaves of the lane at the block that was asked for
    std::vector<LeafV1> leaves;
    std::vector<std::optional<Bytes>> payloads; ///< none where it is longer than kMaxInlinePayload
    std::vector<H256> frontier;
};

inline constexpr std::size_t kMaxInlinePayload = 64 * 1024;

/// Leaves from index `from` on, as many as fit `max_count` and `max_bytes` (of leaves and payloads; the first always
/// fits), and the frontier from there to the lane's head at `block` of the best chain.
Outcome<LaneRange> lane_range(const Store& store, const LaneId& lane, std::uint64_t from, std::size_t max_count,
                              std::size_t max_bytes, BlockNumber block);

Outcome<std::optional<Bytes>> message_payload(const Store& store, const H256& hash);

} // namespace phala::node
