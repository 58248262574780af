#include "base/hex.hpp"
#include "trie/proof.hpp"
#include "trie/trie.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace phala::trie {
namespace {

using Map = std::map<Bytes, Bytes>;
using Entries = std::vector<std::pair<Bytes, Bytes>>;

constexpr StateVersion kVersions[] = {StateVersion::V0, StateVersion::V1};

Entries entries_of(const Map& map)
{
    return {map.begin(), map.end()};
}

/// A whole map stored as a trie.
struct Stored {
    MemoryNodes nodes;
    Hash root = kEmptyRoot;

    Stored() = default;
    Stored(const Map& map, StateVersion version)
    {
        std::vector<Change> changes;
        for (const auto& [key, value] : map)
            changes.push_back({key, value});
        apply(changes, version);
    }

    void apply(std::vector<Change> changes, StateVersion version)
    {
        auto updated = update(nodes, root, std::move(changes), version);
        ASSERT_TRUE(updated) << updated.error().message();
        root = updated->root;
        nodes.insert(std::move(updated->inserted));
    }
};

TEST(Trie, LastOfEqualKeysCounts)
{
    const Entries twice = {{{1}, {1}}, {{0}, {7}}, {{1}, {2}}};
    EXPECT_EQ(root(twice, StateVersion::V0), root(Entries{{{0}, {7}}, {{1}, {2}}}, StateVersion::V0));
}

/// Keys that share prefixes, end inside each other, and values around the inline bounds.
class Random {
public:
    explicit Random(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t bound) { return random_() % bound; }

    Bytes key()
    {
        Bytes out;
        const std::size_t size = below(7);
        for (std::size_t i = 0; i < size; ++i)
            out.push_back(below(2) == 0 ? 0x11 : static_cast<std::uint8_t>(below(3) << 4 | below(3)));
        if (below(20) == 0)
            out.resize(out.size() + 20 + below(20), 0xab);
        return out;
    }

    Bytes value()
    {
        constexpr std::size_t sizes[] = {0, 1, 4, 20, 31, 32, 33, 34, 70};
        return Bytes(sizes[below(std::size(sizes))], static_cast<std::uint8_t>(below(4)));
    }

private:
    std::mt19937_64 random_;
};

TEST(Trie, UpdatesGiveWhatRebuildingGives)
{
    for (const auto version : kVersions)
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            SCOPED_TRACE(seed);
            Random random{seed};
            Map map;
            Stored stored;
            std::unordered_map<Hash, int, HashOfHash> counts; // a store that counts references
            for (int round = 0; round < 25; ++round) {
                std::vector<std::pair<Bytes, std::optional<Bytes>>> batch;
                for (std::size_t i = 0, n = random.below(12); i < n; ++i) {
                    Bytes key = random.key();
                    if (!map.empty() && random.below(3) == 0)
                        key = std::next(map.begin(), static_cast<std::ptrdiff_t>(random.below(map.size())))->first;
                    if (random.below(5) < 2)
                        batch.emplace_back(key, std::nullopt);
                    else
                        batch.emplace_back(key, random.value());
                }
                std::vector<Change> changes;
                for (const auto& [key, value] : batch) {
                    changes.push_back({key, value ? std::optional<ByteView>{*value} : std::nullopt});
                    if (value)
                        map[key] = *value;
                    else
                        map.erase(key);
                }
                auto updated = update(stored.nodes, stored.root, changes, version);
                ASSERT_TRUE(updated) << updated.error().message();
                ASSERT_EQ(to_hex(updated->root), to_hex(root(entries_of(map), version)));
                stored.root = updated->root;
                for (const auto& [hash, bytes] : updated->inserted) {
                    ASSERT_EQ(crypto::blake2_256(bytes), hash);
                    ++counts[hash];
                }
                stored.nodes.insert(std::move(updated->inserted));
                for (const auto& hash : updated->removed)
                    if (--counts[hash] == 0)
                        stored.nodes.erase(hash);
            }
            // Exactly the nodes of a fresh trie are left.
            const Stored fresh{map, version};
            ASSERT_EQ(stored.nodes.nodes().size(), fresh.nodes.nodes().size());

            Cursor cursor{stored.nodes, stored.root};
            auto more = cursor.seek({});
            for (const auto& [key, value] : map) {
                ASSERT_TRUE(more && *more);
                ASSERT_EQ(cursor.key(), key);
                ASSERT_EQ(cursor.value().value(), value);
                ASSERT_EQ(get(stored.nodes, stored.root, key).value(), value);
                more = cursor.next();
            }
            ASSERT_TRUE(more && !*more);
            for (int i = 0; i < 40; ++i) {
                const Bytes key = random.key();
                const auto after = map.upper_bound(key);
                const auto found = cursor.seek_after(key);
                ASSERT_EQ(found.value(), after != map.end());
                if (*found)
                    ASSERT_EQ(cursor.key(), after->first);
                const auto at = map.lower_bound(key);
                ASSERT_EQ(cursor.seek(key).value(), at != map.end());
                if (at != map.end())
                    ASSERT_EQ(cursor.key(), at->first);
            }
        }
}

