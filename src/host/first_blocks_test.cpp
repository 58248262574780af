// Runtimes that others built in Rust, on the states they began with: this host builds and executes their first blocks
// and must come to the same bytes as their own hosts. The chain specifications are not part of this repository:
// PHALA_SPEC_DIR names a folder that holds those of tests/vectors/first_blocks.txt.
#include "host/engine.hpp"

#include "base/hex.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace phala::host {
namespace {

using Map = std::map<Bytes, Bytes>;

struct FirstBlock {
    std::string spec;
    std::map<std::string, Bytes> fields;
    std::vector<std::pair<Bytes, Bytes>> extrinsics; // with what applying them answers
    std::map<Bytes, std::optional<Bytes>> changes;
};

std::vector<FirstBlock> first_blocks()
{
    std::vector<FirstBlock> out;
    std::ifstream file{PHALA_SOURCE_DIR "/tests/vectors/first_blocks.txt"};
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words{line};
        std::string kind;
        std::string first;
        std::string second;
        words >> kind >> first >> second;
        if (kind == "#")
            continue;
        if (kind == "spec")
            out.push_back({.spec = first, .fields = {}, .extrinsics = {}, .changes = {}});
        else if (kind == "extrinsic")
            out.back().extrinsics.emplace_back(*from_hex(first), *from_hex(second));
        else if (kind == "set")
            out.back().changes[*from_hex(first)] = *from_hex(second);
        else if (kind == "removed")
            out.back().changes[*from_hex(first)] = std::nullopt;
        else
            out.back().fields[kind] = *from_hex(first);
    }
    return out;
}

/// The entries of genesis.raw.top: the only strings between its braces, keys and values in turn.
Map genesis_of(const std::filesystem::path& spec)
{
    std::ifstream file{spec};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    Map out;
    std::optional<Bytes> key;
    std::size_t at = text.find('{', text.find("\"top\""));
    const std::size_t end = text.find('}', at);
    while (at < end) {
        const std::size_t open = text.find('"', at);
        if (open >= end)
            break;
        const std::size_t close = text.find('"', open + 1);
        Bytes bytes = from_hex(std::string_view{text}.substr(open + 1, close - open - 1)).value();
        if (key)
            out.emplace(*std::exchange(key, std::nullopt), std::move(bytes));
        else
            key = std::move(bytes);
        at = close + 1;
    }
    return out;
}

TEST(FirstBlocks, RuntimesOfOthersComeToTheSameBlocks)
{
    const char* folder = std::getenv("PHALA_SPEC_DIR");
    if (folder == nullptr)
        GTEST_SKIP() << "PHALA_SPEC_DIR is not set";
    Engine engine{EngineConfig{}};
    const auto blocks = first_blocks();
    ASSERT_EQ(blocks.size(), 2u);
    for (const auto& block : blocks) {
        SCOPED_TRACE(block.spec);
        const Map genesis = genesis_of(std::filesystem::path{folder} / block.spec);
        const auto loaded = engine.load(genesis.at(to_bytes(":code")));
        ASSERT_TRUE(loaded) << loaded.error().message();
        const Runtime& runtime = **loaded;
        ASSERT_TRUE(runtime.version()) << runtime.version().error().message();
        const auto version = static_cast<StateVersion>(runtime.version()->state_version);

        trie::MemoryNodes nodes;
        std::vector<trie::Change> entries;
        for (const auto& [key, value] : genesis)
            entries.push_back({key, value});
        auto built = trie::update(nodes, trie::kEmptyRoot, entries, version).value();
        EXPECT_EQ(to_hex(built.root), to_hex(block.fields.at("genesis_root")));
        nodes.insert(std::move(built.inserted));
        const TrieState state{nodes, built.root};

        Overlay overlay{state};
        CallContext context{.overlay = overlay};
        const auto call = [&](std::string_view function, ByteView arguments) {
            auto result = runtime.call(function, arguments, context);
            EXPECT_TRUE(result) << result.error().message();
            return result ? *result : Bytes{};
        };
        const Bytes mode = call("Core_initialize_block", block.fields.at("header"));
        if (const auto known = block.fields.find("mode"); known != block.fields.end())
            EXPECT_EQ(to_hex(mode), to_hex(known->second));
        overlay.begin_transaction(); // making inherents writes, and is not part of the block
        const Bytes inherents = call("BlockBuilder_inherent_extrinsics", block.fields.at("inherent_data"));
        ASSERT_TRUE(overlay.rollback_transaction());
        if (const auto known = block.fields.find("inherents"); known != block.fields.end())
            EXPECT_EQ(to_hex(inherents), to_hex(known->second));
        Bytes body = scale::encode(scale::Compact<std::uint32_t>{static_cast<std::uint32_t>(block.extrinsics.size())});
        for (const auto& [extrinsic, answer] : block.extrinsics) {
            EXPECT_EQ(to_hex(call("BlockBuilder_apply_extrinsic", extrinsic)), to_hex(answer));
            append(body, extrinsic);
        }
        const Bytes header = call("BlockBuilder_finalize_block", {});
        EXPECT_EQ(to_hex(header), to_hex(block.fields.at("finalized")));
        EXPECT_EQ(to_hex(overlay.root(version).value()), to_hex(block.fields.at("root")));
        const auto changes = overlay.changes(version).value();
        for (const auto& [key, value] : changes.storage) {
            const auto before = genesis.contains(key) ? std::optional{genesis.at(key)} : std::nullopt;
            if (value == before)
                continue;
            const auto expected = block.changes.find(key);
            ASSERT_NE(expected, block.changes.end()) << to_hex(key);
            EXPECT_EQ(value, expected->second) << to_hex(key);
        }

        Overlay again{state};
        CallContext import{.overlay = again};
        const auto executed = runtime.call("Core_execute_block", concat(header, body), import);
        EXPECT_TRUE(executed) << executed.error().message();
        EXPECT_EQ(again.root(version).value(), changes.trie.root);
        Bytes tampered = header;
        tampered[40] ^= 1; // inside the state root
        Overlay third{state};
        CallContext refusing{.overlay = third};
        const auto refused = runtime.call("Core_execute_block", concat(tampered, body), refusing);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().is(HostError::Trap));
        EXPECT_NE(refused.error().message().find("root"), std::string::npos) << refused.error().message();
    }
}

} // namespace
} // namespace phala::host
