#include "base/hex.hpp"
#include "host/host_functions_testing.hpp"
#include "scale/codec.hpp"
#include "trie/child_tries.hpp"

#include <random>

namespace phala::host {
namespace {

using namespace literals;
using Map = std::map<Bytes, Bytes, ByteLess>;

std::vector<std::pair<Bytes, Bytes>> entries_of(const Map& map)
{
    return {map.begin(), map.end()};
}

/// A map of maps: the state, under no name, and child tries.
using Model = std::map<Bytes, Map>;

trie::Hash root_of(const Model& model, StateVersion version)
{
    Map top;
    for (const auto& [name, map] : model) {
        if (name.empty())
            top.insert(map.begin(), map.end());
        else if (!map.empty())
            top[trie::child_root_key(name)] = to_bytes(trie::root(entries_of(map), version));
    }
    return trie::root(entries_of(top), version);
}

/// States after each other in one store, which counts references as a node's does.
struct Chain {
    trie::MemoryNodes nodes;
    std::unordered_map<trie::Hash, int, trie::HashOfHash> counts;
    trie::Hash root = trie::kEmptyRoot;

    void apply(StorageChanges changes)
    {
        for (const auto& [hash, bytes] : changes.trie.inserted)
            ++counts[hash];
        nodes.insert(std::move(changes.trie.inserted));
        for (const auto& hash : changes.trie.removed)
            if (--counts[hash] == 0) {
                nodes.erase(hash);
                counts.erase(hash);
            }
        root = changes.trie.root;
    }
};

void expect_same(Overlay& overlay, const Model& model)
{
    for (const auto& [name, map] : model) {
        if (name.empty())
            continue;
        const auto* child = overlay.child(name).value();
        Bytes key;
        for (const auto& [expected, value] : map) {
            if (!expected.empty()) { // an empty key is behind no other
                ASSERT_EQ(child->next_key(key).value(), expected);
                key = expected;
            }
            ASSERT_EQ(child->get(expected).value(), value);
            ASSERT_TRUE(child->exists(expected).value());
        }
        ASSERT_EQ(child->next_key(key).value(), std::nullopt);
    }
}

TEST(ChildTries, BehaveAsMapsThroughBlocksAndTransactions)
{
    for (const auto version : {StateVersion::V0, StateVersion::V1})
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            SCOPED_TRACE(seed);
            std::mt19937_64 random{seed};
            const auto below = [&](std::size_t bound) { return random() % bound; };
            const auto some_bytes = [&](std::size_t most) {
                Bytes out(below(most));
                for (auto& byte : out)
                    byte = static_cast<std::uint8_t>(below(4));
                return out;
            };
            Chain chain;
            Model model{{Bytes{}, {}}};
            for (int block = 0; block < 6; ++block) {
                const TrieState state{chain.nodes, chain.root};
                Overlay overlay{state};
                std::vector<Model> saved;
                for (int step = 0; step < 60; ++step) {
                    const Bytes name = below(4) == 0 ? Bytes{} : Bytes{static_cast<std::uint8_t>(1 + below(3))};
                    const Bytes key = some_bytes(4);
                    auto& map = model[name];
                    switch (below(10)) {
                    case 0:
                        overlay.begin_transaction();
                        saved.push_back(model);
                        break;
                    case 1:
                        if (!saved.empty()) {
                            ASSERT_TRUE(overlay.rollback_transaction());
                            model = saved.back();
                            saved.pop_back();
                        }
                        break;
                    case 2:
                        if (!saved.empty()) {
                            ASSERT_TRUE(overlay.commit_transaction());
                            saved.pop_back();
                        }
                        break;
                    case 3:
                    case 4:
                        if (name.empty())
                            overlay.remove(key);
                        else
                            overlay.child_to_change(name).value()->remove(key);
                        map.erase(key);
                        break;
                    case 5:
                        if (below(3) == 0 && !name.empty()) {
                            ASSERT_TRUE(overlay.child_to_change(name).value()->clear_prefix(key, std::nullopt)->all);
                            std::erase_if(map, [&](const auto& entry) { return starts_with(entry.first, key); });
                        }
                        break;
                    case 6: ASSERT_EQ(overlay.root(version).value(), root_of(model, version)); break;
                    default: {
                        Bytes value = some_bytes(50);
                        map[key] = value;
                        if (name.empty())
                            overlay.set(key, value);
                        else
                            overlay.child_to_change(name).value()->set(key, value);
                    }
                    }
                }
                while (!saved.empty()) {
                    ASSERT_TRUE(overlay.commit_transaction());
                    saved.pop_back();
                }
                expect_same(overlay, model);
                ASSERT_EQ(to_hex(overlay.root(version).value()), to_hex(root_of(model, version)));
                for (const auto& [name, map] : model)
                    if (!name.empty()) {
                        ASSERT_EQ(overlay.child_root(name, version).value(), trie::root(entries_of(map), version));
                        ASSERT_EQ(overlay.exists(trie::child_root_key(name)).value(), !map.empty());
                    }
                chain.apply(overlay.changes(version).value());
                const TrieState next{chain.nodes, chain.root};
                Overlay fresh{next};
                expect_same(fresh, model);
            }
            // once everything is gone nothing is left behind
            const TrieState state{chain.nodes, chain.root};
            Overlay overlay{state};
            for (const auto& [name, map] : model)
                for (const auto& [key, value] : map) {
                    if (name.empty())
                        overlay.remove(key);
                    else
                        overlay.child_to_change(name).value()->remove(key);
                }
            chain.apply(overlay.changes(version).value());
            ASSERT_EQ(chain.root, trie::kEmptyRoot);
            ASSERT_TRUE(chain.nodes.nodes().empty());
        }
}

const Bytes kChild = {0xde, 0xad};

class ChildStorage : public HostFunctions {
protected:
    using HostFunctions::HostFunctions;
    const Bytes& child = kChild;

