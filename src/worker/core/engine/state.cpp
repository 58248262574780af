#include "worker/core/engine/state.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <array>

namespace phala::worker::engine {

/// A node of the trie. Immutable once it is part of a snapshot; `reference` is what its parent holds of it.
struct ClusterState::Node {
    using Child = std::shared_ptr<const Node>;
    using Children = std::array<Child, trie::kChildren>;

    std::string partial;                      ///< one half byte per character
    std::shared_ptr<const Bytes> value;       ///< shared by copies of the node: values may be large
    std::unique_ptr<const Children> children; ///< none: a leaf
    Bytes reference;                          ///< hash of the encoding, or the encoding itself if shorter than a hash

    Node() = default;
    Node(const Node& other)
        : partial{other.partial}, value{other.value},
          children{other.children ? std::make_unique<Children>(*other.children) : nullptr}
    {
    }
    Node& operator=(const Node&) = delete;
};

namespace {

using Node = ClusterState::Node;
using Child = Node::Child;
using Children = Node::Children;

std::string halves_of(ByteView key)
{
    std::string out(2 * key.size(), '\0');
    for (std::size_t i = 0; i < key.size(); ++i) {
        out[2 * i] = static_cast<char>(key[i] >> 4);
        out[2 * i + 1] = static_cast<char>(key[i] & 15);
    }
    return out;
}

Bytes bytes_of_halves(std::string_view halves)
{
    Bytes out;
    for (std::size_t i = 0; i + 1 < halves.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(halves[i] << 4 | halves[i + 1]));
    return out;
}

std::size_t common(std::string_view a, std::string_view b)
{
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::size_t index_of(char half)
{
    return static_cast<std::size_t>(half);
}

/// Encoding of a node whose children have references.
Bytes encode(const Node& node)
{
    // trie::Nibbles borrows whole bytes: an odd number of half bytes begins in the middle of one
    std::string padded = node.partial.size() % 2 == 1 ? std::string(1, '\0') + node.partial : node.partial;
    const Bytes packed = bytes_of_halves(padded);
    trie::NodeView view;
    view.partial = trie::Nibbles{packed, node.partial.size() % 2};
    view.is_branch = node.children != nullptr;
    if (node.value)
        view.value = {trie::NodeValue::Kind::Inline, *node.value};
    if (node.children)
        for (std::size_t i = 0; i < trie::kChildren; ++i)
            if (const auto& child = (*node.children)[i])
                view.children[i] = child->reference;
    Bytes out;
    trie::encode_node(out, view);
    return out;
}

/// Nodes made for one set of changes are finished once, from the leaves up, before anybody else sees them.
void finish(const Child& child)
{
    if (!child || !child->reference.empty())
        return;
    if (child->children)
        for (const auto& below : *child->children)
            finish(below);
    auto& node = const_cast<Node&>(*child); // not yet shared with any snapshot: its reference is empty
    const Bytes encoded = encode(node);
    node.reference = encoded.size() < sizeof(trie::Hash) ? encoded : to_bytes(crypto::blake2_256(encoded));
}

std::shared_ptr<Node> leaf(std::string_view partial, std::shared_ptr<const Bytes> value)
{
    auto node = std::make_shared<Node>();
    node->partial = partial;
    node->value = std::move(value);
    return node;
}

std::shared_ptr<Node> with_child(const Node& node, std::size_t index, Child child)
{
    auto out = leaf(node.partial, node.value); // not a copy of the node: that would copy the children twice
    auto children = node.children ? std::make_unique<Children>(*node.children) : std::make_unique<Children>();
    (*children)[index] = std::move(child);
    out->children = std::move(children);
    return out;
}

/// The same pointer where the key has that value.
Child insert(const Child& node, std::string_view key, std::shared_ptr<const Bytes> value)
{
    if (!node)
        return leaf(key, std::move(value));
    const std::size_t same = common(node->partial, key);
    if (same == node->partial.size()) {
        if (same == key.size()) {
            if (node->value && *node->value == *value)
                return node;
            auto out = std::make_shared<Node>(*node);
            out->value = std::move(value);
            return out;
        }
        const auto index = index_of(key[same]);
        const auto child = node->children ? (*node->children)[index] : nullptr;
        auto below = insert(child, key.substr(same + 1), std::move(value));
        return below == child ? node : with_child(*node, index, std::move(below));
    }
    // the node moves one level down, under a new branch at the place where the keys part
    auto moved = std::make_shared<Node>(*node);
    moved->partial = node->partial.substr(same + 1);
    auto branch = leaf(key.substr(0, same), nullptr);
    branch = with_child(*branch, index_of(node->partial[same]), std::move(moved));
    if (same == key.size())
        branch->value = std::move(value);
    else
        branch = with_child(*branch, index_of(key[same]), leaf(key.substr(same + 1), std::move(value)));
    return branch;
}

/// What is left of a node that lost its value or a child: nothing, a leaf, its only child, or itself.
Child tidy(std::shared_ptr<Node> node)
{
    std::size_t count = 0;
    std::size_t last = 0;
    if (node->children)
        for (std::size_t i = 0; i < trie::kChildren; ++i)
            if ((*node->children)[i]) {
                ++count;
                last = i;
            }
    if (count == 0) {
        if (!node->value)
            return nullptr;
        node->children.reset();
        return node;
    }
    if (count > 1 || node->value)
        return node;
    auto merged = std::make_shared<Node>(*(*node->children)[last]);
    merged->partial = node->partial + static_cast<char>(last) + merged->partial;
    return merged;
}

/// The same pointer where there is nothing to remove.
Child remove(const Child& node, std::string_view key)
{
    if (!node || !key.starts_with(node->partial))
        return node;
    if (key.size() == node->partial.size()) {
        if (!node->value)
            return node;
        auto out = std::make_shared<Node>(*node);
        out->value.reset();
        return tidy(std::move(out));
    }
    if (!node->children)
        return node;
    const auto index = index_of(key[node->partial.size()]);
    const auto& child = (*node->children)[index];
    auto below = remove(child, key.substr(node->partial.size() + 1));
    return below == child ? node : tidy(with_child(*node, index, std::move(below)));
}

/// Without all keys that begin with `prefix`; the same pointer where there is none.
Child remove_under(const Child& node, std::string_view prefix)
{
    if (!node)
        return node;
    const std::size_t same = common(node->partial, prefix);
    if (same == prefix.size())
        return nullptr;
    if (same < node->partial.size() || !node->children)
        return node;
    const auto index = index_of(prefix[same]);
    const auto& child = (*node->children)[index];
    auto below = remove_under(child, prefix.substr(same + 1));
    return below == child ? node : tidy(with_child(*node, index, std::move(below)));
}

using Entries = std::map<std::string, std::shared_ptr<const Bytes>>;

void collect(const Child& node, std::string path, Entries& out)
{
    if (!node)
        return;
    path += node->partial;
    if (node->value)
        out.emplace(path, node->value);
    if (node->children)
        for (std::size_t i = 0; i < trie::kChildren; ++i)
            collect((*node->children)[i], path + static_cast<char>(i), out);
}

void compare(const Child& before, const Child& after, const std::string& path, ClusterState::Changes& out)
{
    if (before == after)
        return;
    if (before && after && before->partial == after->partial) {
        const std::string here = path + after->partial;
        if (before->value != after->value && !(before->value && after->value && *before->value == *after->value))
            out.insert_or_assign(bytes_of_halves(here), after->value ? std::optional{*after->value} : std::nullopt);
        static const Children kNone{};
        const auto& left = before->children ? *before->children : kNone;
        const auto& right = after->children ? *after->children : kNone;
        for (std::size_t i = 0; i < trie::kChildren; ++i)
            compare(left[i], right[i], here + static_cast<char>(i), out);
        return;
    }
    Entries old_entries;
    Entries new_entries;
    collect(before, path, old_entries);
    collect(after, path, new_entries);
    for (const auto& [key, value] : old_entries)
        if (!new_entries.contains(key))
            out.insert_or_assign(bytes_of_halves(key), std::nullopt);
    for (const auto& [key, value] : new_entries)
        if (auto old = old_entries.find(key); old == old_entries.end() || *old->second != *value)
            out.insert_or_assign(bytes_of_halves(key), *value);
}

} // namespace

std::optional<ByteView> ClusterState::get(ByteView key) const
{
    const std::string halves = halves_of(key);
    std::string_view rest = halves;
    const Node* node = root_.get();
    while (node != nullptr && rest.starts_with(node->partial)) {
        rest.remove_prefix(node->partial.size());
        if (rest.empty())
            return node->value ? std::optional<ByteView>{*node->value} : std::nullopt;
        node = node->children ? (*node->children)[index_of(rest.front())].get() : nullptr;
        rest.remove_prefix(1);
    }
    return std::nullopt;
}

ClusterState ClusterState::with(const Changes& changes) const
{
    ClusterState out{*this};
    for (const auto& [key, value] : changes) {
        const std::string halves = halves_of(key);
        out.root_ =
            value ? insert(out.root_, halves, std::make_shared<const Bytes>(*value)) : remove(out.root_, halves);
    }
    finish(out.root_);
    return out;
}

ClusterState ClusterState::without(ByteView prefix) const
{
    ClusterState out{*this};
    out.root_ = remove_under(root_, halves_of(prefix));
    finish(out.root_);
    return out;
}

trie::Hash ClusterState::root() const
{
    if (!root_)
        return trie::kEmptyRoot;
    const auto& reference = root_->reference;
    // a root is always a hash, also of an encoding that a parent would hold whole
    return reference.size() == sizeof(trie::Hash) ? array_of<32>(reference) : crypto::blake2_256(reference);
}

ClusterState::Changes ClusterState::changes_since(const ClusterState& older) const
{
    Changes out;
    compare(older.root_, root_, {}, out);
    return out;
}

} // namespace phala::worker::engine
