#include "trie/compact_proof.hpp"

#include "base/hex.hpp"
#include "trie/child_tries.hpp"
#include "trie/value_proof.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace phala::trie {
namespace {

using namespace literals;
using Map = std::map<Bytes, Bytes>;

constexpr StateVersion kVersions[] = {StateVersion::V0, StateVersion::V1};

struct Stored {
    MemoryNodes nodes;
    Hash root = kEmptyRoot;

    Hash add(const Map& map, StateVersion version)
    {
        std::vector<Change> changes;
        for (const auto& [key, value] : map)
            changes.push_back({key, value});
        auto built = update(nodes, kEmptyRoot, std::move(changes), version).value();
        nodes.insert(std::move(built.inserted));
        return root = built.root;
    }
};

Map random_map(std::uint64_t seed, std::size_t size)
{
    std::mt19937_64 random{seed};
    Map map;
    while (map.size() < size) {
        Bytes key;
        for (std::size_t i = 0, n = 1 + random() % 6; i < n; ++i)
            key.push_back(static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0x11));
        map[key] = Bytes(random() % 80, static_cast<std::uint8_t>(random()));
    }
    return map;
}

TEST(CompactProof, HoldsWhatTheProofHeld)
{
    for (const auto version : kVersions)
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            SCOPED_TRACE(seed);
            const Map map = random_map(seed, 1 + seed * 5);
            Stored stored;
            stored.add(map, version);
            std::vector<Bytes> keys;
            for (const auto& [key, value] : map)
                if (keys.size() * 3 < map.size())
                    keys.push_back(key);
            keys.push_back({0x11, 0x11, 0x99}); // absent
            const auto proof = prove(stored.nodes, stored.root, keys).value();
            const auto compact = compact_proof(proof, stored.root).value();
            const auto expanded = expand_compact_proof(compact, stored.root);
            ASSERT_TRUE(expanded) << expanded.error().message();
            for (const auto& node : proof)
                EXPECT_EQ(expanded->get(crypto::blake2_256(node)).value(), node);
            for (const auto& key : keys) {
                const auto known = map.find(key);
                EXPECT_EQ(get(*expanded, stored.root, key).value(),
                          known == map.end() ? std::nullopt : std::optional{known->second});
            }
            std::size_t plain_bytes = 0;
            std::size_t compact_bytes = 0;
            for (const auto& node : proof)
                plain_bytes += node.size();
            for (const auto& entry : compact)
                compact_bytes += entry.size();
            if (proof.size() > 10)
                EXPECT_LT(compact_bytes, plain_bytes);
        }
}

TEST(CompactProof, OfOneLeafAndOfNothing)
{
    EXPECT_EQ(compact_proof({}, kEmptyRoot).value(), std::vector<Bytes>{"00"_hex});
    EXPECT_TRUE(expand_compact_proof(std::vector<Bytes>{"00"_hex}, kEmptyRoot));
    Stored stored;
    stored.add({{"61"_hex, Bytes(40, 7)}}, StateVersion::V1);
    const auto proof = prove(stored.nodes, stored.root, std::vector<Bytes>{"61"_hex}).value();
    // the header of a leaf with its value in place, without it, behind the mark; then the value
    EXPECT_EQ(compact_proof(proof, stored.root).value(), (std::vector<Bytes>{"01426100"_hex, Bytes(40, 7)}));
    const auto without_value = std::vector<Bytes>{stored.nodes.get(stored.root).value().value()};
    EXPECT_EQ(compact_proof(without_value, stored.root).value(), without_value);
    EXPECT_TRUE(expand_compact_proof(without_value, stored.root));
}

TEST(CompactProof, ChildTriesFollowInTheOrderOfTheirNames)
{
    for (const auto version : kVersions) {
        Stored stored;
        Map top = random_map(3, 60);
        std::vector<Hash> roots;
        for (std::uint8_t name = 1; name <= 4; ++name) {
            roots.push_back(stored.add(random_map(name, 20), version));
            top[child_root_key(Bytes{name})] = to_bytes(roots.back());
        }
        stored.add(top, version);
        EXPECT_EQ(reachable_child_roots(stored.nodes, stored.root).value(), roots);

        Recorder recorder{stored.nodes};
        for (const auto name : Bytes{3, 1}) { // the other two are not part of the proof
            const auto root = child_root_of(get(recorder, stored.root, child_root_key(Bytes{name})).value()).value();
            EXPECT_EQ(root, roots[name - 1u]);
            EXPECT_TRUE(get(recorder, root, Bytes{0x11}));
        }
        const auto proof = recorder.take();
        const auto compact = compact_proof(proof, stored.root).value();
        const auto expanded = expand_compact_proof(compact, stored.root);
        ASSERT_TRUE(expanded) << expanded.error().message();
        EXPECT_EQ(expanded->nodes().size(), std::set<Bytes>(proof.begin(), proof.end()).size());
        auto foreign = compact;
        foreign.push_back("416100"_hex);
        EXPECT_FALSE(expand_compact_proof(foreign, stored.root));
    }
}