    Outcome<std::uint64_t> on_child(std::string_view name, std::vector<std::uint64_t> arguments)
    {
        arguments.insert(arguments.begin(), fat(child));
        return call("ext_default_child_storage_" + std::string{name}, std::move(arguments));
    }
    Bytes fat_on_child(std::string_view name, std::vector<std::uint64_t> arguments)
    {
        const auto result = on_child(name, std::move(arguments));
        EXPECT_TRUE(result) << result.error().message();
        return result ? bytes_of_fat(*result) : Bytes{};
    }
    void put(ByteView key, ByteView value) { ASSERT_TRUE(on_child("set_version_1", {fat(key), fat(value)})); }
};

TEST_F(ChildStorage, ReadsAndWritesApartFromTheState)
{
    const Bytes key = {1, 2};
    put(key, Bytes{5, 6, 7, 8});
    EXPECT_EQ(fat_on_child("get_version_1", {fat(key)}), "0x011005060708"_hex);
    EXPECT_EQ(call_fat("ext_storage_get_version_1", {fat(key)}), Bytes{0});
    EXPECT_EQ(on_child("exists_version_1", {fat(key)}).value(), 1u);
    const std::uint64_t out = fat(Bytes(2, 0xff));
    EXPECT_EQ(fat_on_child("read_version_1", {fat(key), out, 1}), "0x0103000000"_hex);
    EXPECT_EQ(bytes_of_fat(out), (Bytes{6, 7}));
    EXPECT_EQ(fat_on_child("next_key_version_1", {fat({})}), "0x01080102"_hex);
    EXPECT_EQ(fat_on_child("next_key_version_1", {fat(key)}), Bytes{0});
    ASSERT_TRUE(on_child("clear_version_1", {fat(key)}));
    EXPECT_EQ(on_child("exists_version_1", {fat(key)}).value(), 0u);
    EXPECT_EQ(fat_on_child("read_version_1", {fat(key), out, 0}), Bytes{0});
}

TEST_F(ChildStorage, RootsStandInTheState)
{
    EXPECT_EQ(fat_on_child("root_version_1", {}), to_bytes(trie::kEmptyRoot));
    const Bytes long_value(40, 1);
    put("0x6b31"_hex, long_value);
    const Map map = {{"0x6b31"_hex, long_value}};
    EXPECT_EQ(fat_on_child("root_version_1", {}), to_bytes(trie::root(entries_of(map), StateVersion::V0)));
    const auto v1 = trie::root(entries_of(map), StateVersion::V1);
    EXPECT_EQ(fat_on_child("root_version_2", {1}), to_bytes(v1));
    EXPECT_FALSE(on_child("root_version_2", {2}));
    EXPECT_EQ(call_fat("ext_storage_get_version_1", {fat(trie::child_root_key(child))}),
              scale::encode(std::optional{to_bytes(v1)}));
    EXPECT_EQ(call_fat("ext_storage_root_version_2", {1}), to_bytes(root_of({{child, map}}, StateVersion::V1)));
    ASSERT_TRUE(on_child("storage_kill_version_1", {}));
    EXPECT_EQ(call_fat("ext_storage_root_version_2", {1}), to_bytes(trie::kEmptyRoot));
}

/// A state with ten keys in the child trie, five each behind 1 and 2.
struct TenKeys {
    trie::MemoryNodes nodes;
    TrieState state{nodes, stored()};

    trie::Hash stored()
    {
        Overlay first{empty_state()};
        for (std::uint8_t i = 0; i < 10; ++i)
            first.child_to_change(kChild).value()->set(Bytes{i < 5 ? std::uint8_t{1} : std::uint8_t{2}, i}, Bytes{i});
        auto changes = first.changes(StateVersion::V0).value();
        nodes.insert(std::move(changes.trie.inserted));
        return changes.trie.root;
    }

    static const StateReader& get()
    {
        static TenKeys keys;
        return keys.state;
    }
};

class ChildStorageOfTenKeys : public ChildStorage {
protected:
    ChildStorageOfTenKeys() : ChildStorage{TenKeys::get()} {}
};

TEST_F(ChildStorageOfTenKeys, KillsWithLimitsCountKeysOfTheBase)
{
    put(Bytes{1, 99}, Bytes{1}); // only here: removed, not counted
    const auto limit = [&](std::uint32_t count) { return fat(scale::encode(std::optional{count})); };
    EXPECT_EQ(fat_on_child("clear_prefix_version_2", {fat(Bytes{1}), limit(3)}), "0x0103000000"_hex);
    EXPECT_EQ(on_child("exists_version_1", {fat(Bytes{1, 99})}).value(), 0u);
    EXPECT_EQ(fat_on_child("clear_prefix_version_2", {fat(Bytes{1}), fat(Bytes{0})}), "0x0005000000"_hex);
    ASSERT_TRUE(on_child("clear_prefix_version_1", {fat(Bytes{2, 9})}));
    EXPECT_EQ(on_child("storage_kill_version_2", {limit(4)}).value(), 0u);
    EXPECT_EQ(fat_on_child("storage_kill_version_3", {limit(0)}), "0x0100000000"_hex);
    EXPECT_EQ(fat_on_child("storage_kill_version_3", {fat(Bytes{0})}), "0x000a000000"_hex);
    EXPECT_EQ(on_child("storage_kill_version_2", {fat(Bytes{0})}).value(), 1u);
    EXPECT_EQ(call_fat("ext_storage_root_version_1", {}), to_bytes(trie::kEmptyRoot));
}

} // namespace
} // namespace phala::host
