// The runtime blob on our own host: genesis, blocks built and executed with equal roots, fees, failures, bad blocks.
#include "dev_chain.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace phala::testing {
namespace {

constexpr std::string_view kRuntime = "khala_runtime";

struct Account {
    Nonce nonce;
    std::uint32_t consumers, providers, sufficients;
    Balance free, reserved, frozen;
    u128 flags;
};

Account account(const DevChain& chain, std::string_view uri)
{
    const auto stored = chain.storage(account_key({crypto::KeyPair::from_uri(uri)->account()}));
    return stored ? *scale::decode<Account>(*stored) : Account{};
}

/// Balances (40), transfer_keep_alive (3).
Bytes transfer(std::string_view to, Balance amount)
{
    const AccountId dest{crypto::KeyPair::from_uri(to)->account()};
    return concat(Bytes{40, 3}, scale::encode(MultiAddress::of(dest), scale::Compact<Balance>{amount}));
}

constexpr Balance kPha = 1'000'000'000'000;

TEST(DevChain, GenesisPaysTheDevelopmentAccounts)
{
    const DevChain chain{kRuntime, "development"};
    EXPECT_EQ(account(chain, "//Alice").free, 1'000'000 * kPha);
    EXPECT_EQ(account(chain, "//worker//4").free, 1'000'000 * kPha);
    EXPECT_EQ(account(chain, "//Nobody").free, 0U);
    EXPECT_EQ(chain.query<std::uint64_t>("AuraApi_slot_duration"), 1000U);
    EXPECT_EQ(chain.query<std::vector<ByteArray<32>>>("AuraApi_authorities"),
              std::vector{crypto::KeyPair::from_uri("//Alice")->account()});
}

TEST(DevChain, ABlockThatIsBuiltExecutesToTheSameRoot)
{
    DevChain chain{kRuntime, "development"};
    const Bytes extrinsic = chain.sign("//Alice", 0, transfer("//Bob", 5 * kPha), 7);
    const auto info =
        chain.query<std::tuple<scale::Compact<std::uint64_t>, scale::Compact<std::uint64_t>, std::uint8_t, Balance>>(
            "TransactionPaymentApi_query_info",
            concat(extrinsic, scale::encode(static_cast<std::uint32_t>(extrinsic.size()))));

    const auto built = chain.build({extrinsic});
    ASSERT_EQ(built.results.size(), 2U);
    for (const auto& result : built.results)
        EXPECT_EQ(to_hex(result), "0000");
    const auto imported = chain.import(built.block);
    ASSERT_TRUE(imported) << imported.error().message();

    EXPECT_EQ(account(chain, "//Bob").free, 1'000'005 * kPha);
    EXPECT_EQ(account(chain, "//Alice").free, 999'995 * kPha - std::get<3>(info) - 7)
        << "fee as announced, and the tip";
    EXPECT_EQ(account(chain, "//Alice").nonce, 1U);
    EXPECT_EQ(chain.query<Nonce>("AccountNonceApi_account_nonce", crypto::KeyPair::from_uri("//Alice")->account()), 1U);
    EXPECT_EQ(chain.head().number.value, 1U);
    const auto second = chain.build({chain.sign("//Bob", 0, transfer("//Alice", kPha))});
    EXPECT_TRUE(chain.import(second.block));
}

TEST(DevChain, AFailingCallIsInTheBlockAndPays)
{
    DevChain chain{kRuntime, "development"};
    const auto built = chain.build({chain.sign("//Alice", 0, transfer("//Bob", 2'000'000 * kPha))});
    EXPECT_EQ(to_hex(built.results[1]).substr(0, 4), "0001") << "applied, failed in dispatch";
    ASSERT_TRUE(chain.import(built.block));
    EXPECT_EQ(account(chain, "//Bob").free, 1'000'000 * kPha);
    EXPECT_LT(account(chain, "//Alice").free, 1'000'000 * kPha);
    EXPECT_EQ(account(chain, "//Alice").nonce, 1U);
}

TEST(DevChain, InvalidTransactionsAreRefused)
{
    const DevChain chain{kRuntime, "development"};
    const auto validity = [&](const Bytes& extrinsic) {
        const Bytes answer = *chain.call("TaggedTransactionQueue_validate_transaction",
                                         concat(Bytes{2}, extrinsic, crypto::blake2_256(scale::encode(chain.head()))));
        return to_hex(ByteView{answer}.first(std::min<std::size_t>(answer.size(), 3)));
    };
    EXPECT_EQ(validity(chain.sign("//Alice", 0, transfer("//Bob", kPha))).substr(0, 2), "00");
    EXPECT_EQ(validity(chain.sign("//Nobody", 0, transfer("//Bob", kPha))), "010001") << "Payment";
    Bytes tampered = chain.sign("//Alice", 0, transfer("//Bob", kPha));
    tampered.back() ^= 1;
    EXPECT_EQ(validity(tampered), "010004") << "BadProof";
}

TEST(DevChain, AChangedBlockDoesNotExecute)
{
    DevChain chain{kRuntime, "development"};
    const auto built = chain.build({chain.sign("//Alice", 0, transfer("//Bob", kPha))});
    const auto refused = [&](auto change) {
        Block block = built.block;
        change(block);
        return !chain.import(block);
    };
    EXPECT_TRUE(refused([](Block& block) { block.header.state_root.bytes[0] ^= 1; }));
    EXPECT_TRUE(refused([](Block& block) { block.header.extrinsics_root.bytes[0] ^= 1; }));
    EXPECT_TRUE(refused([](Block& block) { block.extrinsics.pop_back(); }));
    EXPECT_TRUE(refused([](Block& block) { block.extrinsics.back().back() ^= 1; }));
    EXPECT_TRUE(refused([](Block& block) { block.header.number = 2; }));
    EXPECT_EQ(chain.head().number.value, 0U);
    EXPECT_TRUE(chain.import(built.block));
}

TEST(DevChain, MalformedArgumentsEndTheCallInWords)
{
    const DevChain chain{kRuntime, "development"};
    const auto answer = chain.call("AccountNonceApi_account_nonce", Bytes{1, 2});
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().message().find("arguments of AccountNonceApi_account_nonce: SCALE input ends too early"),
              std::string::npos)
        << answer.error().message();
}

TEST(DevChain, MetadataNeedsNoState)
{
    const DevChain chain{kRuntime, "development"};
    const auto whole = chain.query<Bytes>("Metadata_metadata");
    EXPECT_EQ(to_hex(ByteView{whole}.first(5)), "6d6574610e");
    EXPECT_EQ(chain.query<std::vector<std::uint32_t>>("Metadata_metadata_versions"),
              (std::vector<std::uint32_t>{14, 15, 16}));
    EXPECT_EQ(chain.query<std::optional<Bytes>>("Metadata_metadata_at_version", scale::encode(std::uint32_t{14})),
              whole);
    EXPECT_EQ(chain.query<std::optional<Bytes>>("Metadata_metadata_at_version", scale::encode(std::uint32_t{99})),
              std::nullopt);
}

} // namespace
} // namespace phala::testing
