#pragma once
// Threads for work that may be short or long. While it is short, no more items run than there are cores, for more would
// only take turns and all end late. An item that runs longer stops counting, so that it keeps nobody else waiting.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace phala::worker::api {

class WorkPool {
public:
    using Work = std::move_only_function<void()>;

    struct Limits {
        std::size_t cores;   ///< short items that run at the same time
        std::size_t threads; ///< items that run at the same time, long ones included; at least as many as cores
    };
    explicit WorkPool(Limits limits);
    /// Drops what has not begun and waits for what has.
    ~WorkPool();
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    /// Has it done soon; first come, first served. Safe on any thread, also from work of this pool.
    void post(Work work);

    static constexpr auto kShort = std::chrono::milliseconds{2};

private:
    using Time = std::chrono::steady_clock::time_point;

    void run(std::optional<Time>& began);
    [[nodiscard]] std::optional<Time> next_start(Time now) const; ///< nothing: at once

    const std::size_t cores_;
    std::mutex mutex_;
    std::condition_variable idle_;
    std::deque<Work> waiting_;               // guarded by mutex_, as is all below
    std::vector<std::optional<Time>> began_; ///< of the item that each thread works at
    bool watched_ = false;                   ///< one idle thread sleeps only until the next item may start
    bool is_over_ = false;
    std::vector<std::jthread> threads_;
};

} // namespace phala::worker::api
