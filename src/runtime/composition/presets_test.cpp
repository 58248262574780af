#include "runtime/composition/presets.hpp"

#include "base/hex.hpp"
#include "crypto/key_pair.hpp"
#include "runtime/composition/composition.hpp"
#include "runtime/frame/genesis.hpp"

#include <gtest/gtest.h>

namespace phala::runtime::composition {
namespace {

TEST(Presets, AccountsAreThoseOfTheirUris)
{
    for (const auto& [uri, key] : development_accounts()) {
        const auto pair = crypto::KeyPair::from_uri(uri);
        ASSERT_TRUE(pair) << uri;
        EXPECT_EQ(to_hex0x(pair->public_key()), key) << uri;
    }
}

TEST(Presets, MergedIntoTheDefaultTheyDescribeAGenesis)
{
    const json::Value whole = genesis_to_json<Runtime>(GenesisConfig{});
    for (const auto& name : preset_names()) {
        json::Value merged = whole;
        json::merge_patch(merged, *preset(name));
        const auto config = genesis_from_json<Runtime>(merged);
        ASSERT_TRUE(config) << name << ": " << config.error().message();
        EXPECT_EQ(genesis_to_json<Runtime>(*config), merged) << name;
        EXPECT_EQ(std::get<balances::GenesisConfig>(*config).balances.size(), 16U);
        EXPECT_EQ(std::get<aura::GenesisConfig>(*config).authorities.size(), name == "development" ? 1U : 2U);
    }
    EXPECT_EQ(preset("mainnet"), std::nullopt);
}

TEST(Presets, AConfigurationMustBeWholeAndKnown)
{
    const auto error = [](const json::Value& value) { return genesis_from_json<Runtime>(value).error().message(); };
    EXPECT_EQ(error(*preset("development")),
              "member is missing: system (pass the whole configuration, not a patch of it)");
    json::Value extra = genesis_to_json<Runtime>(GenesisConfig{});
    extra["democracy"] = json::Object{};
    EXPECT_EQ(error(extra), "no such member: democracy (no pallet of this name has a genesis configuration)");
    json::Value wrong = genesis_to_json<Runtime>(GenesisConfig{});
    wrong["balances"]["balances"] = json::Array{json::Array{"0x00", 1}};
    EXPECT_EQ(error(wrong), "JSON value has the wrong length: balances: balances: [0]: [0]: 1 bytes, expected 32");
}

} // namespace
} // namespace phala::runtime::composition
