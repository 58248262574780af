#include "trie/build.hpp"
#include "trie/fetcher.hpp"
#include "trie/sorting.hpp"

#include <deque>
#include <memory>

namespace phala::trie {

namespace {

using Changes = std::span<const Change>;

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

class Updater {
public:
    Updater(const NodeReader& reader, Sink& sink, Update& out)
        : reader_{reader}, sink_{sink}, out_{out}, fetcher_{reader.in_memory()}
    {
    }

    Outcome<void> run(const Hash& root, Changes changes)
    {
        out_.root = root;
        if (changes.empty())
            return {};
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
        Hash value_hash;
        out_.root = array_of<32>(sink_.finish(view_of(*top.open, value_hash), Place::Root).view());
        return {};
    }

private:
    /// Applies changes whose keys agree in their first `depth` half bytes to the subtree in `slot`.
    Outcome<bool> apply(Slot& slot, Changes changes, std::size_t depth, unsigned level)
    {
        if (level > kMaxDepth)
            return fail(TrieError::TooDeep);
        // What few keys change is fetched as a whole, stays open as a whole, and is sealed as a whole.
        const bool whole = !within_whole_ && changes.size() <= Fetcher::kMost;
        if (whole) {
            if (!slot.stored.empty())
                fetcher_.run(slot.stored, changes, depth);
            within_whole_ = true;
        }
        auto changed = slot.empty() ? grow(slot, changes, depth, level) : apply_to_node(slot, changes, depth, level);
        if (whole)
            within_whole_ = false;
        if (changed && *changed && slot.open && !within_whole_)
            seal_below(*slot.open);
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
        return true;
    }

    /// If a value is set that does not lie below the node in `slot`, puts a branch above the node.
    static bool split_where_changes_leave(Slot& slot, Changes changes, std::size_t depth)
    {
        const Nibbles partial = slot.open->partial;
        if (all_lie_below(changes, depth, partial))
            return false;
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

    /// Whether the keys go on with `partial` behind `depth`; they are sorted, so the first and the last tell.
    static bool all_lie_below(Changes changes, std::size_t depth, Nibbles partial)
    {
        return lies_below(changes.front(), depth, partial) && lies_below(changes.back(), depth, partial);
    }

    static bool lies_below(const Change& change, std::size_t depth, Nibbles partial)
    {
        return common_prefix(Nibbles{change.key}.drop(depth), partial) == partial.size();
    }

    Outcome<bool> apply_inside(OpenNode& node, Changes changes, std::size_t depth, unsigned level)
    {
        // Those of other keys are to be removed, and not there. Sorted as they are, they stand around the others.
        while (!changes.empty() && !lies_below(changes.front(), depth, node.partial))
            changes = changes.subspan(1);
        while (!changes.empty() && !lies_below(changes.back(), depth, node.partial))
            changes = changes.first(changes.size() - 1);
        bool changed = false;
        const std::size_t below = depth + node.partial.size();
        std::size_t i = 0;
        while (i < changes.size()) {
            const Nibbles key{changes[i].key};
            if (key.size() == below) {
                changed |= set_value(node, changes[i++].value);
                continue;
            }
            const std::uint8_t nibble = key[below];
            std::size_t end = i + 1;
            while (end < changes.size() && Nibbles{changes[end].key}[below] == nibble)
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

    /// Encodes all open nodes below one. Until now each could still have been joined with its parent; now they are as
    /// they stay. The deepest come first, those of one depth together: many are hashed at once.
    void seal_below(OpenNode& top)
    {
        to_seal_.clear();
        depths_.assign(1, 0);
        add_open_children(top);
        while (depths_.back() != to_seal_.size()) {
            const std::size_t begin = depths_.back();
            depths_.push_back(to_seal_.size());
            for (std::size_t i = begin; i < depths_.back(); ++i)
                add_open_children(*to_seal_[i]->open);
        }
        for (std::size_t i = depths_.size() - 1; i > 0; --i)
            seal(std::span{to_seal_}.subspan(depths_[i - 1], depths_[i] - depths_[i - 1]));
    }

    void add_open_children(OpenNode& node)
    {
        for (auto& child : node.children)
            if (child.open)
                to_seal_.push_back(&child);
    }

    void seal(std::span<Slot* const> slots)
    {
        for (const Slot* slot : slots) {
            Hash value_hash;
            sink_.add(view_of(*slot->open, value_hash));
        }
        const auto references = sink_.finish_added();
        for (std::size_t i = 0; i < slots.size(); ++i) {
            slots[i]->stored = sealed_.emplace_back(references[i]).view();
            slots[i]->open.reset();
        }
    }

    /// A node whose children are sealed, to be encoded.
    NodeView view_of(const OpenNode& node, Hash& value_hash)
    {
        NodeView view;
        view.partial = node.partial;
        view.value = node.value_is_fresh ? sink_.fresh_value(node.value.bytes, value_hash) : node.value;
        for (std::size_t i = 0; i < kChildren; ++i) {
            view.children[i] = node.children[i].stored;
            view.is_branch |= !view.children[i].empty();
        }
        return view;
    }

    const NodeReader& reader_;
    Sink& sink_;
    Update& out_;
    Fetcher fetcher_;
    bool within_whole_ = false;       // what is being changed is fetched and sealed as a whole
    std::vector<Slot*> to_seal_;      // by depth
    std::vector<std::size_t> depths_; // where each begins there
    std::deque<Reference> sealed_;    // what sealed children are borrowed from
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
