#include "trie/memory_nodes.hpp"

#include <bit>
#include <utility>

namespace phala::trie {

namespace {

constexpr std::size_t kCacheLine = 64;

} // namespace

std::size_t MemoryNodes::place_of(const Hash& hash) const
{
    std::size_t at = home_of(hash);
    while (table_[at] != kFree && entries_[table_[at]].first != hash)
        at = (at + 1) & (table_.size() - 1);
    return at;
}

void MemoryNodes::make_room(std::size_t count)
{
    const std::size_t wanted = std::bit_ceil(2 * count + 2);
    if (table_.size() >= wanted)
        return;
    table_.assign(wanted, kFree);
    for (std::size_t i = 0; i < entries_.size(); ++i)
        table_[place_of(entries_[i].first)] = static_cast<std::uint32_t>(i);
}

const Bytes* MemoryNodes::find(const Hash& hash) const
{
    if (table_.empty())
        return nullptr;
    const std::size_t at = place_of(hash);
    return table_[at] == kFree ? nullptr : &entries_[table_[at]].second;
}

void MemoryNodes::prefetch(std::span<const Hash> hashes) const
{
    if (table_.empty())
        return;
    // Each pass reads what the one before asked for. The first place is most often the right one; where not, little is
    // lost.
    for (const auto& hash : hashes)
        __builtin_prefetch(&table_[home_of(hash)]);
    for (const auto& hash : hashes)
        if (const std::uint32_t number = table_[home_of(hash)]; number != kFree)
            __builtin_prefetch(&entries_[number].second);
    for (const auto& hash : hashes) {
        const std::uint32_t number = table_[home_of(hash)];
        if (number == kFree)
            continue;
        const Bytes& bytes = entries_[number].second;
        for (std::size_t at = 0; at < bytes.size(); at += kCacheLine)
            __builtin_prefetch(bytes.data() + at);
    }
}

Outcome<std::optional<Bytes>> MemoryNodes::get(const Hash& hash) const
{
    const Bytes* found = find(hash);
    return found == nullptr ? std::nullopt : std::optional{*found};
}

Outcome<std::optional<NodeBytes>> MemoryNodes::borrow(const Hash& hash) const
{
    const Bytes* found = find(hash);
    if (found == nullptr)
        return std::nullopt;
    return NodeBytes::borrowed(*found);
}

void MemoryNodes::insert(const Hash& hash, Bytes bytes)
{
    make_room(entries_.size() + 1);
    const std::size_t at = place_of(hash);
    if (table_[at] != kFree) {
        entries_[table_[at]].second = std::move(bytes);
        return;
    }
    table_[at] = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back(hash, std::move(bytes));
}

void MemoryNodes::insert(std::vector<Entry> nodes)
{
    make_room(entries_.size() + nodes.size());
    for (auto& [hash, bytes] : nodes)
        insert(hash, std::move(bytes));
}

void MemoryNodes::erase(const Hash& hash)
{
    if (table_.empty())
        return;
    std::size_t hole = place_of(hash);
    if (table_[hole] == kFree)
        return;
    const std::uint32_t number = table_[hole];
    const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
    if (number != last) {
        table_[place_of(entries_[last].first)] = number;
        entries_[number] = std::move(entries_[last]);
    }
    entries_.pop_back();
    // What lies behind the hole moves into it where it may, so that a search never ends too early.
    const std::size_t mask = table_.size() - 1;
    table_[hole] = kFree;
    for (std::size_t at = (hole + 1) & mask; table_[at] != kFree; at = (at + 1) & mask) {
        const std::size_t home = home_of(entries_[table_[at]].first);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        table_[hole] = std::exchange(table_[at], kFree);
        hole = at;
    }
}

} // namespace phala::trie
