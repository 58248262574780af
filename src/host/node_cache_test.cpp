#include "host/node_cache.hpp"

#include "crypto/hash.hpp"
#include "trie/trie.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace phala::host {
namespace {

/// Counts how often it is asked.
struct Counting final : trie::NodeReader {
    trie::MemoryNodes nodes;
    mutable std::atomic<int> reads = 0;
    bool broken = false;

    Outcome<std::optional<Bytes>> get(const trie::Hash& hash) const override
    {
        ++reads;
        if (broken)
            return fail(trie::TrieError::MissingNode, "the store is gone");
        return nodes.get(hash);
    }

    std::vector<trie::Hash> fill(std::uint32_t count, std::size_t size)
    {
        std::vector<trie::Hash> out;
        for (std::uint32_t i = 0; i < count; ++i) {
            Bytes node(size, 1);
            std::ranges::copy(le_bytes(i), node.begin());
            out.push_back(crypto::blake2_256(node));
            nodes.insert(out.back(), std::move(node));
        }
        return out;
    }
};

TEST(NodeCache, ReadsTheBaseOncePerNode)
{
    Counting base;
    const auto hashes = base.fill(100, 200);
    const NodeCache cache{base, 1 << 20};
    for (int round = 0; round < 3; ++round)
        for (const auto& hash : hashes)
            EXPECT_EQ(cache.get(hash).value(), *base.nodes.find(hash));
    EXPECT_EQ(base.reads, 100);
    const Bytes fresh(50, 9);
    cache.insert(crypto::blake2_256(fresh), fresh);
    EXPECT_EQ(cache.get(crypto::blake2_256(fresh)).value(), fresh);
    EXPECT_EQ(base.reads, 100);
}

TEST(NodeCache, WhatIsMissingOrFailsIsNotRemembered)
{
    Counting base;
    const NodeCache cache{base, 1 << 20};
    const Bytes late(40, 3);
    const auto hash = crypto::blake2_256(late);
    EXPECT_EQ(cache.get(hash).value(), std::nullopt);
    base.broken = true;
    EXPECT_FALSE(cache.get(hash));
    base.broken = false;
    base.nodes.insert(hash, late);
    EXPECT_EQ(cache.get(hash).value(), late);
}

TEST(NodeCache, StaysWithinItsBoundAndKeepsWhatIsUsed)
{
    Counting base;
    const auto hashes = base.fill(2000, 400);
    const NodeCache cache{base, 100'000};
    for (const auto& hash : hashes) {
        ASSERT_TRUE(cache.get(hash).value());
        ASSERT_TRUE(cache.get(hashes[0]).value()); // always wanted
    }
    EXPECT_LE(base.reads, 2000); // the first was never read twice
    int hits = 0;
    for (const auto& hash : hashes) {
        const int before = base.reads;
        ASSERT_TRUE(cache.get(hash).value());
        hits += base.reads == before;
    }
    EXPECT_LT(hits, 250); // 528 bytes each
    const Bytes huge(50'000, 1);
    cache.insert(crypto::blake2_256(huge), huge);
    EXPECT_EQ(cache.get(crypto::blake2_256(huge)).value(), std::nullopt);
}

TEST(NodeCache, ServesSeveralThreads)
{
    Counting base;
    const auto hashes = base.fill(300, 300);
    const NodeCache cache{base, 60'000};
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (std::size_t i = 0; i < 3000; ++i) {
                    const auto& hash = hashes[(i * (t + 1)) % hashes.size()];
                    const auto node = cache.get(hash);
                    good += node && *node && crypto::blake2_256(**node) == hash;
                }
            });
    }
    EXPECT_EQ(good, 12'000);
}

} // namespace
} // namespace phala::host
