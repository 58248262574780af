#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace phala::node::rpc {

/// Runs tasks on threads of its own, in the order in which they come (with one thread, one after the other). Tasks that
/// have not begun when it ends are dropped.
class TaskQueue {
public:
    using Task = std::function<void()>;

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
        for (;;) {
            Task task;
            {
                std::unique_lock lock{mutex_};
                changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
                if (stopping_)
                    return;
                task = std::move(queue_.front());
                queue_.pop_front();
            }
            task();
        }
    }

    std::mutex mutex_; // guards queue and flag
    std::condition_variable changed_;
    std::deque<Task> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace phala::node::rpc
