#include "worker/api/work_pool.hpp"

#include <algorithm>
#include <utility>

namespace phala::worker::api {

WorkPool::WorkPool(Limits limits) : cores_{std::max<std::size_t>(limits.cores, 1)}, began_(limits.threads)
{
    for (auto& began : began_)
        threads_.emplace_back([this, &began] { run(began); });
}

WorkPool::~WorkPool()
{
    std::unique_lock lock{mutex_};
    is_over_ = true;
    auto dropped = std::exchange(waiting_, {});
    lock.unlock();
    dropped.clear(); // outside: what it holds may have more to say when it goes
    idle_.notify_all();
    threads_.clear();
}

void WorkPool::post(Work work)
{
    const std::unique_lock lock{mutex_};
    if (is_over_)
        return;
    waiting_.push_back(std::move(work));
    if (!watched_ || !next_start(std::chrono::steady_clock::now()))
        idle_.notify_one();
}

std::optional<WorkPool::Time> WorkPool::next_start(Time now) const
{
    std::size_t count = 0;
    Time first = Time::max();
    for (const auto& began : began_)
        if (began && now - *began < kShort) {
            ++count;
            first = std::min(first, *began);
        }
    return count < cores_ ? std::nullopt : std::optional{first + kShort};
}

void WorkPool::run(std::optional<Time>& began)
{
    std::unique_lock lock{mutex_};
    while (!is_over_) {
        const auto now = std::chrono::steady_clock::now();
        const auto start = next_start(now);
        if (waiting_.empty() || (start && watched_)) {
            idle_.wait(lock);
            continue;
        }
        if (start) {
            watched_ = true;
            idle_.wait_until(lock, *start);
            watched_ = false;
            continue;
        }
        Work work = std::move(waiting_.front());
        waiting_.pop_front();
        began = now;
        if (!waiting_.empty() && !watched_)
            idle_.notify_one();
        lock.unlock();
        work();
        work = nullptr;
        lock.lock();
        began.reset();
    }
}

} // namespace phala::worker::api
