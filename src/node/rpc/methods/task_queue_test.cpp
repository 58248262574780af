#include "node/rpc/methods/task_queue.hpp"

#include <gtest/gtest.h>

#include <future>

namespace phala::node::rpc {
namespace {

using namespace std::chrono_literals;
using Clock = TaskQueue::Clock;

TEST(TaskQueueTest, HoldsATaskBackUntilItsTimeAndRunsOthersMeanwhile)
{
    TaskQueue queue;
    std::vector<std::string> order; // of the queue's thread until `done`
    std::promise<Clock::time_point> done;
    const auto time = Clock::now() + 50ms;
    queue.post_at(time + 1ms, [&] {
        order.emplace_back("second");
        done.set_value(Clock::now());
    });
    queue.post_at(time, [&] { order.emplace_back("first"); });
    queue.post([&] { order.emplace_back("at once"); });
    EXPECT_GE(done.get_future().get(), time + 1ms);
    EXPECT_EQ(order, (std::vector<std::string>{"at once", "first", "second"}));
}

TEST(TaskQueueTest, DropsWhatIsNotDueWhenItStops)
{
    bool ran = false;
    {
        TaskQueue queue;
        queue.post_at(Clock::now() + 1h, [&] { ran = true; });
    }
    EXPECT_FALSE(ran);
}

} // namespace
} // namespace phala::node::rpc
