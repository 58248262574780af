#pragma once
// Changes and entries in the order of their keys.
#include "base/bytes.hpp"

#include <algorithm>

namespace phala::trie {

inline int compare(ByteView a, ByteView b)
{
    const std::size_t common = std::min(a.size(), b.size());
    if (const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common); order != 0)
        return order;
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

/// The 8 bytes of a key behind `skip`, as a number that orders like them; shorter keys are padded with zeros.
inline std::uint64_t head_of(ByteView key, std::size_t skip)
{
    std::uint64_t head = 0;
    for (std::size_t i = skip; i < skip + 8; ++i)
        head = head << 8 | (i < key.size() ? key[i] : 0u);
    return head;
}

/// Sorts by key and keeps the last of equal keys. Keys mostly share a long prefix, so that comparing whole keys would
/// dominate: what is sorted is a number made of the bytes behind it.
template <class Entry>
void sort_by_key(std::vector<Entry>& entries)
{
    const auto not_after = [](const Entry& a, const Entry& b) { return compare(a.key, b.key) >= 0; };
    if (std::adjacent_find(entries.begin(), entries.end(), not_after) == entries.end())
        return;
    ByteView shared = entries.front().key;
    for (const auto& entry : entries) {
        const std::size_t limit = std::min(shared.size(), entry.key.size());
        const auto differs =
            std::mismatch(shared.begin(), shared.begin() + static_cast<std::ptrdiff_t>(limit), entry.key.begin());
        shared = {shared.begin(), differs.first};
    }
    struct Item {
        std::uint64_t head;
        std::size_t index;
    };
    std::vector<Item> order;
    order.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        order.push_back({head_of(entries[i].key, shared.size()), i});
    std::sort(order.begin(), order.end(), [&](const Item& a, const Item& b) {
        if (a.head != b.head)
            return a.head < b.head;
        const int keys = compare(entries[a.index].key, entries[b.index].key);
        return keys != 0 ? keys < 0 : a.index < b.index;
    });
    std::vector<Entry> sorted;
    sorted.reserve(entries.size());
    for (const auto& [head, index] : order) {
        if (!sorted.empty() && equal(sorted.back().key, entries[index].key))
            sorted.back() = entries[index];
        else
            sorted.push_back(entries[index]);
    }
    entries = std::move(sorted);
}

} // namespace phala::trie
