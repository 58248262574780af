#include "trie/memory_nodes.hpp"

#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace phala::trie {
namespace {

/// Few different first bytes, so that places in the table are fought for.
Hash hash_of(std::uint64_t number)
{
    Hash out{};
    out[0] = static_cast<std::uint8_t>(number % 3);
    out[31] = static_cast<std::uint8_t>(number);
    return out;
}

TEST(MemoryNodes, BehavesAsAMap)
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::mt19937_64 random{seed};
        MemoryNodes nodes;
        std::map<Hash, Bytes> model;
        EXPECT_EQ(nodes.find(hash_of(0)), nullptr);
        nodes.erase(hash_of(0));
        for (int step = 0; step < 1000; ++step) {
            const Hash hash = hash_of(random() % 100);
            Bytes bytes(random() % 100, static_cast<std::uint8_t>(step));
            switch (random() % 8) {
            case 0:
            case 1:
            case 2:
                nodes.erase(hash);
                model.erase(hash);
                break;
            case 3: {
                std::vector<MemoryNodes::Entry> many;
                for (std::size_t i = 0, n = random() % 10; i < n; ++i)
                    many.emplace_back(hash_of(random() % 100), bytes);
                for (const auto& [key, value] : many)
                    model[key] = value;
                nodes.insert(std::move(many));
                break;
            }
            default: nodes.insert(hash, bytes); model[hash] = bytes;
            }
            nodes.prefetch(std::vector{hash, hash_of(1)}); // only a hint
            ASSERT_EQ(nodes.nodes().size(), model.size());
            for (std::uint64_t i = 0; i < 100; ++i) {
                const auto known = model.find(hash_of(i));
                const Bytes* found = nodes.find(hash_of(i));
                ASSERT_EQ(found != nullptr, known != model.end());
                if (found != nullptr)
                    ASSERT_EQ(*found, known->second);
                const auto borrowed = nodes.borrow(hash_of(i)).value();
                ASSERT_EQ(borrowed.has_value(), found != nullptr);
                if (borrowed)
                    ASSERT_EQ(borrowed->view().data(), found->data());
                ASSERT_EQ(nodes.get(hash_of(i)).value(), found == nullptr ? std::nullopt : std::optional{*found});
            }
        }
    }
}

TEST(MemoryNodes, TakesAWholeListWithEqualNodesOnce)
{
    MemoryNodes nodes;
    nodes.insert({{hash_of(1), {1}}, {hash_of(2), {2}}, {hash_of(1), {1}}, {hash_of(3), {3}}});
    EXPECT_EQ(nodes.nodes().size(), 3u);
    EXPECT_EQ(*nodes.find(hash_of(3)), Bytes{3});
    nodes.insert({});
    EXPECT_EQ(nodes.nodes().size(), 3u);
}

} // namespace
} // namespace phala::trie
