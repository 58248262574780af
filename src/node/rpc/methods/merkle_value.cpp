#include "node/rpc/methods/merkle_value.hpp"

namespace phala::node::rpc {

Outcome<std::optional<Bytes>> closest_merkle_value(const trie::NodeReader& nodes, const trie::Hash& root, ByteView key)
{
    if (root == trie::kEmptyRoot)
        return std::nullopt;
    Bytes reference = to_bytes(root);
    trie::Nibbles rest{key};
    for (;;) {
        PHALA_TRY(const Bytes encoded, trie::load_child(nodes, reference));
        PHALA_TRY(const trie::NodeView node, trie::decode_node(encoded));
        const std::size_t common = common_prefix(node.partial, rest);
        if (common == rest.size())
            return std::optional{std::move(reference)};
        if (common != node.partial.size())
            return std::nullopt;
        const ByteView child = node.children[rest[common]];
        if (child.empty())
            return std::nullopt;
        rest = rest.drop(common + 1);
        reference = to_bytes(child);
    }
}

} // namespace phala::node::rpc
