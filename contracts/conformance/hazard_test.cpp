// Contracts in trouble with each other and with what they owe: the same tests on the native double and on the engine.
#include "examples/hazard.hpp"
#include "examples/vault.hpp"
#include "testing/wasm_chain.hpp"

namespace phat::examples {
namespace {

using testing::Chain;
using testing::From;
using testing::WasmChain;

template <class OnChain>
std::unique_ptr<OnChain> priced()
{
    if constexpr (std::is_same_v<OnChain, WasmChain>) {
        return std::make_unique<WasmChain>(testing::WasmSetup{.deposit_per_item = 3, .deposit_per_byte = 2});
    } else {
        auto chain = std::make_unique<Chain>();
        chain->deposit_per_item = 3;
        chain->deposit_per_byte = 2;
        return chain;
    }
}

template <class OnChain>
class HazardTest : public ::testing::Test {
protected:
    AccountId make(std::uint8_t salt, Balance value = 0)
    {
        return *chain.template create<Hazard>(Hazard::create{}, From{alice, value, {salt}});
    }
    template <class M>
    auto call(const AccountId& contract, const M& message)
    {
        return chain.template call<Hazard>(contract, message, From{alice});
    }
    std::uint32_t count(const AccountId& contract)
    {
        return *chain.template query<Hazard>(contract, Hazard::count{}, From{alice});
    }
    [[nodiscard]] std::string failure() const { return chain.receipt().failure; }