TEST(CompactProof, EveryChangeIsRefused)
{
    for (const auto version : kVersions) {
        const Map map = random_map(17, 60);
        Stored stored;
        stored.add(map, version);
        std::vector<Bytes> keys;
        for (const auto& [key, value] : map)
            keys.push_back(key);
        const auto compact = compact_proof(prove(stored.nodes, stored.root, keys).value(), stored.root).value();
        ASSERT_TRUE(expand_compact_proof(compact, stored.root));
        for (std::size_t at = 0; at < compact.size(); ++at) {
            for (std::size_t i = 0; i < compact[at].size(); ++i) {
                auto changed = compact;
                changed[at][i] ^= 0x10;
                ASSERT_FALSE(expand_compact_proof(changed, stored.root)) << at << " " << i;
            }
            auto shorter = compact;
            shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
            ASSERT_FALSE(expand_compact_proof(shorter, stored.root));
            auto longer = compact;
            longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), compact[at]);
            ASSERT_FALSE(expand_compact_proof(longer, stored.root));
        }
        EXPECT_FALSE(expand_compact_proof({}, stored.root));
    }
}

TEST(CompactProof, DepthIsBounded)
{
    std::vector<Bytes> endless(3000, "80010000"_hex); // a branch whose only child follows
    const auto refused = expand_compact_proof(endless, kEmptyRoot);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(TrieError::TooDeep));
}

/// The nodes on the path of `key`, each without what follows it.
std::vector<Bytes> path_without_value(const Stored& stored, ByteView key)
{
    std::vector<Bytes> out;
    Bytes encoded = load(stored.nodes, stored.root).value();
    Nibbles rest{key};
    for (bool stands_alone = true;;) {
        NodeView node = decode_node(encoded).value();
        rest = rest.drop(node.partial.size());
        Bytes entry;
        if (rest.empty()) {
            node.value = node.is_branch ? NodeValue{} : NodeValue{NodeValue::Kind::Inline, {}};
            encode_node(entry, node);
            if (!stands_alone) // in the test's maps, values that stand inside another node are never asked for
                return {};
            out.push_back(entry);
            return out;
        }
        const ByteView child = node.children[rest[0]];
        const bool follows = child.size() == 32;
        encode_node_with_omissions(entry, node, follows ? static_cast<ChildSet>(1u << rest[0]) : ChildSet{0});
        if (stands_alone)
            out.push_back(entry);
        Bytes next = load_child(stored.nodes, child).value();
        stands_alone = follows;
        rest = rest.drop(1);
        encoded = std::move(next);
    }
}

TEST(ValueProof, FitsOnlyItsValue)
{
    for (const auto version : kVersions) {
        const Map map = random_map(23, 120);
        Stored stored;
        stored.add(map, version);
        std::size_t proven = 0;
        for (const auto& [key, value] : map) {
            const auto proof = path_without_value(stored, key);
            if (proof.empty())
                continue;
            ++proven;
            EXPECT_TRUE(verify_value(stored.root, proof, key, value, version)) << to_hex(key);
            Bytes other = value;
            other.push_back(0);
            EXPECT_FALSE(verify_value(stored.root, proof, key, other, version));
            EXPECT_FALSE(verify_value(stored.root, proof, concat(key, ByteArray<1>{0}), value, version));
            EXPECT_FALSE(verify_value(kEmptyRoot, proof, key, value, version));
            auto longer = proof;
            longer.push_back(proof.back());
            EXPECT_FALSE(verify_value(stored.root, longer, key, value, version));
            EXPECT_FALSE(verify_value(stored.root, std::span{proof}.first(proof.size() - 1), key, value, version));
        }
        EXPECT_GT(proven, 60u);
    }
    EXPECT_FALSE(verify_value(kEmptyRoot, {}, {}, {}, StateVersion::V0));
}

TEST(OrderedRoot, IsThatOfTheMapOfCompactIndexes)
{
    // around one, two and four bytes of index
    for (const std::size_t size : {0, 1, 2, 16, 63, 64, 65, 255, 256, 257, 16'383, 16'384, 16'400})
        for (const auto version : kVersions) {
            std::vector<Bytes> items;
            std::vector<std::pair<Bytes, Bytes>> map;
            for (std::size_t i = 0; i < size; ++i) {
                items.push_back(Bytes(i % 50, static_cast<std::uint8_t>(i)));
                Bytes key;
                if (i < 64)
                    key = {static_cast<std::uint8_t>(i << 2)};
                else if (i < 16'384)
                    key = to_bytes(le_bytes(static_cast<std::uint16_t>(i << 2 | 1)));
                else
                    key = to_bytes(le_bytes(static_cast<std::uint32_t>(i << 2 | 2)));
                map.emplace_back(key, items.back());
            }
            EXPECT_EQ(ordered_root(items, version), root(map, version)) << size;
            if (size == 0)
                EXPECT_EQ(ordered_root(items, version), kEmptyRoot);
        }
}

} // namespace
} // namespace phala::trie
