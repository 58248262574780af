#pragma once
#include "worker/core/fair_queue.hpp"

#include <condition_variable>
#include <mutex>

namespace phala::worker {

/// Makes queries wait for their turn. Safe to use from many threads.
class QueryScheduler {
public:
    explicit QueryScheduler(FairQueue::Limits limits) : queue_{limits} {}

    /// A query that runs; its end lets the next one in.
    class Turn {
    public:
        Turn(Turn&& other) noexcept
            : scheduler_{std::exchange(other.scheduler_, nullptr)}, contract_{other.contract_}, cost_{other.cost_}
        {
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        Turn& operator=(Turn&&) = delete;
        ~Turn();
        /// What it took, in gas.
        void cost(std::uint64_t gas) { cost_ = gas; }

    private:
        friend class QueryScheduler;
        Turn(QueryScheduler& scheduler, const AccountId& contract) : scheduler_{&scheduler}, contract_{contract} {}
        QueryScheduler* scheduler_;
        AccountId contract_;
        std::uint64_t cost_ = 0;
    };

    /// Waits until a query of the contract may run. Nothing where too many wait already.
    std::optional<Turn> enter(const AccountId& contract, std::uint32_t weight);

    /// So many slots, as far as the engine has stacks; one is left for commands.
    static FairQueue::Limits limits(std::size_t slots);

private:
    struct Waiter {
        std::condition_variable wake;
        bool may_run = false;
    };

    void admit(); ///< with mutex_ held

    std::mutex mutex_;
    FairQueue queue_; // guarded by mutex_, as is all below
    std::map<FairQueue::Ticket, Waiter*> waiters_;
    FairQueue::Ticket last_ticket_ = 0;
};

} // namespace phala::worker