TEST(Trie, ValuesKeepTheirFormUntilTheyAreSet)
{
    const Bytes long_value(40, 7);
    Map map = {{{0x10}, long_value}, {{0x10, 0x01}, long_value}, {{0x20}, {1}}};
    Stored stored{map, StateVersion::V0};
    // A child of the first value's branch changes: the branch is encoded again, its own value stays inline.
    stored.apply({{Bytes{0x10, 0x02}, Bytes{9}}}, StateVersion::V1);
    map[{0x10, 0x02}] = {9};
    EXPECT_EQ(stored.root, root(entries_of(map), StateVersion::V0));
    // Setting every long value to itself migrates.
    stored.apply({{Bytes{0x10}, long_value}, {Bytes{0x10, 0x01}, long_value}}, StateVersion::V1);
    EXPECT_EQ(stored.root, root(entries_of(map), StateVersion::V1));
}

TEST(Trie, UntouchedPathsAreNotRead)
{
    Map map;
    for (std::uint8_t i = 0; i < 200; ++i)
        map[{i, 1, 2, 3}] = Bytes(40, i);
    const Stored stored{map, StateVersion::V0};
    const Recorder recorder{stored.nodes};
    ASSERT_TRUE(update(recorder, stored.root, {{Bytes{5, 1, 2, 3}, Bytes{1}}}, StateVersion::V0));
    EXPECT_LE(recorder.nodes().size(), 3u); // root, one branch, one leaf
}

TEST(Trie, RemovingWhatIsNotThereChangesNothing)
{
    const Stored stored{{{{1, 2}, {3}}, {{1, 3}, Bytes(50, 1)}}, StateVersion::V0};
    auto updated =
        update(stored.nodes, stored.root,
               {{Bytes{1}, std::nullopt}, {Bytes{1, 2, 3}, std::nullopt}, {Bytes{9}, std::nullopt}}, StateVersion::V0);
    ASSERT_TRUE(updated);
    EXPECT_EQ(updated->root, stored.root);
    EXPECT_TRUE(updated->inserted.empty());
    EXPECT_TRUE(updated->removed.empty());
}

TEST(Trie, MissingNodeIsAnError)
{
    Map map;
    for (std::uint8_t i = 0; i < 50; ++i)
        map[{i, 9}] = Bytes(40, i);
    Stored stored{map, StateVersion::V0};
    ASSERT_TRUE(get(stored.nodes, stored.root, Bytes{7, 9}).value());
    stored.nodes.erase(stored.root);
    const auto lost = get(stored.nodes, stored.root, Bytes{7, 9});
    ASSERT_FALSE(lost);
    EXPECT_TRUE(lost.error().is(TrieError::MissingNode));
    EXPECT_FALSE(update(stored.nodes, stored.root, {{Bytes{7, 9}, Bytes{1}}}, StateVersion::V0));
}

