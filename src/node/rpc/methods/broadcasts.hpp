#pragma once
// Transactions that clients want to see in a block (spec substrate-host §8.4): offered to the pool again after each
// block until the client says stop or goes away.
#include "node/pool/pool.hpp"
#include "node/rpc/methods.hpp"
#include "node/rpc/methods/task_queue.hpp"

#include <map>
#include <mutex>

namespace phala::node::rpc {

/// Safe from any thread.
class Broadcasts {
public:
    static constexpr std::size_t kPerConnection = 16;

    explicit Broadcasts(Pool& pool) : pool_{pool} {}

    /// The id to stop it by; none: the connection has too many. `full` has its length prefix; what is no extrinsic is
    /// kept like one that is never valid.
    std::optional<std::string> start(Session& session, const Bytes& full);
    /// False: there is no such broadcast on the connection.
    bool stop(Session& session, const std::string& id);
    /// There is a new best block.
    void offer_again();

    [[nodiscard]] std::size_t count() const;

private:
    struct Broadcast {
        Liveness connection;
        Bytes extrinsic; ///< without its length prefix; empty: it is none
    };

    void offer(const std::string& id);

    Pool& pool_;
    mutable std::mutex mutex_; // guards what follows
    std::map<std::string, Broadcast> broadcasts_;
    std::uint64_t last_ = 0;
    TaskQueue queue_; ///< its tasks use what is above
};

} // namespace phala::node::rpc
