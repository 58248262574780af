#include "primitives/lanes.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "primitives/identifiers.hpp"

#include <bit>
#include <gtest/gtest.h>
#include <map>

namespace phala {
namespace {

using namespace literals;

H256 h256(std::string_view hex)
{
    return {array_from_hex<32>(hex).value()};
}

/// A lane with all that a node keeps of it.
struct FullLane {
    LaneId id = lane_id({LaneKind::Unrouted{}});
    LaneHead head;
    LogSeal seal;
    std::vector<LeafV1> leaves;
    std::vector<Bytes> payloads;
    std::map<SubtreePosition, H256> nodes;

    void add(BlockNumber block)
    {
        const std::uint64_t index = head.count;
        Bytes payload(index % 7, static_cast<std::uint8_t>(index));
        LeafV1 leaf{.lane = id,
                    .index = index,
                    .global = 3 * index + index % 3, // other lanes lie between
                    .block = block,
                    .time_ms = 1000 * std::uint64_t{block},
                    .sender = MessageOrigin::pallet("Test"),
                    .destination = to_bytes("phala/test"),
                    .payload_len = static_cast<std::uint32_t>(payload.size()),
                    .payload_hash = payload_hash(payload)};
        append_leaf(head.count, head.peaks, leaf_hash(leaf),
                    [&](SubtreePosition at, const H256& hash) { nodes.emplace(at, hash); });
        head.last_block = block;
        seal = {block, leaf.time_ms, leaf.global + 1};
        leaves.push_back(std::move(leaf));
        payloads.push_back(std::move(payload));
    }

    [[nodiscard]] std::vector<H256> frontier(std::uint64_t from) const
    {
        std::vector<H256> out;
        for (const SubtreePosition& at : frontier_positions(from, head.count))
            out.push_back(nodes.at(at));
        return out;
    }

