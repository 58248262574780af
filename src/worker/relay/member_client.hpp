#pragma once
// Asks a member of a cluster, another worker, for the cluster's state. What it says is for the core to judge.
#include "worker/core/core.hpp"

#include <chrono>
#include <string>

namespace phala::worker {

enum class MemberError : std::uint8_t { BadUrl, Unreachable, Refused };
std::string_view describe(MemberError error);

/// `url` is an endpoint as it stands on the chain.
Outcome<SharedClusterState> ask_member(const std::string& url, const ClusterStateRequest& request,
                                       std::chrono::milliseconds timeout);

} // namespace phala::worker
