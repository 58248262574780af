#pragma once
// State in a plain map with nested layers, behind runtime::io, for native tests. One per process.
#include "base/bytes.hpp"

#include <map>

namespace phala::runtime::testing {

using State = std::map<Bytes, Bytes>;

/// Replaces the whole state and forgets open layers.
void set_state(State state);

/// The state as the newest layer sees it.
const State& state();

/// The state as set_state left it: that of the block below, where a test builds blocks.
const State& base_state();

/// Layers that were started and not ended.
std::size_t open_layers();

} // namespace phala::runtime::testing
