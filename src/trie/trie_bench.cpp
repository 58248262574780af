// System.Account maps of 80-byte values: building, changing and proving them. By default 100,000 accounts;
// PHALA_TRIE_ACCOUNTS=1000000 is the size at which other implementations were measured.
#include "base/hex.hpp"
#include "trie/proof.hpp"
#include "trie/trie.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <set>

namespace {

using namespace phala;
using namespace phala::trie;

/// Bytes that depend only on a name: BLAKE2b of the name and a counter, block after block.
class Stream {
public:
    explicit Stream(std::string_view name) : name_{name} {}

    Bytes take(std::size_t count)
    {
        while (buffer_.size() < count)
            append(buffer_, crypto::blake2_256(concat(bytes_of(name_), le_bytes(block_++))));
        Bytes out{buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count)};
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
        return out;
    }

    std::uint64_t number() { return from_le<std::uint64_t>(ByteView{take(8)}.first<8>()); }

    std::vector<std::uint64_t> distinct(std::size_t count, std::uint64_t below)
    {
        std::vector<std::uint64_t> out;
        std::set<std::uint64_t> seen;
        while (out.size() < count)
            if (const auto n = number() % below; seen.insert(n).second)
                out.push_back(n);
        return out;
    }

private:
    std::string_view name_;
    std::uint64_t block_ = 0;
    Bytes buffer_;
};

struct Accounts {
    std::vector<std::pair<Bytes, Bytes>> entries;
    MemoryNodes nodes;
    Hash root{};

    static Accounts& get()
    {
        static Accounts accounts;
        return accounts;
    }

    std::vector<Change> changes() const
    {
        std::vector<Change> out;
        for (const auto& [key, value] : entries)
            out.push_back({key, value});
        return out;
    }

private:
    Accounts()
    {
        const char* wanted = std::getenv("PHALA_TRIE_ACCOUNTS");
        const std::size_t count = wanted == nullptr ? 100'000 : std::strtoull(wanted, nullptr, 10);
        const auto prefix = concat(crypto::twox_128(bytes_of("System")), crypto::twox_128(bytes_of("Account")));
        Stream accounts{"trie-account"};
        Stream values{"trie-value"};
        for (std::size_t i = 0; i < count; ++i) {
            const Bytes account = accounts.take(32);
            entries.emplace_back(concat(prefix, crypto::blake2_128(account), account), values.take(80));
        }
        auto built = update(nodes, kEmptyRoot, changes(), StateVersion::V0);
        root = built->root;
        nodes.insert(std::move(built->inserted));
    }
};

void per_key(benchmark::State& state, std::size_t keys)
{
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys));
}

void trie_build(benchmark::State& state)
{
    const auto& accounts = Accounts::get();
    for (auto _ : state) {
        auto built = update(MemoryNodes{}, kEmptyRoot, accounts.changes(), StateVersion::V0);
        MemoryNodes stored;
        stored.insert(std::move(built->inserted));
        state.PauseTiming();
        if (stored.nodes().size() != accounts.nodes.nodes().size())
            std::abort();
        state.SetLabel(to_hex(built->root));
        stored = {};
        state.ResumeTiming();
    }
    per_key(state, accounts.entries.size());
}
BENCHMARK(trie_build)->Unit(benchmark::kMillisecond);

void trie_root(benchmark::State& state)
{
    const auto& accounts = Accounts::get();
    for (auto _ : state)
        benchmark::DoNotOptimize(root(accounts.entries, StateVersion::V0));
    per_key(state, accounts.entries.size());
}
BENCHMARK(trie_root)->Unit(benchmark::kMillisecond);

void trie_update(benchmark::State& state)
{
    const auto& accounts = Accounts::get();
    const std::size_t count = std::min<std::size_t>(10'000, accounts.entries.size() / 10);
    Stream values{"trie-new-value"};
    std::vector<std::pair<Bytes, Bytes>> updates;
    for (const auto number : Stream{"trie-update"}.distinct(count, accounts.entries.size()))
        updates.emplace_back(accounts.entries[number].first, values.take(80));
    for (auto _ : state) {
        std::vector<Change> changes;
        for (const auto& [key, value] : updates)
            changes.push_back({key, value});
        auto updated = update(accounts.nodes, accounts.root, std::move(changes), StateVersion::V0);
        MemoryNodes fresh;
        fresh.insert(std::move(updated->inserted));
        state.PauseTiming();
        state.SetLabel(to_hex(updated->root));
        fresh = {};
        state.ResumeTiming();
    }
    per_key(state, count);
}
BENCHMARK(trie_update)->Unit(benchmark::kMillisecond);

void trie_proof(benchmark::State& state)
{
    const auto& accounts = Accounts::get();
    std::vector<Bytes> keys;
    for (const auto number : Stream{"trie-proof"}.distinct(100, accounts.entries.size()))
        keys.push_back(accounts.entries[number].first);
    for (auto _ : state) {
        auto proof = prove(accounts.nodes, accounts.root, keys);
        state.PauseTiming();
        std::set<Bytes> sorted{proof->begin(), proof->end()};
        Bytes all;
        for (const auto& node : sorted)
            append(all, node);
        state.SetLabel(std::to_string(sorted.size()) + "," + std::to_string(all.size()) + ","
                       + to_hex(crypto::blake2_256(all)));
        state.ResumeTiming();
    }
    per_key(state, keys.size());
}
BENCHMARK(trie_proof)->Unit(benchmark::kMicrosecond);

void trie_verify(benchmark::State& state)
{
    const auto& accounts = Accounts::get();
    std::vector<Bytes> keys;
    for (const auto number : Stream{"trie-proof"}.distinct(100, accounts.entries.size()))
        keys.push_back(accounts.entries[number].first);
    const auto proof = *prove(accounts.nodes, accounts.root, keys);
    for (auto _ : state) {
        const ProofReader reader{proof};
        for (const auto& key : keys)
            if (!*get(reader, accounts.root, key))
                std::abort();
    }
    per_key(state, keys.size());
}
BENCHMARK(trie_verify)->Unit(benchmark::kMicrosecond);

} // namespace
