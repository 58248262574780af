#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

constexpr std::uint32_t kMaxLeaves = 1024;
/// Of a chunk, in binary: its hex still fits one response.
constexpr std::uint64_t kMaxChunkBytes = 4U << 20U;

struct LaneText {
    H256 at;
    std::uint64_t count;
    std::vector<Bytes> leaves;
    std::vector<std::optional<Bytes>> payloads;
    std::vector<H256> frontier;
};

} // namespace

void add_phala_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    methods.add({"phala_laneRange"}, {"lane", "from", "max_count", "max_bytes", "at"},
                [&chain](const H256& lane, std::uint64_t from, std::uint32_t max_count, std::uint64_t max_bytes,
                         const std::optional<H256>& at) -> Reply {
                    if (max_count > kMaxLeaves)
                        return refuse(code::kInvalidParams, "Invalid params",
                                      "max_count is at most " + std::to_string(kMaxLeaves));
                    const H256 block = at.value_or(chain.heads().best.hash);
                    RPC_TRY(auto range, chain.lane_range({lane.bytes}, from, max_count,
                                                         std::min(max_bytes, kMaxChunkBytes), block));
                    LaneText out{block, range.count, {}, std::move(range.payloads), std::move(range.frontier)};
                    for (const auto& leaf : range.leaves)
                        out.leaves.push_back(scale::encode(leaf));
                    return ok(out);
                });
    methods.add({"phala_payload"}, {"hash"}, [&chain](const H256& hash) -> Reply {
        RPC_TRY(auto payload, chain.payload(hash));
        return payload ? ok(*payload) : Reply{"null"};
    });
}

} // namespace phala::node::rpc
