#pragma once
// The few places of the chain's state that a worker reads, each by proof (spec trust-and-keys §5.4.1, §5.5.3).
#include "primitives/lanes.hpp"

namespace phala::worker {

Bytes log_seal_key();
Bytes lane_head_key(const LaneId& lane);
/// PhalaMq.OffchainIngress: the sequence that the chain expects next from an off-chain origin.
Bytes ingress_key(const MessageOrigin& origin);
Bytes cluster_key_key(const H256& cluster);
/// PhalaRegistry: until when a worker's registration counts, what its program measures, and whether that may run.
Bytes worker_valid_until_key(const PublicKey& worker);
Bytes worker_measurement_key(const PublicKey& worker);
Bytes program_status_key(const Bytes& measurement);

} // namespace phala::worker
