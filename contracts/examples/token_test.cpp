#include "examples/swap.hpp"
#include "testing/chain.hpp"

#include <gtest/gtest.h>

namespace phat::examples {
namespace {

using testing::Chain;
using Error = Token::Error;

class TokenTest : public ::testing::Test {
protected:
    AccountId make(Bytes salt = {}) { return *chain.create<Token>(Token::create{1'000}, {alice, 0, std::move(salt)}); }
    Balance held(const AccountId& token, const AccountId& who)
    {
        return **chain.query<Token>(token, Token::balance_of{who}, {who});
    }

    Chain chain;
    AccountId alice = chain.account("Alice"), bob = chain.account("Bob"), charlie = chain.account("Charlie");
};

TEST_F(TokenTest, MovesWhatOneHas)
{
    const auto token = make();
    ASSERT_TRUE(*chain.call<Token>(token, Token::transfer{bob, 300}, {alice}));
    EXPECT_EQ(held(token, alice), 700u);
    EXPECT_EQ(held(token, bob), 300u);
    const auto refused = chain.call<Token>(token, Token::transfer{alice, 301}, {bob});
    EXPECT_EQ(refused->error(), Error::InsufficientBalance);
    EXPECT_EQ(held(token, bob), 300u);
    ASSERT_TRUE(*chain.call<Token>(token, Token::transfer{bob, 300}, {bob}));
    EXPECT_EQ(held(token, bob), 300u) << "paying oneself changes nothing";
}

TEST_F(TokenTest, ShowsABalanceToItsOwnerAlone)
{
    const auto token = make();
    EXPECT_EQ(chain.query<Token>(token, Token::balance_of{alice}, {bob})->error(), Error::NotYours);
    EXPECT_EQ(*chain.query<Token>(token, Token::supply{}, {bob}), 1'000u);
}

TEST_F(TokenTest, SpendsNoMoreThanWasApproved)
{
    const auto token = make();
    ASSERT_TRUE(*chain.call<Token>(token, Token::approve{bob, 50}, {alice}));
    EXPECT_EQ(chain.call<Token>(token, Token::transfer_from{alice, charlie, 51}, {bob})->error(),
              Error::InsufficientAllowance);
    ASSERT_TRUE(*chain.call<Token>(token, Token::transfer_from{alice, charlie, 20}, {bob}));
    EXPECT_EQ(**chain.query<Token>(token, Token::allowance{alice, bob}, {alice}), 30u);
    EXPECT_EQ(held(token, charlie), 20u);
    EXPECT_EQ(chain.query<Token>(token, Token::allowance{alice, bob}, {charlie})->error(), Error::NotYours);
}

TEST_F(TokenTest, AQueryLeavesNothingBehind)
{
    const auto token = make();
    ASSERT_TRUE(*chain.query<Token>(token, Token::transfer{bob, 300}, {alice}));
    EXPECT_EQ(held(token, bob), 0u);
}

class SwapTest : public TokenTest {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(*chain.call<Token>(second, Token::transfer{bob, 500}, {alice}));
        ASSERT_TRUE(*chain.call<Token>(first, Token::approve{swap, 200}, {alice}));
    }
    std::array<Balance, 4> all()
    {
        return {held(first, alice), held(first, bob), held(second, alice), held(second, bob)};
    }

    AccountId first = make({1}), second = make({2});
    AccountId swap = *chain.create<Swap>(Swap::create{first, second}, {alice});
};

TEST_F(SwapTest, MovesBothLegs)
{
    ASSERT_TRUE(*chain.call<Token>(second, Token::approve{swap, 50}, {bob}));
    ASSERT_TRUE(*chain.call<Swap>(swap, Swap::swap{bob, 100, 50}, {alice}));
    EXPECT_EQ(all(), (std::array<Balance, 4>{900, 100, 550, 450}));
}

TEST_F(SwapTest, AFailingLegUndoesTheOther)
{
    EXPECT_EQ(chain.call<Swap>(swap, Swap::swap{bob, 100, 50}, {alice})->error(), Swap::Error::SecondLegFailed);
    EXPECT_EQ(all(), (std::array<Balance, 4>{1'000, 0, 500, 500}));
}

TEST_F(SwapTest, UnlessItsCallerAskedForLess)
{
    ASSERT_TRUE(chain.call<Swap>(swap, Swap::try_swap{bob, 100, 50}, {alice}));
    EXPECT_EQ(all(), (std::array<Balance, 4>{900, 100, 500, 500}));
}

} // namespace
} // namespace phat::examples
