#pragma once
#include "worker/core/core.hpp"

#include <atomic>
#include <memory>

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

} // namespace phala::worker
