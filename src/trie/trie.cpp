#include "trie/trie.hpp"

#include "scale/codec.hpp"

#include <deque>
#include <memory>

namespace phala::trie {

namespace {

/// What a branch holds for a child: the child itself if short, else its hash.
struct Reference {
    std::uint8_t size = 0;
    ByteArray<32> bytes;

    [[nodiscard]] ByteView view() const { return ByteView{bytes}.first(size); }
    static Reference of(ByteView raw)
    {
        Reference out;
        out.size = static_cast<std::uint8_t>(raw.size());
        std::memcpy(out.bytes.data(), raw.data(), raw.size());
        return out;
    }
};

int compare(ByteView a, ByteView b)
{
    const std::size_t common = std::min(a.size(), b.size());
    if (const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common); order != 0)
        return order;
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

/// The 8 bytes of a key behind `skip`, as a number that orders like them; shorter keys are padded with zeros.
std::uint64_t head_of(ByteView key, std::size_t skip)
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

enum class Place : std::uint8_t { Root, Inside };

/// Encodes and hashes finished nodes, and keeps them if somebody wants to store them.
class Sink {
public:
    Sink(StateVersion version, HashFunction hash, Update* keep) : version_{version}, hash_{hash}, keep_{keep} {}

    /// The form in which a value that is set now is stored.
    NodeValue fresh_value(ByteView value, Hash& storage)
    {
        if (version_ == StateVersion::V0 || value.size() <= kMaxInlineValue)
            return {NodeValue::Kind::Inline, value};
        storage = hash_(value);
        if (keep_ != nullptr)
            keep_->inserted.emplace_back(storage, to_bytes(value));
        return {NodeValue::Kind::Hashed, storage};
    }

    [[nodiscard]] bool stored_in_place(std::size_t value_size) const
    {
        return version_ == StateVersion::V0 || value_size <= kMaxInlineValue;
    }

    [[nodiscard]] Hash hash(ByteView bytes) const { return hash_(bytes); }

    /// The root is always hashed, other nodes only if they are not short.
    Reference finish(const NodeView& node, Place place)
    {
        encode_node(scratch_, node);
        if (place == Place::Inside && scratch_.size() < 32)
            return Reference::of(scratch_);
        const Hash hash = hash_(scratch_);
        if (keep_ != nullptr)
            keep_->inserted.emplace_back(hash, scratch_);
        return Reference::of(hash);
    }

private:
    StateVersion version_;
    HashFunction hash_;
    Update* keep_;
    Bytes scratch_;
};

struct Entry {
    ByteView key;
    ByteView value;
};

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

} // namespace

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

namespace {

struct OpenNode;

/// A child of an open node: stored and untouched, opened for change, or absent.
struct Slot {
    ByteView stored;
    std::unique_ptr<OpenNode> open;

    [[nodiscard]] bool empty() const { return stored.empty() && !open; }
};

/// A node on a changed path.
struct OpenNode {
    NodeBytes encoded; // what the views below borrow from, if the node was stored; else they borrow from the changes
    Bytes own_partial; // what the partial key borrows from, if it was cut or joined
    Nibbles partial;
    NodeValue value;
    bool value_is_fresh = false; // set by this update, so its form is still to be chosen
    std::array<Slot, kChildren> children;

    [[nodiscard]] std::size_t child_count() const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(children, [](const Slot& slot) { return !slot.empty(); }));
    }
};

using Changes = std::span<const Change>;

/// Has the machine fetch the nodes on the paths of some keys, all paths at once: going down one path after the other,
/// every step would wait for memory.
class Fetcher {
public:
    explicit Fetcher(const MemoryNodes* nodes) : nodes_{nodes} {}

    /// As many keys as have nodes that fit the nearest cache.
    static constexpr std::size_t kMost = 48;

    void run(ByteView reference, Changes changes, std::size_t depth)
    {
        if (nodes_ == nullptr)
            return;
        now_.assign(1, {reference, changes, depth});
        while (!now_.empty()) {
            hashes_.clear();
            for (const auto& path : now_)
                if (path.reference.size() == 32)
                    hashes_.push_back(array_of<32>(path.reference));
            nodes_->prefetch(hashes_);
            next_.clear();
            for (const auto& path : now_)
                descend(path);
            now_.swap(next_);
        }
    }

private:
    struct Path {
        ByteView reference;
        Changes changes; // whose keys agree in their first `depth` half bytes
        std::size_t depth;
    };

    void descend(const Path& path)
    {
        ByteView encoded = path.reference;
        if (encoded.size() == 32) {
            const Bytes* found = nodes_->find(array_of<32>(encoded));
            encoded = found == nullptr ? ByteView{} : ByteView{*found};
        }
        const auto node = decode_node(encoded);
        if (!node || !node->is_branch) // whoever reads it will tell what is wrong
            return;
        const std::size_t below = path.depth + node->partial.size();
        for (std::size_t i = 0; i < path.changes.size();) {
            const Nibbles key{path.changes[i].key};
            std::size_t end = i + 1;
            if (key.size() > below) {
                const std::uint8_t nibble = key[below];
                while (end < path.changes.size() && Nibbles{path.changes[end].key}.size() > below
                       && Nibbles{path.changes[end].key}[below] == nibble)
                    ++end;
                if (!node->children[nibble].empty())
                    next_.push_back({node->children[nibble], path.changes.subspan(i, end - i), below + 1});
            }
            i = end;
        }
    }

