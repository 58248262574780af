#include "primitives/lanes.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <bit>

namespace phala {

namespace {

constexpr std::string_view kLaneIdTag = "phala/lane/id/v1";
constexpr std::string_view kLeafTag = "phala/lane/leaf/v1";
constexpr std::string_view kNodeTag = "phala/lane/node/v1";
constexpr std::string_view kRootTag = "phala/lane/root/v1";

/// A name in a leaf (an origin's, a topic) has the bound of a topic.
bool fits(const LeafV1& leaf)
{
    const auto* pallet = leaf.sender.kind.get_if<MessageOrigin::Pallet>();
    const auto* location = leaf.sender.kind.get_if<MessageOrigin::MultiLocation>();
    return leaf.destination.size() <= kMaxTopicBytes && leaf.payload_len <= kMaxPayload
           && (pallet == nullptr || pallet->_0.size() <= kMaxTopicBytes)
           && (location == nullptr || location->_0.size() <= kMaxTopicBytes);
}

bool has_its_peaks(std::uint64_t count, const std::vector<H256>& peaks)
{
    return peaks.size() == static_cast<std::size_t>(std::popcount(count));
}

/// Height of the largest subtree that starts at leaf `from` and ends at or before `count`. Precondition: from < count.
std::uint8_t largest_height(std::uint64_t from, std::uint64_t count)
{
    const int fits_height = 63 - std::countl_zero(count - from);
    return static_cast<std::uint8_t>(from == 0 ? fits_height : std::min(std::countr_zero(from), fits_height));
}

std::string numbers(std::string_view what, std::uint64_t got, std::string_view than, std::uint64_t bound)
{
    std::string out{what};
    out.append(" ").append(std::to_string(got)).append(" ").append(than).append(" ").append(std::to_string(bound));
    return out;
}

Outcome<> check_leaf(const LaneId& lane, const LeafV1& leaf, const LaneCursor& at, const LogSeal& seal)
{
    if (leaf.ver != 1)
        return fail(LaneError::BadVersion, std::to_string(leaf.ver));
    if (leaf.lane != lane)
        return fail(LaneError::WrongLane);
    if (leaf.index != at.count)
        return fail(LaneError::WrongIndex, numbers("index", leaf.index, "instead of", at.count));
    if (leaf.global < at.min_global)
        return fail(LaneError::GlobalNotIncreasing, numbers("global", leaf.global, "below", at.min_global));
    if (leaf.global >= seal.next_global)
        return fail(LaneError::GlobalBeyondSeal, numbers("global", leaf.global, "not below", seal.next_global));
    if (leaf.block < at.last_block)
        return fail(LaneError::BlockDecreased, numbers("block", leaf.block, "after", at.last_block));
    if (leaf.block > seal.block)
        return fail(LaneError::BlockBeyondSeal, numbers("block", leaf.block, "beyond", seal.block));
    if (leaf.time_ms < at.last_time_ms)
        return fail(LaneError::TimeDecreased, numbers("time", leaf.time_ms, "after", at.last_time_ms));
    if (!fits(leaf))
        return fail(LaneError::LeafTooLarge);
    return {};
}

/// Puts the root of the subtree at `from` on top of the peaks, merging as in binary addition.
void add_subtree(std::vector<H256>& peaks, std::uint64_t from, std::uint8_t height, const H256& subtree)
{
    H256 hash = subtree;
    for (std::uint64_t rest = from >> height; (rest & 1) != 0; rest >>= 1) {
        hash = node_hash(peaks.back(), hash);
        peaks.pop_back();
    }
    peaks.push_back(hash);
}

} // namespace

LaneId lane_id(const LaneKind& kind)
{
    return {crypto::blake2_256(concat(bytes_of(kLaneIdTag), scale::encode(kind)))};
}

H256 payload_hash(ByteView payload)
{
    return {crypto::blake2_256(payload)};
}

H256 leaf_hash(const LeafV1& leaf)
{
    Bytes bytes = to_bytes(kLeafTag);
    scale::Writer out{bytes};
    scale::encode_to(out, leaf);
    return {crypto::blake2_256(bytes)};
}

H256 node_hash(const H256& left, const H256& right)
{
    ByteArray<kNodeTag.size() + 64> bytes;
    std::memcpy(bytes.data(), kNodeTag.data(), kNodeTag.size());
    std::memcpy(bytes.data() + kNodeTag.size(), left.bytes.data(), 32);
    std::memcpy(bytes.data() + kNodeTag.size() + 32, right.bytes.data(), 32);
    return {crypto::blake2_256(bytes)};
}

void append_leaf(LaneHead& head, const LeafV1& leaf)
{
    head.last_block = leaf.block;
    append_leaf(head.count, head.peaks, leaf_hash(leaf), [](SubtreePosition, const H256&) {});
}

H256 lane_root(std::uint64_t count, const std::vector<H256>& peaks)
{
    Bytes bytes = concat(bytes_of(kRootTag), le_bytes(count));
    for (const H256& peak : peaks)
        append(bytes, peak);
    return {crypto::blake2_256(bytes)};
}

std::vector<SubtreePosition> frontier_positions(std::uint64_t from, std::uint64_t count)
{
    std::vector<SubtreePosition> positions;
    while (from < count) {
        const std::uint8_t height = largest_height(from, count);
        positions.push_back({height, from});
        from += std::uint64_t{1} << height;
    }
    return positions;
}

Outcome<LaneCursor> verify_chunk(const LaneId& lane, const LaneCursor& cursor, std::span<const LeafV1> leaves,
                                 std::span<const H256> frontier, const LaneHead& head, const LogSeal& seal)
{
    if (head.ver != 1)
        return fail(LaneError::BadVersion, "of the lane head");
    if (!has_its_peaks(head.count, head.peaks) || !has_its_peaks(cursor.count, cursor.peaks))
        return fail(LaneError::BadHead);
    if (cursor.count > head.count || leaves.size() > head.count - cursor.count)
        return fail(LaneError::BeyondHead, std::to_string(head.count) + " leaves are committed to");

    LaneCursor at = cursor;
    for (const LeafV1& leaf : leaves) {
        PHALA_CHECK(check_leaf(lane, leaf, at, seal));
        append_leaf(at.count, at.peaks, leaf_hash(leaf), [](SubtreePosition, const H256&) {});
        at.min_global = leaf.global + 1;
        at.last_block = leaf.block;
        at.last_time_ms = leaf.time_ms;
    }

    const auto positions = frontier_positions(at.count, head.count);
    if (frontier.size() != positions.size())
        return fail(frontier.size() < positions.size() ? LaneError::FrontierTooShort : LaneError::FrontierTooLong,
                    numbers("got", frontier.size(), "of", positions.size()));
    std::vector<H256> peaks = at.peaks;
    for (std::size_t i = 0; i < positions.size(); ++i)
        add_subtree(peaks, positions[i].first, positions[i].height, frontier[i]);
    if (peaks != head.peaks)
        return fail(LaneError::HeadMismatch);
    return at;
}

Outcome<> verify_payload(const LeafV1& leaf, ByteView payload)
{
    if (payload.size() != leaf.payload_len)
        return fail(LaneError::PayloadLength, numbers("got", payload.size(), "of", leaf.payload_len));
    if (payload_hash(payload) != leaf.payload_hash)
        return fail(LaneError::PayloadHash);
    return {};
}

Outcome<> check_head_follows(const LaneHead& before, const LaneHead& after)
{
    if (after.count < before.count)
        return fail(LaneError::LaneRegress, numbers("count", after.count, "after", before.count));
    if (after.count == before.count && after.peaks != before.peaks)
        return fail(LaneError::LaneFork, "at count " + std::to_string(after.count));
    return {};
}

std::string_view describe(LaneError error)
{
    switch (error) {
    case LaneError::BadHead: return "a lane head or cursor does not have as many peaks as its count demands";
    case LaneError::BadVersion: return "the lane uses a format version that this build does not know";
    case LaneError::WrongLane: return "a leaf belongs to another lane";
    case LaneError::WrongIndex: return "a leaf is missing, repeated or out of order";
    case LaneError::GlobalNotIncreasing: return "a leaf's global number does not grow";
    case LaneError::GlobalBeyondSeal: return "a leaf's global number is not below the log seal's";
    case LaneError::BlockDecreased: return "a leaf's block number falls";
    case LaneError::BlockBeyondSeal: return "a leaf's block lies beyond the anchor";
    case LaneError::TimeDecreased: return "a leaf's time falls";
    case LaneError::LeafTooLarge: return "a leaf exceeds the limits of topics or payloads";
    case LaneError::BeyondHead: return "the chunk goes beyond the lane head";
    case LaneError::FrontierTooShort: return "the frontier has too few nodes";
    case LaneError::FrontierTooLong: return "the frontier has too many nodes";
    case LaneError::HeadMismatch: return "the chunk does not lead to the lane head: its source is wrong or lies";
    case LaneError::PayloadLength: return "a payload does not have the length that its leaf commits to";
    case LaneError::PayloadHash: return "a payload does not have the hash that its leaf commits to";
    case LaneError::LaneRegress: return "a newer state has a shorter lane";
    case LaneError::LaneFork: return "a newer state has another lane of the same length";
    }
    return "unknown lane error";
}

} // namespace phala
