// What the first block of a chain specification is.
#include "node/test_chain.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace phala::node {
namespace {

using aura::hash_of;

H256 genesis_hash(const ChainSpec& spec)
{
    return hash_of(need(build_genesis(shared_engine(), spec), "genesis").header);
}

TEST(Genesis, IsTheSameFromEveryFormOfASpecification)
{
    for (auto spec : {development_spec(built_runtime()), local_spec(built_runtime())}) {
        spec.patch = need(json::parse(R"({"balances":{"balances":[]}})"), "patch");
        const auto genesis = need(build_genesis(shared_engine(), spec), "genesis");
        const auto plain = need(parse_chain_spec(print_chain_spec(spec)), "plain");
        EXPECT_EQ(genesis_hash(plain), hash_of(genesis.header));
        const auto raw = need(parse_chain_spec(print_raw_chain_spec(spec, genesis.state, genesis.children)), "raw");
        EXPECT_TRUE(raw.is_raw);
        EXPECT_EQ(genesis_hash(raw), hash_of(genesis.header));
        spec.patch = {};
        EXPECT_NE(genesis_hash(spec), hash_of(genesis.header)); // the change counts
    }
}

TEST(Genesis, HasItsChildTries)
{
    auto spec = development_spec(built_runtime());
    spec.raw = need(build_genesis(shared_engine(), spec), "genesis").state;
    spec.is_raw = true;
    const auto without = genesis_hash(spec);
    spec.raw_children[to_bytes("crowd")] = {{Bytes{}, Bytes{1}}, {Bytes{2}, Bytes{3}}};
    spec.raw_children[to_bytes("fund")][Bytes{4}] = Bytes(100, 5);
    EXPECT_NE(genesis_hash(spec), without);

    const TestChain node{std::nullopt, {}, spec};
    EXPECT_EQ(node.chain->heads().genesis, genesis_hash(spec));
    const auto state = need(node.chain->state_at(node.chain->heads().genesis), "state");
    const auto fund = need(state->child(bytes_of("fund")), "child");
    EXPECT_EQ(need(fund->get(Bytes{4}), "value"), Bytes(100, 5));

    const auto genesis = need(build_genesis(shared_engine(), spec), "genesis");
    EXPECT_EQ(genesis.state, spec.raw);
    EXPECT_EQ(genesis.children, spec.raw_children);
    const auto again = need(parse_chain_spec(print_raw_chain_spec(spec, genesis.state, genesis.children)), "raw");
    EXPECT_EQ(genesis_hash(again), node.chain->heads().genesis);
}

/// The file of a published specification: under its path, that path with _ for /, or its name.
std::optional<std::filesystem::path> find_published(const std::filesystem::path& folder, const std::string& path)
{
    std::string flat = path;
    std::ranges::replace(flat, '/', '_');
    for (const auto& name :
         {std::filesystem::path{path}, std::filesystem::path{flat}, std::filesystem::path{path}.filename()})
        if (std::filesystem::exists(folder / name))
            return folder / name;
    return std::nullopt;
}

std::string content_of(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The specifications are not part of this repository, what their first blocks are is (spec substrate-host §2.5).
TEST(Genesis, OfPublishedChainsIsTheirs)
{
    const char* folder = std::getenv("PHALA_SPEC_DIR");
    if (folder == nullptr || *folder == 0)
        GTEST_SKIP() << "PHALA_SPEC_DIR is not set: published chain specifications are not part of this repository";
    const auto vectors = need(json::parse(content_of(PHALA_SOURCE_DIR "/tests/vectors/substrate.json")), "vectors");
    unsigned compared = 0;
    for (const auto& known : *vectors.find("genesis")->array()) {
        if (known.find("entries")->is_null()) // the file holds only the root of the state
            continue;
        const std::string path = *known.find("path")->string();
        const auto file = find_published(folder, path);
        if (!file) {
            std::printf("[  ABSENT  ] %s\n", path.c_str());
            continue;
        }
        SCOPED_TRACE(path);
        const auto spec = need(parse_chain_spec(content_of(*file)), path.c_str());
        EXPECT_EQ(spec.id, *known.find("id")->string());
        const auto genesis = need(build_genesis(shared_engine(), spec), path.c_str());
        EXPECT_EQ(to_hex0x(genesis.header.state_root), *known.find("stateRoot")->string());
        EXPECT_EQ(to_hex0x(hash_of(genesis.header)), *known.find("genesisHash")->string());
        EXPECT_TRUE(need(parse_chain_spec(print_chain_spec(spec)), "printed") == spec);
        ++compared;
    }
    EXPECT_GT(compared, 0U) << "no specification of a published chain in " << folder;
    std::printf("[ COMPARED ] the first blocks of %u published chains\n", compared);
}

} // namespace
} // namespace phala::node