    const MemoryNodes* nodes_;
    std::vector<Path> now_;
    std::vector<Path> next_;
    std::vector<Hash> hashes_;
};

class Updater {
public:
    Updater(const NodeReader& reader, Sink& sink, Update& out)
        : reader_{reader}, sink_{sink}, out_{out}, fetcher_{reader.in_memory()}
    {
    }

    Outcome<void> run(const Hash& root, Changes changes)
    {
        out_.root = root;
        Slot top;
        if (root != kEmptyRoot)
            top.stored = root;
        PHALA_TRY(const bool changed, apply(top, changes, 0, 0));
        if (!changed)
            return {};
        if (top.empty()) {
            out_.root = kEmptyRoot;
            return {};
        }
        out_.root = array_of<32>(finish(*top.open, Place::Root).view());
        return {};
    }

private:
    /// Applies changes whose keys agree in their first `depth` half bytes to the subtree in `slot`.
    Outcome<bool> apply(Slot& slot, Changes changes, std::size_t depth, unsigned level)
    {
        if (level > kMaxDepth)
            return fail(TrieError::TooDeep);
        const ByteView before = slot.stored;
        if (slot.empty())
            return grow(slot, changes, depth, level);
        const bool fetches = !fetched_ && changes.size() <= Fetcher::kMost;
        if (fetches) {
            fetcher_.run(before, changes, depth);
            fetched_ = true;
        }
        auto changed = apply_to_node(slot, changes, depth, level);
        if (fetches)
            fetched_ = false;
        return changed;
    }

    Outcome<bool> apply_to_node(Slot& slot, Changes changes, std::size_t depth, unsigned level)
    {
        const ByteView before = slot.stored;
        if (!slot.open)
            PHALA_CHECK(open(slot));
        const bool split = split_where_changes_leave(slot, changes, depth);
        PHALA_TRY(const bool changed, apply_inside(*slot.open, changes, depth, level));
        if (!changed && !split) {
            if (!before.empty()) {
                slot.open.reset();
                slot.stored = before;
            }
            return false;
        }
        if (before.size() == 32)
            out_.removed.push_back(array_of<32>(before));
        PHALA_CHECK(tidy(slot));
        if (slot.open)
            seal_children(*slot.open);
        return true;
    }

    Outcome<void> open(Slot& slot)
    {
        auto node = std::make_unique<OpenNode>();
        PHALA_TRY(node->encoded, borrow_child(reader_, slot.stored));
        PHALA_TRY(const NodeView view, decode_node(node->encoded.view()));
        if (view.is_empty())
            return fail(TrieError::BadNode, "empty node inside a trie");
        node->partial = view.partial;
        node->value = view.value;
        for (std::size_t i = 0; i < kChildren; ++i)
            node->children[i].stored = view.children[i];
        slot.open = std::move(node);
        slot.stored = {};
        return {};
    }

    /// A new subtree of the values that are set.
    Outcome<bool> grow(Slot& slot, Changes changes, std::size_t depth, unsigned level)
    {
        const Change* first = nullptr;
        const Change* last = nullptr;
        for (const auto& change : changes) {
            if (!change.value)
                continue;
            first = first == nullptr ? &change : first;
            last = &change;
        }
        if (first == nullptr)
            return false;
        auto node = std::make_unique<OpenNode>();
        const Nibbles rest = Nibbles{first->key}.drop(depth);
        node->partial = rest.take(common_prefix(rest, Nibbles{last->key}.drop(depth)));
        slot.open = std::move(node);
        PHALA_CHECK(apply_inside(*slot.open, changes, depth, level));
        seal_children(*slot.open);
        return true;
    }

    /// If a value is set that does not lie below the node in `slot`, puts a branch above the node.
    static bool split_where_changes_leave(Slot& slot, Changes changes, std::size_t depth)
    {
        const Nibbles partial = slot.open->partial;
        std::size_t shared = partial.size();
        for (const auto& change : changes)
            if (change.value)
                shared = std::min(shared, common_prefix(partial, Nibbles{change.key}.drop(depth)));
        if (shared == partial.size())
            return false;
        auto above = std::make_unique<OpenNode>();
        own_partial(*above, {partial.take(shared)});
        slot.open->partial = partial.drop(shared + 1);
        above->children[partial[shared]].open = std::move(slot.open);
        slot.open = std::move(above);
        return true;
    }

