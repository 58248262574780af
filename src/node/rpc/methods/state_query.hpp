#pragma once
// Reading the state behind a block, or one of its child tries (spec substrate-host §2.2).
#include "node/chain/chain.hpp"

namespace phala::node::rpc {

enum class QueryError : std::uint8_t { BadChildKey, TooMuch, NotAnAncestor };
std::string_view describe(QueryError error);

/// Where child tries of the only kind there is have their root.
inline constexpr std::string_view kChildPrefix = ":child_storage:default:";

/// A trie that can be read while this is held.
struct TrieAt {
    PinnedState state;
    trie::Hash root;
    [[nodiscard]] const trie::NodeReader& nodes() const { return state.nodes(); }
    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const { return trie::get(nodes(), root, key); }
};

/// `child` is the key of its root, kChildPrefix included; a child trie that is not there is empty.
Outcome<TrieAt> trie_at(const Chain& chain, const H256& at, const std::optional<Bytes>& child = std::nullopt);

/// At most `count` keys behind `after` (or from the prefix itself on) that have the prefix.
Outcome<std::vector<Bytes>> keys_page(const TrieAt& trie, const Bytes& prefix, std::size_t count,
                                      const std::optional<Bytes>& after);

using Pairs = std::vector<std::pair<Bytes, Bytes>>;
/// All keys with the prefix, and their values. Fails with TooMuch beyond what a response may hold.
Outcome<std::vector<Bytes>> all_keys(const TrieAt& trie, const Bytes& prefix);
Outcome<Pairs> all_pairs(const TrieAt& trie, const Bytes& prefix);

/// Size of the value or, where there is none, of all values below the key; none if there are none.
Outcome<std::optional<std::uint64_t>> storage_size(const TrieAt& trie, const Bytes& key);

/// Proof of keys of a child trie, from the root of the state on.
Outcome<std::vector<Bytes>> child_proof(const PinnedState& state, const Bytes& child, const std::vector<Bytes>& keys);

} // namespace phala::node::rpc
