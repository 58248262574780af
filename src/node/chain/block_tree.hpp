#pragma once
// The blocks above the last finalized one, in memory: which branches there are, which is the longest, and how one gets
// from one to another. Branches that lost against finality stay while somebody holds a block of them.
#include "node/chain/block_ref.hpp"

#include <optional>
#include <vector>

namespace phala::node {

struct TreeBlock {
    BlockRef block;
    H256 parent;
    std::uint64_t arrival = 0; ///< grows with each block; of equally long branches the first seen is the best
    friend bool operator==(const TreeBlock&, const TreeBlock&) = default;
};

/// From one block to another: what is left (newest first), then what is joined (oldest first).
struct Route {
    std::vector<BlockRef> retracted;
    std::vector<BlockRef> enacted;
};

class BlockTree {
public:
    void insert(const TreeBlock& block) { blocks_.insert_or_assign(block.block.hash, block); }
    void erase(const H256& hash) { blocks_.erase(hash); }

    [[nodiscard]] const TreeBlock* find(const H256& hash) const;
    [[nodiscard]] std::size_t size() const { return blocks_.size(); }

    /// All blocks in the order of their numbers, then of their arrival: parents before children.
    [[nodiscard]] std::vector<TreeBlock> ordered() const;

    /// Of ordered(), what descends from `root` (which need not be in the tree), and what does not.
    struct Parts {
        std::vector<TreeBlock> descendants;
        std::vector<TreeBlock> others;
    };
    [[nodiscard]] Parts split(const H256& root) const;

    /// None if the blocks have no ancestor in common that is in the tree or the parent of one that is.
    [[nodiscard]] std::optional<Route> route(const BlockRef& from, const BlockRef& to) const;

    /// Blocks without children.
    [[nodiscard]] std::vector<BlockRef> leaves() const;

private:
    std::unordered_map<H256, TreeBlock, HashOfBlock> blocks_;
};

/// The longest branch on `root` that `blocks` (in the order of BlockTree::ordered) make, the first seen among equals.
BlockRef longest(const std::vector<TreeBlock>& blocks, const BlockRef& root);

} // namespace phala::node