    std::unique_ptr<OnChain> owner = priced<OnChain>();
    OnChain& chain = *owner;
    AccountId alice = chain.account("Alice"), bob = chain.account("Bob");
};
TYPED_TEST_SUITE(HazardTest, testing::BothChains);

TYPED_TEST(HazardTest, AnEndedContractIsGone)
{
    const auto first = this->make(1, 1'000);
    const auto second = this->make(2);
    const Balance had = this->chain.balance(this->bob);
    ASSERT_FALSE(this->call(first, Hazard::end{this->bob})) << "a contract that ends answers nothing";
    EXPECT_EQ(this->failure(), "");
    EXPECT_GE(this->chain.balance(this->bob), had + 1'000) << "all it had";
    EXPECT_EQ(this->call(first, Hazard::turn{}).error(), CallError::NotCallable);
    EXPECT_EQ(this->failure(), "ContractNotFound");
    EXPECT_EQ(this->call(second, Hazard::ask{first})->error(), CallError::NotCallable);
    EXPECT_EQ(this->failure(), "") << "the caller handled it";
}

TYPED_TEST(HazardTest, ACallAfterItsCalleeEndedIsNotAnswered)
{
    const auto first = this->make(1);
    const auto second = this->make(2);
    EXPECT_EQ(this->call(first, Hazard::end_and_ask{second})->error(), CallError::NotCallable);
    // the caller's error undoes the other's end
    EXPECT_EQ(this->count(second), 0u);
}

TYPED_TEST(HazardTest, CallingBackNeedsPermission)
{
    const auto contract = this->make(1);
    this->call(contract, Hazard::turn{});
    EXPECT_EQ(**this->call(contract, Hazard::call_back{contract, true}), 1u);
    EXPECT_FALSE(this->call(contract, Hazard::call_back{contract, false}));
    EXPECT_EQ(this->failure(), "ReentranceDenied") << "the caller's own mistake, so that it traps";
}

TYPED_TEST(HazardTest, NoContractEndsWhileItRuns)
{
    const auto contract = this->make(1);
    EXPECT_EQ(this->call(contract, Hazard::end_from_within{contract})->error(), CallError::Trapped);
    EXPECT_EQ(this->count(contract), 0u) << "it is still there";
    EXPECT_FALSE(this->chain.template create<Hazard>(Hazard::create_and_end{}, From{this->alice, 0, {9}}));
    EXPECT_EQ(this->failure(), "TerminatedInConstructor");
}

TYPED_TEST(HazardTest, DelegationHasAnEnd)
{
    const auto contract = this->make(1);
    const auto code = this->chain.template upload<Hazard>();
    EXPECT_EQ(**this->call(contract, Hazard::dig{code, 3}), 3u);
    EXPECT_EQ(this->call(contract, Hazard::dig{code, 50})->error(), CallError::Trapped);
    EXPECT_EQ(this->call(contract, Hazard::dig{Hash{}, 1})->error(), CallError::CodeNotFound);
}

TYPED_TEST(HazardTest, CodeIsReplacedFromTheNextCallOn)
{
    const auto contract = this->make(1);
    const auto vault = this->chain.template upload<Vault>();
    EXPECT_EQ(*this->call(contract, Hazard::become{Hash{}}), false);
    EXPECT_EQ(*this->call(contract, Hazard::become{vault}), true);
    EXPECT_EQ(this->call(contract, Hazard::turn{}).error(), CallError::BadAnswer) << "no such message any more";
}

TYPED_TEST(HazardTest, StorageIsHeldForAndGivenBack)
{
    const auto contract = this->make(1);
    const auto& receipt = this->chain.receipt();
    constexpr Balance made = 122 * 2 + 3 + 4 * 2 + 3;                    // its record, and its root of four bytes
    EXPECT_TRUE(receipt.charged == made || receipt.charged == made + 1); // 1 keeps an account alive
    const Balance had = this->chain.balance(this->alice);
    this->call(contract, Hazard::keep{1, Bytes(100)});
    // the value with its length in front: two bytes; keys are free
    EXPECT_EQ(receipt.charged, 102u * 2 + 3);
    EXPECT_EQ(this->chain.balance(this->alice), had - receipt.charged);
    this->call(contract, Hazard::drop{1});
    EXPECT_EQ(receipt.charged, 0u);
    EXPECT_GT(receipt.refunded, 0u);
    EXPECT_EQ(this->chain.balance(this->alice), had - (102u * 2 + 3) + receipt.refunded);
}

TYPED_TEST(HazardTest, EndingGivesAllDepositsBack)
{
    const auto contract = this->make(1);
    Balance held = this->chain.receipt().charged;
    this->call(contract, Hazard::keep{1, Bytes(100)});
    held += this->chain.receipt().charged;
    this->call(contract, Hazard::end{this->bob});
    EXPECT_GE(this->chain.receipt().refunded + 1, held) << "all but what kept its account alive";
}

TYPED_TEST(HazardTest, DepositsHaveALimitAndMustBeThere)
{
    const auto contract = this->make(1);
    const Hazard::keep keep{1, Bytes(1'000)};
    EXPECT_FALSE(this->chain.template call<Hazard>(contract, keep, From{this->alice, 0, {}, 100}));
    EXPECT_EQ(this->failure(), "StorageDepositLimitExhausted");
    AccountId poor;
    poor.bytes.fill(7);
    this->chain.give(poor, 50);
    EXPECT_FALSE(this->chain.template call<Hazard>(contract, keep, From{poor}));
    EXPECT_TRUE(this->failure().starts_with("StorageDeposit")) << this->failure();
    EXPECT_EQ(this->chain.balance(poor), 50u);
    EXPECT_TRUE(this->chain.template call<Hazard>(contract, keep, From{this->alice}));
}

TEST(Gas, EndsACall)
{
    WasmChain chain;
    const auto alice = chain.account("Alice");
    const auto contract = *chain.create<Hazard>(Hazard::create{}, {alice});
    ASSERT_TRUE(chain.estimate<Hazard>(contract, Hazard::turn{}, {alice}));
    const auto needed = chain.gas_required();
    EXPECT_TRUE(chain.call<Hazard>(contract, Hazard::turn{}, {.caller = alice, .gas_limit = needed}));
    EXPECT_FALSE(chain.call<Hazard>(contract, Hazard::turn{}, {.caller = alice, .gas_limit = chain.receipt().gas / 2}));
    EXPECT_EQ(chain.receipt().failure, "OutOfGas");
}

TEST(HostCalls, EndACallOfTheNativeDouble)
{
    Chain chain;
    const auto alice = chain.account("Alice");
    const auto contract = *chain.create<Hazard>(Hazard::create{}, {alice});
    chain.host_call_limit = 3;
    EXPECT_FALSE(chain.call<Hazard>(contract, Hazard::keep{1, {1}}, {alice}));
    EXPECT_EQ(chain.receipt().failure, "OutOfGas");
    chain.host_call_limit = 100;
    EXPECT_TRUE(chain.call<Hazard>(contract, Hazard::keep{1, {1}}, {alice}));
}

} // namespace
} // namespace phat::examples
