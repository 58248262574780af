#include "system/system.hpp"
#include "system/tokenomic.hpp"
#include "testing/chain.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace phat::system {
namespace {

using testing::Chain;

// spec contract-engine §6.4: `@phala/sdk` and the chain know these by their selectors
template <class M, std::uint32_t Selector>
inline constexpr bool is_known_as =
    phat::selector<M>
    == std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(Selector >> 24), static_cast<std::uint8_t>(Selector >> 16),
                                   static_cast<std::uint8_t>(Selector >> 8), static_cast<std::uint8_t>(Selector)};
static_assert(is_known_as<System::owner, 0xfeaea4fa> && is_known_as<System::grant_admin, 0x67612061>);
static_assert(is_known_as<System::set_hook, 0x352c6b5c> && is_known_as<System::set_contract_weight, 0x45ec9b18>);
static_assert(is_known_as<System::deploy_sidevm_to, 0x662f4aa4> && is_known_as<System::stop_sidevm_at, 0x52a0fd6a>);
static_assert(is_known_as<System::upgrade_system_contract, 0xaf69ca03> && is_known_as<System::do_upgrade, 0x667e0041>);
static_assert(is_known_as<System::upgrade_runtime, 0x317f6bf3>
              && is_known_as<System::current_event_chain_head, 0xe14655d3>);
static_assert(is_known_as<System::deploy_sidevm_to_workers, 0x0a7d87b2>
              && is_known_as<System::set_sidevm_deadline, 0xc9af5738>);
static_assert(is_known_as<change_deposit, 0xa24bcb44>);

class SystemTest : public ::testing::Test {
protected:
    template <class M>
    auto call(const M& message, const AccountId& who)
    {
        return *chain.call<System>(system, message, {who});
    }

    Chain chain;
    AccountId owner = chain.account("Owner"), admin = chain.account("Admin"), other = chain.account("Other");
    AccountId system = *chain.create<System>(System::create{}, {owner});
};

// spec phala-sdk-wire V41: what the SDK sends and reads
TEST(SystemWire, MessagesOfTheSdk)
{
    const auto sent = [](const auto& message) { return phala::to_hex(phat::detail::input_of(message)); };
    const AccountId alice{
        *phala::array_from_hex<32>("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")};
    EXPECT_EQ(sent(System::get_driver{"PinkLogger"}), "2740cf0a2850696e6b4c6f67676572");
    EXPECT_EQ(sent(System::total_balance_of{alice}), "5a98f226" + phala::to_hex(alice));
    EXPECT_EQ(sent(System::free_balance_of{alice}), "8a0d40d7" + phala::to_hex(alice));
    EXPECT_EQ(sent(System::code_exists{Hash{alice.bytes}, pink::CodeType::Ink}),
              "6fc58436" + phala::to_hex(alice) + "00");
    EXPECT_EQ(sent(System::version{}), "87c98a8d");

    // what comes back, in the Result that every answer is in
    const auto answered = [](const auto& value) {
        return phala::to_hex(phala::scale::encode(std::expected<std::decay_t<decltype(value)>, std::uint8_t>{value}));
    };
    AccountId driver;
    driver.bytes.fill(0x77);
    EXPECT_EQ(answered(std::optional{driver}), "0001" + phala::to_hex(driver));
    EXPECT_EQ(answered(std::optional<AccountId>{}), "0000");
    EXPECT_EQ(answered(Balance{1'000'000'000'000}), "000010a5d4e80000000000000000000000");
    EXPECT_EQ(answered(true), "0001");
}

// spec phala-sdk-wire V35: by these the SDK's logger finds events
TEST_F(SystemTest, TopicsOfEventsAreThoseThatTheSdkLooksFor)
{
    const auto topic = [](std::string_view name) {
        return phala::to_hex(phat::detail::topic_of(phala::concat(Bytes{0}, phala::bytes_of(name))));
    };
    ASSERT_TRUE(call(System::set_driver{"Job", other}, owner));
    EXPECT_EQ(phala::to_hex(chain.emitted().back().topics.at(0)), topic("System::DriverChanged"));
    EXPECT_EQ(topic("System::DriverChanged"), "0053797374656d3a3a4472697665724368616e67656400000000000000000000");
    EXPECT_EQ(topic("PhatRollupAnchor::MetaTxDecoded"),
              "0050686174526f6c6c7570416e63686f723a3a4d65746154784465636f646564");
    EXPECT_EQ(topic("Flip::Flip"), "00466c69703a3a466c6970000000000000000000000000000000000000000000");
    EXPECT_EQ(topic("PhatRollupAnchor::MetaTxDecodedExtra"),
              "f9fdfbbbc3ddbad7ab26e5aa47b3b62254df64f7f19ce00c1d194dace7dac164");
}

