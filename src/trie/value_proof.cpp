#include "trie/value_proof.hpp"

namespace phala::trie {

namespace {

struct Step {
    NodeView node;
    bool is_inline;
    std::size_t child; // where the path leaves the node
};

/// Whether the value of this node was left out.
bool lacks_value(const NodeView& node)
{
    return node.is_branch ? node.value.kind == NodeValue::Kind::None
                          : node.value.kind == NodeValue::Kind::Inline && node.value.bytes.empty();
}

/// The nodes on the path; empty where the proof does not fit the key.
std::vector<Step> walk(std::span<const Bytes> proof, ByteView key)
{
    std::vector<Step> path;
    Nibbles rest{key};
    ByteView inlined;
    for (bool is_inline = false;; is_inline = !inlined.empty()) {
        if ((!is_inline && proof.empty()) || path.size() >= kMaxDepth)
            return {};
        ChildSet omitted = 0;
        const auto node = decode_node_with_omissions(is_inline ? inlined : ByteView{proof.front()}, omitted);
        if (!is_inline)
            proof = proof.subspan(1);
        if (!node || common_prefix(node->partial, rest) != node->partial.size())
            return {};
        rest = rest.drop(node->partial.size());
        path.push_back({*node, is_inline, kChildren});
        if (rest.empty())
            return omitted == 0 && lacks_value(*node) && proof.empty() ? path : std::vector<Step>{};
        path.back().child = rest[0];
        inlined = node->children[rest[0]];
        const bool follows = omitted == 1u << rest[0];
        if (follows != inlined.empty() || (omitted != 0 && !follows) || inlined.size() == 32)
            return {};
        rest = rest.drop(1);
    }
}

} // namespace

bool verify_value(const Hash& root, std::span<const Bytes> proof, ByteView key, ByteView value, StateVersion version,
                  HashFunction hash)
{
    auto path = walk(proof, key);
    if (path.empty())
        return false;
    const bool in_place = version == StateVersion::V0 || value.size() <= kMaxInlineValue;
    const Hash value_hash = in_place ? Hash{} : hash(value);
    path.back().node.value =
        in_place ? NodeValue{NodeValue::Kind::Inline, value} : NodeValue{NodeValue::Kind::Hashed, value_hash};
    Bytes encoded;
    Bytes reference;
    for (auto step = path.rbegin(); step != path.rend(); ++step) {
        if (step->child != kChildren)
            step->node.children[step->child] = reference;
        encode_node(encoded, step->node);
        if (step->is_inline && encoded.size() > 32)
            return false;
        reference = step->is_inline ? encoded : to_bytes(hash(encoded));
    }
    return equal(reference, root);
}

} // namespace phala::trie
