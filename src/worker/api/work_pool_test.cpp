#include "worker/api/work_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <memory>

namespace phala::worker::api {
namespace {

TEST(WorkPool, DoesAllThatItIsGivenByManyThreads)
{
    std::atomic<int> done = 0;
    constexpr int kEach = 2000;
    constexpr int kGivers = 4;
    std::latch all{kEach * kGivers};
    WorkPool pool{{2, 6}};
    std::vector<std::jthread> givers;
    for (int giver = 0; giver < kGivers; ++giver)
        givers.emplace_back([&] {
            for (int i = 0; i < kEach; ++i)
                pool.post([&] {
                    ++done;
                    all.count_down();
                });
        });
    all.wait();
    EXPECT_EQ(done, kEach * kGivers);
}

TEST(WorkPool, KeepsTheOrderWhereOneCoreHasShortWork)
{
    std::vector<int> order;
    std::promise<void> last;
    WorkPool pool{{1, 1}};
    for (int i = 0; i < 100; ++i)
        pool.post([&, i] {
            order.push_back(i);
            if (i == 99)
                last.set_value();
        });
    last.get_future().wait();
    ASSERT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(WorkPool, LongWorkKeepsNobodyWaiting)
{
    std::latch end{1};
    std::promise<void> others;
    WorkPool pool{{1, 4}};
    for (int i = 0; i < 3; ++i)
        pool.post([&] { end.wait(); }); // one core has three that do not end
    pool.post([&] { others.set_value(); });
    others.get_future().wait();
    end.count_down();
}

TEST(WorkPool, WorkMayGiveWork)
{
    std::promise<void> second;
    WorkPool pool{{1, 1}};
    pool.post([&] { pool.post([&] { second.set_value(); }); });
    second.get_future().wait();
}

TEST(WorkPool, DropsAtItsEndWhatHasNotBegunAndWaitsForWhatHas)
{
    const auto held = std::make_shared<int>(0);
    std::latch begun{1};
    std::latch end{1};
    bool done = false;
    auto pool = std::make_unique<WorkPool>(WorkPool::Limits{1, 1});
    pool->post([&] {
        begun.count_down();
        end.wait();
        done = true;
    });
    for (int i = 0; i < 10; ++i)
        pool->post([held] { ADD_FAILURE() << "it had not begun"; });
    begun.wait();
    EXPECT_EQ(held.use_count(), 11);
    std::jthread closer{[&] { pool.reset(); }};
    while (held.use_count() > 1)
        std::this_thread::yield();
    end.count_down();
    closer.join();
    EXPECT_TRUE(done);
}

} // namespace
} // namespace phala::worker::api
