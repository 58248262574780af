#pragma once
// One node of the base-16 trie and its bytes (spec substrate-host §2.1).
#include "base/result.hpp"
#include "trie/error.hpp"
#include "trie/nibbles.hpp"

#include <array>
#include <optional>

namespace phala::trie {

using Hash = ByteArray<32>;

/// How values are stored: V1 replaces those of kMaxInlineValue + 1 bytes and more by their hash.
enum class StateVersion : std::uint8_t { V0 = 0, V1 = 1 };
inline constexpr std::size_t kMaxInlineValue = 32;

/// Hash of the single byte 0, the node of the empty trie.
inline constexpr Hash kEmptyRoot = {0x03, 0x17, 0x0a, 0x2e, 0x75, 0x97, 0xb7, 0xb7, 0xe3, 0xd8, 0x4c,
                                    0x05, 0x39, 0x1d, 0x13, 0x9a, 0x62, 0xb1, 0x57, 0xe7, 0x87, 0x86,
                                    0xd8, 0xc0, 0x82, 0xf2, 0x9d, 0xcf, 0x4c, 0x11, 0x13, 0x14};

struct NodeValue {
    enum class Kind : std::uint8_t { None, Inline, Hashed };
    Kind kind = Kind::None;
    ByteView bytes; ///< the value itself, or its 32-byte hash
};

inline constexpr std::size_t kChildren = 16;

/// A decoded node. Everything in it is borrowed from the encoding.
struct NodeView {
    Nibbles partial;
    NodeValue value;
    /// Empty: no child. 32 bytes: the hash of the child. Fewer: the child itself.
    std::array<ByteView, kChildren> children;
    bool is_branch = false;

    /// The node of the empty trie: no value, no child.
    [[nodiscard]] bool is_empty() const { return !is_branch && value.kind == NodeValue::Kind::None; }
};

/// Children by their nibble, one bit each.
using ChildSet = std::uint16_t;

/// Accepts exactly the encodings that encode_node makes.
Outcome<NodeView> decode_node(ByteView bytes);

/// Replaces `out` by the encoding of the node; its capacity is reused.
void encode_node(Bytes& out, const NodeView& node);

/// The form of some proofs: children of the branch that follow elsewhere stand in it as empty references. Decoding
/// tells which they are.
Outcome<NodeView> decode_node_with_omissions(ByteView bytes, ChildSet& omitted);
void encode_node_with_omissions(Bytes& out, const NodeView& node, ChildSet omitted);

} // namespace phala::trie
