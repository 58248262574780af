// The whole runtime natively: what is frozen, and the life of blocks.
#include "base/hex.hpp"
#include "runtime/composition/apis.hpp"
#include "runtime/frame/migration.hpp"
#include "runtime/testing/chain.hpp"

#include <gtest/gtest.h>

namespace phala::runtime {
namespace {

using namespace testing;
using balances::transfer_allow_death;
using balances::transfer_keep_alive;

/// "40 Balances 0 transfer_allow_death 2 …"
std::string index_table()
{
    std::string out;
    for (const auto& pallet : pallets()) {
        out += std::to_string(pallet.index) + " " + std::string{pallet.name} + ":";
        for (const auto& call : pallet.calls)
            out += " " + std::to_string(call.index) + " " + std::string{call.name};
        out += "\n";
    }
    return out;
}

template <class Variant>
std::string names_of()
{
    std::string out;
    Variant::for_each([&]<std::uint8_t Index, class T>() {
        out += std::to_string(Index) + " " + std::string{reflect::type_name<T>} + " ";
    });
    return out;
}

TEST(Frozen, CallsKeepTheirIndexes)
{
    const std::string table = index_table();
    for (
        const std::string_view line : {
            "0 System: 0 remark 1 set_heap_pages 2 set_code 3 set_code_without_checks 4 set_storage 5 kill_storage 6 kill_prefix "
            "7 remark_with_event 9 authorize_upgrade 10 authorize_upgrade_without_checks 11 apply_authorized_upgrade\n",
            "1 Timestamp: 0 set\n",
            "3 Utility: 0 batch 1 as_derivative 2 batch_all 3 dispatch_as 4 force_batch 5 with_weight\n",
            "40 Balances: 0 transfer_allow_death 2 force_transfer 3 transfer_keep_alive 4 transfer_all 5 force_unreserve "
            "6 upgrade_accounts 8 force_set_balance 9 force_adjust_total_issuance 10 burn\n",
            "41 TransactionPayment:\n",
            "53 Aura:\n",
            "85 PhalaMq: 0 sync_offchain_message 1 push_message 2 force_push_pallet_message\n",
            "86 PhalaRegistry: 0 force_set_benchmark_duration 1 force_register_worker 2 force_register_topic_pubkey "
            "3 register_gatekeeper 4 unregister_gatekeeper 5 rotate_master_key 6 register_worker 7 register_worker_v2 "
            "8 update_worker_endpoint 9 add_pruntime 10 remove_pruntime 11 add_relaychain_genesis_block_hash "
            "12 remove_relaychain_genesis_block_hash 13 set_minimum_pruntime_version 14 set_pruntime_consensus_version "
            "15 set_trusted_ntp_servers\n",
            "92 PhalaPhatTokenomic: 0 adjust_stake\n",
            "99 Sudo: 0 sudo 1 sudo_unchecked_weight 2 set_key 3 sudo_as 4 remove_key\n",
        })
        EXPECT_NE(table.find(line), std::string::npos) << line << table;
}

TEST(Frozen, EventsKeepTheirIndexes)
{
    EXPECT_EQ(
        names_of<system::Pallet::Event>(),
        "0 ExtrinsicSuccess 1 ExtrinsicFailed 2 CodeUpdated 3 NewAccount 4 KilledAccount 5 Remarked 6 UpgradeAuthorized ");
    EXPECT_EQ(
        names_of<balances::Pallet::Event>(),
        "0 Endowed 1 DustLost 2 Transfer 3 BalanceSet 4 Reserved 5 Unreserved 6 ReserveRepatriated 7 Deposit 8 Withdraw 9 Slashed "
        "10 Minted 11 Burned 12 Suspended 13 Restored 14 Upgraded 15 Issued 16 Rescinded 17 Locked 18 Unlocked 19 Frozen 20 Thawed "
        "21 TotalIssuanceForced ");
    EXPECT_EQ(names_of<transaction_payment::Pallet::Event>(), "0 TransactionFeePaid ");
    EXPECT_EQ(
        names_of<utility::Pallet::Event>(),
        "0 BatchInterrupted 1 BatchCompleted 2 BatchCompletedWithErrors 3 ItemCompleted 4 ItemFailed 5 DispatchedAs ");
    EXPECT_EQ(names_of<sudo::Pallet::Event>(), "0 Sudid 1 KeyChanged 2 KeyRemoved 3 SudoAsDone ");
}

TEST(Frozen, ErrorsKeepTheirIndexes)
{
    EXPECT_EQ(static_cast<int>(system::Error::Unauthorized), 8);
    EXPECT_EQ(static_cast<int>(balances::Error::DeltaZero), 11);
    EXPECT_EQ(reflect::enumerators<system::Error>.size(), 9u);
    EXPECT_EQ(reflect::enumerators<balances::Error>.size(), 12u);
    EXPECT_EQ(to_hex(scale::encode(to_dispatch_error(balances::Error::InsufficientBalance))), "032802000000");
}

TEST(Frozen, StorageKeysAreThoseOfTheReference)
{
    EXPECT_EQ(to_hex(system::Events::key()), "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7");
    EXPECT_EQ(to_hex(timestamp::Now::key()), "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb");
    EXPECT_EQ(to_hex(aura::CurrentSlot::key()), "57f8dc2f5ab09467896f47300f04243806155b3cd9a8c9e5e9a23fd5dc13a5ed");
    EXPECT_EQ(to_hex(transaction_payment::NextFeeMultiplier::key()),
              "3f1467a096bcd71a5b6a0c8155e208103f2edf3bdf381debe331ab7446addfdc");
    EXPECT_EQ(to_hex(balances::TotalIssuance::key()),
              "c2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80");
    EXPECT_EQ(to_hex(system::Account::key(Person{"Alice"})),
              "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9de1e86a9a8c739864cf3cc5ec2bea59f"
              "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
}

TEST(Frozen, AbsentValuesReadAsInTheReference)
{
    EXPECT_EQ(to_hex(system::Account::default_bytes()),
              std::string(16 * 2 + 48 * 2, '0') + "00000000000000000000000000000080");
    EXPECT_EQ(to_hex(transaction_payment::NextFeeMultiplier::default_bytes()), "000064a7b3b6e00d0000000000000000");
    EXPECT_EQ(to_hex(sudo::Key::default_bytes()), "00");
}

class Runtime : public ::testing::Test {
protected:
    Person alice{"Alice"}, bob{"Bob"}, carol{"Carol"};
    Chain chain{{{alice, 1000 * kPha}, {bob, 1000 * kPha}}};

    DispatchError failure(const executive::ApplyResult& result)
    {
        EXPECT_TRUE(result && !*result);
        return result->error();
    }
    std::string refusal(const executive::ApplyResult& result)
    {
        return result ? "applied" : to_hex(scale::encode(result.error()));
    }
    /// As TransactionPaymentApi_query_info tells it. The length prefix of these transactions is 2 bytes.
    static Balance fee_of(const Bytes& transaction)
    {
        const auto length = static_cast<std::uint32_t>(transaction.size() + 2);
        return composition::TransactionPaymentApi::query_info{{transaction}, length}.answer().partial_fee;
    }
    Balance free(const AccountId& who) { return balances::balance_of(who).free; }
};

TEST_F(Runtime, GenesisHasThePlaceholders)
{
    EXPECT_EQ(to_hex(system::ParentHash::get()), to_hex(Bytes(32, 0x45)));
    EXPECT_EQ(io::get(bytes_of(":extrinsic_index")), Bytes(4, 0));
    EXPECT_FALSE(system::Number::exists());
    EXPECT_FALSE(system::Events::exists());
    EXPECT_EQ(balances::TotalIssuance::get(), sum_of_balances());
}

TEST_F(Runtime, ATransferMovesTokensAndCostsWhatWasEstimated)
{
    const Bytes transfer = chain.transaction(alice, transfer_keep_alive{bob.address(), 5 * kPha});
    const Balance estimate = fee_of(transfer);
    const Block block = chain.block({transfer});

    EXPECT_EQ(block.extrinsics.size(), 2u);
    EXPECT_EQ(free(bob), 1005 * kPha);
    EXPECT_EQ(free(alice), 995 * kPha - estimate);
    EXPECT_EQ(free(transaction_payment::fee_receiver()), config::kExistentialDeposit + estimate);
    EXPECT_EQ(balances::TotalIssuance::get(), sum_of_balances());
    EXPECT_EQ(system::Account::get(alice).nonce, 1u);
    EXPECT_EQ(event_names(0), (std::vector<std::string>{"System.0"}));
    EXPECT_EQ(event_names(1), (std::vector<std::string>{"Balances.8", "Balances.2", "Balances.7", "Balances.7",
                                                        "TransactionPayment.0", "System.0"}));
    EXPECT_EQ(events_of<transaction_payment::TransactionFeePaid>(),
              (std::vector<transaction_payment::TransactionFeePaid>{{alice, estimate, 0}}));
    EXPECT_FALSE(io::exists(bytes_of(":extrinsic_index")));
    EXPECT_FALSE(system::ExtrinsicData::contains(0));
    EXPECT_EQ(system::BlockHash::get(0), chain.genesis());
}

TEST_F(Runtime, AFailingCallCostsTheSameAndChangesNothingElse)
{
    const Bytes transfer = chain.transaction(alice, transfer_keep_alive{bob.address(), 1500 * kPha}, {.tip = 7});
    const Balance estimate = fee_of(transfer);
    chain.begin();
    EXPECT_EQ(failure(chain.apply(transfer)), to_dispatch_error(TokenError::FundsUnavailable));
    chain.end();
    EXPECT_EQ(free(alice), 1000 * kPha - estimate - 7);
    EXPECT_EQ(free(bob), 1000 * kPha);
    EXPECT_EQ(system::Account::get(alice).nonce, 1u);
    EXPECT_EQ(event_names(1),
              (std::vector<std::string>{"Balances.8", "Balances.7", "Balances.7", "TransactionPayment.0", "System.1"}));
}

TEST_F(Runtime, CallsCostWhatWasTold)
{
    transaction_payment::NextFeeMultiplier::put({transaction_payment::FixedU128::one * 7 / 3});
    const RuntimeCall calls[] = {
        system::remark{Bytes(3)},
        system::remark_with_event{Bytes(1000)},
        system::set_heap_pages{1}, // fails: not by root
        transfer_allow_death{carol.address(), kPha},
        balances::transfer_all{bob.address(), true},
        utility::batch_all{{system::remark{}, balances::transfer_keep_alive{bob.address(), kPha}}},
    };
    for (const auto& call : calls) {
        balances::mint_at_genesis(alice, 10 * kPha);
        const Bytes transaction = chain.transaction(alice, call);
        using Payment = composition::TransactionPaymentApi;
        using CallPayment = composition::TransactionPaymentCallApi;
        const auto length = static_cast<std::uint32_t>(transaction.size() + (transaction.size() < 64 ? 1 : 2));
        const auto told = Payment::query_info{{transaction}, length}.answer();
        EXPECT_EQ(told.partial_fee, (Payment::query_fee_details{{transaction}, length}.answer().total()));
        EXPECT_EQ(told.partial_fee, (CallPayment::query_call_info{call, length}.answer().partial_fee));
        EXPECT_EQ(told.partial_fee, (CallPayment::query_call_fee_details{call, length}.answer().total()));
        EXPECT_EQ(told.weight, call.info().weight);
        chain.block({transaction});
        const auto paid = events_of<transaction_payment::TransactionFeePaid>();
        ASSERT_EQ(paid.size(), 1u);
        EXPECT_EQ(paid[0].actual_fee, told.partial_fee) << call.name();
    }
    EXPECT_EQ(balances::TotalIssuance::get(), sum_of_balances());
    const Bytes bare = scale::encode(kBareV4, RuntimeCall{timestamp::set{1}});
    EXPECT_EQ((composition::TransactionPaymentApi::query_info{{bare}, 20}.answer().partial_fee), 0u);
}

TEST_F(Runtime, SessionKeysAreMadeAndTakenApart)
{
    using Keys = composition::SessionKeys;
    const Bytes keys = Keys::generate_session_keys{to_bytes(bytes_of("//Alice"))}.answer();
    EXPECT_EQ(keys, to_bytes(alice.id()));
    const auto parts = Keys::decode_session_keys{keys}.answer();
    ASSERT_TRUE(parts);
    EXPECT_EQ(*parts, (std::vector<std::pair<Bytes, composition::KeyTypeId>>{
                          {to_bytes(alice.id()), composition::KeyTypeId{{'a', 'u', 'r', 'a'}}}}));
    EXPECT_FALSE(Keys::decode_session_keys{Bytes(31)}.answer());
    EXPECT_NE(Keys::generate_session_keys{}.answer(), Keys::generate_session_keys{}.answer());
}

// Upgrades

struct CountTheTimes {
    struct Pallet {
        static constexpr std::string_view name = "System";
        static constexpr std::uint16_t storage_version = 3;
    };
    static constexpr std::uint16_t from = 0, to = 1;
    static Weight run()
    {
        io::append(bytes_of("runs"), Bytes{1});
        return weight_of(0, 1);
    }
};
struct AndTheThird : CountTheTimes {
    static constexpr std::uint16_t from = 1, to = 3;
};
struct NotThisOne : CountTheTimes {
    static constexpr std::uint16_t from = 2, to = 3;
};

TEST_F(Runtime, MigrationsRunOnceAndInOrder)
{
    using All = std::tuple<CountTheTimes, AndTheThird, NotThisOne>;
    EXPECT_EQ(storage_version("System"), 0u);
    const Weight first = migrate<All>();
    EXPECT_EQ(storage_version("System"), 3u);
    EXPECT_EQ(io::get(bytes_of("runs")), (Bytes{8, 1, 1}));
    const Weight second = migrate<All>();
    EXPECT_EQ(io::get(bytes_of("runs")), (Bytes{8, 1, 1}));
    EXPECT_TRUE(first.any_greater(second));
    EXPECT_EQ(migrate<std::tuple<>>(), Weight{});
}

TEST_F(Runtime, AnotherVersionIsNotedByTheFirstBlockOfTheNewOne)
{
    system::LastRuntimeUpgrade::put({0, "khala"});
    chain.block();
    EXPECT_EQ(system::LastRuntimeUpgrade::get()->spec_version.value, spec_version());
    system::LastRuntimeUpgrade::put({spec_version(), "node"});
    chain.block();
    EXPECT_EQ(system::LastRuntimeUpgrade::get()->spec_name, "khala");
}

TEST_F(Runtime, FirstTransferCreatesAnAccountAndTheLastOneEndsIt)
{
    chain.block({chain.transaction(alice, transfer_allow_death{carol.address(), 2 * kPha})});
    EXPECT_EQ(event_names(1),
              (std::vector<std::string>{"Balances.8", "System.3", "Balances.0", "Balances.2", "Balances.7",
                                        "Balances.7", "TransactionPayment.0", "System.0"}));
    EXPECT_EQ(system::Account::get(carol).providers, 1u);

    chain.block({chain.transaction(carol, balances::transfer_all{alice.address(), false})});
    EXPECT_EQ(event_names(1), (std::vector<std::string>{"Balances.8", "System.4", "Balances.2", "Balances.7",
                                                        "TransactionPayment.0", "System.0"}));
    EXPECT_FALSE(system::Account::contains(carol));
    EXPECT_EQ(balances::TotalIssuance::get(), sum_of_balances());
}

TEST_F(Runtime, ExecutionOfABlockGivesItsHeader)
{
    const State before = state();
    const Block block = chain.block({chain.transaction(alice, transfer_keep_alive{bob.address(), kPha}),
                                     chain.transaction(bob, transfer_keep_alive{carol.address(), kPha})});
    const State after = state();
    set_state(before);
    executive::execute_block(block);
    EXPECT_EQ(state(), after);

    set_state(before);
    Block wrong = block;
    wrong.header.state_root.bytes[0] ^= 1;
    EXPECT_DEATH(executive::execute_block(wrong), "Storage root must match");
    wrong = block;
    wrong.header.extrinsics_root.bytes[0] ^= 1;
    EXPECT_DEATH(executive::execute_block(wrong), "Transaction trie must be valid");
    wrong = block;
    wrong.header.digest.logs.push_back({digest::Other{}});
    EXPECT_DEATH(executive::execute_block(wrong), "Digest item must match");
    wrong = block;
    std::swap(wrong.extrinsics[0], wrong.extrinsics[1]);
    EXPECT_DEATH(executive::execute_block(wrong), "Invalid inherent position");
    wrong = block;
    wrong.header.number = 2;
    EXPECT_DEATH(executive::execute_block(wrong), "number must follow");
    wrong = block;
    wrong.extrinsics[1].back() ^= 1;
    EXPECT_DEATH(executive::execute_block(wrong), "not valid: 000104|0004");
}

TEST_F(Runtime, OnlyPreRuntimeItemsEnterTheDigest)
{
    Header header{.parent_hash = chain.head(), .number = 1, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    header.digest.logs = {{digest::PreRuntime{aura::kEngine, scale::encode(std::uint64_t{5})}},
                          {digest::Seal{aura::kEngine, {1}}},
                          {digest::Other{{2}}}};
    executive::initialize_block(header);
    EXPECT_EQ(system::CurrentDigest::get().logs.size(), 1u);
}

TEST_F(Runtime, RefusedTransactionsLeaveNoTrace)
{
    const RuntimeCall call = transfer_keep_alive{bob.address(), kPha};
    chain.begin();
    const State before = state();

    Bytes forged = chain.transaction(alice, call);
    forged[40] ^= 1;
    EXPECT_EQ(refusal(chain.apply(forged)), "0004");                                       // BadProof
    EXPECT_EQ(refusal(chain.apply(chain.transaction(alice, call, {.nonce = 3}))), "0002"); // Future
    EXPECT_EQ(refusal(chain.apply(chain.transaction(carol, call))), "0001");               // Payment
    EXPECT_EQ(refusal(chain.apply(chain.transaction(alice, call, {.era = Era::mortal(4, 7)}))),
              "0005");                                                     // AncientBirthBlock
    EXPECT_EQ(refusal(chain.apply(scale::encode(kBareV4, call))), "0101"); // NoUnsignedValidator
    EXPECT_EQ(state(), before);

    EXPECT_EQ(refusal(chain.apply(chain.transaction(alice, call))), "applied");
    EXPECT_EQ(refusal(chain.apply(chain.transaction(alice, call, {.nonce = 0}))), "0003"); // Stale
}

TEST_F(Runtime, SignersOfAllSchemesAreTaken)
{
    const auto pair = crypto::KeyPair::from_uri("//Alice", crypto::Scheme::Ecdsa);
    ASSERT_TRUE(pair);
    const AccountId signer{pair->account()};
    chain.block({chain.transaction(alice, transfer_keep_alive{MultiAddress::of(signer), kPha})});
    const RuntimeCall call = system::remark_with_event{{1}};
    const Bytes full = sign_extrinsic(
        scale::encode(call), signer, tx_extensions(Era::immortal(), 0, 0),
        implicit_bytes({config::kSpecVersion, config::kTransactionVersion, chain.genesis()}, chain.genesis()),
        [&](ByteView payload) { return pair->sign(payload, {}); });
    chain.begin();
    EXPECT_TRUE(chain.apply(to_bytes(*unwrap_extrinsic(full))));
}

TEST_F(Runtime, MortalTransactionsLiveInTheirEra)
{
    chain.block();
    chain.block();
    const Era era = Era::mortal(4, 2);
    EXPECT_EQ(era.birth(3), 2u);
    chain.begin();
    EXPECT_TRUE(chain.apply(chain.transaction(alice, system::remark{}, {.era = era})));
}

// The pool's questions

TEST_F(Runtime, ValidityHasTagsPriorityAndLongevity)
{
    const auto validate = [&](const Bytes& transaction) {
        io::start_transaction();
        auto validity = executive::validate_transaction(TransactionSource::External, transaction, chain.head());
        io::rollback_transaction();
        return validity;
    };
    const RuntimeCall call = transfer_keep_alive{bob.address(), kPha};
    const auto first = validate(chain.transaction(alice, call));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->provides, (std::vector<Bytes>{scale::encode(alice.id(), Nonce{0})}));
    EXPECT_TRUE(first->requires_.empty());
    EXPECT_EQ(first->longevity, std::numeric_limits<std::uint64_t>::max() - 1);
    EXPECT_EQ(first->priority, config::kMaxBlockWeight / call.info().weight.ref_time.value);
    EXPECT_TRUE(first->propagate);

    const auto tipped = validate(chain.transaction(alice, call, {.nonce = 2, .tip = 9}));
    ASSERT_TRUE(tipped);
    EXPECT_EQ(tipped->priority, 10 * first->priority);
    EXPECT_EQ(tipped->requires_, (std::vector<Bytes>{scale::encode(alice.id(), Nonce{1})}));

    chain.block();
    const auto mortal = validate(chain.transaction(alice, call, {.era = Era::mortal(64, 1)}));
    ASSERT_TRUE(mortal);
    EXPECT_EQ(mortal->longevity, 63u); // era of blocks 1 to 64; the next is 2

    EXPECT_EQ(to_hex(scale::encode(validate(scale::encode(kBareV4, RuntimeCall{timestamp::set{1}})))), "010009");
    EXPECT_EQ(to_hex(scale::encode(validate(scale::encode(kBareV4, call)))), "010101");
    EXPECT_EQ(to_hex(scale::encode(validate(chain.transaction(carol, call)))), "010001");
}

// Format V5

TEST_F(Runtime, AGeneralTransactionIsNobodys)
{
    const RuntimeCall call = transfer_keep_alive{bob.address(), kPha};
    const auto general = [](const RuntimeCall& what, const Era& era = Era::immortal()) {
        return to_bytes(*unwrap_extrinsic(general_extrinsic(tx_extensions(era, 0, 0), scale::encode(what))));
    };
    const auto validity = [&](const Bytes& extrinsic) {
        io::start_transaction();
        auto answer = executive::validate_transaction(TransactionSource::External, extrinsic, chain.head());
        io::rollback_transaction();
        return to_hex(scale::encode(answer));
    };
    EXPECT_EQ(validity(general(call)), "01000c");                           // UnknownOrigin
    EXPECT_EQ(validity(general(call, Era::mortal(4, 7))), "010005");        // AncientBirthBlock
    EXPECT_EQ(validity(general(system::remark{Bytes(5 << 20)})), "010006"); // ExhaustsResources
    EXPECT_EQ(validity(general(timestamp::set{1})), "010009");              // MandatoryValidation

    chain.begin();
    const State before = state();
    EXPECT_EQ(refusal(chain.apply(general(call))), "000c");
    EXPECT_EQ(refusal(chain.apply(general(call, Era::mortal(4, 7)))), "0005");
    EXPECT_EQ(state(), before);

    using Payment = composition::TransactionPaymentApi;
    EXPECT_NE((Payment::query_info{{general(call)}, 100}.answer().partial_fee), 0u);
}

TEST_F(Runtime, BareExtrinsicsComeInBothFormats)
{
    const auto validity = [&](const RuntimeCall& call) {
        io::start_transaction();
        auto answer =
            executive::validate_transaction(TransactionSource::External, scale::encode(kBareV5, call), chain.head());
        io::rollback_transaction();
        return to_hex(scale::encode(answer));
    };
    const RuntimeCall call = transfer_keep_alive{bob.address(), kPha};
    EXPECT_EQ(validity(timestamp::set{1}), "010009");
    EXPECT_EQ(validity(call), "010101");
    EXPECT_EQ((composition::TransactionPaymentApi::query_info{{scale::encode(kBareV5, call)}, 20}.answer().partial_fee),
              0u);

    // an inherent of that format makes the same block, but for the root of its extrinsics
    const State before = state();
    Block block = chain.block();
    ASSERT_EQ(block.extrinsics.size(), 1u);
    set_state(before);
    ASSERT_EQ(block.extrinsics[0][0], kBareV4);
    block.extrinsics[0][0] = kBareV5;
    executive::initialize_block(block.header);
    EXPECT_TRUE(executive::apply_extrinsic(block.extrinsics[0]));
    const Header header = executive::finalize_block();
    EXPECT_EQ(header.number, block.header.number);
    EXPECT_NE(header.extrinsics_root, block.header.extrinsics_root);
}

TEST_F(Runtime, DeepCallsDoNotDecode)
{
    Bytes call = scale::encode(RuntimeCall{system::remark{}});
    for (int i = 0; i < 500; ++i)
        call = concat(Bytes{99, 0}, call);
    EXPECT_FALSE(scale::decode<RuntimeCall>(call));
    Bytes few = scale::encode(RuntimeCall{system::remark{}});
    for (int i = 0; i < 10; ++i)
        few = concat(Bytes{3, 2, 4}, few);
    EXPECT_TRUE(scale::decode<RuntimeCall>(few));
}

// Limits

TEST_F(Runtime, ABlockHoldsNoMoreThanItsLength)
{
    chain.begin();
    const std::size_t megabyte = 1 << 20;
    int taken = 0;
    while (taken < 10 && chain.apply(chain.transaction(alice, system::remark{Bytes(megabyte)})))
        ++taken;
    EXPECT_EQ(taken, 3); // 75 % of 5 MiB
    EXPECT_EQ(refusal(chain.apply(chain.transaction(alice, system::remark{Bytes(megabyte)}))), "0006");
    EXPECT_TRUE(chain.apply(chain.transaction(alice, system::remark{Bytes(100)})));
}

TEST_F(Runtime, WeightOfABlockIsTracked)
{
    chain.begin();
    const Weight before = system::BlockWeight::get().normal;
    const RuntimeCall call = transfer_keep_alive{bob.address(), kPha};
    EXPECT_TRUE(chain.apply(chain.transaction(alice, call)));
    EXPECT_EQ(system::BlockWeight::get().normal - before,
              call.info().weight + config::kBlockWeights.per_class.normal.base_extrinsic);
    chain.end();
}

// Inherents

TEST_F(Runtime, TimeIsToldOncePerBlockAndInItsSlot)
{
    chain.begin();
    const RuntimeCall again = timestamp::set{1'800'000'000'000};
    EXPECT_DEATH(chain.apply(scale::encode(kBareV4, again)), "only once");
    EXPECT_EQ(timestamp::Now::get() / config::kSlotDuration, aura::CurrentSlot::get()._0);
    chain.end();
    Header header{.parent_hash = chain.head(), .number = 2, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    const auto without_time = [&] {
        executive::initialize_block(header);
        executive::finalize_block();
    };
    EXPECT_DEATH(without_time(), "must be updated once");
    header.digest.logs = {{digest::PreRuntime{aura::kEngine, scale::encode(std::uint64_t{5})}}};
    EXPECT_DEATH(executive::initialize_block(header), "Slot must increase");
}

TEST_F(Runtime, AFutureTimeIsRefusedByWhoKnowsBetter)
{
    const Block block = chain.block();
    const std::uint64_t now = timestamp::Now::get();
    const auto check = [&](std::uint64_t clock) {
        InherentData data;
        data.put(kTimestampInherent, clock);
        io::start_transaction();
        timestamp::Now::put(now - 1000);
        auto result = executive::check_inherents(block, data);
        io::rollback_transaction();
        return result;
    };
    EXPECT_EQ(to_hex(scale::encode(check(now))), "010000");
    EXPECT_TRUE(check(now - 30'000).okay);
    const auto late = check(now - 30'001);
    EXPECT_FALSE(late.okay);
    EXPECT_TRUE(late.fatal_error);
    EXPECT_EQ(to_hex(late.errors.data.at(kTimestampInherent)), "01");
}

} // namespace
} // namespace phala::runtime
