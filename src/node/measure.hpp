#pragma once
// What the node tells Prometheus, under the names that this ecosystem's dashboards and alerts ask for.
#include "node/chain/chain.hpp"
#include "node/consensus/dev_sealer.hpp"
#include "node/metrics/exporter.hpp"
#include "node/pool/pool.hpp"
#include "node/rpc/methods.hpp"

namespace phala::node {

/// What is measured; all of it outlives whoever measures.
struct Measured {
    const Chain& chain;
    const Pool& pool;
    const DevSealer& sealer;
    const rpc::Methods& methods;
    std::string name;    ///< of the node, given by its operator
    std::string version; ///< of the program
    bool authors;        ///< it has a key of an authority
    std::chrono::system_clock::time_point started;
};

std::vector<Metric> measure(const Measured& node);

} // namespace phala::node
