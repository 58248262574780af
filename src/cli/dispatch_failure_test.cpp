#include "cli/dispatch_failure.hpp"

#include "runtime/pallets/balances/balances.hpp"
#include "runtime/pallets/system/system.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

namespace phala::cli {
namespace {

namespace system = runtime::system;

/// One event as it stands in a block: of the extrinsic `index`, of that pallet.
template <class Event>
Bytes record(std::uint32_t index, std::uint8_t pallet, const Event& event)
{
    return scale::encode(system::Phase{{system::ApplyExtrinsic{index}}}, pallet, event, std::vector<H256>{});
}

Bytes events(const std::vector<Bytes>& records)
{
    Bytes out;
    scale::Writer writer{out};
    scale::encode_compact(writer, records.size());
    for (const auto& one : records)
        writer.write(one);
    return out;
}

const Bytes kTransfer = record(1, 40, runtime::balances::Pallet::Event{runtime::balances::Transfer{{}, {}, 5}});

Bytes success(std::uint32_t index)
{
    return record(index, 0, system::Pallet::Event{system::ExtrinsicSuccess{}});
}

Bytes failure(std::uint32_t index, DispatchError error)
{
    return record(index, 0, system::Pallet::Event{system::ExtrinsicFailed{std::move(error), {}}});
}

TEST(DispatchFailure, NamesWhatTheRuntimeSays)
{
    const auto all =
        events({success(0), kTransfer, success(1), failure(2, {dispatch_error::Module{{40, {2, 0, 0, 0}}}}),
                failure(3, {dispatch_error::Token{TokenError::FundsUnavailable}}),
                failure(4, {dispatch_error::BadOrigin{}}), failure(5, {dispatch_error::Module{{77, {9, 0, 0, 0}}}})});
    EXPECT_EQ(*dispatch_failure(all, 0), std::nullopt);
    EXPECT_EQ(*dispatch_failure(all, 1), std::nullopt);
    EXPECT_EQ(*dispatch_failure(all, 2), "Balances.InsufficientBalance");
    EXPECT_EQ(*dispatch_failure(all, 3), "Token.FundsUnavailable");
    EXPECT_EQ(*dispatch_failure(all, 4), "BadOrigin");
    EXPECT_EQ(*dispatch_failure(all, 5), "pallet 77, error 9") << "of a pallet that this program does not know";
    EXPECT_TRUE(dispatch_failure(all, 6).error().is(EventsError::NotThere));
}

TEST(DispatchFailure, RefusesEventsThatItDoesNotKnow)
{
    EXPECT_TRUE(dispatch_failure({}, 0).error().is(EventsError::NotThere));
    auto unknown = success(0);
    unknown[5] = 200; // the pallet, after the phase
    EXPECT_TRUE(dispatch_failure(events({unknown}), 0).error().is(EventsError::NotUnderstood));
    auto torn = events({success(0), success(1)});
    torn.pop_back();
    EXPECT_TRUE(dispatch_failure(torn, 0).error().is(EventsError::NotUnderstood));
}

} // namespace
} // namespace phala::cli
