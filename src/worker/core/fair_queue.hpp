#pragma once
// Whose query runs next (spec contract-engine §7.3): contracts share the worker by their weights, so that the queries
// of one cannot keep those of another waiting. The policy alone; query_scheduler.hpp makes threads wait for it.
#include "primitives/types.hpp"

#include <deque>
#include <map>
#include <optional>

namespace phala::worker {

class FairQueue {
public:
    using Ticket = std::uint64_t;

    struct Limits {
        std::size_t slots;        ///< queries that run at the same time
        std::size_t backlog = 32; ///< queries of one contract that wait
        std::size_t total =
            256; ///< queries that wait; where many contracts ask, each may have its share of it, at least one
    };
    explicit FairQueue(Limits limits) : limits_{limits} {}

    /// False where too many of this contract wait already: others' queries are never refused for it. A weight of 0 counts as 1.
    bool wait(const AccountId& contract, std::uint32_t weight, Ticket ticket);

    /// The next that may run, where there is a slot for it: of the contract that had least for its weight. The last
    /// free slot is for a contract that has none.
    std::optional<Ticket> next();

    /// A query that ran is over. `cost` in any unit, the same for all.
    void finish(const AccountId& contract, std::uint64_t cost);

private:
    using Amount = u128; // costs times kScale by weight

    struct Flow {
        Amount spent = 0;
        std::uint64_t average = 1; ///< cost of its queries so far: what the next one will cost, presumably
        std::uint32_t weight = 1;
        std::deque<Ticket> waiting;
        std::deque<Amount> running; ///< what was booked for each
    };

    static constexpr unsigned kScale = 1 << 16;
    static Amount price(std::uint64_t cost, std::uint32_t weight) { return Amount{cost} * kScale / weight; }

    Limits limits_;
    std::size_t running_ = 0;
    Amount now_ = 0; ///< spent of the flow that was last chosen: a flow that comes back starts here
    std::map<AccountId, Flow> flows_;
};

} // namespace phala::worker
