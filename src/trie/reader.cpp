#include "trie/reader.hpp"

#include "base/hex.hpp"

namespace phala::trie {

Outcome<std::optional<NodeBytes>> NodeReader::borrow(const Hash& hash) const
{
    PHALA_TRY(auto found, get(hash));
    if (!found)
        return std::nullopt;
    return NodeBytes{std::move(*found)};
}

Outcome<Bytes> load(const NodeReader& reader, const Hash& hash)
{
    PHALA_TRY(auto found, reader.get(hash));
    if (!found)
        return fail(TrieError::MissingNode, to_hex0x(hash));
    return std::move(*found);
}

Outcome<Bytes> load_child(const NodeReader& reader, ByteView reference)
{
    if (reference.size() == 32)
        return load(reader, array_of<32>(reference));
    return to_bytes(reference);
}

Outcome<NodeBytes> borrow_child(const NodeReader& reader, ByteView reference)
{
    if (reference.size() != 32)
        return NodeBytes{to_bytes(reference)}; // the parent need not live as long
    PHALA_TRY(auto found, reader.borrow(array_of<32>(reference)));
    if (!found)
        return fail(TrieError::MissingNode, to_hex0x(reference));
    return std::move(*found);
}

namespace {

Outcome<Bytes> load_value(const NodeReader& reader, const NodeValue& value)
{
    if (value.kind == NodeValue::Kind::Hashed)
        return load(reader, array_of<32>(value.bytes));
    return to_bytes(value.bytes);
}

} // namespace

Outcome<std::optional<Bytes>> get(const NodeReader& reader, const Hash& root, ByteView key)
{
    if (root == kEmptyRoot)
        return std::nullopt;
    PHALA_TRY(NodeBytes encoded, borrow_child(reader, root));
    Nibbles rest{key};
    for (;;) {
        PHALA_TRY(const NodeView node, decode_node(encoded.view()));
        const std::size_t common = common_prefix(node.partial, rest);
        if (common != node.partial.size())
            return std::nullopt;
        rest = rest.drop(common);
        if (rest.empty()) {
            if (node.value.kind == NodeValue::Kind::None)
                return std::nullopt;
            PHALA_TRY(Bytes value, load_value(reader, node.value));
            return std::optional{std::move(value)};
        }
        const ByteView child = node.children[rest[0]];
        if (child.empty())
            return std::nullopt;
        rest = rest.drop(1);
        PHALA_TRY(NodeBytes next, borrow_child(reader, child));
        encoded = std::move(next);
    }
}

Outcome<Bytes> Cursor::value() const
{
    return load_value(*reader_, stack_.back().node.value);
}

Outcome<void> Cursor::push(ByteView reference)
{
    PHALA_TRY(Bytes encoded, load_child(*reader_, reference));
    return push_loaded(std::move(encoded));
}

Outcome<void> Cursor::push_loaded(Bytes encoded)
{
    if (stack_.size() >= kMaxDepth)
        return fail(TrieError::TooDeep);
    Frame frame{std::move(encoded), {}, path_.size(), 0};
    PHALA_TRY(frame.node, decode_node(frame.encoded));
    for (std::size_t i = 0; i < frame.node.partial.size(); ++i)
        path_.push_back(frame.node.partial[i]);
    stack_.push_back(std::move(frame));
    return {};
}

Outcome<bool> Cursor::arrive()
{
    if (path_.size() % 2 != 0)
        return fail(TrieError::OddKey);
    key_.resize(path_.size() / 2);
    for (std::size_t i = 0; i < key_.size(); ++i)
        key_[i] = static_cast<std::uint8_t>(path_[2 * i] << 4 | path_[2 * i + 1]);
    return true;
}

Outcome<bool> Cursor::advance()
{
    while (!stack_.empty()) {
        Frame& top = stack_.back();
        std::size_t child = top.next_child;
        while (child < kChildren && top.node.children[child].empty())
            ++child;
        if (child == kChildren) {
            path_.resize(top.path_before);
            stack_.pop_back();
            continue;
        }
        top.next_child = child + 1;
        path_.resize(top.path_before + top.node.partial.size());
        path_.push_back(static_cast<std::uint8_t>(child));
        PHALA_CHECK(push(top.node.children[child]));
        if (stack_.back().node.value.kind != NodeValue::Kind::None)
            return arrive();
    }
    return false;
}

Outcome<bool> Cursor::next()
{
    return advance();
}

Outcome<bool> Cursor::move_to(ByteView key, bool inclusive)
{
    stack_.clear();
    path_.clear();
    if (root_ == kEmptyRoot)
        return false;
    PHALA_TRY(Bytes encoded, load(*reader_, root_));
    PHALA_CHECK(push_loaded(std::move(encoded)));
    Nibbles rest{key};
    for (;;) {
        Frame& top = stack_.back();
        const Nibbles partial = top.node.partial;
        const bool has_value = top.node.value.kind != NodeValue::Kind::None;
        const std::size_t common = common_prefix(partial, rest);
        if (common == partial.size() && common == rest.size()) {
            if (inclusive && has_value)
                return arrive();
            return advance();
        }
        if (common == partial.size()) {
            const std::uint8_t branch = rest[common];
            const ByteView child = top.node.children[branch];
            top.next_child = branch + std::size_t{1};
            if (child.empty())
                return advance();
            path_.push_back(branch);
            rest = rest.drop(common + 1);
            PHALA_CHECK(push(child));
            continue;
        }
        if (common == rest.size() || partial[common] > rest[common])
            return has_value ? arrive() : advance(); // every key below this node is behind `key`
        top.next_child = kChildren;
        return advance();
    }
}

} // namespace phala::trie
