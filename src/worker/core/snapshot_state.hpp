#pragma once
// What a snapshot holds. Apart from snapshot.hpp, so that its readers need not know the engine.
#include "worker/core/engine/engine.hpp"
#include "worker/core/snapshot.hpp"

namespace phala::worker {

struct Snapshot::State {
    H256 cluster;
    H256 state_root;
    H256 system_contract;
    std::optional<H256> log_handler;
    std::vector<H256> contracts;
    Environment environment; ///< of the last complete block
    const engine::Engine& engine;
    engine::ClusterState state;
    crypto::sr25519::KeyPair key; ///< of the cluster
    PublicKey worker;
    std::shared_ptr<const LogView> logs;
};

} // namespace phala::worker
