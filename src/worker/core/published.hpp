#pragma once
#include "worker/core/core.hpp"

#include <atomic>
#include <memory>

namespace phala::worker {

/// The latest status of the core, written by the thread that steps it and read by those that serve.
class Published {
public:
    void set(Status status) { status_.store(std::make_shared<const Status>(std::move(status))); }
    [[nodiscard]] std::shared_ptr<const Status> get() const { return status_.load(); }

private:
    std::atomic<std::shared_ptr<const Status>> status_{std::make_shared<const Status>()};
};

} // namespace phala::worker
