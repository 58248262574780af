// Compiled code over restarts: a new engine with the same store stands for a worker that starts again.
#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "worker/core/engine/code_cache.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"
#include "worker/core/engine/storage.hpp"

namespace phala::worker::engine {
namespace {

using namespace testing;

struct MemoryStore final : CompiledStore {
    std::map<std::string, Bytes> kept;
    int hits = 0;

    std::optional<Bytes> find(const std::string& name) override
    {
        const auto at = kept.find(name);
        if (at == kept.end())
            return std::nullopt;
        ++hits;
        return at->second;
    }
    void keep(const std::string& name, ByteView code) override { kept.insert_or_assign(name, to_bytes(code)); }
};

class CodeKept : public ::testing::Test {
protected:
    void SetUp() override
    {
        const auto engine = Engine::create(&store).value();
        state = engine->deposit({}, kAlice, ~Balance{0} / 2);
        auto uploaded = engine->upload_code(state, kAlice, wat(kProbe), Determinism::Enforced);
        const auto made =
            engine->instantiate(uploaded.state, context, arguments, uploaded.result.value_or(H256{}), {}, {}).value();
        state = made.state;
        probe = made.result.result.value().account_id;
    }

    /// The state's root after a call by an engine that was just made.
    trie::Hash root_after_restart()
    {
        const auto engine = Engine::create(&store).value();
        const auto done =
            engine->call(state, context, arguments, probe, Bytes{static_cast<std::uint8_t>(Probe::Increment)}).value();
        EXPECT_TRUE(done.result.result);
        gas = done.result.gas_consumed;
        return done.state.root();
    }

    MemoryStore store;
    ClusterState state;
    Context context{.block_number = 1, .now_ms = 1};
    TransactionArguments arguments{kAlice, 0, 2'500'000'000'000, true, std::nullopt, 0};
    AccountId probe{};
    Weight gas{};
};

TEST_F(CodeKept, IsUsedByTheNextRun)
{
    ASSERT_EQ(store.kept.size(), 1u);
    const auto loaded = root_after_restart();
    const auto gas_of_loaded = gas;
    EXPECT_EQ(store.hits, 1);
    store.kept.clear();
    EXPECT_EQ(root_after_restart(), loaded);
    EXPECT_EQ(gas, gas_of_loaded);
    EXPECT_EQ(store.kept.size(), 1u) << "what was compiled again is kept again";
}

TEST_F(CodeKept, IsCompiledAgainWhereTheStoreGivesWhatNoCompilerOfOursMade)
{
    const auto good = store.kept.begin()->second;
    const auto expected = root_after_restart();
    for (const auto& other : {Bytes{}, Bytes(5000, 0), to_bytes(ByteView{good}.first(good.size() / 2))}) {
        store.kept.begin()->second = other;
        EXPECT_EQ(root_after_restart(), expected);
        EXPECT_EQ(store.kept.begin()->second.size(), good.size());
    }
}

TEST_F(CodeKept, IsNamedByTheCodeAndByAllThatMadeIt)
{
    const auto hash = to_hex(crypto::blake2_256(wat(kProbe)));
    EXPECT_EQ(store.kept.begin()->first, hash + "-" + compilation());
    const auto another = store.kept.extract(store.kept.begin()).mapped();
    store.kept.emplace(hash + "-wasmtime-1.0.0-1", another);
    root_after_restart();
    EXPECT_EQ(store.hits, 0) << "of another version";
}

TEST_F(CodeKept, IsNotKeptOfAnUploadThatWasNotPaid)
{
    const auto engine = Engine::create(&store).value();
    Storage priced{ClusterState{}};
    priced.set_parameters({.deposit_per_item = 1, .deposit_per_byte = 1});
    const auto refused = engine->upload_code(priced.state(), kBob, wat(kProxy), Determinism::Enforced);
    EXPECT_FALSE(refused.result);
    EXPECT_EQ(store.kept.size(), 1u);
}

// If this fails because `instrument` gives other code than before, raise kInstrumentation and put the new hash here:
// otherwise workers go on with code that they compiled before the change.
TEST(Instrumentation, HasAVersion)
{
    auto module = check_code(wat(kProbe), Determinism::Enforced);
    ASSERT_TRUE(module);
    EXPECT_EQ(kInstrumentation, 2u);
    EXPECT_EQ(to_hex(crypto::blake2_256(instrument(std::move(*module)).value())),
              "81946a39b24fdbc9291bb8af733890ad68339c32a09649c2c3ac3dbe6409bb37");
}

} // namespace
} // namespace phala::worker::engine
