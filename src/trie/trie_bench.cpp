// Roots of whole maps and proofs as they are checked. Building, changing and proving stored tries, on data that peers are
// measured with too: bench/trie_workloads.cpp.
#include "trie/proof.hpp"
#include "trie/trie.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::trie;

constexpr std::size_t kAccounts = 100'000;
constexpr std::size_t kProven = 100;

/// System.Account of 80-byte values.
std::vector<std::pair<Bytes, Bytes>> accounts()
{
    const auto prefix = concat(crypto::twox_128(bytes_of("System")), crypto::twox_128(bytes_of("Account")));
    std::vector<std::pair<Bytes, Bytes>> out;
    for (std::uint64_t i = 0; i < kAccounts; ++i) {
        const auto account = crypto::blake2_256(le_bytes(i));
        out.emplace_back(concat(prefix, crypto::blake2_128(account), account), Bytes(80, account[0]));
    }
    return out;
}

void per_key(benchmark::State& state, std::size_t keys)
{
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys));
}

void trie_root(benchmark::State& state)
{
    const auto entries = accounts();
    for (auto _ : state)
        benchmark::DoNotOptimize(root(entries, StateVersion::V0));
    per_key(state, entries.size());
}
BENCHMARK(trie_root)->Unit(benchmark::kMillisecond);

void trie_verify(benchmark::State& state)
{
    const auto entries = accounts();
    std::vector<Change> changes;
    for (const auto& [key, value] : entries)
        changes.push_back({key, value});
    auto built = *update(MemoryNodes{}, kEmptyRoot, std::move(changes), StateVersion::V0);
    MemoryNodes nodes;
    nodes.insert(std::move(built.inserted));
    std::vector<Bytes> keys;
    for (std::size_t i = 0; i < kProven; ++i)
        keys.push_back(entries[i * (kAccounts / kProven)].first);
    const auto proof = *prove(nodes, built.root, keys);
    for (auto _ : state) {
        const ProofReader reader{proof};
        for (const auto& key : keys)
            if (!*get(reader, built.root, key))
                std::abort();
    }
    per_key(state, keys.size());
}
BENCHMARK(trie_verify)->Unit(benchmark::kMicrosecond);

} // namespace
