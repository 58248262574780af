#include "node/rpc/methods/state_diff.hpp"

#include <algorithm>

namespace phala::node::rpc {

namespace {

using trie::Nibbles;
using trie::NodeValue;
using trie::NodeView;

/// A place in one of the tries: at a node, or on the way to it. Without a node there is nothing below.
struct Position {
    const NodeView* node = nullptr;
    Nibbles partial{}; ///< what of the node's part of the key is still ahead
};

struct LoadedNode {
    Bytes encoded; ///< what `view` borrows from
    NodeView view;
};

class Differ {
public:
    Differ(const trie::NodeReader& nodes, const DiffRange& range, const std::function<bool(StateChange&&)>& take)
        : nodes_{nodes}, prefix_{range.prefix}, behind_{range.behind ? Nibbles{*range.behind} : Nibbles{}},
          has_behind_{range.behind.has_value()}, take_{take}
    {
    }

    Outcome<> run(const trie::Hash& before, const trie::Hash& after)
    {
        if (before == after)
            return {};
        LoadedNode first;
        LoadedNode second;
        PHALA_TRY(const auto a, root(before, first));
        PHALA_TRY(const auto b, root(after, second));
        return walk(a, b);
    }

private:
    Outcome<Position> root(const trie::Hash& hash, LoadedNode& room) const
    {
        if (hash == trie::kEmptyRoot)
            return Position{};
        return load(hash, room);
    }

    Outcome<Position> load(ByteView reference, LoadedNode& room) const
    {
        PHALA_TRY(room.encoded, trie::load_child(nodes_, reference));
        PHALA_TRY(room.view, trie::decode_node(room.encoded));
        return Position{&room.view, room.view.partial};
    }

    /// Whether keys that begin with the path may be in the range.
    [[nodiscard]] bool may_lead_there() const
    {
        for (std::size_t i = 0; i < std::min(path_.size(), prefix_.size()); ++i)
            if (path_[i] != prefix_[i])
                return false;
        if (has_behind_)
            for (std::size_t i = 0; i < std::min(path_.size(), behind_.size()); ++i)
                if (path_[i] != behind_[i])
                    return path_[i] > behind_[i];
        return true;
    }

    /// Whether the path itself is; it may lead there.
    [[nodiscard]] bool is_there() const
    {
        if (path_.size() < prefix_.size() || path_.size() % 2 != 0)
            return false;
        if (!has_behind_)
            return true;
        for (std::size_t i = 0; i < std::min(path_.size(), behind_.size()); ++i)
            if (path_[i] != behind_[i])
                return true;
        return path_.size() > behind_.size();
    }

    Outcome<std::optional<Bytes>> value_of(const NodeValue& value) const
    {
        if (value.kind == NodeValue::Kind::None)
            return std::nullopt;
        if (value.kind == NodeValue::Kind::Inline)
            return std::optional{to_bytes(value.bytes)};
        PHALA_TRY(auto loaded, trie::load(nodes_, array_of<32>(value.bytes)));
        return std::optional{std::move(loaded)};
    }

    Outcome<> compare(const NodeValue& before, const NodeValue& after)
    {
        if ((before.kind == after.kind && std::ranges::equal(before.bytes, after.bytes)) || !is_there())
            return {};
        StateChange change{Bytes(path_.size() / 2), {}, {}};
        for (std::size_t i = 0; i < change.key.size(); ++i)
            change.key[i] = static_cast<std::uint8_t>(path_[2 * i] << 4U | path_[2 * i + 1]);
        PHALA_TRY(change.before, value_of(before));
        PHALA_TRY(change.after, value_of(after));
        if (change.before != change.after) // one may be stored by its hash, the other as it is
            done_ = !take_(std::move(change));
        return {};
    }

    /// One half byte further from `common` half bytes ahead.
    Outcome<Position> step(const Position& from, std::size_t common, std::uint8_t nibble, LoadedNode& room) const
    {
        if (from.node == nullptr)
            return Position{};
        if (common < from.partial.size())
            return from.partial[common] == nibble ? Position{from.node, from.partial.drop(common + 1)} : Position{};
        const ByteView child = from.node->children[nibble];
        if (child.empty())
            return Position{};
        return load(child, room);
    }

    Outcome<> walk(const Position& a, const Position& b)
    {
        if (done_ || (a.node == nullptr && b.node == nullptr))
            return {};
        const std::size_t depth = path_.size();
        const Nibbles ahead = a.node != nullptr ? a.partial : b.partial;
        const std::size_t common =
            a.node != nullptr && b.node != nullptr ? common_prefix(a.partial, b.partial) : ahead.size();
        for (std::size_t i = 0; i < common; ++i)
            path_.push_back(ahead[i]);
        auto walked = may_lead_there() ? walk_below(a, b, common) : Outcome<>{};
        path_.resize(depth);
        return walked;
    }

    Outcome<> walk_below(const Position& a, const Position& b, std::size_t common)
    {
        const bool a_ends = a.node != nullptr && common == a.partial.size();
        const bool b_ends = b.node != nullptr && common == b.partial.size();
        PHALA_CHECK(compare(a_ends ? a.node->value : NodeValue{}, b_ends ? b.node->value : NodeValue{}));
        for (std::uint8_t nibble = 0; nibble < trie::kChildren && !done_; ++nibble) {
            if (a_ends && b_ends && std::ranges::equal(a.node->children[nibble], b.node->children[nibble]))
                continue;
            path_.push_back(nibble);
            if (may_lead_there()) {
                LoadedNode first;
                LoadedNode second;
                PHALA_TRY(const auto below_a, step(a, common, nibble, first));
                PHALA_TRY(const auto below_b, step(b, common, nibble, second));
                PHALA_CHECK(walk(below_a, below_b));
            }
            path_.pop_back();
        }
        return {};
    }

    const trie::NodeReader& nodes_;
    Nibbles prefix_;
    Nibbles behind_;
    bool has_behind_;
    const std::function<bool(StateChange&&)>& take_;
    Bytes path_; ///< one half byte each
    bool done_ = false;
};

} // namespace

Outcome<> diff_states(const trie::NodeReader& nodes, const trie::Hash& before, const trie::Hash& after,
                      const DiffRange& range, const std::function<bool(StateChange&&)>& take)
{
    return Differ{nodes, range, take}.run(before, after);
}

} // namespace phala::node::rpc
