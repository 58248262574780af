#pragma once
// Tries whose roots are values of the state's trie (spec substrate-host §2.2).
#include "trie/reader.hpp"

namespace phala::trie {

/// Before the name of a child trie: the key of its root. Only the host writes there.
inline constexpr std::string_view kChildStoragePrefix = ":child_storage:default:";
/// All that the name of a kind of child tries may follow; there is one kind.
inline constexpr std::string_view kAnyChildStoragePrefix = ":child_storage:";

inline Bytes child_root_key(ByteView name)
{
    return concat(bytes_of(kChildStoragePrefix), name);
}

/// The root that lies under child_root_key; the empty one where none does. Fails where it is no hash.
Outcome<Hash> child_root_of(const std::optional<Bytes>& stored);

/// The roots of all child tries that can be reached in what the reader has, in the order of their names. What it does
/// not have is passed over.
Outcome<std::vector<Hash>> reachable_child_roots(const NodeReader& reader, const Hash& root);

} // namespace phala::trie