    [[nodiscard]] std::span<const LeafV1> chunk(std::uint64_t a, std::uint64_t b) const
    {
        return std::span{leaves}.subspan(a, b - a);
    }
};

FullLane lane_of(std::uint64_t count)
{
    FullLane lane;
    for (std::uint64_t i = 0; i < count; ++i)
        lane.add(static_cast<BlockNumber>(1 + i / 3));
    return lane;
}

/// The cursor after the first `count` leaves of a lane, made by appending alone.
LaneCursor cursor_at(const FullLane& lane, std::uint64_t count)
{
    LaneCursor at;
    for (const LeafV1& leaf : lane.chunk(0, count)) {
        append_leaf(at.count, at.peaks, leaf_hash(leaf), [](SubtreePosition, const H256&) {});
        at.min_global = leaf.global + 1;
        at.last_block = leaf.block;
        at.last_time_ms = leaf.time_ms;
    }
    return at;
}

TEST(Lanes, Ids) // spec trust-and-keys §5.5.2
{
    const PublicKey worker{h256("8ee504148e75c34e8f051899b3c6e4241ff18dc1c9211260b6a6a434bedb485f").bytes};
    const std::pair<LaneKind, std::string_view> ids[] = {
        {{LaneKind::System{}}, "939c6782db1cfe251df80d7096725fae3eef4c65062594b594764726177fa8b5"},
        {{LaneKind::Gatekeeper{}}, "7071bed630485619f7b31fee2ca649c7cf7a8366904c4f787cebed524421d9bd"},
        {{LaneKind::Unrouted{}}, "e8edc0e3083c13711a73d02b5ef2bd0fd946037c84ff9d39a2f8775568cfe2b9"},
        {{LaneKind::Clock{}}, "263ab7bcb07205fe6fe4b20a51b2aebd5766286c53314a0b8ca2323858aaa15d"},
        {{LaneKind::Cluster{cluster_id(1)}}, "fc04a90ffb53fc10d5e1c22918a625df6a6aabaee2ea8b0f00dafa791510ff9f"},
        {{LaneKind::Worker{worker}}, "2c010b5b744a9a185e27d73e45a211505df7fed92f6b62b688d87590c2ab87ae"},
    };
    for (const auto& [kind, id] : ids)
        EXPECT_EQ(to_hex(lane_id(kind)), id);
}

TEST(Lanes, FirstClockLeaf) // spec trust-and-keys §5.5.2
{
    const Bytes payload = scale::encode(ClockTick{1, 1'700'000'000'000});
    const LeafV1 leaf{.lane = lane_id({LaneKind::Clock{}}),
                      .index = 0,
                      .global = 0,
                      .block = 1,
                      .time_ms = 1'700'000'000'000,
                      .sender = MessageOrigin::pallet("phala/clock"),
                      .destination = to_bytes(ClockTick::topic),
                      .payload_len = static_cast<std::uint32_t>(payload.size()),
                      .payload_hash = payload_hash(payload)};
    const Bytes encoded = scale::encode(leaf);
    EXPECT_EQ(encoded.size(), 122U);
    EXPECT_EQ(scale::decode<LeafV1>(encoded).value(), leaf);
    EXPECT_EQ(to_hex(leaf_hash(leaf)), "962a0a7b08465e733230d2392d07cf3961288624974a3a4cadffabd6b76dd9f8");
    LaneHead head;
    append_leaf(head, leaf);
    EXPECT_EQ(to_hex(lane_root(head.count, head.peaks)),
              "5f7e8be63c301819766c6df4e1fafa9749e42f7c6a68491ede0bb9ab22bac486");
    EXPECT_EQ(head.last_block, 1U);
}

TEST(Lanes, Roots) // spec trust-and-keys §5.5.2
{
    const std::map<std::uint64_t, std::string_view> roots = {
        {0, "a09f52ce00760e381f9ba157ea7d97825515f31ea8b36df3f6e069d9222e1b55"},
        {1, "4b6c38fbdff083947d53c62ca955fe68db24b8cf4b862fed7ba78ecf9e84ff48"},
        {2, "5f45c153b827d0fc8a0e46fec407f15be6a9e37a87c258ac9312f8ac76d1ec89"},
        {3, "54818e7cf87f839888e8794e1323aa361124f5c241e6079ac04559df921c73fa"},
        {7, "ffac703e284b3eae35eb6bb99a8fb62aa9a9b1843debf58cd4bedb95c44c21a0"},
        {13, "b2915e35e313399bd3ae355b5c170c633b5aa5af7a6bf5d9e0242860248fa371"},
    };
    std::uint64_t count = 0;
    std::vector<H256> peaks;
    while (true) {
        if (auto root = roots.find(count); root != roots.end())
            EXPECT_EQ(to_hex(lane_root(count, peaks)), root->second) << count;
        if (count == 13)
            break;
        const H256 leaf{crypto::blake2_256(concat(bytes_of("phala/lane/leaf/v1"), le_bytes(count)))};
        append_leaf(count, peaks, leaf, [](SubtreePosition, const H256&) {});
    }
}

TEST(Lanes, HeadAndSealBytes)
{
    EXPECT_EQ(to_hex(scale::encode(LaneHead{1, 2, 3, {{ByteArray<32>{}}}})), "01020000000000000003000000"
                                                                             "04" + std::string(64, '0'));
    EXPECT_EQ(to_hex(scale::encode(LogSeal{1, 2, 3})), "0100000002000000000000000300000000000000");
}

TEST(Lanes, EveryCutOfEveryLengthVerifies)
{
    constexpr std::uint64_t kAllChunks = 40; // up to this length every chunk, then every end with a few starts
    FullLane lane;
    std::vector<LaneCursor> cursors{{}};
    for (std::uint64_t n = 0; n <= 200; ++n) {
        for (std::uint64_t b = 0; b <= n; ++b) {
            const auto frontier = lane.frontier(b);
            ASSERT_LE(frontier.size(), 2 * static_cast<std::size_t>(64 - std::countl_zero(n)));
            const std::uint64_t span = n <= kAllChunks ? b : std::min<std::uint64_t>(b, (b + n) % 5);
            for (std::uint64_t a = b - span; a <= b; ++a) {
                auto cursor = verify_chunk(lane.id, cursors[a], lane.chunk(a, b), frontier, lane.head, lane.seal);
                ASSERT_TRUE(cursor) << cursor.error().message() << " a " << a << " b " << b << " n " << n;
                ASSERT_EQ(*cursor, cursors[b]);
            }
        }
        lane.add(static_cast<BlockNumber>(1 + n / 3));
        cursors.push_back(cursor_at(lane, n + 1));
    }
}

TEST(Lanes, ChunksContinueUnderGrowingHeads)
{
    FullLane lane;
    LaneCursor cursor;
    for (std::uint64_t round = 0; round < 60; ++round) {
        for (std::uint64_t i = 0; i < round % 5; ++i)
            lane.add(static_cast<BlockNumber>(round + 1));
        const std::uint64_t to = cursor.count + (lane.head.count - cursor.count) * (round % 3) / 2;
        auto next =
            verify_chunk(lane.id, cursor, lane.chunk(cursor.count, to), lane.frontier(to), lane.head, lane.seal);
        ASSERT_TRUE(next) << next.error().message();
        cursor = *next;
    }
    EXPECT_EQ(cursor, cursor_at(lane, cursor.count));
    EXPECT_GT(cursor.count, 100U);
}

TEST(Lanes, AnyFlippedBitIsRefused)
{
    const FullLane lane = lane_of(13);
    const LaneCursor from = cursor_at(lane, 3);
    const auto frontier = lane.frontier(9);
    std::vector<LeafV1> chunk(lane.leaves.begin() + 3, lane.leaves.begin() + 9);
    const auto verify = [&] { return verify_chunk(lane.id, from, chunk, frontier, lane.head, lane.seal); };
    ASSERT_TRUE(verify());
    std::size_t refused = 0;
    for (LeafV1& leaf : chunk) {
        const LeafV1 good = leaf;
        const Bytes bytes = scale::encode(good);
        for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
            Bytes flipped = bytes;
            flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            auto bad = scale::decode<LeafV1>(flipped);
            if (!bad)
                continue;
            leaf = *bad;
            ASSERT_FALSE(verify()) << "bit " << bit;
            ++refused;
        }
        leaf = good;
    }
    EXPECT_GT(refused, 1000U);
    for (std::size_t node = 0; node < frontier.size(); ++node)
        for (std::size_t byte = 0; byte < 32; ++byte) {
            auto bad = frontier;
            bad[node].bytes[byte] ^= 1;
            ASSERT_TRUE(
                verify_chunk(lane.id, from, chunk, bad, lane.head, lane.seal).error().is(LaneError::HeadMismatch));
        }
    for (std::size_t peak = 0; peak < lane.head.peaks.size(); ++peak) {
        LaneHead bad = lane.head;
        bad.peaks[peak].bytes[peak] ^= 0x80;
        ASSERT_TRUE(verify_chunk(lane.id, from, chunk, frontier, bad, lane.seal).error().is(LaneError::HeadMismatch));
    }
}

TEST(Lanes, PayloadsAreChecked)
{
    const FullLane lane = lane_of(13);
    for (std::size_t i = 0; i < lane.leaves.size(); ++i) {
        Bytes payload = lane.payloads[i];
        EXPECT_TRUE(verify_payload(lane.leaves[i], payload));
        for (std::uint8_t& byte : payload) {
            byte ^= 0x10;
            EXPECT_TRUE(verify_payload(lane.leaves[i], payload).error().is(LaneError::PayloadHash));
            byte ^= 0x10;
        }
        payload.push_back(0);
        EXPECT_TRUE(verify_payload(lane.leaves[i], payload).error().is(LaneError::PayloadLength));
    }
}

TEST(Lanes, EachMutationHasItsError)
{
    const FullLane lane = lane_of(13);
    const LaneCursor from = cursor_at(lane, 4);
    const std::vector<LeafV1> chunk(lane.leaves.begin() + 4, lane.leaves.begin() + 9);
    const auto frontier = lane.frontier(9);
    const auto expect = [&](LaneError error, std::vector<LeafV1> leaves, std::vector<H256> nodes) {
        auto result = verify_chunk(lane.id, from, leaves, nodes, lane.head, lane.seal);
        ASSERT_FALSE(result) << describe(error);
        EXPECT_TRUE(result.error().is(error)) << describe(error) << ", got " << result.error().message();
    };
    const auto with = [&](auto change) {
        auto leaves = chunk;
        change(leaves[1]);
        return leaves;
    };
    expect(LaneError::BadVersion, with([](LeafV1& l) { l.ver = 2; }), frontier);
    expect(LaneError::WrongLane, with([](LeafV1& l) { l.lane = lane_id({LaneKind::System{}}); }), frontier);
    expect(LaneError::WrongIndex, with([](LeafV1& l) { ++l.index; }), frontier);
    expect(LaneError::GlobalNotIncreasing, with([&](LeafV1& l) { l.global = chunk[0].global; }), frontier);
    expect(LaneError::GlobalBeyondSeal, with([&](LeafV1& l) { l.global = lane.seal.next_global; }), frontier);
    expect(LaneError::BlockDecreased, with([](LeafV1& l) { l.block = 1; }), frontier);
    expect(LaneError::BlockBeyondSeal, with([&](LeafV1& l) { l.block = lane.seal.block + 1; }), frontier);
    expect(LaneError::TimeDecreased, with([](LeafV1& l) { l.time_ms = 1; }), frontier);
    expect(LaneError::LeafTooLarge, with([](LeafV1& l) { l.destination.resize(kMaxTopicBytes + 1); }), frontier);
    expect(LaneError::LeafTooLarge, with([](LeafV1& l) { l.payload_len = kMaxPayload + 1; }), frontier);
    expect(LaneError::LeafTooLarge, with([](LeafV1& l) { l.sender = MessageOrigin::pallet(std::string(300, 'x')); }),
           frontier);
    expect(LaneError::HeadMismatch, with([](LeafV1& l) { l.payload_hash.bytes[0] ^= 1; }), frontier);

    auto leaves = chunk;
    leaves.erase(leaves.begin() + 2); // dropped
    expect(LaneError::WrongIndex, leaves, frontier);
    leaves = chunk;
    leaves.insert(leaves.begin() + 2, leaves[2]); // repeated
    expect(LaneError::WrongIndex, leaves, frontier);
    leaves = chunk;
    std::swap(leaves[1], leaves[2]);
    expect(LaneError::WrongIndex, leaves, frontier);
    leaves = chunk;
    leaves.pop_back(); // cut short, with the frontier of the longer chunk: here both take two nodes
    ASSERT_EQ(lane.frontier(8).size() == frontier.size(), false);
    expect(LaneError::FrontierTooLong, leaves, frontier);

    auto nodes = frontier;
    nodes.pop_back();
    expect(LaneError::FrontierTooShort, chunk, nodes);
    nodes = frontier;
    nodes.push_back(nodes.back());
    expect(LaneError::FrontierTooLong, chunk, nodes);
    nodes = frontier;
    std::swap(nodes.front(), nodes.back());
    expect(LaneError::HeadMismatch, chunk, nodes);
}

TEST(Lanes, BadHeadsAreRefused)
{
    const FullLane lane = lane_of(5);
    LaneHead head = lane.head;
    head.ver = 2;
    EXPECT_TRUE(verify_chunk(lane.id, {}, lane.chunk(0, 5), {}, head, lane.seal).error().is(LaneError::BadVersion));
    head = lane.head;
    head.peaks.pop_back();
    EXPECT_TRUE(verify_chunk(lane.id, {}, lane.chunk(0, 5), {}, head, lane.seal).error().is(LaneError::BadHead));
    LaneCursor broken = cursor_at(lane, 3);
    broken.peaks.clear();
    EXPECT_TRUE(
        verify_chunk(lane.id, broken, lane.chunk(3, 5), {}, lane.head, lane.seal).error().is(LaneError::BadHead));
    const FullLane shorter = lane_of(4);
    EXPECT_TRUE(
        verify_chunk(lane.id, {}, lane.chunk(0, 5), {}, shorter.head, lane.seal).error().is(LaneError::BeyondHead));
    EXPECT_TRUE(
        verify_chunk(lane.id, cursor_at(lane, 5), {}, {}, shorter.head, lane.seal).error().is(LaneError::BeyondHead));
}

TEST(Lanes, LyingHugeCountCostsNothing)
{
    LaneHead head{.count = ~std::uint64_t{0}, .peaks = std::vector<H256>(64)};
    EXPECT_EQ(frontier_positions(0, head.count).size(), 64U);
    EXPECT_LE(frontier_positions(1, head.count).size(), 128U);
    EXPECT_TRUE(verify_chunk(lane_id({LaneKind::System{}}), {}, {}, std::vector<H256>(64), head, {}).has_value());
}

TEST(Lanes, HeadsFollowEachOther)
{
    const FullLane a = lane_of(5), b = lane_of(6);
    EXPECT_TRUE(check_head_follows(a.head, a.head));
    EXPECT_TRUE(check_head_follows(a.head, b.head));
    EXPECT_TRUE(check_head_follows(b.head, a.head).error().is(LaneError::LaneRegress));
    LaneHead fork = a.head;
    fork.peaks[0].bytes[0] ^= 1;
    EXPECT_TRUE(check_head_follows(a.head, fork).error().is(LaneError::LaneFork));
}

} // namespace
} // namespace phala
