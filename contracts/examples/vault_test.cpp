#include "examples/vault.hpp"
#include "examples/vault_v2.hpp"
#include "testing/chain.hpp"

#include <gtest/gtest.h>

namespace phat::examples {
namespace {

using testing::Chain;
using Error = Vault::Error;

class VaultTest : public ::testing::Test {
protected:
    void pay_in(const AccountId& who, Balance value)
    {
        ASSERT_TRUE(chain.call<Vault>(vault, Vault::pay_in{}, {who, value}));
    }
    Vault::Savings all() { return **chain.query<Vault>(vault, Vault::all{}, {alice}); }

    Chain chain;
    AccountId alice = chain.account("Alice"), bob = chain.account("Bob"), charlie = chain.account("Charlie");
    AccountId vault = *chain.create<Vault>(Vault::create{}, {alice});
};

TEST_F(VaultTest, KeepsValueAndGivesItBack)
{
    const Balance had = chain.balance(bob);
    pay_in(bob, 30);
    pay_in(bob, 12);
    EXPECT_EQ(chain.balance(vault), 42u);
    EXPECT_EQ(*chain.query<Vault>(vault, Vault::mine{}, {bob}), 42u);
    EXPECT_EQ(chain.call<Vault>(vault, Vault::pay_out{43}, {bob})->error(), Error::NotThatMuch);
    ASSERT_TRUE(*chain.call<Vault>(vault, Vault::pay_out{42}, {bob}));
    EXPECT_EQ(chain.balance(bob), had);
    EXPECT_EQ(chain.balance(vault), 0u);
}

TEST_F(VaultTest, TakesValueOnlyWhereAMessageSaysSo)
{
    const auto answer = chain.call<Vault>(vault, Vault::set_motto{"no"}, {alice, 1});
    EXPECT_EQ(answer.error(), CallError::Trapped);
    EXPECT_EQ(chain.balance(vault), 0u);
    EXPECT_EQ(chain.logs().back().text, "this message takes no value");
    EXPECT_EQ(chain.call<Vault>(vault, Vault::pay_in{}, {bob, chain.balance(bob) + 1}).error(),
              CallError::TransferFailed);
}

TEST_F(VaultTest, WalksThroughItsEntries)
{
    for (const auto& who : {alice, bob, charlie})
        pay_in(who, 5);
    EXPECT_EQ(all(), (Vault::Savings{{alice, 5}, {bob, 5}, {charlie, 5}}));
    EXPECT_EQ(chain.query<Vault>(vault, Vault::all{}, {bob})->error(), Error::NotYours);
    // the last one takes the place of one that goes
    ASSERT_TRUE(*chain.call<Vault>(vault, Vault::pay_out{5}, {alice}));
    EXPECT_EQ(all(), (Vault::Savings{{charlie, 5}, {bob, 5}}));
    pay_in(alice, 1);
    EXPECT_EQ(all(), (Vault::Savings{{charlie, 5}, {bob, 5}, {alice, 1}}));
    for (const auto& [who, value] : all())
        ASSERT_TRUE(*chain.call<Vault>(vault, Vault::pay_out{value}, {who}));
    EXPECT_TRUE(all().empty());
    EXPECT_EQ(chain.stored(vault), 2u) << "the root and the count are left";
}

TEST_F(VaultTest, GetsNewCodeOnTheSameStorage)
{
    namespace next = phat::examples::v2;
    pay_in(bob, 7);
    pay_in(charlie, 8);
    ASSERT_TRUE(*chain.call<Vault>(vault, Vault::set_motto{"save"}, {alice}));
    const auto code = chain.upload<next::Vault>(2);
    EXPECT_EQ(chain.call<Vault>(vault, Vault::upgrade{code}, {bob})->error(), Error::NotYours);
    EXPECT_EQ(chain.call<Vault>(vault, Vault::upgrade{Hash{}}, {alice})->error(), Error::NoSuchCode);
    ASSERT_TRUE(*chain.call<Vault>(vault, Vault::upgrade{code}, {alice}));
    EXPECT_EQ(*chain.query<next::Vault>(vault, next::Vault::version{}, {bob}), 2u);
    EXPECT_EQ(*chain.query<next::Vault>(vault, next::Vault::get_motto{}, {bob}), "save");
    const Balance had = chain.balance(bob);
    EXPECT_EQ(*chain.call<next::Vault>(vault, next::Vault::close{}, {bob}), 2u);
    EXPECT_EQ(chain.balance(bob), had + 7);
    EXPECT_EQ(chain.balance(vault), 0u);
    // messages of the old code are none of the new
    EXPECT_EQ(chain.query<Vault>(vault, Vault::mine{}, {bob}).error(), CallError::BadAnswer);
}

TEST_F(VaultTest, ALazyValueIsReadOnlyWhenItIsAskedFor)
{
    EXPECT_EQ(*chain.query<Vault>(vault, Vault::get_motto{}, {bob}), "");
    EXPECT_EQ(chain.stored(vault), 1u);
    ASSERT_TRUE(*chain.call<Vault>(vault, Vault::set_motto{"one"}, {alice}));
    ASSERT_TRUE(*chain.call<Vault>(vault, Vault::set_motto{"two"}, {alice}));
    EXPECT_EQ(chain.stored(vault), 2u);
    EXPECT_EQ(*chain.query<Vault>(vault, Vault::get_motto{}, {bob}), "two");
}

} // namespace
} // namespace phat::examples