TEST_F(SystemTest, OnlyTheOwnerNamesAdministrators)
{
    EXPECT_EQ(call(System::grant_admin{admin}, other).error(), Error::PermisionDenied);
    ASSERT_TRUE(call(System::grant_admin{admin}, owner));
    EXPECT_TRUE(call(System::is_admin{admin}, other));
    EXPECT_FALSE(call(System::is_admin{owner}, other));
    EXPECT_EQ((chain.events<System, System::AdministratorAdded>(system).at(0).user.value), admin);
}

TEST_F(SystemTest, DriversAreSetByOwnerAndAdministratorsAndKeepTheirHistory)
{
    ASSERT_TRUE(call(System::grant_admin{admin}, owner));
    EXPECT_EQ(call(System::set_driver{"PinkLogger", other}, other).error(), Error::PermisionDenied);
    ASSERT_TRUE(call(System::set_driver{"PinkLogger", other}, owner));
    ASSERT_TRUE(call(System::set_driver{"PinkLogger", admin}, admin));
    EXPECT_EQ(call(System::get_driver{"PinkLogger"}, other), admin);
    EXPECT_EQ(call(System::driver_history{"PinkLogger"}, other)->at(0).second, other);
    EXPECT_EQ(chain.told_workers<pink::SetLogHandler>().size(), 2u);
    ASSERT_TRUE(call(System::set_driver{"JsRuntime", admin}, admin));
    EXPECT_EQ(chain.told_workers<pink::SetJsRuntime>().at(0).code_hash.bytes, admin.bytes);
}

TEST_F(SystemTest, AdministratorsTellWorkersAndNobodyElseDoes)
{
    ASSERT_TRUE(call(System::grant_admin{admin}, owner));
    const System::set_hook hook{pink::HookPoint::OnBlockEnd, other, 1, 10};
    EXPECT_EQ(call(hook, owner).error(), Error::PermisionDenied) << "the owner is no administrator by that";
    ASSERT_TRUE(call(hook, admin));
    EXPECT_EQ(chain.told_workers<pink::SetHook>().at(0).contract, other);
    ASSERT_TRUE(call(System::set_contract_weight{other, 5}, admin));
    EXPECT_EQ(chain.told_workers<pink::SetContractWeight>().at(0).weight, 5u);
    ASSERT_TRUE(call(System::deploy_sidevm_to{other, {}}, admin));
    ASSERT_TRUE(call(System::stop_sidevm_at{other}, admin));
    ASSERT_TRUE(call(System::deploy_sidevm_to_workers{other, {}, {Hash{}}, {}}, admin));
    ASSERT_TRUE(call(System::set_sidevm_deadline{other, 9}, admin));
    EXPECT_EQ(chain.told_workers<pink::DeploySidevmTo>().size(), 1u);
    EXPECT_EQ(chain.told_workers<pink::ForceStopSidevm>().size(), 1u);
    EXPECT_EQ(chain.told_workers<pink::SidevmOperation>().size(), 2u);
    EXPECT_EQ(call(System::set_contract_weight{other, 5}, other).error(), Error::PermisionDenied);
}

TEST_F(SystemTest, OnlyTheOwnerUpgrades)
{
    EXPECT_EQ(call(System::upgrade_runtime{{1, 2}}, admin).error(), Error::PermisionDenied);
    ASSERT_TRUE(call(System::upgrade_runtime{{1, 2}}, owner));
    EXPECT_EQ(chain.told_workers<pink::UpgradeRuntimeTo>().at(0).minor, 2u);
    EXPECT_EQ(call(System::upgrade_system_contract{}, admin).error(), Error::PermisionDenied);
    EXPECT_EQ(call(System::upgrade_system_contract{}, owner).error(), Error::CodeNotFound) << "the chain has none";
    EXPECT_EQ(call(System::do_upgrade{System::Version{1, 0, 0}}, owner).error(), Error::PermisionDenied);
}

TEST_F(SystemTest, StakeBecomesWeight)
{
    const auto tokenomic = *chain.create<Tokenomic>(Tokenomic::create{}, {owner});
    chain.system_contract = system;
    const change_deposit stake{other, Balance{10} * 10'000'000'000 + 1};
    EXPECT_TRUE(call(stake, other).error().is<BadOrigin>());
    EXPECT_TRUE((*chain.call<Tokenomic>(tokenomic, stake, {other})).error().is<BadOrigin>());
    // a pallet speaks in the system contract's own name
    EXPECT_EQ(call(stake, system).error().get_if<SystemError>()->error, Error::DriverNotFound);
    ASSERT_TRUE(call(System::set_driver{"ContractDeposit", tokenomic}, owner));
    EXPECT_EQ(call(stake, system).error().get_if<SystemError>()->error, Error::PermisionDenied);
    ASSERT_TRUE(call(System::grant_admin{tokenomic}, owner));
    ASSERT_TRUE(call(stake, system));
    const auto weights = chain.told_workers<pink::SetContractWeight>();
    ASSERT_EQ(weights.size(), 1u);
    EXPECT_EQ(weights[0].contract, other);
    EXPECT_EQ(weights[0].weight, 10u);
}

} // namespace
} // namespace phat::system
