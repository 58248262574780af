#pragma once
// Lanes: append-only logs of the messages to workers, each committed to by the peaks of a Merkle mountain range
// (spec trust-and-keys §5.5). The chain appends, a node serves chunks, a worker verifies them against a lane head
// that it read by proof: whoever carried the chunk can neither omit, reorder nor change a message.
#include "base/result.hpp"
#include "primitives/messages.hpp"

namespace phala {

// ---- What is committed --------------------------------------------------------------------------------------

struct LaneKind {
    struct System {
        friend bool operator==(const System&, const System&) = default;
    };
    struct Gatekeeper {
        friend bool operator==(const Gatekeeper&, const Gatekeeper&) = default;
    };
    struct Worker {
        PublicKey _0;
        friend bool operator==(const Worker&, const Worker&) = default;
    };
    struct Cluster {
        H256 _0;
        friend bool operator==(const Cluster&, const Cluster&) = default;
    };
    struct Unrouted {
        friend bool operator==(const Unrouted&, const Unrouted&) = default;
    };
    struct Clock {
        friend bool operator==(const Clock&, const Clock&) = default;
    };
    scale::Variant<scale::At<0, System>, scale::At<1, Gatekeeper>, scale::At<2, Worker>, scale::At<3, Cluster>,
                   scale::At<4, Unrouted>, scale::At<5, Clock>>
        kind;
    friend bool operator==(const LaneKind&, const LaneKind&) = default;
};

struct LaneId {
    static constexpr auto path = "phala_mq::lanes::LaneId";
    ByteArray<32> bytes;
    friend auto operator<=>(const LaneId&, const LaneId&) = default;
    operator ByteView() const { return bytes; }
};

LaneId lane_id(const LaneKind& kind);

/// One message in one lane. `index` counts within the lane, `global` counts messages of the chain: a message in
/// several lanes has one global. `block` and `time_ms` are the environment in which it executes.
struct LeafV1 {
    static constexpr auto path = "phala_mq::lanes::LeafV1";
    std::uint8_t ver = 1;
    LaneId lane;
    std::uint64_t index;
    std::uint64_t global;
    BlockNumber block;
    std::uint64_t time_ms;
    MessageOrigin sender;
    Bytes destination;
    std::uint32_t payload_len;
    H256 payload_hash;
    friend bool operator==(const LeafV1&, const LeafV1&) = default;
};

/// The commitment to a lane: peaks tallest first, as many as `count` has bits set.
struct LaneHead {
    static constexpr auto path = "phala_mq::lanes::LaneHead";
    std::uint8_t ver = 1;
    std::uint64_t count = 0;
    BlockNumber last_block = 0;
    std::vector<H256> peaks;
    friend bool operator==(const LaneHead&, const LaneHead&) = default;
};

/// Written once per block after everything else.
struct LogSeal {
    static constexpr auto path = "phala_mq::lanes::LogSeal";
    BlockNumber block = 0;
    std::uint64_t time_ms = 0;
    std::uint64_t next_global = 0;
    friend bool operator==(const LogSeal&, const LogSeal&) = default;
};

// ---- Hashes and appending -----------------------------------------------------------------------------------

H256 payload_hash(ByteView payload);
H256 leaf_hash(const LeafV1& leaf);
H256 node_hash(const H256& left, const H256& right);

/// The subtree over the 2^height leaves from `first` on, which is a multiple of 2^height.
struct SubtreePosition {
    std::uint8_t height;
    std::uint64_t first;
    friend auto operator<=>(const SubtreePosition&, const SubtreePosition&) = default;
};

/// Adds the leaf with index `count`. `on_node(SubtreePosition, hash)` is told of each subtree that it completes,
/// the leaf itself first: with these stored, every frontier can be served.
template <class OnNode>
void append_leaf(std::uint64_t& count, std::vector<H256>& peaks, const H256& leaf, OnNode&& on_node)
{
    H256 hash = leaf;
    std::uint8_t height = 0;
    on_node(SubtreePosition{height, count}, hash);
    for (std::uint64_t rest = count; (rest & 1) != 0; rest >>= 1) {
        hash = node_hash(peaks.back(), hash);
        peaks.pop_back();
        ++height;
        on_node(SubtreePosition{height, (count >> height) << height}, hash);
    }
    peaks.push_back(hash);
    ++count;
}

/// Adds a leaf to a head. Precondition: the leaf has the head's count as index.
void append_leaf(LaneHead& head, const LeafV1& leaf);

/// One hash for a head, for comparison and display; nothing on the chain depends on it.
H256 lane_root(std::uint64_t count, const std::vector<H256>& peaks);

// ---- Serving a chunk ----------------------------------------------------------------------------------------

/// Which subtrees, in order, lead from the first `from` leaves to a head of `count`: at most 2·log2(count).
/// Precondition: from <= count.
std::vector<SubtreePosition> frontier_positions(std::uint64_t from, std::uint64_t count);

// ---- Verifying a chunk --------------------------------------------------------------------------------------

enum class LaneError : std::uint8_t {
    BadHead,
    BadVersion,
    WrongLane,
    WrongIndex,
    GlobalNotIncreasing,
    GlobalBeyondSeal,
    BlockDecreased,
    BlockBeyondSeal,
    TimeDecreased,
    LeafTooLarge,
    BeyondHead,
    FrontierTooShort,
    FrontierTooLong,
    HeadMismatch,
    PayloadLength,
    PayloadHash,
    LaneRegress,
    LaneFork,
};
std::string_view describe(LaneError error);

/// How far a reader has verified a lane. The default is the start of every lane.
struct LaneCursor {
    std::uint64_t count = 0;
    std::uint64_t min_global = 0; ///< what the next leaf's global is at least
    BlockNumber last_block = 0;
    std::uint64_t last_time_ms = 0;
    std::vector<H256> peaks;
    friend bool operator==(const LaneCursor&, const LaneCursor&) = default;
};

/// Checks that `leaves` are the next ones of the lane and that, with the frontier behind them, they make the head
/// (spec trust-and-keys §5.5.4, steps 1–4). The result is the cursor behind the leaves; on error nothing of the
/// chunk may be used. `head` and `seal` come from one verified state.
Outcome<LaneCursor> verify_chunk(const LaneId& lane, const LaneCursor& cursor, std::span<const LeafV1> leaves,
                                 std::span<const H256> frontier, const LaneHead& head, const LogSeal& seal);

/// Step 5: the bytes are what the leaf commits to.
Outcome<> verify_payload(const LeafV1& leaf, ByteView payload);

/// What may follow a head that was verified before: never fewer leaves, and at an equal count the same peaks (§5.5.5).
/// An error here is evidence against the chain, not against whoever carried the proof.
Outcome<> check_head_follows(const LaneHead& before, const LaneHead& after);

} // namespace phala
