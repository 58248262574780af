#pragma once
#include "primitives/lanes.hpp"

#include <functional>

namespace phala {

/// The cluster that the chain has recorded for a contract, if any.
using ClusterOfContract = std::function<std::optional<H256>(const H256& contract)>;

/// The lanes that a message to workers goes to, each once (spec trust-and-keys §5.5.1, decisions §3.2–§3.3).
/// What does not decode as its topic's payload, or comes from an origin that the topic's readers refuse, is
/// Unrouted: whoever reads it skips it, and a sender cannot write into the lanes of others.
std::vector<LaneKind> route(const Message& message, const ClusterOfContract& cluster_of);

} // namespace phala
