#include "host/overlay.hpp"

#include "base/hex.hpp"
#include "host/error.hpp"
#include "scale/codec.hpp"
#include "trie/proof.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <set>

namespace phala::host {
namespace {

using Map = std::map<Bytes, Bytes, ByteLess>;
using Values = std::vector<std::pair<Bytes, Bytes>>;

/// What the overlay must behave like: whole copies of maps, one per open transaction.
class Model {
public:
    explicit Model(Map base) : base_{base}, layers_{{std::move(base), {}}} {}

    const Map& now() const { return layers_.back().state; }

    void set(const Bytes& key, Bytes value)
    {
        layers_.back().state[key] = std::move(value);
        layers_.back().changed.insert(key);
    }
    void remove(const Bytes& key)
    {
        layers_.back().state.erase(key);
        layers_.back().changed.insert(key);
    }
    void append(const Bytes& key, const Bytes& item)
    {
        std::uint32_t count = 0;
        Bytes items;
        if (const auto found = now().find(key); found != now().end()) {
            ByteView rest = found->second;
            if (const auto read = scale::decode_front<scale::Compact<std::uint32_t>>(rest)) {
                count = read->value;
                items = to_bytes(rest);
            }
        }
        set(key, concat(scale::encode(scale::Compact<std::uint32_t>{count + 1}), items, item));
    }
    ClearedPrefix clear_prefix(const Bytes& prefix, std::optional<std::uint32_t> limit)
    {
        for (const auto& key : std::set<Bytes>{layers_.back().changed})
            if (starts_with(key, prefix))
                remove(key);
        ClearedPrefix out;
        for (const auto& [key, value] : base_) {
            if (!starts_with(key, prefix))
                continue;
            if (limit && out.removed == *limit) {
                out.all = false;
                break;
            }
            remove(key);
            ++out.removed;
        }
        return out;
    }
    void begin() { layers_.push_back(layers_.back()); }
    void rollback() { layers_.pop_back(); }
    void commit()
    {
        layers_[layers_.size() - 2] = std::move(layers_.back());
        layers_.pop_back();
    }
    std::size_t depth() const { return layers_.size() - 1; }

private:
    struct Layer {
        Map state;
        std::set<Bytes> changed; // since the base, whatever became of it
    };
    Map base_;
    std::vector<Layer> layers_;
};

/// A base state in a trie.
struct Base {
    trie::MemoryNodes nodes;
    Hash root = trie::kEmptyRoot;

