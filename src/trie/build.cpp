#include "trie/build.hpp"

#include "scale/codec.hpp"
#include "trie/sorting.hpp"

namespace phala::trie {

namespace {

/// Builds a trie from sorted entries, children before parents, without keeping any node.
class Builder {
public:
    Builder(Sink& sink, std::span<const Entry> entries) : sink_{sink}, entries_{entries} {}

    Hash root() { return array_of<32>(reference(0, entries_.size(), 0, Place::Root).view()); }

private:
    Reference reference(std::size_t begin, std::size_t end, std::size_t depth, Place place)
    {
        const Nibbles first = Nibbles{entries_[begin].key}.drop(depth);
        NodeView node;
        Hash value_hash;
        if (end - begin == 1) {
            fetch_ahead(begin);
            node.partial = first;
            node.value = sink_.fresh_value(entries_[begin].value, value_hash);
            return sink_.finish(node, place);
        }
        const std::size_t common = common_prefix(first, Nibbles{entries_[end - 1].key}.drop(depth));
        node.partial = first.take(common);
        node.is_branch = true;
        if (first.size() == common)
            node.value = sink_.fresh_value(entries_[begin++].value, value_hash);
        // References live on a shared stack, so that deep tries need little of the machine's.
        const std::size_t base = references_.size();
        ByteArray<kChildren> slots;
        std::size_t count = 0;
        while (begin < end) {
            const std::uint8_t nibble = Nibbles{entries_[begin].key}[depth + common];
            const std::size_t next = end_of_group(begin, end, depth + common, nibble);
            const Reference child = reference(begin, next, depth + common + 1, Place::Inside);
            references_.push_back(child);
            slots[count++] = nibble;
            begin = next;
        }
        for (std::size_t i = 0; i < count; ++i)
            node.children[slots[i]] = references_[base + i].view();
        const Reference out = sink_.finish(node, place);
        references_.resize(base);
        return out;
    }

    /// Sorted keys and their values lie anywhere in memory: it is asked for those that come soon.
    void fetch_ahead(std::size_t now) const
    {
        constexpr std::size_t kDistance = 8;
        if (now + kDistance >= entries_.size())
            return;
        const Entry& soon = entries_[now + kDistance];
        __builtin_prefetch(soon.key.data());
        __builtin_prefetch(soon.value.data());
        __builtin_prefetch(soon.value.data() + soon.value.size());
    }

    [[nodiscard]] std::size_t end_of_group(std::size_t begin, std::size_t end, std::size_t at,
                                           std::uint8_t nibble) const
    {
        const auto inside = [&](const Entry& entry) { return Nibbles{entry.key}[at] == nibble; };
        const auto from = entries_.begin();
        return static_cast<std::size_t>(std::partition_point(from + static_cast<std::ptrdiff_t>(begin),
                                                             from + static_cast<std::ptrdiff_t>(end), inside)
                                        - from);
    }

    Sink& sink_;
    std::span<const Entry> entries_;
    std::vector<Reference> references_;
};

} // namespace

Hash build(std::vector<Entry> entries, StateVersion version, HashFunction hash, Update* keep)
{
    Sink sink{version, hash, keep};
    if (entries.empty())
        return hash(ByteArray<1>{0});
    sort_by_key(entries);
    if (keep != nullptr)
        keep->inserted.reserve(entries.size() + entries.size() / 4); // about one branch for several leaves
    return Builder{sink, entries}.root();
}

Hash root(std::span<const std::pair<Bytes, Bytes>> entries, StateVersion version, HashFunction hash)
{
    std::vector<Entry> views;
    views.reserve(entries.size());
    for (const auto& [key, value] : entries)
        views.push_back({key, value});
    return build(std::move(views), version, hash, nullptr);
}

Hash ordered_root(std::span<const Bytes> items, StateVersion version, HashFunction hash)
{
    std::vector<Bytes> keys;
    keys.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        scale::Writer writer{keys.emplace_back()};
        scale::encode_compact(writer, i);
    }
    std::vector<Entry> views;
    views.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        views.push_back({keys[i], items[i]});
    return build(std::move(views), version, hash, nullptr);
}

} // namespace phala::trie
