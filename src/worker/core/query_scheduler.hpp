#pragma once
#include "worker/core/fair_queue.hpp"
#include "worker/core/query.hpp"

#include <mutex>

namespace phala::worker {

/// Lets queries run when it is their turn. Those that wait hold no thread. Safe to use from many threads.
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

    /// Gets the turn; nothing where too many wait already.
    using Go = std::move_only_function<void(std::optional<Turn>)>;

    /// Calls `go` when a query of the contract may run: before it returns, or by `later`.
    void enter(const AccountId& contract, std::uint32_t weight, RunLater later, Go go);

    /// So many slots, as far as the engine has stacks; one is left for commands.
    static FairQueue::Limits limits(std::size_t slots);

private:
    struct Waiter {
        AccountId contract;
        RunLater later;
        Go go;
    };

    [[nodiscard]] std::vector<Waiter> admit(); ///< who may run now; with mutex_ held
    void start(std::vector<Waiter> admitted);  ///< without it

    std::mutex mutex_;
    FairQueue queue_; // guarded by mutex_, as is all below
    std::map<FairQueue::Ticket, Waiter> waiters_;
    FairQueue::Ticket last_ticket_ = 0;
};

} // namespace phala::worker