    explicit Base(const Map& map)
    {
        std::vector<trie::Change> changes;
        for (const auto& [key, value] : map)
            changes.push_back({key, value});
        auto update = trie::update(nodes, root, changes, StateVersion::V0);
        root = update->root;
        nodes.insert(std::move(update->inserted));
    }
};

class Random {
public:
    explicit Random(std::uint64_t seed) : random_{seed} {}
    std::size_t below(std::size_t bound) { return random_() % bound; }
    Bytes key()
    {
        Bytes out{static_cast<std::uint8_t>('a' + below(3))};
        for (std::size_t i = 0, n = below(3); i < n; ++i)
            out.push_back(static_cast<std::uint8_t>(below(3)));
        return out;
    }
    Bytes value()
    {
        if (below(6) == 0)
            return {}; // present but empty
        if (below(3) == 0)
            return scale::encode(std::vector<std::uint8_t>(62 + below(3), 1)); // a list whose count grows a byte soon
        Bytes out(below(40));
        for (auto& byte : out)
            byte = static_cast<std::uint8_t>(below(256));
        return out;
    }

private:
    std::mt19937_64 random_;
};

void compare(const Overlay& overlay, const Model& model, Random& random)
{
    Bytes key;
    auto expected = model.now().begin();
    if (const auto at_start = model.now().find(key); at_start != model.now().end())
        ++expected;
    for (;;) {
        const auto next = overlay.next_key(key);
        ASSERT_TRUE(next);
        ASSERT_EQ(next->has_value(), expected != model.now().end());
        if (!*next)
            break;
        key = **next;
        ASSERT_EQ(to_hex(key), to_hex(expected->first));
        ASSERT_EQ(overlay.get(key).value(), expected->second);
        ++expected;
    }
    for (int i = 0; i < 5; ++i) {
        const Bytes probe = random.key();
        const auto found = model.now().find(probe);
        ASSERT_EQ(overlay.exists(probe).value(), found != model.now().end());
        ASSERT_EQ(overlay.get(probe).value(), found != model.now().end() ? std::optional{found->second} : std::nullopt);
    }
}

TEST(Overlay, BehavesLikeCopiesOfMaps)
{
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE(seed);
        Random random{seed};
        Map start;
        for (std::size_t i = 0, n = random.below(20); i < n; ++i)
            start[random.key()] = random.value();
        const Base base{start};
        const TrieState state{base.nodes, base.root};
        Overlay overlay{state};
        Model model{start};
        for (int step = 0; step < 200; ++step) {
            const Bytes key = random.key();
            switch (random.below(10)) {
            case 0:
            case 1: {
                const Bytes value = random.value();
                overlay.set(key, value);
                model.set(key, value);
                break;
            }
            case 2:
                overlay.remove(key);
                model.remove(key);
                break;
            case 3:
            case 4:
            case 5: {
                const Bytes item(random.below(4), static_cast<std::uint8_t>(step));
                ASSERT_TRUE(overlay.append(key, item));
                model.append(key, item);
                break;
            }
            case 6: {
                const Bytes prefix{key.begin(),
                                   key.begin() + static_cast<std::ptrdiff_t>(random.below(key.size() + 1))};
                const auto limit =
                    random.below(2) == 0 ? std::nullopt : std::optional{static_cast<std::uint32_t>(random.below(4))};
                const auto cleared = overlay.clear_prefix(prefix, limit);
                const auto expected = model.clear_prefix(prefix, limit);
                ASSERT_TRUE(cleared);
                ASSERT_EQ(cleared->removed, expected.removed);
                ASSERT_EQ(cleared->all, expected.all);
                break;
            }
            case 7:
                overlay.begin_transaction();
                model.begin();
                break;
            default:
                if (model.depth() == 0)
                    break;
                if (random.below(2) == 0) {
                    ASSERT_TRUE(overlay.commit_transaction());
                    model.commit();
                } else {
                    ASSERT_TRUE(overlay.rollback_transaction());
                    model.rollback();
                }
            }
            ASSERT_EQ(overlay.depth(), model.depth());
            compare(overlay, model, random);
            if (testing::Test::HasFatalFailure())
                return;
            if (step % 20 == 0) {
                const Values values{model.now().begin(), model.now().end()};
                ASSERT_EQ(overlay.root(StateVersion::V0).value(), trie::root(values, StateVersion::V0));
                ASSERT_EQ(overlay.root(StateVersion::V0).value(), trie::root(values, StateVersion::V0));
            }
        }
        while (overlay.depth() != 0) {
            ASSERT_TRUE(overlay.commit_transaction());
            model.commit();
        }
        const auto changes = overlay.changes(StateVersion::V0);
        ASSERT_TRUE(changes);
        Map after = start;
        for (const auto& [key, value] : changes->storage) {
            if (value)
                after[key] = *value;
            else
                after.erase(key);
        }
        ASSERT_EQ(after, model.now());
        trie::MemoryNodes nodes = base.nodes;
        nodes.insert(changes->trie.inserted);
        const TrieState next{nodes, changes->trie.root};
        for (const auto& [key, value] : after)
            ASSERT_EQ(next.get(key).value(), value);
    }
}

TEST(Overlay, UnbalancedTransactionsAreErrors)
{
    Overlay overlay{empty_state()};
    EXPECT_TRUE(overlay.commit_transaction().error().is(HostError::NoTransaction));
    EXPECT_TRUE(overlay.rollback_transaction().error().is(HostError::NoTransaction));
    overlay.begin_transaction();
    EXPECT_TRUE(overlay.changes(StateVersion::V0).error().is(HostError::NoTransaction));
}

TEST(Overlay, AppendingStaysLinearInsideTransactions)
{
    Overlay overlay{empty_state()};
    const Bytes key{1};
    ASSERT_TRUE(overlay.append(key, Bytes{0}));
    Bytes expected;
    for (std::uint32_t i = 1; i < 70'000; ++i) { // crosses both widths of the count
        overlay.begin_transaction();
        ASSERT_TRUE(overlay.append(key, Bytes{static_cast<std::uint8_t>(i)}));
        if (i % 3 == 0)
            ASSERT_TRUE(overlay.rollback_transaction());
        else
            ASSERT_TRUE(overlay.commit_transaction());
    }
    for (std::uint32_t i = 0; i < 70'000; ++i)
        if (i == 0 || i % 3 != 0)
            expected.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(overlay.get(key).value(), scale::encode(expected));
}

TEST(Overlay, OffchainIndexFollowsTransactions)
{
    Overlay overlay{empty_state()};
    overlay.set_offchain_index(Bytes{1}, Bytes{1});
    overlay.begin_transaction();
    overlay.set_offchain_index(Bytes{1}, Bytes{2});
    overlay.set_offchain_index(Bytes{2}, Bytes{2});
    ASSERT_TRUE(overlay.rollback_transaction());
    overlay.remove_offchain_index(Bytes{3});
    const auto changes = overlay.changes(StateVersion::V0);
    ASSERT_TRUE(changes);
    const decltype(changes->offchain_index) expected = {{Bytes{1}, Bytes{1}}, {Bytes{3}, std::nullopt}};
    EXPECT_EQ(changes->offchain_index, expected);
    EXPECT_TRUE(changes->storage.empty());
    EXPECT_EQ(changes->trie.root, trie::kEmptyRoot);
}

TEST(TrieState, WhatIsReadThroughARecorderCanBeReadFromTheProofAlone)
{
    Map map;
    for (std::uint8_t i = 0; i < 100; ++i)
        map[{i, 1, 2}] = Bytes(40, i);
    const Base base{map};
    const trie::Recorder recorder{base.nodes};
    const auto use = [&](const trie::NodeReader& nodes) {
        const TrieState state{nodes, base.root};
        Overlay overlay{state};
        overlay.set(Bytes{7, 1, 2}, Bytes{1});
        overlay.remove(Bytes{8, 1, 2});
        return std::tuple{overlay.get(Bytes{5, 1, 2}), overlay.get(Bytes{5, 1, 3}), overlay.next_key(Bytes{20}),
                          overlay.root(StateVersion::V0)};
    };
    const auto [value, absent, next, root] = use(recorder);
    const std::vector<Bytes> proof = recorder.nodes();
    EXPECT_LT(proof.size(), 10u);
    EXPECT_EQ(recorder.bytes(), std::accumulate(proof.begin(), proof.end(), std::size_t{0},
                                                [](std::size_t sum, const Bytes& node) { return sum + node.size(); }));
    const auto [value2, absent2, next2, root2] = use(trie::ProofReader{proof});
    EXPECT_EQ(value.value(), value2.value());
    EXPECT_EQ(absent.value(), absent2.value());
    EXPECT_EQ(next.value(), next2.value());
    EXPECT_EQ(root.value(), root2.value());
    const trie::ProofReader reader{proof};
    EXPECT_FALSE(TrieState(reader, base.root).get(Bytes{90, 1, 2})); // not in the proof, so not known
}

/// A base that fails, as a store with a missing node does.
struct Broken final : StateReader {
    Outcome<std::optional<Bytes>> get(ByteView) const override { return fail(trie::TrieError::MissingNode); }
    Outcome<std::optional<Bytes>> next_key(ByteView) const override { return fail(trie::TrieError::MissingNode); }
    Outcome<std::unique_ptr<StateReader>> child(ByteView) const override { return fail(trie::TrieError::MissingNode); }
    Outcome<trie::Update> with(std::vector<trie::Change>, StateVersion) const override
    {
        return fail(trie::TrieError::MissingNode);
    }
};

TEST(Overlay, ErrorsOfTheBaseReachTheCaller)
{
    const Broken broken;
    Overlay overlay{broken};
    EXPECT_FALSE(overlay.get(Bytes{1}));
    EXPECT_FALSE(overlay.append(Bytes{1}, Bytes{1}));
    EXPECT_FALSE(overlay.next_key(Bytes{1}));
    EXPECT_FALSE(overlay.clear_prefix(Bytes{1}, std::nullopt));
    EXPECT_FALSE(overlay.root(StateVersion::V0));
    overlay.set(Bytes{1}, Bytes{2}); // what is known here needs no base
    EXPECT_EQ(overlay.get(Bytes{1}).value(), Bytes{2});
}

} // namespace
} // namespace phala::host
