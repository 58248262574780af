#include "worker/core/query_scheduler.hpp"

#include "worker/core/engine/machine.hpp"

#include <algorithm>

namespace phala::worker {

QueryScheduler::Turn::~Turn()
{
    if (scheduler_ == nullptr)
        return;
    const std::lock_guard lock{scheduler_->mutex_};
    scheduler_->queue_.finish(contract_, cost_);
    scheduler_->admit();
}

std::optional<QueryScheduler::Turn> QueryScheduler::enter(const AccountId& contract, std::uint32_t weight)
{
    std::unique_lock lock{mutex_};
    const auto ticket = ++last_ticket_;
    if (!queue_.wait(contract, weight, ticket))
        return std::nullopt;
    Waiter waiter;
    waiters_.emplace(ticket, &waiter);
    admit();
    waiter.wake.wait(lock, [&] { return waiter.may_run; });
    return Turn{*this, contract};
}

void QueryScheduler::admit()
{
    while (const auto ticket = queue_.next()) {
        const auto found = waiters_.find(*ticket);
        found->second->may_run = true;
        found->second->wake.notify_one();
        waiters_.erase(found);
    }
}

FairQueue::Limits QueryScheduler::limits(std::size_t slots)
{
    return {std::clamp<std::size_t>(slots, 1, engine::kParallelRuns - 1)};
}

} // namespace phala::worker
