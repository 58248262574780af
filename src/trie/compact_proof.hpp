#pragma once
// Compact proofs (spec parachain-and-xcm §2.2): the nodes of a proof depth first from the root, each without the hashes of
// those that follow. What a parachain block carries of its parent's state.
#include "trie/proof.hpp"

namespace phala::trie {

/// The nodes that a proof holds, of the trie under `root` and of the child tries in it, in compact form. The proof must
/// hold the node of the root. For proofs of our own making: equal subtrees are written wherever they stand.
Outcome<std::vector<Bytes>> compact_proof(std::span<const Bytes> proof, const Hash& root);

/// The nodes and values of a compact proof, found again by hashing from the leaves up. Fails where they are not those of
/// `root` and of child tries in it, where one is missing and where one is left over.
Outcome<MemoryNodes> expand_compact_proof(std::span<const Bytes> compact, const Hash& root);

} // namespace phala::trie
