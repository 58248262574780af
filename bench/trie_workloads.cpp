// System.Account of a million accounts: built, changed and proven.
#include "bench/workload.hpp"
#include "trie/proof.hpp"
#include "trie/trie.hpp"

#include <memory>

namespace phala::bench {
namespace {

using namespace trie;

constexpr std::size_t kAccounts = 1'000'000;
constexpr std::size_t kUpdates = 10'000;
constexpr std::size_t kProven = 100;

using Entries = std::vector<std::pair<Bytes, Bytes>>;

Entries entries()
{
    const auto prefix = concat(crypto::twox_128(bytes_of("System")), crypto::twox_128(bytes_of("Account")));
    Stream accounts{"trie-account"};
    Stream values{"trie-value"};
    Entries out;
    out.reserve(kAccounts);
    for (std::size_t i = 0; i < kAccounts; ++i) {
        const Bytes account = accounts.take(32);
        out.emplace_back(concat(prefix, crypto::blake2_128(account), account), values.take(80));
    }
    return out;
}

std::vector<Change> changes(const Entries& entries)
{
    std::vector<Change> out;
    out.reserve(entries.size());
    for (const auto& [key, value] : entries)
        out.push_back({key, value});
    return out;
}

/// Applies changes and stores the new nodes.
Hash apply(MemoryNodes& nodes, const Hash& root, std::vector<Change> changes)
{
    auto updated = *update(nodes, root, std::move(changes), StateVersion::V0);
    nodes.insert(std::move(updated.inserted));
    return updated.root;
}

/// The trie of all accounts; made once for the workloads that only read it.
struct Accounts {
    Entries entries = bench::entries();
    MemoryNodes nodes;
    Hash root = apply(nodes, kEmptyRoot, changes(entries));

    static std::shared_ptr<const Accounts> get()
    {
        static std::weak_ptr<const Accounts> kept;
        auto accounts = kept.lock();
        if (!accounts)
            kept = accounts = std::make_shared<const Accounts>();
        return accounts;
    }

    [[nodiscard]] std::vector<Bytes> keys(std::string_view stream, std::size_t count) const
    {
        std::vector<Bytes> out;
        for (const auto number : Stream{stream}.distinct(count, entries.size()))
            out.push_back(entries[number].first);
        return out;
    }
};

std::function<Run()> build()
{
    return [entries = entries()] {
        Run run;
        MemoryNodes nodes;
        run.checksum = to_hex(timed(run.time, [&] { return apply(nodes, kEmptyRoot, changes(entries)); }));
        return run;
    };
}

std::function<Run()> update_accounts()
{
    const auto accounts = Accounts::get();
    Stream values{"trie-new-value"};
    Entries updates;
    for (const auto& key : accounts->keys("trie-update", kUpdates))
        updates.emplace_back(key, values.take(80));
    return [accounts, updates = std::move(updates)] {
        Run run;
        MemoryNodes nodes = accounts->nodes;
        run.checksum = to_hex(timed(run.time, [&] { return apply(nodes, accounts->root, changes(updates)); }));
        return run;
    };
}

std::function<Run()> prove_accounts()
{
    const auto accounts = Accounts::get();
    return [accounts, keys = accounts->keys("trie-proof", kProven)] {
        Run run;
        const auto proof = *timed(run.time, [&] { return prove(accounts->nodes, accounts->root, keys); });
        const std::set<Bytes> sorted{proof.begin(), proof.end()};
        Bytes all;
        for (const auto& node : sorted)
            append(all, node);
        run.checksum = std::to_string(sorted.size()) + "," + std::to_string(all.size()) + "," + digest(all);
        return run;
    };
}

} // namespace

std::vector<Workload> trie_workloads()
{
    return {{"trie-build", "key", kAccounts, true, build},
            {"trie-update", "key", kUpdates, false, update_accounts},
            {"trie-proof", "key", kProven, false, prove_accounts}};
}

} // namespace phala::bench
