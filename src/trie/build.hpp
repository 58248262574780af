#pragma once
#include "trie/sink.hpp"

namespace phala::trie {

/// A key and its value, borrowed.
struct Entry {
    ByteView key;
    ByteView value;
};

/// The root of a new trie; `keep`, if there, takes its nodes.
Hash build(std::vector<Entry> entries, StateVersion version, HashFunction hash, Update* keep);

} // namespace phala::trie
