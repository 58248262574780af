#include "base/hex.hpp"
#include "runtime/testing/chain.hpp"

#include <gtest/gtest.h>

namespace phala::runtime {
namespace {

using namespace testing;
using balances::transfer_keep_alive;
using namespace utility;

/// Calls that hold calls: utility and sudo.
class Nested : public ::testing::Test {
protected:
    Nested() { chain.begin(); }

    Person alice{"Alice"}, bob{"Bob"}, carol{"Carol"};
    Chain chain{{{alice, 100 * kPha}, {bob, 10 * kPha}}};
    RuntimeCall good = transfer_keep_alive{carol.address(), kPha};
    RuntimeCall bad = transfer_keep_alive{carol.address(), 105 * kPha};
    DispatchError too_much = to_dispatch_error(TokenError::FundsUnavailable);

    static Origin by(const AccountId& who) { return {Signed{who}}; }
    Balance carols() { return balances::balance_of(carol).free; }
};

TEST_F(Nested, BatchStopsAtTheFirstFailureAndKeepsWhatCameBefore)
{
    const RuntimeCall call = batch{{good, bad, good}};
    const auto result = call.dispatch(by(alice));
    ASSERT_TRUE(result);
    EXPECT_EQ(carols(), kPha);
    EXPECT_EQ(events_of<BatchInterrupted>(), (std::vector<BatchInterrupted>{{1, too_much}}));
    EXPECT_EQ(events_of<ItemCompleted>().size(), 1u);
    EXPECT_EQ(result->actual_weight, call.info().weight - good.info().weight); // the third did not run
}

TEST_F(Nested, BatchAllIsAllOrNothing)
{
    const RuntimeCall call = batch_all{{good, bad}};
    const auto result = call.dispatch(by(alice));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error, too_much);
    EXPECT_EQ(carols(), 0u);
    EXPECT_TRUE(events_of<ItemCompleted>().empty());

    ASSERT_TRUE(RuntimeCall{batch_all(std::vector{good, good})}.dispatch(by(alice)));
    EXPECT_EQ(carols(), 2 * kPha);
    EXPECT_EQ(events_of<BatchCompleted>().size(), 1u);

    const RuntimeCall nested = batch_all{{batch_all{{good}}}};
    EXPECT_EQ(nested.dispatch(by(alice)).error().error, to_dispatch_error(system::Error::CallFiltered));
    EXPECT_EQ(nested.dispatch({None{}}).error().error, DispatchError{dispatch_error::BadOrigin{}});
}

TEST_F(Nested, ForceBatchGoesOn)
{
    ASSERT_TRUE(RuntimeCall{force_batch(std::vector{bad, good})}.dispatch(by(alice)));
    EXPECT_EQ(carols(), kPha);
    EXPECT_EQ(events_of<ItemFailed>(), (std::vector<ItemFailed>{{too_much}}));
    EXPECT_EQ(events_of<BatchCompletedWithErrors>().size(), 1u);
}

TEST_F(Nested, PseudonymsHaveAccountsOfTheirOwn)
{
    const AccountId pseudonym = derivative_account(alice, 3);
    ASSERT_TRUE(RuntimeCall{transfer_keep_alive(MultiAddress::of(pseudonym), 5 * kPha)}.dispatch(by(alice)));
    ASSERT_TRUE(RuntimeCall{as_derivative(std::uint16_t{3}, good)}.dispatch(by(alice)));
    EXPECT_EQ(balances::balance_of(pseudonym).free, 4 * kPha);
}

TEST_F(Nested, RootActsForOthers)
{
    const RuntimeCall call = dispatch_as{OriginCaller{origin_caller::system{by(bob)}}, good};
    EXPECT_FALSE(call.dispatch(by(alice)));
    ASSERT_TRUE(call.dispatch({Root{}}));
    EXPECT_EQ(balances::balance_of(bob).free, 9 * kPha);
    EXPECT_EQ(events_of<DispatchedAs>().size(), 1u);
}

TEST_F(Nested, BatchesHaveTheirGoldenBytes)
{
    const RuntimeCall remark = system::remark{{0xaa}};
    EXPECT_EQ(to_hex(scale::encode(RuntimeCall{batch_all(std::vector{remark, remark})})), "030208"
                                                                                          "000004aa"
                                                                                          "000004aa");
    EXPECT_EQ(to_hex(scale::encode(RuntimeCall{as_derivative(std::uint16_t{258}, remark)})), "03010201"
                                                                                             "000004aa");
    EXPECT_EQ(to_hex(scale::encode(RuntimeCall{sudo::sudo{remark}})), "6300"
                                                                      "000004aa");
}

TEST_F(Nested, SudoIsRootForItsKeyAlone)
{
    const RuntimeCall inner = balances::force_set_balance{carol.address(), 7 * kPha};
    const RuntimeCall call = sudo::sudo{inner};
    EXPECT_EQ(call.dispatch(by(bob)).error().error, to_dispatch_error(sudo::Error::RequireSudo));
    const auto result = call.dispatch(by(alice));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->pays_fee, Pays::No);
    EXPECT_EQ(carols(), 7 * kPha);
    EXPECT_EQ(events_of<sudo::Sudid>(), (std::vector<sudo::Sudid>{{DispatchResult{}}}));

