#include "node/rpc/methods/state_diff.hpp"

#include "trie/trie.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace phala::node::rpc {
namespace {

using Map = std::map<Bytes, Bytes>;

class StateDiff : public testing::Test {
protected:
    trie::Hash store(const Map& map, trie::StateVersion version)
    {
        std::vector<trie::Change> changes;
        for (const auto& [key, value] : map)
            changes.push_back({key, value});
        auto update = trie::update(nodes, trie::kEmptyRoot, changes, version);
        EXPECT_TRUE(update);
        nodes.insert(std::move(update->inserted));
        return update->root;
    }

    using Told = std::vector<std::tuple<Bytes, std::optional<Bytes>, std::optional<Bytes>>>;

    Told diff(const trie::Hash& before, const trie::Hash& after, const DiffRange& range = {}, std::size_t count = 1000)
    {
        Told out;
        const auto done = diff_states(nodes, before, after, range, [&](StateChange&& change) {
            out.emplace_back(std::move(change.key), std::move(change.before), std::move(change.after));
            return out.size() < count;
        });
        EXPECT_TRUE(done);
        return out;
    }

    static Told expected(const Map& before, const Map& after, const DiffRange& range)
    {
        Map keys = before;
        keys.insert(after.begin(), after.end());
        Told out;
        const auto value = [](const Map& map, const Bytes& key) {
            const auto at = map.find(key);
            return at == map.end() ? std::nullopt : std::optional{at->second};
        };
        for (const auto& [key, any] : keys)
            if (starts_with(key, range.prefix) && (!range.behind || *range.behind < key)
                && value(before, key) != value(after, key))
                out.emplace_back(key, value(before, key), value(after, key));
        return out;
    }

    trie::MemoryNodes nodes;
};

TEST_F(StateDiff, EqualsWhatComparingAllKeysGives)
{
    std::mt19937 random{7};
    const auto some_bytes = [&](std::size_t most) {
        Bytes out(random() % (most + 1));
        for (auto& byte : out) // few different ones, so that keys share much
            byte = static_cast<std::uint8_t>(random() % 3 * 17);
        return out;
    };
    for (int round = 0; round < 200; ++round) {
        Map before;
        for (std::size_t i = random() % 30; i > 0; --i)
            before[some_bytes(5)] = some_bytes(50);
        Map after = before;
        for (std::size_t i = random() % 10; i > 0; --i) {
            after.erase(some_bytes(5));
            after[some_bytes(5)] = some_bytes(50);
        }
        const auto version = random() % 2 == 0 ? trie::StateVersion::V0 : trie::StateVersion::V1;
        const auto a = store(before, version);
        const auto b = store(after, trie::StateVersion::V1);
        DiffRange range{some_bytes(2)};
        EXPECT_EQ(diff(a, b), expected(before, after, {}));
        EXPECT_EQ(diff(a, b, range), expected(before, after, range));
        range.behind = some_bytes(4);
        EXPECT_EQ(diff(a, b, range), expected(before, after, range));
        // page by page it is the same
        Told pages;
        DiffRange rest;
        for (Told page = diff(a, b, rest, 2); !page.empty(); page = diff(a, b, rest, 2)) {
            rest.behind = std::get<0>(page.back());
            pages.insert(pages.end(), page.begin(), page.end());
        }
        EXPECT_EQ(pages, expected(before, after, {}));
    }
}

TEST_F(StateDiff, LooksOnlyAtWhatChanged)
{
    class Counting final : public trie::NodeReader {
    public:
        explicit Counting(const trie::MemoryNodes& nodes) : nodes_{nodes} {}
        Outcome<std::optional<Bytes>> get(const trie::Hash& hash) const override
        {
            ++reads;
            return nodes_.get(hash);
        }
        mutable std::size_t reads = 0;

    private:
        const trie::MemoryNodes& nodes_;
    };
    Map before;
    for (std::uint32_t i = 0; i < 10'000; ++i)
        before[to_bytes(crypto::blake2_256(le_bytes(i)))] = Bytes(40, 1);
    Map after = before;
    after.begin()->second = {2};
    const auto a = store(before, trie::StateVersion::V1);
    const auto b = store(after, trie::StateVersion::V1);
    const Counting counting{nodes};
    std::size_t changes = 0;
    EXPECT_TRUE(diff_states(counting, a, b, {}, [&](StateChange&&) { return ++changes, true; }));
    EXPECT_EQ(changes, 1U);
    EXPECT_LT(counting.reads, 20U);
}

TEST_F(StateDiff, SaysWhenAStateIsNotThere)
{
    const auto root = store({{{1}, Bytes(40, 1)}, {{2}, Bytes(40, 2)}}, trie::StateVersion::V0);
    EXPECT_FALSE(diff_states(nodes, root, trie::Hash{1}, {}, [](StateChange&&) { return true; }));
}

} // namespace
} // namespace phala::node::rpc
