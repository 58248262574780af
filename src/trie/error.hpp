#pragma once
#include <cstdint>
#include <string_view>

namespace phala::trie {

enum class TrieError : std::uint8_t {
    BadNode,     ///< bytes that are no node (spec substrate-host §2.1)
    MissingNode, ///< a node that the trie refers to is not in the store or the proof
    OddKey,      ///< a key that is no whole number of bytes: no map of bytes has this trie
    TooDeep,     ///< more nested branches than kMaxDepth
};

std::string_view describe(TrieError error);

/// Branches that may lie on one path. Keys made of hashes need about ten; keys that are each a prefix of the next need
/// one each, and would otherwise exhaust the stack.
inline constexpr unsigned kMaxDepth = 1024;

} // namespace phala::trie