TEST(Trie, TooManyNestedBranchesAreAnError)
{
    Map map;
    for (std::size_t size = 0; size < 600; ++size) // two half bytes a level
        map[Bytes(size, 0x55)] = Bytes(33, 1);
    Stored stored{map, StateVersion::V0};
    EXPECT_EQ(stored.root, root(entries_of(map), StateVersion::V0));
    EXPECT_TRUE(get(stored.nodes, stored.root, Bytes(599, 0x55)).value());
    for (std::size_t size = 600; size < 1100; ++size)
        map[Bytes(size, 0x55)] = Bytes(33, 1);
    const Stored deeper{map, StateVersion::V0};
    const auto refused = update(deeper.nodes, deeper.root, {{Bytes(1099, 0x55), Bytes{1}}}, StateVersion::V0);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(TrieError::TooDeep));
}

TEST(Proof, EveryFlippedByteIsRefused)
{
    Random random{11};
    Map map;
    while (map.size() < 300)
        map[random.key()] = random.value();
    for (const auto version : kVersions) {
        const Stored stored{map, version};
        const Bytes key = std::next(map.begin(), 100)->first;
        const auto proof = prove(stored.nodes, stored.root, std::vector<Bytes>{key}).value();
        ASSERT_EQ(verify(stored.root, proof, key).value(), map.at(key));
        for (std::size_t part = 0; part < proof.size(); ++part) {
            for (std::size_t i = 0; i < proof[part].size(); ++i) {
                auto tampered = proof;
                tampered[part][i] ^= 1;
                const auto value = verify(stored.root, tampered, key);
                ASSERT_FALSE(value);
                ASSERT_TRUE(value.error().is(TrieError::MissingNode));
            }
            auto shorter = proof;
            shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(part));
            ASSERT_FALSE(verify(stored.root, shorter, key));
        }
    }
}

TEST(Proof, ProvesAbsenceButNotOfOtherKeys)
{
    Map map;
    for (std::uint8_t i = 0; i < 100; ++i)
        map[{i, 0x77}] = Bytes(40, i);
    const Stored stored{map, StateVersion::V1};
    const Bytes absent = {5, 0x78};
    const auto proof = prove(stored.nodes, stored.root, std::vector<Bytes>{absent}).value();
    EXPECT_EQ(verify(stored.root, proof, absent).value(), std::nullopt);
    EXPECT_FALSE(verify(stored.root, proof, Bytes{0x63, 0x77}));
    EXPECT_EQ(verify(kEmptyRoot, {}, absent).value(), std::nullopt);
}

TEST(Node, HeaderLengthsAroundTheirBounds)
{
    const Bytes key(400, 0x12);
    const Bytes hash(32, 1);
    const Bytes value = {7};
    Bytes out;
    for (std::size_t length = 0; length < 2 * key.size(); ++length)
        for (const bool branch : {false, true})
            for (const auto kind : {NodeValue::Kind::None, NodeValue::Kind::Inline, NodeValue::Kind::Hashed}) {
                if (!branch && kind == NodeValue::Kind::None)
                    continue;
                NodeView node;
                node.partial = Nibbles{key, 2 * key.size() - length};
                node.is_branch = branch;
                node.value = {kind, kind == NodeValue::Kind::None     ? ByteView{}
                                    : kind == NodeValue::Kind::Inline ? value
                                                                      : hash};
                if (branch)
                    node.children[3] = hash;
                encode_node(out, node);
                const auto decoded = decode_node(out);
                ASSERT_TRUE(decoded) << length << decoded.error().message();
                ASSERT_EQ(decoded->partial.size(), length);
                ASSERT_EQ(common_prefix(decoded->partial, node.partial), length);
                ASSERT_EQ(decoded->value.kind, kind);
                ASSERT_EQ(decoded->is_branch, branch);
            }
}

TEST(Node, MalformedBytesAreRefused)
{
    using namespace literals;
    for (const auto& bytes :
         {""_hex, "0x01"_hex, "0x0000"_hex, "0x42"_hex, "0x41f00400"_hex, "0x410104"_hex, "0x4101040000"_hex,
          "0x800000"_hex, "0x80010000"_hex, "0x8001008400"_hex, "0x7fff"_hex, "0x2001"_hex, "0x400300ffff"_hex}) {
        const auto node = decode_node(bytes);
        ASSERT_FALSE(node) << to_hex(bytes);
        EXPECT_TRUE(node.error().is(TrieError::BadNode));
    }
}

} // namespace
} // namespace phala::trie
