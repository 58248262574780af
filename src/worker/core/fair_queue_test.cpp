#include "worker/core/query_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <latch>
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

TEST(FairQueue, SharesTheRoomToWaitAmongManyContracts)
{
    FairQueue queue{{.slots = 1, .backlog = 4, .total = 8}};
    FairQueue::Ticket ticket = 0;
    const auto waits = [&](std::uint8_t contract) {
        return queue.wait(AccountId{ByteArray<32>{contract}}, 1, ++ticket);
    };
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(waits(1));
    EXPECT_FALSE(waits(1)) << "its own backlog";
    EXPECT_TRUE(waits(2) && waits(2) && waits(2) && waits(2));
    EXPECT_TRUE(waits(3) && waits(3));
    EXPECT_FALSE(waits(3)) << "a third of all";
    EXPECT_FALSE(waits(1));
    for (std::uint8_t contract = 4; contract < 100; ++contract)
        EXPECT_TRUE(waits(contract)) << "each may have one";
    EXPECT_FALSE(waits(99));
}

/// Work that was handed over, done by a few threads.
class Pool {
public:
    explicit Pool(int threads)
    {
        for (int i = 0; i < threads; ++i)
            threads_.emplace_back([this] { serve(); });
    }
    ~Pool()
    {
        {
            const std::lock_guard lock{mutex_};
            over_ = true;
        }
        changed_.notify_all();
    }
    void run(std::move_only_function<void()> work)
    {
        {
            const std::lock_guard lock{mutex_};
            work_.push_back(std::move(work));
        }
        changed_.notify_one();
    }

private:
    void serve()
    {
        std::unique_lock lock{mutex_};
        while (true) {
            changed_.wait(lock, [this] { return over_ || !work_.empty(); });
            if (work_.empty())
                return;
            auto work = std::move(work_.front());
            work_.pop_front();
            lock.unlock();
            work();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::move_only_function<void()>> work_;
    bool over_ = false;
    std::vector<std::jthread> threads_;
};

TEST(QueryScheduler, LetsNoMoreInThanItHasSlots)
{
    QueryScheduler scheduler{{.slots = 2, .backlog = 1000, .total = 10'000}};
    std::atomic<int> running = 0, most = 0;
    std::latch done{16 * 50};
    {
        Pool pool{6};
        const auto later = [&](std::move_only_function<void()> work) { pool.run(std::move(work)); };
        for (int i = 0; i < 16 * 50; ++i)
            pool.run([&, i] {
                scheduler.enter(i % 2 == 0 ? kHonest : kHostile, 1, later, [&, i](auto turn) {
                    const int now = ++running;
                    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);)
                        ;
                    turn.value().cost(static_cast<std::uint64_t>(i) + 1);
                    std::this_thread::yield();
                    --running;
                    turn.reset();
                    done.count_down();
                });
            });
        done.wait();
    }
    EXPECT_LE(most, 2);
}

TEST(QueryScheduler, HoldsNoThreadForThoseThatWait)
{
    QueryScheduler scheduler{{.slots = 2}};
    std::vector<std::optional<QueryScheduler::Turn>> hostile;
    std::vector<std::move_only_function<void()>> handed_over;
    const auto later = [&](std::move_only_function<void()> work) { handed_over.push_back(std::move(work)); };
    for (int i = 0; i < 20; ++i) // one runs, the others wait, this thread goes on
        scheduler.enter(kHostile, 1, later, [&](auto turn) { hostile.push_back(std::move(turn)); });
    EXPECT_EQ(hostile.size(), 1u);
    bool served = false;
    scheduler.enter(kHonest, 1, later, [&](auto turn) { served = turn.has_value(); });
    EXPECT_TRUE(served) << "at once, by the slot that is kept";
    hostile.clear();
    for (std::size_t i = 0; i < handed_over.size(); ++i) {
        EXPECT_EQ(handed_over.size(), i + 1) << "one at a time";
        handed_over[i]();
        EXPECT_EQ(hostile.size(), 1u);
        hostile.clear();
    }
    EXPECT_EQ(handed_over.size(), 19u);
}

// Where the program ends, nobody is there to run what was handed over.
TEST(QueryScheduler, DropsWhatNobodyRuns)
{
    QueryScheduler scheduler{{.slots = 1}};
    int ran = 0;
    std::optional<QueryScheduler::Turn> running;
    scheduler.enter(kHostile, 1, {}, [&](auto turn) { running.emplace(std::move(*turn)); });
    const auto drop = [](std::move_only_function<void()>) {};
    for (int i = 0; i < 30; ++i)
        scheduler.enter(kHostile, 1, drop, [&](auto) { ++ran; });
    running.reset();
    EXPECT_EQ(ran, 0);
    scheduler.enter(kHonest, 1, {}, [&](auto turn) { ran += turn.has_value(); });
    EXPECT_EQ(ran, 1) << "every slot is free again";
}

TEST(QueryScheduler, RefusesWhereNothingMayWait)
{
    QueryScheduler scheduler{{1, 0}};
    std::optional<bool> admitted;
    scheduler.enter(kHonest, 1, {}, [&](auto turn) { admitted = turn.has_value(); });
    EXPECT_EQ(admitted, false);
}

} // namespace
} // namespace phala::worker
