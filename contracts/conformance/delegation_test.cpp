// Code without plain members runs on the storage of any contract that delegates to it.
#include "phat/contract.hpp"
#include "testing/chain.hpp"

#include <gtest/gtest.h>

namespace phat {
namespace {

/// A library: no plain members, and a place of its own in its caller's storage.
struct Tally {
    Mapping<std::string, std::uint32_t> counts;

    struct create {};
    void on(create) {}
    using Constructors = phat::Messages<create>;

    struct count {
        std::string what;
    };
    struct counted {
        std::string what;
    };
    using Messages = phat::Messages<count, counted>;
    void on(count message) { counts.set(message.what, counts.get(message.what).value_or(0) + 1); }
    std::uint32_t on(counted message) const { return counts.get(message.what).value_or(0); }
};

struct Shop {
    std::string name;
    std::uint64_t sold{};

    struct open {
        std::string name;
    };
    void on(open message) { name = message.name; }
    using Constructors = phat::Messages<open>;

    struct sell {
        Hash tally;
        std::string what;
    };
    struct sold_of {
        Hash tally;
        std::string what;
    };
    struct state {};
    using Messages = phat::Messages<sell, sold_of, state>;
    bool on(sell message, Env<Shop>& env)
    {
        ++sold;
        return env.delegate<Tally>(message.tally, Tally::count{message.what}).has_value();
    }
    std::uint32_t on(sold_of message, const View<Shop>& view) const
    {
        return view.delegate<Tally>(message.tally, Tally::counted{message.what}).value_or(0);
    }
    std::pair<std::string, std::uint64_t> on(state) const { return {name, sold}; }
};

TEST(Delegation, CodeWithoutPlainMembersLeavesItsCallersRootAlone)
{
    testing::Chain chain;
    const auto alice = chain.account("Alice");
    const auto tally = chain.upload<Tally>();
    const auto shop = *chain.create<Shop>(Shop::open{"corner"}, {alice});
    for (const auto* what : {"tea", "tea", "salt"})
        EXPECT_TRUE(*chain.call<Shop>(shop, Shop::sell{tally, what}, {alice}));
    EXPECT_EQ(*chain.query<Shop>(shop, Shop::sold_of{tally, "tea"}, {alice}), 2u);
    EXPECT_EQ(*chain.query<Shop>(shop, Shop::state{}, {alice}), (std::pair<std::string, std::uint64_t>{"corner", 3}));
}

TEST(Delegation, SuchAContractPaysForNoRoot)
{
    testing::Chain chain;
    chain.deposit_per_item = 1'000'000;
    const auto alice = chain.account("Alice");
    const auto charged = [&](auto made) {
        EXPECT_TRUE(made);
        return chain.receipt().charged / chain.deposit_per_item;
    };
    const auto without = charged(chain.create<Tally>(Tally::create{}, {alice}));
    EXPECT_EQ(charged(chain.create<Shop>(Shop::open{}, {alice})), without + 1);
}

} // namespace
} // namespace phat
