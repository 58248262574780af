#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace phala::node::rpc {

/// Runs tasks on threads of its own, in the order in which they come (with one thread, one after the other), or not
/// before a time. Tasks that have not begun when it ends are dropped.
class TaskQueue {
public:
    using Task = std::function<void()>;
    using Clock = std::chrono::steady_clock;

    explicit TaskQueue(unsigned threads = 1)
    {
        for (unsigned i = 0; i < threads; ++i)
            threads_.emplace_back([this] { run(); });
    }
    ~TaskQueue() { stop(); }
    TaskQueue(const TaskQueue&) = delete;
    TaskQueue& operator=(const TaskQueue&) = delete;

    void post(Task task)
    {
        {
            const std::lock_guard lock{mutex_};
            queue_.push_back(std::move(task));
        }
        changed_.notify_one();
    }

    void post_at(Clock::time_point time, Task task)
    {
        {
            const std::lock_guard lock{mutex_};
            later_.emplace(time, std::move(task));
        }
        changed_.notify_one();
    }

    /// Waits for the tasks that have begun. Not from a task.
    void stop()
    {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        changed_.notify_all();
        for (auto& thread : threads_)
            thread.join();
        threads_.clear();
    }

private:
    void run()
    {
        while (auto task = next())
            task();
    }

    /// Waits for a task; none: it is stopping.
    Task next()
    {
        std::unique_lock lock{mutex_};
        for (;;) {
            for (const auto now = Clock::now(); !later_.empty() && later_.begin()->first <= now;)
                queue_.push_back(std::move(later_.extract(later_.begin()).mapped()));
            if (stopping_)
                return {};
            if (!queue_.empty()) {
                Task task = std::move(queue_.front());
                queue_.pop_front();
                return task;
            }
            if (later_.empty())
                changed_.wait(lock);
            else
                changed_.wait_until(lock, later_.begin()->first);
        }
    }

    std::mutex mutex_; // guards what follows, but the threads
    std::condition_variable changed_;
    std::deque<Task> queue_;
    std::multimap<Clock::time_point, Task> later_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace phala::node::rpc
