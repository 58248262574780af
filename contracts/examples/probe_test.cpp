// What the test double itself does: undoing, blocks and time, events, reentrancy.
#include "examples/probe.hpp"
#include "examples/relay.hpp"
#include "testing/chain.hpp"

#include <gtest/gtest.h>

namespace phat::examples {
namespace {

using testing::Chain;

class ProbeTest : public ::testing::Test {
protected:
    std::uint64_t count() { return *chain.query<Probe>(probe, Probe::get{}, {alice}); }

    Chain chain;
    AccountId alice = chain.account("Alice"), bob = chain.account("Bob");
    AccountId probe = *chain.create<Probe>(Probe::create{7}, {alice});
};

TEST_F(ProbeTest, AFailingCallUndoesAllItDid)
{
    const auto refused = chain.call<Probe>(probe, Probe::change_and_refuse{}, {alice});
    EXPECT_EQ(refused->error(), Probe::Error::Refused);
    const auto trapped = chain.call<Probe>(probe, Probe::change_and_trap{}, {alice});
    EXPECT_EQ(trapped.error(), CallError::Trapped);
    EXPECT_EQ(count(), 7u);
    EXPECT_EQ(*chain.query<Probe>(probe, Probe::find{"refused"}, {alice}), std::nullopt);
    EXPECT_EQ(*chain.query<Probe>(probe, Probe::find{"trapped"}, {alice}), std::nullopt);
    EXPECT_EQ(chain.create<Probe>(Probe::create_or_fail{true}, {alice, 0, {1}}).error(), CallError::Trapped);
    ASSERT_TRUE(chain.create<Probe>(Probe::create_or_fail{false}, {alice, 0, {1}}));
    EXPECT_EQ(chain.call<Probe>(bob, Probe::get{}, {alice}).error(), CallError::NotCallable);
}

TEST_F(ProbeTest, TimeGoesByWhenTheTestSaysSo)
{
    const auto [block, time] = *chain.query<Probe>(probe, Probe::time{}, {alice});
    chain.seal(3);
    chain.pass(60'000);
    const auto [later_block, later] = *chain.query<Probe>(probe, Probe::time{}, {alice});
    EXPECT_EQ(later_block - block, 63u);
    EXPECT_EQ(later - time, 63'000u);
}

TEST_F(ProbeTest, EventsAreSeenUnlessUndone)
{
    ASSERT_TRUE(chain.call<Probe>(probe, Probe::note{"one"}, {bob}));
    ASSERT_TRUE(chain.query<Probe>(probe, Probe::note{"two"}, {bob}));
    const auto noted = chain.events<Probe, Probe::Noted>(probe);
    ASSERT_EQ(noted.size(), 1u);
    EXPECT_EQ(noted[0].by.value, bob);
    EXPECT_EQ(noted[0].number, 8u);
    EXPECT_EQ(chain.emitted().at(0).topics.size(), 2u);
}

TEST_F(ProbeTest, KnowsWhoCallsAndWithWhat)
{
    const auto [caller, self, value] = *chain.call<Probe>(probe, Probe::who{}, {bob, 5});
    EXPECT_EQ(caller, bob);
    EXPECT_EQ(self, probe);
    EXPECT_EQ(value, 5u);
}

TEST_F(ProbeTest, OnlyACommandIsATransaction)
{
    EXPECT_TRUE(*chain.call<Probe>(probe, Probe::in_transaction{}, {bob}));
    EXPECT_FALSE(*chain.query<Probe>(probe, Probe::in_transaction{}, {bob}));
    EXPECT_EQ(*chain.query<Probe>(probe, Probe::derive{{1}}, {bob}),
              *chain.call<Probe>(probe, Probe::derive{{1}}, {bob}));
    EXPECT_NE(*chain.query<Probe>(probe, Probe::derive{{1}}, {bob}),
              *chain.query<Probe>(probe, Probe::derive{{2}}, {bob}));
    ASSERT_TRUE(chain.call<Probe>(probe, Probe::log{"a line"}, {bob}));
    EXPECT_EQ(chain.logs().back().text, "a line");
}

/// A second implementation of what a Relay calls, as simple as can be.
struct FakePsp22 {
    Balance mine{};
    struct create {
        static constexpr std::string_view label = "new";
    };
    void on(create) { mine = 10; }
    using Constructors = phat::Messages<create>;
    using Messages = Psp22::Messages;
    Balance on(Psp22::total_supply) const { return 10; }
    Balance on(Psp22::balance_of) const { return mine; }
    Psp22::Result<> on(Psp22::transfer message)
    {
        if (message.value > mine)
            return std::unexpected{Psp22::Error{Psp22::InsufficientBalance{}}};
        mine -= message.value;
        return {};
    }
};

TEST_F(ProbeTest, ContractsCallEachOther)
{
    const auto flipper = *chain.create<Flipper>(Flipper::create{false}, {alice});
    const auto token = *chain.create<FakePsp22>(FakePsp22::create{}, {alice});
    const auto relay = *chain.create<Relay>(Relay::create{flipper, token}, {alice});
    EXPECT_TRUE(**chain.call<Relay>(relay, Relay::flip{}, {bob}));
    EXPECT_TRUE(*chain.query<Flipper>(flipper, Flipper::get{}, {bob}));
    EXPECT_FALSE(**chain.query<Relay>(relay, Relay::flip{}, {bob}));
    ASSERT_TRUE(*chain.call<Relay>(relay, Relay::pay{bob, 4}, {bob}));
    EXPECT_EQ(chain.call<Relay>(relay, Relay::pay{bob, 7}, {bob})->error(), Relay::Error::Refused);
    EXPECT_EQ(**chain.query<Relay>(relay, Relay::holds{}, {bob}), 6u);
    const auto lost = *chain.create<Relay>(Relay::create{bob, bob}, {alice, 0, {1}});
    EXPECT_EQ(chain.call<Relay>(lost, Relay::flip{}, {bob})->error(), Relay::Error::NoAnswer);
}

} // namespace
} // namespace phat::examples
