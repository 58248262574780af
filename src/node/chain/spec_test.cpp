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

    const Entries state{{to_bytes(":c"), {}}, {to_bytes(":code"), {1, 2, 3}}};
    ChildEntries children;
    children[{}] = {{Bytes{}, Bytes{7}}};
    children[Bytes{5}] = {{Bytes{1}, Bytes{}}, {Bytes{2}, Bytes{3}}};
    auto raw = parse_chain_spec(print_raw_chain_spec(spec, state, children));
    ASSERT_TRUE(raw) << raw.error().message();
    EXPECT_TRUE(raw->is_raw);
    EXPECT_EQ(raw->raw, state); // present but empty is not absent
    EXPECT_EQ(raw->raw_children, children);
}

TEST(ChainSpec, ReadsTheOldRawFormAndToleratesMore)
{
    auto spec = parse_chain_spec(
        R"({"name":"n","id":"i","chainType":{"Custom":"x"},"relay_chain":"r","forkId":null,"genesis":{"raw":[{"0x3a63":"0x"},{}]}})");
    ASSERT_TRUE(spec) << spec.error().message();
    EXPECT_EQ(spec->raw, (std::map<Bytes, Bytes>{{to_bytes(":c"), {}}}));
    EXPECT_TRUE(spec->raw_children.empty());
    EXPECT_EQ(json::dump(spec->chain_type), R"({"Custom":"x"})");
}

constexpr std::string_view kWhole = R"({
  "name": "Whole", "id": "whole-1.test_2", "chainType": "Live",
  "bootNodes": ["/dns/a.example/tcp/30333/p2p/12D3KooWA", "/ip4/10.0.0.1/tcp/1"],
  "telemetryEndpoints": [["/dns/t.example/tcp/443/x-parity-wss/%2Fsubmit%2F", 1]],
  "protocolId": "pha", "forkId": "second", "properties": {"ss58Format": 30},
  "codeSubstitutes": {"7": "0x0102", "8": "0x03"},
  "forkBlocks": [[1, "0x0000000000000000000000000000000000000000000000000000000000000001"]],
  "badBlocks": ["0x0000000000000000000000000000000000000000000000000000000000000002"],
  "consensusEngine": null, "relay_chain": "kusama", "para_id": 2004, "evmSince": 1,
  "lightSyncState": {"finalizedBlockHeader": "0x00", "grandpaAuthoritySet": "0x01"},
  "genesis": {"raw": {"top": {"0x3a63": "0x01"}, "childrenDefault": {"0x05": {"0x01": "0x02"}}}}
})";

TEST(ChainSpec, KeepsEveryField)
{
    const auto spec = parse_chain_spec(kWhole);
    ASSERT_TRUE(spec) << spec.error().message();
    EXPECT_EQ(spec->boot_nodes.size(), 2U);
    EXPECT_EQ(json::dump(spec->telemetry_endpoints), R"([["/dns/t.example/tcp/443/x-parity-wss/%2Fsubmit%2F",1]])");
    EXPECT_EQ(spec->protocol_id, "pha");
    EXPECT_EQ(spec->fork_id, "second");
    EXPECT_EQ(spec->code_substitutes, (std::map<BlockNumber, Bytes>{{7, {1, 2}}, {8, {3}}}));
    ASSERT_EQ(spec->fork_blocks.size(), 1U);
    EXPECT_EQ(spec->fork_blocks[0].first, 1U);
    EXPECT_EQ(spec->fork_blocks[0].second.bytes.back(), 1);
    ASSERT_EQ(spec->bad_blocks.size(), 1U);
    EXPECT_EQ(spec->bad_blocks[0].bytes.back(), 2);
    ASSERT_EQ(spec->extensions.size(), 5U);
    EXPECT_EQ(spec->extensions[1].name, "relay_chain");

    for (const auto& printed : {print_chain_spec(*spec), print_raw_chain_spec(*spec, spec->raw, spec->raw_children)}) {
        const auto again = parse_chain_spec(printed);
        ASSERT_TRUE(again) << again.error().message();
        EXPECT_TRUE(*again == *spec) << printed;
    }
}

TEST(ChainSpec, ReadsWholeConfigurations)
{
    const auto whole = parse_chain_spec(
        R"({"name":"n","id":"i","genesis":{"runtimeGenesis":{"code":"0x01","config":{"sudo":{"key":null}}}}})");
    ASSERT_TRUE(whole) << whole.error().message();
    EXPECT_EQ(json::dump(whole->config), R"({"sudo":{"key":null}})");
    EXPECT_TRUE(*parse_chain_spec(print_chain_spec(*whole)) == *whole);

    const auto old = parse_chain_spec(
        R"({"name":"n","id":"i","genesis":{"runtime":{"system":{"code":"0x01","x":1},"sudo":{"key":null}}}})");
    ASSERT_TRUE(old) << old.error().message();
    EXPECT_EQ(old->code, Bytes{1});
    EXPECT_EQ(json::dump(old->config), R"({"system":{"x":1},"sudo":{"key":null}})");
    EXPECT_TRUE(*parse_chain_spec(print_chain_spec(*old)) == *old);
}

TEST(ChainSpec, SaysWhatIsWrong)
{
    const auto error = [](std::string_view text) { return parse_chain_spec(text).error().message(); };
    EXPECT_NE(error("{").find("JSON"), std::string::npos) << error("{");
    EXPECT_NE(error("[]").find("no JSON object"), std::string::npos);
    EXPECT_NE(error(R"({"id":"i"})").find("\"name\""), std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i"})").find("\"genesis\""), std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{}})").find("neither"), std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{"stateRootHash":"0x00"}})").find("light clients"),
              std::string::npos);
    for (const auto* id : {"", "../up", ".hidden", "a/b", "a b"})
        EXPECT_NE(
            error(R"({"name":"n","id":")" + std::string{id} + R"(","genesis":{"raw":{"top":{}}}})").find("\"id\""),
            std::string::npos)
            << id;
    for (const auto* member :
         {R"("bootNodes":{})", R"("bootNodes":[1])", R"("telemetryEndpoints":"x")", R"("protocolId":7)",
          R"("codeSubstitutes":{"x":"0x00"})", R"("codeSubstitutes":{"1":1})", R"("forkBlocks":[1])",
          R"("forkBlocks":[[1]])", R"("forkBlocks":[[-1,"0x00"]])", R"("badBlocks":["0x00"])", R"("badBlocks":[1])"}) {
        const auto message =
            error(R"({"name":"n","id":"i",)" + std::string{member} + R"(,"genesis":{"raw":{"top":{}}}})");
        EXPECT_NE(message.find("cannot be used"), std::string::npos) << member << ": " << message;
    }
    EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{"runtimeGenesis":{"code":"0x00","patch":{},"config":{}}}})")
                  .find("keep one"),
              std::string::npos);
    EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{"raw":{"top":{"0xzz":"0x"}}}})").find("hex"), std::string::npos);
    for (const auto* children : {"1", "[]", R"({"0x0":{}})", R"({"0x00":1})", R"({"0x00":{"0x00":1}})"})
        EXPECT_NE(error(R"({"name":"n","id":"i","genesis":{"raw":{"top":{},"childrenDefault":)" + std::string{children}
                        + "}}}")
                      .find("childrenDefault"),
                  std::string::npos)
            << children;
}

} // namespace
} // namespace phala::node
