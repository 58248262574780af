#pragma once
#include "trie/reader.hpp"

namespace phala::node::rpc {

/// The Merkle value of the node at `key`, or else of the nearest node below it (spec substrate-host §8.3): how its
/// parent refers to it, which is its hash or its encoding of less than 32 bytes; of the root always the hash. It
/// changes if and only if something at or below `key` does. None: no key has the prefix `key`.
Outcome<std::optional<Bytes>> closest_merkle_value(const trie::NodeReader& nodes, const trie::Hash& root, ByteView key);

} // namespace phala::node::rpc
