#pragma once
// What a snapshot holds. Apart from snapshot.hpp, so that its readers need not know the engine.
#include "base/secret.hpp"
#include "worker/core/engine/engine.hpp"
#include "worker/core/engine/local_cache.hpp"
#include "worker/core/query_scheduler.hpp"
#include "worker/core/snapshot.hpp"

namespace phala::worker {

struct Snapshot::State {
    H256 cluster;
    H256 state_root;
    H256 system_contract;
    std::optional<H256> log_handler;
    std::optional<H256> js_runtime;
    std::vector<H256> contracts;
    std::map<AccountId, std::uint32_t> weights;
    Environment environment;                  ///< of the last complete block
    std::shared_ptr<const Bytes> system_code; ///< the chain's latest
    const engine::Engine& engine;
    engine::ClusterState state;
    crypto::sr25519::KeyPair key; ///< of the cluster
    PublicKey worker;
    // these live on with the worker: queries write into them too
    std::shared_ptr<engine::LocalCache> cache;
    std::shared_ptr<LogServer> logs;
    std::shared_ptr<QueryScheduler> turns;
    Secret<32> asker_salt; ///< hides in log records who asked

    [[nodiscard]] ByteArray<8> pseudonym(const AccountId& asker) const;
    template <class Success>
    [[nodiscard]] Snapshot::Result finish(const engine::Context& context, Outcome<engine::Done<Success>> done) const;
    /// In its turn.
    [[nodiscard]] Snapshot::Result execute(Request& request, QueryScheduler::Turn& turn) const;
};

} // namespace phala::worker
