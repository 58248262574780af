#pragma once
#include "primitives/types.hpp"

#include <unordered_map>

namespace phala::node {

struct BlockRef {
    H256 hash;
    BlockNumber number = 0;
    friend bool operator==(const BlockRef&, const BlockRef&) = default;
};

/// Block hashes are uniform, so their first bytes are a hash.
struct HashOfBlock {
    std::size_t operator()(const H256& hash) const
    {
        std::size_t out = 0;
        std::memcpy(&out, hash.bytes.data(), sizeof out);
        return out;
    }
};

} // namespace phala::node
