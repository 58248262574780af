#include "worker/core/engine/state.hpp"

#include "trie/trie.hpp"

#include <gtest/gtest.h>

#include <random>

namespace phala::worker::engine {
namespace {

using Model = std::map<Bytes, Bytes>;

trie::Hash root_of(const Model& model)
{
    std::vector<std::pair<Bytes, Bytes>> entries{model.begin(), model.end()};
    return trie::root(entries, trie::StateVersion::V0);
}

TEST(ClusterState, EmptyHasTheEmptyRoot)
{
    EXPECT_EQ(ClusterState{}.root(), trie::kEmptyRoot);
    EXPECT_EQ(ClusterState{}.get(Bytes{1}), std::nullopt);
    EXPECT_EQ(ClusterState{}.with({{Bytes{1}, std::nullopt}}).root(), trie::kEmptyRoot);
}

TEST(ClusterState, KeepsAValueOfNoBytes)
{
    const auto state = ClusterState{}.with({{Bytes{1}, Bytes{}}});
    ASSERT_TRUE(state.get(Bytes{1}));
    EXPECT_TRUE(state.get(Bytes{1})->empty());
    EXPECT_EQ(state.root(), root_of({{Bytes{1}, Bytes{}}}));
}

TEST(ClusterState, AgreesWithAModelAndTheTrieUnderRandomChanges)
{
    std::mt19937_64 random{7};
    const auto pick = [&](std::uint64_t below) { return random() % below; };
    const auto random_key = [&] {
        Bytes key(pick(5)); // short and from few bytes: prefixes of each other, branches with values
        for (auto& byte : key)
            byte = static_cast<std::uint8_t>(pick(3) * 0x11 + pick(2));
        return key;
    };
    Model model;
    ClusterState state;
    std::vector<std::pair<ClusterState, Model>> snapshots;
    for (int round = 0; round < 600; ++round) {
        ClusterState::Changes changes;
        for (std::uint64_t i = pick(6); i > 0; --i) {
            auto key = random_key();
            if (pick(3) == 0)
                changes.insert_or_assign(key, std::nullopt);
            else
                changes.insert_or_assign(key, Bytes(pick(60), static_cast<std::uint8_t>(round)));
        }
        Model next = model;
        for (const auto& [key, value] : changes)
            value ? (void)next.insert_or_assign(key, *value) : (void)next.erase(key);
        const auto changed = state.with(changes);
        ASSERT_EQ(changed.root(), root_of(next));
        ASSERT_EQ(state.root(), root_of(model)); // the older snapshot is untouched

        const auto difference = changed.changes_since(state);
        Model again = model;
        for (const auto& [key, value] : difference) {
            ASSERT_TRUE(value || again.contains(key));
            ASSERT_TRUE(!value || !again.contains(key) || again[key] != *value);
            value ? (void)again.insert_or_assign(key, *value) : (void)again.erase(key);
        }
        ASSERT_EQ(again, next);

        const auto probe = random_key();
        const auto found = changed.get(probe);
        ASSERT_EQ(found.has_value(), next.contains(probe));
        if (found)
            ASSERT_TRUE(equal(*found, next[probe]));
        Model rest = next;
        std::erase_if(rest, [&](const auto& entry) { return starts_with(entry.first, probe); });
        ASSERT_EQ(changed.without(probe).root(), root_of(rest));
        model = std::move(next);
        state = changed;
        if (round % 50 == 0)
            snapshots.emplace_back(state, model);
    }
    for (const auto& [snapshot, expected] : snapshots)
        EXPECT_EQ(snapshot.root(), root_of(expected));
}

TEST(ClusterState, RemovesWhatIsUnderAPrefix)
{
    const auto state = ClusterState{}.with({{Bytes{1, 1}, Bytes{9}}, {Bytes{1, 2}, Bytes{9}}, {Bytes{2}, Bytes{9}}});
    EXPECT_EQ(state.without(Bytes{1}).root(), root_of({{Bytes{2}, Bytes{9}}}));
    EXPECT_EQ(state.without(Bytes{1, 3}).root(), state.root());
    EXPECT_EQ(state.without({}).root(), trie::kEmptyRoot);
}

} // namespace
} // namespace phala::worker::engine
