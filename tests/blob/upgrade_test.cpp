// A chain that replaces its own code: by every way that there is, and against every code that may not be.
#include "dev_chain.hpp"

#include "base/hex.hpp"
#include "runtime/khala/encode_call.hpp"

#include <gtest/gtest.h>

namespace phala::testing {
namespace {

namespace khala = runtime::khala;
namespace sudo = runtime::sudo;
namespace system = runtime::system;
using runtime::to_dispatch_error;

class Upgrade : public ::testing::Test {
protected:
    DevChain chain{"khala_runtime", "development"};
    const Bytes next = read_blob("khala_runtime_next");
    Nonce nonce = 0;

    /// Builds and imports a block with these extrinsics, all of which must be applied.
    Block block(const std::vector<Bytes>& extrinsics = {})
    {
        auto built = chain.build(extrinsics);
        for (const auto& result : built.results)
            EXPECT_EQ(to_hex(result), "0000");
        const auto imported = chain.import(built.block);
        EXPECT_TRUE(imported) << imported.error().message();
        return std::move(built.block);
    }
    Bytes signed_by_alice(ByteView call) { return chain.sign("//Alice", nonce++, call); }
    template <class Call>
    Bytes as_root(const Call& call)
    {
        return signed_by_alice(khala::encode_call(sudo::sudo{runtime::RuntimeCall{call}}));
    }
    template <class Event>
    std::vector<Event> events()
    {
        std::vector<Event> out;
        const auto stored = chain.storage(system::Events::key());
        for (const auto& record : DevChain::must(scale::decode<std::vector<system::Record>>(stored.value_or(Bytes{0}))))
            if (auto event = record.event.as<Event>())
                out.push_back(std::move(*event));
        return out;
    }
    /// What root's last call gave.
    std::optional<DispatchError> failure_of_root()
    {
        const auto done = events<sudo::Sudid>();
        EXPECT_EQ(done.size(), 1U);
        return done.empty() || done[0].sudo_result ? std::nullopt : std::optional{done[0].sudo_result.error()};
    }
    std::uint32_t spec_version() { return chain.query<RuntimeVersion>("Core_version").spec_version; }
    std::uint32_t last_upgrade()
    {
        return DevChain::must(
                   scale::decode<system::LastRuntimeUpgradeInfo>(*chain.storage(system::LastRuntimeUpgrade::key())))
            .spec_version.value;
    }
    std::optional<Bytes> code() { return chain.storage(bytes_of(":code")); }
    std::string validity(const Bytes& extrinsic)
    {
        const Bytes answer =
            DevChain::must(chain.call("TaggedTransactionQueue_validate_transaction",
                                      concat(Bytes{2}, extrinsic, crypto::blake2_256(scale::encode(chain.head())))));
        return to_hex(ByteView{answer}.first(std::min<std::size_t>(answer.size(), 3)));
    }
};

TEST_F(Upgrade, NewCodeTakesOverInTheNextBlock)
{
    block();
    EXPECT_EQ(spec_version(), 1U);
    const Block replacing = block({as_root(system::set_code{next})});
    EXPECT_EQ(replacing.header.digest.logs.back(), (DigestItem{digest::RuntimeEnvironmentUpdated{}}));
    EXPECT_EQ(failure_of_root(), std::nullopt);
    EXPECT_EQ(events<system::CodeUpdated>().size(), 1U);
    EXPECT_EQ(code(), next);

    // what is asked of this state is answered by the new code, which has not changed anything yet
    EXPECT_EQ(spec_version(), 2U);
    EXPECT_EQ(last_upgrade(), 1U);
    EXPECT_EQ(chain.storage(bytes_of(":migrated")), std::nullopt);
    EXPECT_EQ(chain.runtime().version()->spec_version, 2U) << "as the custom section has it";

    // its first block migrates, once
    block({signed_by_alice(khala::encode_call(system::remark_with_event{{1}}))});
    EXPECT_EQ(events<system::Remarked>().size(), 1U);
    EXPECT_EQ(last_upgrade(), 2U);
    EXPECT_EQ(chain.storage(bytes_of(":migrated")), (Bytes{4, 1}));
    block();
    EXPECT_EQ(chain.storage(bytes_of(":migrated")), (Bytes{4, 1}));
}

TEST_F(Upgrade, ATransactionSignedForTheOldVersionIsInvalid)
{
    const Bytes before = chain.sign("//Bob", 0, khala::encode_call(system::remark{}));
    EXPECT_EQ(validity(before).substr(0, 2), "00");
    block({as_root(system::set_code{next})});
    EXPECT_EQ(validity(before), "010004") << "BadProof: the version is part of what was signed";
    EXPECT_EQ(validity(chain.sign("//Bob", 0, khala::encode_call(system::remark{}))).substr(0, 2), "00");
}

TEST_F(Upgrade, CodeThatIsNoNewerVersionOfThisRuntimeIsRefused)
{
    const auto refusal = [&](const Bytes& offered) {
        block({as_root(system::set_code{offered})});
        EXPECT_EQ(code(), read_blob("khala_runtime"));
        EXPECT_TRUE(events<system::CodeUpdated>().empty());
        return failure_of_root();
    };
    using E = system::Error;
    EXPECT_EQ(refusal({1, 2, 3}), to_dispatch_error(E::FailedToExtractRuntimeVersion)) << "no Wasm";
    EXPECT_EQ(refusal(to_bytes(ByteView{next}.first(next.size() / 2))),
              to_dispatch_error(E::FailedToExtractRuntimeVersion))
        << "half of a blob";
    EXPECT_EQ(refusal(read_blob("phala_runtime")), to_dispatch_error(E::InvalidSpecName));
    EXPECT_EQ(refusal(read_blob("khala_runtime")), to_dispatch_error(E::SpecVersionNeedsToIncrease));
    const auto built = chain.build({chain.sign("//Bob", 0, khala::encode_call(system::set_code{next}))});
    EXPECT_EQ(to_hex(built.results[1]), "000102") << "BadOrigin: Bob is not root";
}

TEST_F(Upgrade, RootMayReplaceTheCodeWithoutChecks)
{
    const Bytes other = read_blob("khala_runtime_testing"); // of the same version
    block({as_root(system::set_code_without_checks{other})});
    EXPECT_EQ(failure_of_root(), std::nullopt);
    EXPECT_EQ(code(), other);
    EXPECT_TRUE(chain.runtime().exports("Testing_dispatch"));
    block();
    EXPECT_EQ(last_upgrade(), 1U);
}

TEST_F(Upgrade, AnAuthorizedUpgradeIsAppliedByAnybody)
{
    const H256 hash{crypto::blake2_256(next)};
    const auto apply = [](const Bytes& blob) {
        return bare_extrinsic(khala::encode_call(system::apply_authorized_upgrade{blob}));
    };
    EXPECT_EQ(validity(apply(next)), "010000") << "Call: nothing is authorized";
    block({as_root(system::authorize_upgrade{hash})});
    const auto announced = events<system::UpgradeAuthorized>();
    ASSERT_EQ(announced.size(), 1U);
    EXPECT_EQ(announced[0].code_hash, hash);
    EXPECT_TRUE(announced[0].check_version);

    EXPECT_EQ(validity(apply(read_blob("phala_runtime"))), "010000") << "another code";
    const auto wrong = chain.build({signed_by_alice(khala::encode_call(system::apply_authorized_upgrade{{1}}))});
    --nonce;
    EXPECT_EQ(to_hex(wrong.results[1]), "0001030008000000") << "System.Unauthorized";

    EXPECT_EQ(validity(apply(next)).substr(0, 2), "00");
    const Block applied = block({apply(next)});
    EXPECT_EQ(applied.header.digest.logs.back(), (DigestItem{digest::RuntimeEnvironmentUpdated{}}));
    EXPECT_EQ(events<system::CodeUpdated>().size(), 1U);
    EXPECT_EQ(chain.storage(system::AuthorizedUpgrade::key()), std::nullopt) << "it was for once";
    block();
    EXPECT_EQ(last_upgrade(), 2U);
}

TEST_F(Upgrade, AnAuthorizedCodeMustStillBeANewerVersionUnlessRootSaidOtherwise)
{
    const Bytes other = read_blob("phala_runtime");
    const Bytes apply = bare_extrinsic(khala::encode_call(system::apply_authorized_upgrade{other}));
    block({as_root(system::authorize_upgrade{{crypto::blake2_256(other)}})});
    EXPECT_EQ(validity(apply), "010000") << "it would fail, and pays nothing";
    block({as_root(system::authorize_upgrade_without_checks{{crypto::blake2_256(other)}})});
    EXPECT_FALSE(events<system::UpgradeAuthorized>()[0].check_version);
    EXPECT_EQ(validity(apply).substr(0, 2), "00");
}

TEST(SecondComposition, IsAChainOfItsOwn)
{
    DevChain chain{"phala_runtime", "development"};
    const auto version = chain.query<RuntimeVersion>("Core_version");
    EXPECT_EQ(version.spec_name, "phala");
    EXPECT_EQ(version, *chain.runtime().version());
    EXPECT_EQ(chain.query<std::uint64_t>("AuraApi_slot_duration"), 12'000U);
    const Bytes remark = khala::encode_call(system::remark{{7}}); // System is 0 on both
    const auto built = chain.build({chain.sign("//Alice", 0, concat(Bytes{255, 0}, remark)),
                                    chain.sign("//Bob", 0, khala::encode_call(system::remark_with_event{{7}}))});
    for (const auto& result : built.results)
        EXPECT_EQ(to_hex(result), "0000");
    EXPECT_TRUE(chain.import(built.block));
    const auto next = chain.build({});
    EXPECT_TRUE(chain.import(next.block));
}

} // namespace
} // namespace phala::testing
