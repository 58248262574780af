#include "node/chain/spec.hpp"

#include <gtest/gtest.h>

namespace phala::node {
namespace {

TEST(ChainSpec, PrintsWhatItReads)
{
    ChainSpec spec = development_spec({1, 2, 3});
    spec.patch = json::Object{};
    spec.patch["balances"]["amount"] = json::Integer{static_cast<u128>(1) << 100};
    auto read = parse_chain_spec(print_chain_spec(spec));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->name, "Phala Development");
    EXPECT_EQ(read->id, "dev");
    EXPECT_EQ(*read->chain_type.string(), "Development");
    EXPECT_EQ(json::dump(read->properties), R"({"ss58Format":30,"tokenDecimals":12,"tokenSymbol":"PHA"})");
    EXPECT_EQ(read->code, spec.code);
    EXPECT_EQ(read->preset, "development");
    EXPECT_EQ(read->patch, spec.patch); // all 128 bits of it
    EXPECT_FALSE(read->is_raw);

    const std::map<Bytes, Bytes> state{{to_bytes(":c"), {}}, {to_bytes(":code"), {1, 2, 3}}};
    auto raw = parse_chain_spec(print_raw_chain_spec(spec, state));
    ASSERT_TRUE(raw) << raw.error().message();
    EXPECT_TRUE(raw->is_raw);
    EXPECT_EQ(raw->raw, state); // present but empty is not absent
}

TEST(ChainSpec, ReadsTheOldRawFormAndToleratesMore)
{
    auto spec = parse_chain_spec(
        R"({"name":"n","id":"i","chainType":{"Custom":"x"},"relay_chain":"r","forkId":null,"genesis":{"raw":[{"0x3a63":"0x"},{}]}})");
    ASSERT_TRUE(spec) << spec.error().message();
    EXPECT_EQ(spec->raw, (std::map<Bytes, Bytes>{{to_bytes(":c"), {}}}));
    EXPECT_EQ(json::dump(spec->chain_type), R"({"Custom":"x"})");
}

TEST(ChainSpec, SaysWhatIsWrong)
{
    const auto error = [](std::string_view text) { return parse_chain_spec(text).error().message(); };
    EXPECT_NE(error("{").find("JSON"), std::string::npos) << error("{");
    EXPECT_NE(error("[]").find("no JSON object"), std::string::npos);
    EXPECT_NE(error(R"({"id":"i"})").find("\"name\""), std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i"})").find("\"genesis\""), std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{"stateRootHash":"0x00"}})").find("neither"), std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{"raw":{"top":{"0xzz":"0x"}}}})").find("hex"), std::string::npos);
    EXPECT_NE(
        error(R"({"name":"n","id":"i","genesis":{"raw":{"top":{},"childrenDefault":{"0x00":{}}}}})").find("child"),
        std::string::npos);
}

} // namespace
} // namespace phala::node
