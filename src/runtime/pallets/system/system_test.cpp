#include "base/hex.hpp"
#include "runtime/frame/composition.hpp"
#include "runtime/pallets/system/system.hpp"
#include "runtime/testing/map_state.hpp"

#include <gtest/gtest.h>

namespace phala::runtime {
namespace {

using namespace system;

AccountId account(std::uint8_t fill)
{
    AccountId out{};
    out.bytes.fill(fill);
    return out;
}

class System : public ::testing::Test {
protected:
    System()
    {
        testing::set_state({});
        Number::put(1);
    }
};

TEST_F(System, KeepsItsStorageKeys)
{
    EXPECT_EQ(to_hex(Number::key()), "26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac");
    EXPECT_EQ(to_hex(BlockHash::key(0)),
              "26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746b4def25cfda6ef3a00000000");
}

TEST_F(System, KeepsEventsWithTheirPhase)
{
    ExecutionPhase::put({ApplyExtrinsic{3}});
    deposit_event(NewAccount{account(7)});
    const auto records = Events::get();
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].phase, Phase{ApplyExtrinsic{3}});
    EXPECT_EQ(records[0].event.as<NewAccount>(), NewAccount{account(7)});
    EXPECT_FALSE(records[0].event.as<KilledAccount>());
    EXPECT_EQ(EventCount::get(), 1u);
}

TEST_F(System, AnnouncesNothingInGenesis)
{
    Number::kill();
    deposit_event(NewAccount{account(7)});
    EXPECT_FALSE(Events::exists());
}

TEST_F(System, ChecksTheOriginOfACall)
{
    const RuntimeCall call = set_heap_pages{2048};
    const auto by_user = call.dispatch({Signed{account(1)}});
    ASSERT_FALSE(by_user);
    EXPECT_EQ(by_user.error().error, DispatchError{dispatch_error::BadOrigin{}});
    EXPECT_TRUE(call.dispatch({Root{}}));
    EXPECT_EQ(io::get(bytes_of(":heappages")), (Bytes{0, 8, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(testing::open_layers(), 0u);
}

TEST_F(System, GivesACallItsWireBytes)
{
    const RuntimeCall call = remark_with_event{{1, 2}};
    EXPECT_EQ(to_hex(scale::encode(call)), "0007080102");
    const auto decoded = scale::decode<RuntimeCall>(scale::encode(call));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, call);
    EXPECT_NE(decoded->get_if<remark_with_event>(), nullptr);
    EXPECT_EQ(decoded->get_if<remark>(), nullptr);
    EXPECT_FALSE(scale::decode<RuntimeCall>(Bytes{0, 8, 0}));
    EXPECT_FALSE(scale::decode<RuntimeCall>(Bytes{250, 0, 0}));
}

TEST_F(System, NamesItsErrorsByPallet)
{
    EXPECT_EQ(to_hex(scale::encode(to_dispatch_error(system::Error::CallFiltered))), "030005000000");
}

} // namespace
} // namespace phala::runtime
