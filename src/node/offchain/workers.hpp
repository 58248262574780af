#pragma once
// Runs the offchain worker of the runtime after each new best block, beside the chain (spec substrate-host §5.4).
#include "node/chain/chain.hpp"
#include "node/pool/pool.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace phala::node {

/// What one run may take. One that exceeds it is stopped, and the next block's begins anew.
struct OffchainLimits {
    std::chrono::milliseconds time{30'000};
    std::uint32_t heap_pages = 1024;  ///< of 64 KiB, beyond what the runtime begins with
    std::size_t written = 16U << 20U; ///< bytes to local storage
    std::size_t transactions = 1000;  ///< handed to the pool
};

/// Runs are one after the other; while one takes long, blocks but the newest are passed over.
class OffchainWorkers {
public:
    /// `keystore` may be null. All of them outlive this.
    OffchainWorkers(const Chain& chain, Pool& pool, host::Keystore* keystore, bool is_validator,
                    OffchainLimits limits = {});
    /// Stops a run that is under way.
    ~OffchainWorkers();
    OffchainWorkers(const OffchainWorkers&) = delete;
    OffchainWorkers& operator=(const OffchainWorkers&) = delete;

    /// To be called in the chain's observer; returns at once.
    void on_best_block(const H256& block);

    /// Waits until no run is under way or to come.
    void wait();

private:
    void run(const std::stop_token& stop);
    Outcome<> work(const H256& block, const std::stop_token& stop) const;

    const Chain& chain_;
    Pool& pool_;
    host::Keystore* keystore_;
    const bool is_validator_;
    const OffchainLimits limits_;

    std::mutex mutex_; // guards what follows
    std::condition_variable_any changed_;
    std::optional<Pin> next_;
    bool busy_ = false;
    std::jthread thread_; ///< last: it uses the rest
};

} // namespace phala::node
