#include "worker/core/query_scheduler.hpp"

#include "worker/core/engine/machine.hpp"

#include <algorithm>

namespace phala::worker {

QueryScheduler::Turn::~Turn()
{
    if (scheduler_ == nullptr)
        return;
    std::unique_lock lock{scheduler_->mutex_};
    scheduler_->queue_.finish(contract_, cost_);
    auto admitted = scheduler_->admit();
    lock.unlock();
    scheduler_->start(std::move(admitted));
}

void QueryScheduler::enter(const AccountId& contract, std::uint32_t weight, RunLater later, Go go)
{
    std::unique_lock lock{mutex_};
    const auto ticket = ++last_ticket_;
    if (!queue_.wait(contract, weight, ticket)) {
        lock.unlock();
        return go(std::nullopt);
    }
    const auto mine = waiters_.emplace(ticket, Waiter{contract, std::move(later), std::move(go)}).first;
    std::optional<Go> now;
    std::vector<Waiter> others;
    while (const auto admitted = queue_.next())
        if (*admitted == ticket)
            now = std::move(waiters_.extract(mine).mapped().go);
        else
            others.push_back(std::move(waiters_.extract(*admitted).mapped()));
    lock.unlock();
    start(std::move(others));
    if (now)
        (*now)(Turn{*this, contract});
}

std::vector<QueryScheduler::Waiter> QueryScheduler::admit()
{
    std::vector<Waiter> out;
    while (const auto ticket = queue_.next())
        out.push_back(std::move(waiters_.extract(*ticket).mapped()));
    return out;
}

void QueryScheduler::start(std::vector<Waiter> admitted)
{
    for (auto& [contract, later, go] : admitted)
        later([turn = Turn{*this, contract}, go = std::move(go)]() mutable { go(std::move(turn)); });
}

FairQueue::Limits QueryScheduler::limits(std::size_t slots)
{
    return {std::clamp<std::size_t>(slots, 1, engine::kParallelRuns - 1)};
}

} // namespace phala::worker
