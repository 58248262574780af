#include "trie/child_tries.hpp"

namespace phala::trie {

Outcome<Hash> child_root_of(const std::optional<Bytes>& stored)
{
    if (!stored)
        return kEmptyRoot;
    if (stored->size() != kEmptyRoot.size())
        return fail(TrieError::BadNode, "root of a child trie is no hash");
    return array_of<32>(*stored);
}

namespace {

class Search {
public:
    explicit Search(const NodeReader& reader) : reader_{reader} {}

    /// `rest` is what of the prefix lies below this node.
    Outcome<void> visit(ByteView reference, Nibbles rest, unsigned level)
    {
        if (level > kMaxDepth)
            return fail(TrieError::TooDeep);
        Bytes encoded;
        if (reference.size() == 32) {
            PHALA_TRY(auto found, reader_.get(array_of<32>(reference)));
            if (!found)
                return {};
            encoded = std::move(*found);
        } else {
            encoded = to_bytes(reference);
        }
        PHALA_TRY(const NodeView node, decode_node(encoded));
        const std::size_t common = common_prefix(node.partial, rest);
        if (common != std::min(node.partial.size(), rest.size()))
            return {};
        rest = rest.drop(common);
        if (rest.empty())
            PHALA_CHECK(take(node.value));
        for (std::size_t i = 0; i < kChildren; ++i)
            if (!node.children[i].empty() && (rest.empty() || rest[0] == i))
                PHALA_CHECK(visit(node.children[i], rest.empty() ? rest : rest.drop(1), level + 1));
        return {};
    }

    std::vector<Hash> roots;

private:
    /// A hash is never so long that it would be stored apart.
    Outcome<void> take(const NodeValue& value)
    {
        if (value.kind == NodeValue::Kind::Inline && value.bytes.size() == kEmptyRoot.size())
            roots.push_back(array_of<32>(value.bytes));
        return {};
    }

    const NodeReader& reader_;
};

} // namespace

Outcome<std::vector<Hash>> reachable_child_roots(const NodeReader& reader, const Hash& root)
{
    if (root == kEmptyRoot)
        return std::vector<Hash>{};
    Search search{reader};
    PHALA_CHECK(search.visit(root, Nibbles{bytes_of(kChildStoragePrefix)}, 0));
    return std::move(search.roots);
}

} // namespace phala::trie
