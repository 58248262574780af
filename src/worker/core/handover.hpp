#pragma once
// What a member of a cluster hands to a worker that joins it, inside of an envelope that only this worker opens.
#include "worker/core/cluster.hpp"

#include "primitives/lanes.hpp"

namespace phala::worker {

inline constexpr std::uint8_t kHandoverVersion = 1;

/// A cluster as one of its members hands it to a worker that joins.
struct ClusterHandover {
    struct Entry {
        Bytes key, value;
    };
    std::uint8_t version = kHandoverVersion;
    H256 genesis_hash;
    LogSeal seal; ///< of the block that it is the state of
    std::uint64_t next_sequence;
    Cluster::Stored cluster;
    std::vector<Entry> entries;
};

/// Binds a handover to its chain, cluster and receiver.
inline Bytes handover_context(const H256& genesis, const H256& cluster, const PublicKey& receiver)
{
    return scale::encode(std::string_view{"phala/cluster-state/v1"}, genesis, cluster, receiver);
}

inline Bytes state_request_content(BlockNumber min_block)
{
    Bytes out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(min_block >> shift));
    return out;
}

} // namespace phala::worker
