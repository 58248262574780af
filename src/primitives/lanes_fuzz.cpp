// A chunk, its frontier, the head and even the cursor may be anything: verification gives a cursor or an error.
// A chunk that verifies is exactly as long as the cursor moved, and each of its leaves matters.
#include "primitives/lanes.hpp"
#include "primitives/routing.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace phala;

struct Input {
    LaneCursor cursor;
    std::vector<LeafV1> leaves;
    std::vector<H256> frontier;
    LaneHead head;
    LogSeal seal;
};

/// An honest lane with one leaf per byte: its tail verifies, and after one change it does not.
void check_honest_lane(ByteView bytes)
{
    const LaneId lane = lane_id({LaneKind::Unrouted{}});
    LaneHead head;
    std::vector<LeafV1> leaves;
    std::vector<LaneCursor> cursors{{}};
    LogSeal seal;
    for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 40))) {
        LeafV1& leaf = leaves.emplace_back(LeafV1{.lane = lane,
                                                  .index = head.count,
                                                  .global = seal.next_global + byte % 3,
                                                  .block = seal.block + byte % 5,
                                                  .time_ms = seal.time_ms + byte,
                                                  .sender = MessageOrigin::gatekeeper(),
                                                  .destination = Bytes(byte, byte),
                                                  .payload_len = byte,
                                                  .payload_hash = {}});
        append_leaf(head, leaf);
        seal = {leaf.block, leaf.time_ms, leaf.global + 1};
        cursors.push_back({head.count, leaf.global + 1, leaf.block, leaf.time_ms, head.peaks});
    }
    const std::size_t from = bytes.empty() ? 0 : bytes.back() % (leaves.size() + 1);
    const std::span<LeafV1> chunk = std::span{leaves}.subspan(from);
    if (verify_chunk(lane, cursors[from], chunk, {}, head, seal) != cursors.back())
        std::abort();
    if (chunk.empty())
        return;
    chunk[bytes.size() % chunk.size()].payload_hash.bytes[bytes.size() % 32] ^= 1;
    if (verify_chunk(lane, cursors[from], chunk, {}, head, seal))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView bytes{data, size};
    if (auto input = scale::decode<Input>(bytes, scale::Rest::Allow)) {
        auto cursor = verify_chunk(input->leaves.empty() ? LaneId{} : input->leaves[0].lane, input->cursor,
                                   input->leaves, input->frontier, input->head, input->seal);
        if (cursor && cursor->count != input->cursor.count + input->leaves.size())
            std::abort();
    }
    check_honest_lane(bytes);
    if (auto message = scale::decode<Message>(bytes, scale::Rest::Allow))
        if (route(*message, [](const H256& id) { return std::optional{id}; }).empty())
            std::abort();
    return 0;
}
