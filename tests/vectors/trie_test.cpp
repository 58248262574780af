#include "base/hex.hpp"
#include "scale/codec.hpp"
#include "trie/child_tries.hpp"
#include "trie/compact_proof.hpp"
#include "trie/trie.hpp"
#include "vectors.hpp"

#include <gtest/gtest.h>

#include <set>

namespace phala::vectors {
namespace {

using namespace trie;

using Map = std::map<Bytes, Bytes>;

constexpr StateVersion kVersions[] = {StateVersion::V0, StateVersion::V1};

std::vector<std::pair<Bytes, Bytes>> entries_of(const Map& map)
{
    return {map.begin(), map.end()};
}

struct Stored {
    MemoryNodes nodes;
    Hash root;

    Stored(const Map& map, StateVersion version)
    {
        std::vector<Change> changes;
        for (const auto& [key, value] : map)
            changes.push_back({key, value});
        auto built = update(nodes, kEmptyRoot, std::move(changes), version).value();
        root = built.root;
        nodes.insert(std::move(built.inserted));
    }
};

/// 256 keys and values that are made of hashes; the vector says how.
Map generated_entries()
{
    Map map;
    for (unsigned i = 0; i < 256; ++i) {
        const auto byte = static_cast<std::uint8_t>(i);
        const auto key = crypto::blake2_256(Bytes{byte});
        const auto half = crypto::blake2_256(Bytes{byte, 1});
        Bytes value = concat(half, half);
        value.resize(std::min<std::size_t>(i % 70, value.size()));
        map[to_bytes(ByteView{key}.first(4 + i % 5))] = value;
    }
    return map;
}

Map entries_of_case(const Value& known)
{
    const Value& entries = member(known, "entries");
    return entries.array() == nullptr ? generated_entries() : vectors::map(entries);
}

const Value& of_version(const Value& known, StateVersion version)
{
    return member(known, version == StateVersion::V0 ? "v0" : "v1");
}

TEST(TrieVectors, RootsAndNodes)
{
    EXPECT_EQ(to_hex(kEmptyRoot), to_hex(bytes(section("trie"), "emptyRoot")));
    for (const auto& known : list(section("trie"), "cases"))
        for (const auto version : kVersions) {
            SCOPED_TRACE(text(known, "name") + " v" + std::to_string(static_cast<int>(version)));
            const Map map = entries_of_case(known);
            const std::string expected = to_hex(bytes(of_version(known, version), "root"));
            EXPECT_EQ(to_hex(root(entries_of(map), version)), expected);
            const Stored stored{map, version};
            EXPECT_EQ(to_hex(stored.root), expected);
            if (map.empty() || !has(of_version(known, version), "nodes")) // the empty trie needs no node
                continue;
            std::set<Bytes> nodes;
            for (const auto& [hash, node] : *member(of_version(known, version), "nodes").object())
                nodes.insert(vectors::bytes(node));
            for (const auto& [hash, node] : stored.nodes.nodes()) {
                const bool is_value = std::ranges::any_of(map, [&](const auto& entry) { return entry.second == node; });
                EXPECT_TRUE(nodes.erase(node) == 1 || is_value) << to_hex(node);
            }
            EXPECT_TRUE(nodes.empty());
        }
}

TEST(TrieVectors, OrderedRoots)
{
    for (const auto& known : list(section("trie"), "ordered")) {
        std::vector<Bytes> list_items;
        for (const auto& item : list(known, "itemsHex"))
            list_items.push_back(vectors::bytes(item));
        EXPECT_EQ(to_hex(ordered_root(list_items, StateVersion::V0)), to_hex(bytes(known, "rootV0")));
        EXPECT_EQ(to_hex(ordered_root(list_items, StateVersion::V1)), to_hex(bytes(known, "rootV1")));
        EXPECT_EQ(to_hex(ordered_root(list_items, StateVersion::V0, crypto::keccak_256)),
                  to_hex(bytes(known, "keccakRootV0")));
    }
}

TEST(TrieVectors, ChildTries)
{
    const auto& known = member(section("trie"), "child");
    const Bytes name = bytes(known, "storageKeyUnprefixed");
    EXPECT_EQ(to_hex(child_root_key(name)), to_hex(bytes(known, "prefixed")));
    for (const auto version : kVersions) {
        const Hash child_root = root(entries_of(vectors::map(member(known, "child"))), version);
        EXPECT_EQ(to_hex(child_root), to_hex(bytes(known, "childRootV0")));
        Map top = vectors::map(member(known, "top"));
        top[child_root_key(name)] = to_bytes(child_root);
        EXPECT_EQ(to_hex(root(entries_of(top), version)),
                  to_hex(bytes(known, version == StateVersion::V0 ? "topRootV0" : "topRootV1")));
    }
}

TEST(TrieVectors, ReadProofs)
{
    for (const auto& known : list(section("trie"), "readProofs")) {
        const std::string name = text(known, "trieCase");
        SCOPED_TRACE(name);
        const auto& cases = list(section("trie"), "cases");
        const auto found = std::ranges::find_if(cases, [&](const Value& one) { return text(one, "name") == name; });
        ASSERT_NE(found, cases.end());
        const Map map = vectors::map(member(*found, "entries"));
        const Stored stored{map, static_cast<StateVersion>(number(known, "stateVersion"))};
        EXPECT_EQ(to_hex(stored.root), to_hex(bytes(known, "root")));
        std::vector<Bytes> keys;
        for (const auto& key : list(known, "keys"))
            keys.push_back(vectors::bytes(key));
        const auto proof = prove(stored.nodes, stored.root, keys).value();
        std::set<Bytes> expected;
        for (const auto& node : list(known, "proofNodes"))
            expected.insert(vectors::bytes(node));
        EXPECT_EQ((std::set<Bytes>{proof.begin(), proof.end()}), expected);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto value = verify(stored.root, proof, keys[i]).value();
            EXPECT_EQ(value.has_value(), *list(known, "present")[i].boolean());
            if (value)
                EXPECT_EQ(*value, map.at(keys[i]));
        }
    }
}

TEST(TrieVectors, CompactProofsThatParachainsAccepted)
{
    const Value all = load("compact_proofs.json");
    for (const auto& known : list(all, "proofs")) {
        SCOPED_TRACE(text(known, "name"));
        const auto compact = scale::decode<std::vector<Bytes>>(bytes(known, "proof")).value();
        const Hash state_root = array_of<32>(bytes(known, "stateRoot"));
        const auto expanded = expand_compact_proof(compact, state_root);
        ASSERT_TRUE(expanded) << expanded.error().message();
        const Bytes number_key = concat(crypto::twox_128(bytes_of("System")), crypto::twox_128(bytes_of("Number")));
        EXPECT_TRUE(get(*expanded, state_root, number_key)); // every block reads it
        std::vector<Bytes> proof;
        for (const auto& [hash, node] : expanded->nodes())
            proof.push_back(node);
        EXPECT_EQ(compact_proof(proof, state_root).value(), compact);
    }
}

} // namespace
} // namespace phala::vectors
