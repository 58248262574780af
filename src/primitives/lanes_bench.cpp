#include "primitives/lanes.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace phala;

LeafV1 leaf_at(std::uint64_t index)
{
    return {.lane = lane_id({LaneKind::Unrouted{}}),
            .index = index,
            .global = index,
            .block = static_cast<BlockNumber>(index / 8),
            .time_ms = index,
            .sender = MessageOrigin::account({}),
            .destination = to_bytes(command_topic({})),
            .payload_len = 200,
            .payload_hash = {}};
}

void append(benchmark::State& state)
{
    LaneHead head;
    LeafV1 leaf = leaf_at(0);
    for (auto _ : state) {
        leaf.index = head.count;
        append_leaf(head, leaf);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(append);

/// A chunk of 1,024 leaves, the most that a node hands out at once, in the middle of a lane of a million.
void verify(benchmark::State& state)
{
    constexpr std::uint64_t kLeaves = 1'000'000;
    const auto from = static_cast<std::uint64_t>(state.range(0));
    std::vector<LeafV1> chunk;
    std::uint64_t count = 0;
    LaneCursor cursor;
    LaneHead head;
    std::map<SubtreePosition, H256> nodes;
    for (std::uint64_t i = 0; i < kLeaves; ++i) {
        if (i == from)
            cursor = {i, i, 0, 0, head.peaks};
        const LeafV1 leaf = i >= from && i < from + 1024 ? chunk.emplace_back(leaf_at(i)) : LeafV1{};
        append_leaf(count, head.peaks, i >= from && i < from + 1024 ? leaf_hash(leaf) : H256{},
                    [&](SubtreePosition at, const H256& hash) {
                        if (at.first >= from)
                            nodes.emplace(at, hash);
                    });
    }
    head.count = count;
    std::vector<H256> frontier;
    for (const auto& at : frontier_positions(from + chunk.size(), count))
        frontier.push_back(nodes.at(at));
    const LogSeal seal{.block = kLeaves, .time_ms = kLeaves, .next_global = kLeaves};
    for (auto _ : state)
        if (!verify_chunk(chunk[0].lane, cursor, chunk, frontier, head, seal))
            state.SkipWithError("the chunk must verify");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(chunk.size()));
    state.counters["frontier"] = static_cast<double>(frontier.size());
}
BENCHMARK(verify)->Arg(654'321);

} // namespace
