#include "runtime/testing/map_state.hpp"

#include "runtime/frame/storage_io.hpp" // and through it storage_backend.hpp, which this implements
#include "runtime/log.hpp"
#include "scale/codec.hpp"

namespace phala::runtime {
namespace testing {
namespace {

/// A copy of the map for each layer: simple, and small states are all that tests have.
struct Layers {
    State current;
    std::vector<State> below;
    State base; ///< as set_state left it: what clear_prefix counts
};

Layers& layers()
{
    static Layers instance;
    return instance;
}

} // namespace

void set_state(State state)
{
    io::reset();
    layers() = {state, {}, state};
}

const State& state()
{
    io::sync();
    return layers().current;
}

const State& base_state()
{
    return layers().base;
}

std::size_t open_layers()
{
    io::sync();
    return layers().below.size();
}

} // namespace testing

namespace backend {

using testing::layers;

std::optional<Bytes> get(ByteView key)
{
    const auto& state = layers().current;
    const auto found = state.find(to_bytes(key));
    return found == state.end() ? std::nullopt : std::optional{found->second};
}

void set(ByteView key, ByteView value)
{
    layers().current[to_bytes(key)] = to_bytes(value);
}

void clear(ByteView key)
{
    layers().current.erase(to_bytes(key));
}

bool exists(ByteView key)
{
    return layers().current.contains(to_bytes(key));
}

void append(ByteView key, ByteView item)
{
    Bytes& stored = layers().current[to_bytes(key)];
    scale::Reader in{stored};
    u128 count = 0;
    if (!scale::decode_compact(in, count) || count >= std::numeric_limits<std::uint32_t>::max()) {
        stored = concat(Bytes{4}, item);
        return;
    }
    stored = concat(scale::encode(scale::Compact<u128>{count + 1}), in.rest(), item);
}

Cleared clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit)
{
    auto& state = layers().current;
    const auto& base = layers().base;
    Cleared cleared{0, false};
    for (auto at = state.lower_bound(to_bytes(prefix)); at != state.end() && starts_with(at->first, prefix);)
        at = base.contains(at->first) ? std::next(at) : state.erase(at);
    for (auto at = base.lower_bound(to_bytes(prefix)); at != base.end() && starts_with(at->first, prefix); ++at) {
        if (limit && cleared.removed == *limit)
            return {cleared.removed, true};
        state.erase(at->first);
        ++cleared.removed;
    }
    return cleared;
}

std::optional<Bytes> next_key(ByteView key)
{
    const auto& state = layers().current;
    const auto next = state.upper_bound(to_bytes(key));
    return next == state.end() ? std::nullopt : std::optional{next->first};
}

void start_transaction()
{
    layers().below.push_back(layers().current);
}

void commit_transaction()
{
    if (layers().below.empty())
        panic("commit without a transaction");
    layers().below.pop_back();
}

void rollback_transaction()
{
    if (layers().below.empty())
        panic("rollback without a transaction");
    layers().current = std::move(layers().below.back());
    layers().below.pop_back();
}

} // namespace backend
} // namespace phala::runtime