    ASSERT_TRUE(RuntimeCall{sudo::sudo_as(bob.address(), good)}.dispatch(by(alice)));
    EXPECT_EQ(balances::balance_of(bob).free, 9 * kPha);
    ASSERT_TRUE(RuntimeCall{sudo::set_key{bob.address()}}.dispatch(by(alice)));
    EXPECT_EQ(events_of<sudo::KeyChanged>(), (std::vector<sudo::KeyChanged>{{alice.id(), bob.id()}}));
    EXPECT_FALSE(call.dispatch(by(alice)));
    ASSERT_TRUE(RuntimeCall{sudo::remove_key{}}.dispatch(by(bob)));
    EXPECT_FALSE(call.dispatch(by(bob)));
}

TEST_F(Nested, AFailingSudoIsAnnouncedAndPaysNothing)
{
    const Balance before = balances::balance_of(alice).free;
    const RuntimeCall call = sudo::sudo{bad};
    ASSERT_TRUE(chain.apply(chain.transaction(alice, call)));
    EXPECT_EQ(events_of<sudo::Sudid>(),
              (std::vector<sudo::Sudid>{{std::unexpected{DispatchError{dispatch_error::BadOrigin{}}}}}));
    EXPECT_EQ(balances::balance_of(alice).free, before);
    EXPECT_EQ(events_of<transaction_payment::TransactionFeePaid>()[0].actual_fee, 0u);
}

TEST_F(Nested, RootReplacesTheCode)
{
    RuntimeVersion version = runtime_version();
    const auto blob = [&] { return concat(bytes_of("version:"), scale::encode(version)); };
    const auto set_code = [&] { return RuntimeCall{system::set_code{blob()}}.dispatch({Root{}}); };
    EXPECT_EQ(set_code().error().error, to_dispatch_error(system::Error::SpecVersionNeedsToIncrease));
    ++version.spec_version;
    version.spec_name = "other";
    EXPECT_EQ(set_code().error().error, to_dispatch_error(system::Error::InvalidSpecName));
    version.spec_name = "khala";
    ASSERT_TRUE(set_code());
    EXPECT_EQ(io::get(bytes_of(":code")), blob());
    EXPECT_EQ(events_of<system::CodeUpdated>().size(), 1u);
    EXPECT_EQ(chain.end().header.digest.logs.back(), (DigestItem{digest::RuntimeEnvironmentUpdated{}}));
    EXPECT_EQ(RuntimeCall{system::set_code{Bytes{1}}}.dispatch({Root{}}).error().error,
              to_dispatch_error(system::Error::FailedToExtractRuntimeVersion));
}

TEST_F(Nested, AnybodyAppliesAnAuthorizedUpgrade)
{
    RuntimeVersion version = runtime_version();
    ++version.spec_version;
    const Bytes code = concat(bytes_of("version:"), scale::encode(version));
    const RuntimeCall apply = system::apply_authorized_upgrade{code};
    EXPECT_FALSE(chain.apply(scale::encode(kBareV4, apply)));
    ASSERT_TRUE(RuntimeCall{system::authorize_upgrade{{crypto::blake2_256(code)}}}.dispatch({Root{}}));
    EXPECT_TRUE(chain.apply(scale::encode(kBareV4, apply)));
    EXPECT_EQ(io::get(bytes_of(":code")), code);
    EXPECT_FALSE(system::AuthorizedUpgrade::exists());
}

} // namespace
} // namespace phala::runtime