    Outcome<bool> apply_inside(OpenNode& node, Changes changes, std::size_t depth, unsigned level)
    {
        bool changed = false;
        const std::size_t below = depth + node.partial.size();
        const auto lies_below = [&](const Change& change) {
            const Nibbles rest = Nibbles{change.key}.drop(depth);
            return common_prefix(rest, node.partial) == node.partial.size();
        };
        std::size_t i = 0;
        while (i < changes.size()) {
            if (!lies_below(changes[i])) { // to be removed, and not there
                ++i;
                continue;
            }
            const Nibbles key{changes[i].key};
            if (key.size() == below) {
                changed |= set_value(node, changes[i++].value);
                continue;
            }
            const std::uint8_t nibble = key[below];
            std::size_t end = i + 1;
            while (end < changes.size() && lies_below(changes[end]) && Nibbles{changes[end].key}[below] == nibble)
                ++end;
            PHALA_TRY(const bool child_changed,
                      apply(node.children[nibble], changes.subspan(i, end - i), below + 1, level + 1));
            changed |= child_changed;
            i = end;
        }
        return changed;
    }

    bool set_value(OpenNode& node, const std::optional<ByteView>& value)
    {
        const NodeValue old = node.value;
        if (!value) {
            if (old.kind == NodeValue::Kind::None)
                return false;
        } else if (sink_.stored_in_place(value->size())) {
            if (old.kind == NodeValue::Kind::Inline && equal(old.bytes, *value))
                return false;
        } else if (old.kind == NodeValue::Kind::Hashed && equal(old.bytes, sink_.hash(*value))) {
            return false;
        }
        if (old.kind == NodeValue::Kind::Hashed)
            out_.removed.push_back(array_of<32>(old.bytes));
        node.value = value ? NodeValue{NodeValue::Kind::Inline, *value} : NodeValue{};
        node.value_is_fresh = value.has_value();
        return true;
    }

    /// Removes a node that holds nothing, and joins a branch without value to its only child.
    Outcome<void> tidy(Slot& slot)
    {
        OpenNode& node = *slot.open;
        if (node.value.kind != NodeValue::Kind::None)
            return {};
        const std::size_t count = node.child_count();
        if (count == 0) {
            slot.open.reset();
            return {};
        }
        if (count > 1)
            return {};
        std::size_t at = 0;
        while (node.children[at].empty())
            ++at;
        Slot& only = node.children[at];
        if (!only.open) {
            if (only.stored.size() == 32)
                out_.removed.push_back(array_of<32>(only.stored));
            PHALA_CHECK(open(only));
        }
        std::unique_ptr<OpenNode> child = std::move(only.open);
        const ByteArray<1> branch{static_cast<std::uint8_t>(at)};
        own_partial(*child, {node.partial, Nibbles{branch, 1}, child->partial});
        slot.open = std::move(child);
        return {};
    }

    /// Makes the partial key of `node` the concatenation of the parts, in memory of its own.
    static void own_partial(OpenNode& node, std::initializer_list<Nibbles> parts)
    {
        std::size_t size = 0;
        for (const auto& part : parts)
            size += part.size();
        const std::size_t padding = size % 2;
        Bytes packed((size + padding) / 2);
        std::size_t at = padding;
        for (const auto& part : parts)
            for (std::size_t i = 0; i < part.size(); ++i, ++at)
                packed[at / 2] = static_cast<std::uint8_t>(packed[at / 2] | part[i] << (at % 2 == 0 ? 4 : 0));
        node.own_partial = std::move(packed);
        node.partial = Nibbles{node.own_partial, padding};
    }

    /// Encodes the open children of a node. Until now each could still have been joined with the node; now they are as
    /// they stay.
    void seal_children(OpenNode& node)
    {
        for (auto& child : node.children) {
            if (!child.open)
                continue;
            child.stored = sealed_.emplace_back(finish(*child.open, Place::Inside)).view();
            child.open.reset();
        }
    }

    /// Encodes a node whose children are sealed.
    Reference finish(const OpenNode& node, Place place)
    {
        NodeView view;
        Hash value_hash;
        view.partial = node.partial;
        view.value = node.value_is_fresh ? sink_.fresh_value(node.value.bytes, value_hash) : node.value;
        for (std::size_t i = 0; i < kChildren; ++i) {
            view.children[i] = node.children[i].stored;
            view.is_branch |= !view.children[i].empty();
        }
        return sink_.finish(view, place);
    }

    const NodeReader& reader_;
    Sink& sink_;
    Update& out_;
    Fetcher fetcher_;
    bool fetched_ = false;         // what is being changed was fetched
    std::deque<Reference> sealed_; // what sealed children are borrowed from
};

} // namespace

Outcome<Update> update(const NodeReader& reader, const Hash& root, std::vector<Change> changes, StateVersion version)
{
    Update out;
    sort_by_key(changes);
    if (root == kEmptyRoot) { // nothing to read: build it from the bottom at once
        std::vector<Entry> entries;
        entries.reserve(changes.size());
        for (const auto& change : changes)
            if (change.value)
                entries.push_back({change.key, *change.value});
        out.root = build(std::move(entries), version, crypto::blake2_256, &out);
        return out;
    }
    out.inserted.reserve(3 * changes.size()); // a leaf each, and of the branches above it those that few others share
    Sink sink{version, crypto::blake2_256, &out};
    PHALA_CHECK(Updater(reader, sink, out).run(root, changes));
    return out;
}

} // namespace phala::trie
