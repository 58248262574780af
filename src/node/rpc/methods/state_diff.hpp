#pragma once
// What differs between two states. Subtries that are equal are not looked at, so it costs what changed, not what is.
#include "trie/reader.hpp"

#include <functional>

namespace phala::node::rpc {

/// A key whose value differs; no value: it is not there.
struct StateChange {
    Bytes key;
    std::optional<Bytes> before;
    std::optional<Bytes> after;
};

/// The keys to look at: those with the prefix that come behind a key, if one is given.
struct DiffRange {
    Bytes prefix{};
    std::optional<Bytes> behind{};
};

/// Calls `take` with each change in the order of keys, until it tells false.
Outcome<> diff_states(const trie::NodeReader& nodes, const trie::Hash& before, const trie::Hash& after,
                      const DiffRange& range, const std::function<bool(StateChange&&)>& take);

} // namespace phala::node::rpc
