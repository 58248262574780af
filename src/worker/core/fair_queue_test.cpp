#include "worker/core/query_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace phala::worker {
namespace {

const AccountId kHonest{ByteArray<32>{1}}, kHostile{ByteArray<32>{2}}, kHeavy{ByteArray<32>{3}};

/// How many of each contract's queries run while `turns` of them end one after the other, all contracts always waiting.
std::map<AccountId, int> share(const std::map<AccountId, std::pair<std::uint32_t, std::uint64_t>>& flows, int turns)
{
    FairQueue queue{{1, 1000}};
    std::map<FairQueue::Ticket, AccountId> owners;
    FairQueue::Ticket ticket = 0;
    const auto wait = [&](const AccountId& contract) {
        owners.emplace(++ticket, contract);
        queue.wait(contract, flows.at(contract).first, ticket);
    };
    for (const auto& [contract, terms] : flows)
        wait(contract);
    std::map<AccountId, int> served;
    for (int i = 0; i < turns; ++i) {
        const auto contract = owners.at(queue.next().value());
        ++served[contract];
        wait(contract);
        queue.finish(contract, flows.at(contract).second);
    }
    return served;
}

TEST(FairQueue, SharesByWeight)
{
    const auto served = share({{kHonest, {1, 100}}, {kHeavy, {3, 100}}}, 400);
    EXPECT_NEAR(served.at(kHonest), 100, 2);
    EXPECT_NEAR(served.at(kHeavy), 300, 2);
}

TEST(FairQueue, CountsWhatQueriesCostNotHowManyThereAre)
{
    const auto served = share({{kHonest, {1, 10}}, {kHostile, {1, 1000}}}, 1010);
    EXPECT_NEAR(served.at(kHonest), 1000, 10);
    EXPECT_NEAR(served.at(kHostile), 10, 3);
}

TEST(FairQueue, WeightZeroIsServedToo)
{
    const auto served = share({{kHonest, {0, 10}}, {kHeavy, {4, 10}}}, 100);
    EXPECT_NEAR(served.at(kHonest), 20, 2);
}

TEST(FairQueue, NobodySavesUp)
{
    FairQueue queue{{1, 100}};
    FairQueue::Ticket ticket = 0;
    for (int i = 0; i < 50; ++i) { // one runs alone for long
        queue.wait(kHostile, 1, ++ticket);
        queue.next();
        queue.finish(kHostile, 1000);
    }
    for (int i = 0; i < 10; ++i) {
        queue.wait(kHonest, 1, 1000 + static_cast<FairQueue::Ticket>(i));
        queue.wait(kHostile, 1, 2000 + static_cast<FairQueue::Ticket>(i));
    }
    int of_newcomer = 0;
    for (int i = 0; i < 10; ++i) {
        const bool is_newcomer = queue.next().value() < 2000;
        of_newcomer += is_newcomer;
        queue.finish(is_newcomer ? kHonest : kHostile, 1000);
    }
    EXPECT_NEAR(of_newcomer, 5, 1) << "having waited gives no claim on all that was missed";
}

TEST(FairQueue, KeepsASlotForOthersAndABacklogForEach)
{
    FairQueue queue{{3, 2}};
    for (FairQueue::Ticket ticket = 1; ticket <= 2; ++ticket) {
        EXPECT_TRUE(queue.wait(kHostile, 1, ticket));
        EXPECT_EQ(queue.next(), ticket);
    }
    EXPECT_TRUE(queue.wait(kHostile, 1, 3));
    EXPECT_TRUE(queue.wait(kHostile, 1, 4));
    EXPECT_FALSE(queue.wait(kHostile, 1, 5)) << "its backlog is full";
    EXPECT_EQ(queue.next(), std::nullopt) << "the last slot is not for it";
    EXPECT_TRUE(queue.wait(kHonest, 1, 6));
    EXPECT_EQ(queue.next(), 6u);
    EXPECT_EQ(queue.next(), std::nullopt) << "all slots are taken";
    queue.finish(kHonest, 1);
    EXPECT_EQ(queue.next(), std::nullopt);
    queue.finish(kHostile, 1);
    EXPECT_EQ(queue.next(), 3u);
}

TEST(QueryScheduler, LetsNoMoreInThanItHasSlots)
{
    QueryScheduler scheduler{{2, 1000}};
    std::atomic<int> running = 0, most = 0, done = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&, i] {
            for (int turn = 0; turn < 50; ++turn) {
                auto mine = scheduler.enter(i % 2 == 0 ? kHonest : kHostile, 1);
                const int now = ++running;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);)
                    ;
                mine->cost(static_cast<std::uint64_t>(i) + 1);
                --running;
                ++done;
            }
        });
    threads.clear();
    EXPECT_EQ(done, 16 * 50);
    EXPECT_LE(most, 2);
}

TEST(QueryScheduler, RefusesWhereNothingMayWait)
{
    QueryScheduler scheduler{{1, 0}};
    EXPECT_FALSE(scheduler.enter(kHonest, 1));
}

} // namespace
} // namespace phala::worker
