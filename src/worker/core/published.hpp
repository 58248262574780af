#pragma once
#include "worker/core/core.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace phala::worker {

/// How the relay gets on.
struct Progress {
    BlockNumber chain_head = 0; ///< newest block that the node calls final
    bool connected = false;     ///< the node answers
    std::string problem = {};   ///< why it does not get on, in one line; empty where it does
};

/// The latest status of the core and the relay's progress, written by the thread that steps the core and read by those
/// that serve.
class Published {
public:
    void set(Status status) { status_.store(std::make_shared<const Status>(std::move(status))); }
    void set(Progress progress) { progress_.store(std::make_shared<const Progress>(std::move(progress))); }
    [[nodiscard]] std::shared_ptr<const Status> get() const { return status_.load(); }
    [[nodiscard]] std::shared_ptr<const Progress> progress() const { return progress_.load(); }

private:
    std::atomic<std::shared_ptr<const Status>> status_{std::make_shared<const Status>()};
    std::atomic<std::shared_ptr<const Progress>> progress_{std::make_shared<const Progress>()};
};

/// A cluster's state that an operator brought for this worker, on its way from the thread that was given it to the one
/// that steps the core. The newest replaces one that nobody took yet.
class OfferedState {
public:
    void put(SharedClusterState state)
    {
        const std::lock_guard lock{mutex_};
        state_ = std::move(state);
    }
    [[nodiscard]] std::optional<SharedClusterState> take()
    {
        const std::lock_guard lock{mutex_};
        return std::exchange(state_, std::nullopt);
    }

private:
    std::mutex mutex_;
    std::optional<SharedClusterState> state_;
};

} // namespace phala::worker
