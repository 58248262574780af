#include "node/chain/lanes.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

namespace phala::node {
namespace {

class LanesTest : public testing::Test {
protected:
    LanesTest()
    {
        std::string name = (std::filesystem::temp_directory_path() / "phala-lanes-XXXXXX").string();
        folder = mkdtemp(name.data());
        store = Store::open(folder, {.sync = false}).value();
    }
    ~LanesTest() override
    {
        store.reset();
        std::filesystem::remove_all(folder);
    }

    /// A chain of lane heads as the runtime would keep them.
    struct State {
        std::map<LaneId, LaneHead> heads;
        std::uint64_t next_global = 0;
        LogSeal seal;
    };

    BlockLog make_block(State& state, BlockNumber number, std::mt19937& random, std::size_t payload_size = 0)
    {
        BlockLog log;
        const std::size_t messages = random() % 6;
        for (std::size_t i = 0; i <= messages; ++i) {
            const bool is_clock = i == messages;
            const LaneKind lane = is_clock
                                      ? LaneKind{LaneKind::Clock{}}
                                      : LaneKind{LaneKind::Cluster{H256{{static_cast<std::uint8_t>(random() % 3)}}}};
            Bytes payload(payload_size != 0 ? payload_size : random() % 100, static_cast<std::uint8_t>(random()));
            auto& head = state.heads[lane_id(lane)];
            LeafV1 leaf{.lane = lane_id(lane),
                        .index = head.count,
                        .global = state.next_global++,
                        .block = number,
                        .time_ms = number * 1000ULL,
                        .sender = MessageOrigin::pallet("test"),
                        .destination = to_bytes("topic"),
                        .payload_len = static_cast<std::uint32_t>(payload.size()),
                        .payload_hash = payload_hash(payload)};
            append_leaf(head, leaf);
            log.leaves.push_back(leaf);
            log.payloads.push_back(std::move(payload));
        }
        state.seal = {number, number * 1000ULL, state.next_global};
        return log;
    }

    void append(BlockNumber number, const BlockLog& log)
    {
        Batch batch;
        LaneWriter writer{*store, batch};
        ASSERT_TRUE(writer.append(number, log));
        ASSERT_TRUE(store->commit(std::move(batch)));
    }

    /// Reads every lane in chunks of `chunk` and lets the worker's verification judge them.
    void expect_served(const State& state, BlockNumber block, std::size_t chunk)
    {
        for (const auto& [lane, head] : state.heads) {
            LaneCursor cursor;
            do {
                auto range = lane_range(*store, lane, cursor.count, chunk, 1U << 30U, block);
                ASSERT_TRUE(range) << range.error().message();
                ASSERT_EQ(range->count, head.count);
                auto next = verify_chunk(lane, cursor, range->leaves, range->frontier, head, state.seal);
                ASSERT_TRUE(next) << next.error().message();
                for (std::size_t i = 0; i < range->leaves.size(); ++i)
                    ASSERT_TRUE(verify_payload(range->leaves[i], range->payloads[i].value()));
                cursor = *next;
            } while (cursor.count < head.count);
        }
    }

    std::filesystem::path folder;
    std::unique_ptr<Store> store;
};

TEST_F(LanesTest, ServesChunksThatVerifyAtEveryBlock)
{
    std::mt19937 random{3};
    State state;
    std::map<BlockNumber, State> states;
    for (BlockNumber number = 1; number <= 60; ++number) {
        append(number, make_block(state, number, random));
        states[number] = state;
    }
    for (const auto& [number, then] : states)
        expect_served(then, number, 1 + number % 7);
}

TEST_F(LanesTest, FollowsAReorganisation)
{
    std::mt19937 random{5};
    State state;
    for (BlockNumber number = 1; number <= 10; ++number)
        append(number, make_block(state, number, random));
    State fork = state;
    for (BlockNumber number = 11; number <= 14; ++number)
        append(number, make_block(state, number, random));

    Batch batch; // back to 10 and up another branch, at one stroke
    LaneWriter writer{*store, batch};
    for (BlockNumber number = 14; number > 10; --number)
        ASSERT_TRUE(writer.retract(number));
    for (BlockNumber number = 11; number <= 15; ++number)
        ASSERT_TRUE(writer.append(number, make_block(fork, number, random)));
    ASSERT_TRUE(store->commit(std::move(batch)));
    expect_served(fork, 15, 4);
    append(16, make_block(fork, 16, random));
    expect_served(fork, 16, 1000);
}

TEST_F(LanesTest, KeepsItsLimits)
{
    std::mt19937 random{7};
    State state;
    for (BlockNumber number = 1; number <= 5; ++number)
        append(number, make_block(state, number, random, 20'000));
    append(6, make_block(state, 6, random, kMaxInlinePayload + 1));
    const LaneId clock = lane_id({LaneKind::Clock{}});
    auto range = lane_range(*store, clock, 0, 100, 50'000, 6).value();
    EXPECT_EQ(range.leaves.size(), 2U);
    EXPECT_EQ(range.count, 6U);
    EXPECT_EQ(lane_range(*store, clock, 0, 100, 1, 6)->leaves.size(), 1U); // the first always fits: readers must get on
    auto last = lane_range(*store, clock, 5, 100, 1 << 20, 6).value();
    ASSERT_EQ(last.leaves.size(), 1U);
    EXPECT_EQ(last.payloads[0], std::nullopt);
    EXPECT_EQ(message_payload(*store, last.leaves[0].payload_hash)->value().size(), kMaxInlinePayload + 1);
    EXPECT_TRUE(lane_range(*store, clock, 1000, 10, 1000, 6)->leaves.empty());
    EXPECT_EQ(lane_range(*store, lane_id({LaneKind::System{}}), 0, 10, 1000, 6)->count, 0U);
}

TEST_F(LanesTest, RefusesALogWithGaps)
{
    std::mt19937 random{9};
    State state;
    auto log = make_block(state, 1, random);
    log.leaves.back().index = 1;
    Batch batch;
    LaneWriter writer{*store, batch};
    auto appended = writer.append(1, log);
    ASSERT_FALSE(appended);
    EXPECT_TRUE(appended.error().is(ChainError::BadAnswer));
}

} // namespace
} // namespace phala::node
