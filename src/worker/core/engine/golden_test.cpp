// Exact results of the reference's own contracts (spec contract-engine §11). Their binaries are not part of this tree:
// the tests run where PHALA_PINK_FIXTURES names a folder that holds flip.wasm, cross.wasm, system.wasm, …, each bare or
// inside a .contract file. Whether they are the ones with these results is told by their hashes.
#include "base/hex.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "worker/core/engine/engine_testing.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace phala::worker::engine {

namespace {

enum class FixtureError : std::uint8_t { Missing, Damaged, Other };

std::string_view describe(FixtureError error)
{
    switch (error) {
    case FixtureError::Missing: return "PHALA_PINK_FIXTURES names a folder that lacks";
    case FixtureError::Damaged: return "the fixture is damaged";
    case FixtureError::Other: return "the fixture is other code than the one with the known results";
    }
    return "fixture";
}

using namespace testing;
namespace fs = std::filesystem;

/// Size and BLAKE2b-256 of the code (spec contract-engine §1.4).
struct Published {
    std::string_view name;
    std::size_t size;
    std::string_view hash;
};
constexpr std::array<Published, 4> kPublished{{
    {"flip", 24'336, "a3f91e98edc8ccfb035946133027dd5a3f8694c70e7a27ffdf8056f7b9cc40ab"},
    {"cross", 7'386, "1665d141140d976421f747f0f3873c7cf446caa9103183e35728343d4390d6ea"},
    {"system", 42'086, "e96845d1c3797dca7ab28eb3a01644c0c54dbf941626e7b49ae84e98a5796857"},
    {"check_system", 77'002, "ec14edb30752e37359cf713868ebc07c3087b16c9257324ab68c556e8f7b2c1d"},
}};

std::optional<Bytes> content(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    return file ? std::optional{Bytes{std::istreambuf_iterator<char>{file}, {}}} : std::nullopt;
}

/// The code of one of them, from NAME.wasm or from source.wasm of NAME.contract.
Outcome<Bytes> read_fixture(const fs::path& folder, const Published& published)
{
    fs::path path = folder / (std::string{published.name} + ".wasm");
    auto code = content(path);
    if (!code) {
        path.replace_extension(".contract");
        const auto text = content(path);
        if (!text)
            return fail(FixtureError::Missing,
                        std::string{published.name} + ".wasm and " + path.filename().string() + ": " + folder.string());
        const auto bundle = json::parse(text_of(*text));
        const auto* source = bundle ? bundle->find("source") : nullptr;
        const auto* wasm = source == nullptr ? nullptr : source->find("wasm");
        if (wasm == nullptr || wasm->string() == nullptr)
            return fail(FixtureError::Damaged, path.string() + ": no JSON with the code in source.wasm");
        auto bytes = from_hex(*wasm->string());
        if (!bytes)
            return fail(FixtureError::Damaged, path.string() + ": source.wasm: " + bytes.error().message());
        code = std::move(*bytes);
    }
    constexpr std::array<std::uint8_t, 8> kMagic{0, 'a', 's', 'm', 1, 0, 0, 0};
    if (code->size() < kMagic.size() || !std::ranges::equal(ByteView{*code}.first(kMagic.size()), kMagic))
        return fail(FixtureError::Damaged, path.string() + ": no WebAssembly module");
    const auto hash = to_hex(crypto::blake2_256(*code));
    if (code->size() != published.size || hash != published.hash)
        return fail(FixtureError::Other, path.string() + ": " + std::to_string(code->size()) + " bytes, hash " + hash
                                             + "; expected " + std::to_string(published.size) + ", "
                                             + std::string{published.hash});
    return std::move(*code);
}

Bytes fixture(std::string_view name)
{
    const auto* published = std::ranges::find(kPublished, name, &Published::name);
    auto code = read_fixture(std::getenv("PHALA_PINK_FIXTURES"), *published);
    EXPECT_TRUE(code) << code.error().message();
    return code.value_or(Bytes{});
}

class Fixtures : public ::testing::Test {
protected:
    void TearDown() override { fs::remove_all(folder); }

    void put(const std::string& name, std::string_view text) const
    {
        std::ofstream{folder / name, std::ios::binary} << text;
    }
    void expect_failure(const Published& published, FixtureError error, std::string_view text) const
    {
        const auto read = read_fixture(folder, published);
        ASSERT_FALSE(read);
        EXPECT_TRUE(read.error().is(error)) << read.error().message();
        EXPECT_NE(read.error().message().find(text), std::string::npos) << read.error().message();
    }

    const fs::path folder = [] {
        const auto made = fs::temp_directory_path() / ("phala-fixtures-" + std::to_string(::getpid()));
        fs::create_directories(made);
        return made;
    }();
};

// A contract of ours, in either shape, stands for the reference's: its code is read, and its hash decides.
TEST_F(Fixtures, AreReadBareAndFromBundles)
{
    const auto code = content(fs::path{PHALA_WASM_DIR} / "contracts" / "flipper.wasm").value();
    const auto hash = to_hex(crypto::blake2_256(code));
    const Published ours{"flip", code.size(), hash};
    put("flip.wasm", text_of(code));
    EXPECT_EQ(read_fixture(folder, ours).value(), code);
    fs::remove(folder / "flip.wasm");
    put("flip.contract", R"({"source":{"hash":"0x00","wasm":")" + to_hex0x(code) + R"("}})");
    EXPECT_EQ(read_fixture(folder, ours).value(), code);
    expect_failure(kPublished[0], FixtureError::Other, "hash " + hash + "; expected 24336, a3f91e98");
}

TEST_F(Fixtures, FailLoudlyWhereTheyAreMissingOrDamaged)
{
    const auto& flip = kPublished[0];
    expect_failure(flip, FixtureError::Missing, "flip.wasm and flip.contract");
    put("flip.contract", R"({"source":{"wasm":"0x0061)");
    expect_failure(flip, FixtureError::Damaged, "no JSON with the code in source.wasm");
    put("flip.contract", R"({"source":{"wasm":"0x006"}})");
    expect_failure(flip, FixtureError::Damaged, "source.wasm");
    put("flip.wasm", "\x7f"
                     "ELF, which is something else");
    expect_failure(flip, FixtureError::Damaged, "flip.wasm: no WebAssembly module");
}

class Golden : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (std::getenv("PHALA_PINK_FIXTURES") == nullptr)
            GTEST_SKIP() << "PHALA_PINK_FIXTURES is not set";
        ClusterSetup setup;
        setup.owner = kAlice;
        setup.deposit = ~Balance{0} / 2;
        setup.gas_price = setup.deposit_per_item = setup.deposit_per_byte = 1;
        setup.treasury = kTreasury;
        const auto code = fixture("system");
        setup.system_code = code;
        auto made = test_engine().set_up(setup, cluster.context);
        ASSERT_TRUE(made) << made.error().message();
        ASSERT_TRUE(made->result) << made->result.error();
        cluster.state = made->state;
        system = *made->result;
    }

    H256 upload(const std::string& name)
    {
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, fixture(name), Determinism::Enforced);
        EXPECT_TRUE(uploaded.result) << uploaded.result.error() << " " << uploaded.reason;
        cluster.state = uploaded.state;
        return uploaded.result.value_or(H256{});
    }

    Cluster cluster;
    AccountId system;
};

using namespace literals;

TEST_F(Golden, SystemContractHasItsAddress)
{
    EXPECT_EQ(to_hex(system), "609e035678541440353781a81b933e7a19e5eda2d411f1127c2d0783237261f3");
    const auto version = cluster.call(system, "87c98a8d"_hex);
    EXPECT_EQ(version, (ExecReturn{0, "00010002000000"_hex}));
    EXPECT_EQ(cluster.call(system, "feaea4fa"_hex), (ExecReturn{0, concat("00"_hex, kAlice)}));
    EXPECT_EQ(cluster.call(system, "ffffffff"_hex), (ExecReturn{1, "0101"_hex}));
}

TEST_F(Golden, FlipCostsWhatItCosts)
{
    const auto hash = upload("flip");
    cluster.arguments.gas_limit = 2'500'000'000'000;
    const auto made = cluster.instantiate(hash, "9bae9d5e01"_hex, {});
    ASSERT_TRUE(made.result) << debug_text(made.result.error());
    EXPECT_EQ(to_hex(made.result->account_id), "35db55bc9f81c9b14ae536cc43c37786f3ff62fe5247a4dccfd7ba3c8bf316af");
    EXPECT_EQ(made.gas_consumed, (Weight{1'004'638'278, 24'635}));
    EXPECT_EQ(made.gas_required, (Weight{1'582'359'686, 1'073'211}));
    EXPECT_EQ(made.storage_deposit, StorageDeposit{Charge{126}});
    const auto flip = made.result->account_id;
    EXPECT_EQ(cluster.call(flip, "2f865bd9"_hex), (ExecReturn{0, "01"_hex}));
    EXPECT_EQ(cluster.call(flip, "633aa551"_hex), (ExecReturn{}));
    EXPECT_EQ(cluster.call(flip, "2f865bd9"_hex), (ExecReturn{0, "00"_hex}));
    EXPECT_EQ(cluster.call(flip, "f7dff04c2a00000018000000000000000000000000000000"_hex),
              (ExecReturn{0, "2a00000018000000000000000000000000000000"_hex}));
}

TEST_F(Golden, CrossInstantiatesFlip)
{
    upload("flip");
    const auto hash = upload("cross");
    cluster.arguments.transfer = (~Balance{0} / 2) / 100;
    const auto made = cluster.instantiate(hash, "9bae9d5e01"_hex, {});
    ASSERT_TRUE(made.result) << debug_text(made.result.error());
    EXPECT_EQ(to_hex(made.result->account_id), "056a8ab55cc7f7405e121302a0af5b46d8c5fd78d2dbc8c2ac994802bdfb71dc");
    EXPECT_EQ(made.gas_consumed, (Weight{3'125'415'497, 37'600}));
    EXPECT_EQ(made.gas_required, (Weight{3'703'360'905, 1'086'176}));
    EXPECT_EQ(made.storage_deposit, StorageDeposit{Charge{283}});
    ASSERT_EQ(cluster.effects.instantiated.size(), 2u);
    EXPECT_EQ(to_hex(cluster.effects.instantiated[0].contract),
              "21987f6137bade4149694c00329d55d598d109be0b22535758528d14fc12b4e9");
    EXPECT_EQ(cluster.effects.instantiated[1].contract, made.result->account_id);
    cluster.arguments.transfer = 0;
    EXPECT_EQ(cluster.call(made.result->account_id, "c3220014"_hex), (ExecReturn{0, "01"_hex}));
}

TEST_F(Golden, CheckerRuns)
{
    const auto hash = upload("check_system");
    const auto made = cluster.instantiate(hash, "ed4b9d1b"_hex, {});
    ASSERT_TRUE(made.result) << debug_text(made.result.error());
    const auto checker = made.result->account_id;
    EXPECT_EQ(to_hex(checker), "e16cb8cfc6c12dd4999315e9abab8eb516ff7fc2ff1f13ff667998907fcebb90");
    EXPECT_EQ(cluster.call(checker, "8e7357da"_hex), (ExecReturn{0, "0001"_hex})); // is_in_transaction
    const auto unknown_id = cluster.execute(checker, concat("38d6505c"_hex, "01000100"_hex));
    EXPECT_EQ(unknown_id.result.error(), error_of(PinkError::UnknownChainExtensionId));
    const auto unknown_function = cluster.execute(checker, concat("38d6505c"_hex, "ffff0000"_hex));
    EXPECT_EQ(unknown_function.result.error(), error_of(PinkError::UnknownChainExtensionFunction));
    const auto init_fail = cluster.instantiate(hash, "35391d84"_hex, Bytes{1});
    ASSERT_TRUE(init_fail.result) << debug_text(init_fail.result.error());
    EXPECT_EQ(init_fail.result->result, (ExecReturn{1, "0001"_hex}));
    const auto init_panic = cluster.instantiate(hash, "15c6e878"_hex, Bytes{2});
    EXPECT_EQ(init_panic.result.error(), error_of(ContractsError::ContractTrapped));
    EXPECT_FALSE(init_panic.debug_message.empty());
    // set_driver("PinkLogger", checker): the pink event, then the contract's own
    const auto driver = cluster.call(system, concat("aa1e2030"_hex, "28"_hex, bytes_of("PinkLogger"), checker));
    EXPECT_EQ(driver, (ExecReturn{0, "0000"_hex}));
    ASSERT_EQ(cluster.effects.pink_events.size(), 1u);
    ASSERT_NE(cluster.effects.pink_events[0].event.get_if<SetLogHandler>(), nullptr);
    EXPECT_EQ(cluster.effects.pink_events[0].event.get_if<SetLogHandler>()->contract, checker);
    EXPECT_EQ(cluster.effects.contract_events.size(), 1u);
}

} // namespace
} // namespace phala::worker::engine
