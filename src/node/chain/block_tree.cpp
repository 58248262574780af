#include "node/chain/block_tree.hpp"

#include <algorithm>
#include <unordered_set>

namespace phala::node {

const TreeBlock* BlockTree::find(const H256& hash) const
{
    auto at = blocks_.find(hash);
    return at == blocks_.end() ? nullptr : &at->second;
}

std::vector<TreeBlock> BlockTree::ordered() const
{
    std::vector<TreeBlock> out;
    out.reserve(blocks_.size());
    for (const auto& [hash, block] : blocks_)
        out.push_back(block);
    std::ranges::sort(out, {}, [](const TreeBlock& b) { return std::pair{b.block.number, b.arrival}; });
    return out;
}

BlockTree::Parts BlockTree::split(const H256& root) const
{
    Parts out;
    std::unordered_set<H256, HashOfBlock> inside{root};
    for (const auto& block : ordered()) {
        const bool descends = inside.contains(block.parent);
        if (descends)
            inside.insert(block.block.hash);
        (descends ? out.descendants : out.others).push_back(block);
    }
    return out;
}

std::optional<Route> BlockTree::route(const BlockRef& from, const BlockRef& to) const
{
    Route out;
    BlockRef left = from;
    BlockRef right = to;
    const auto up = [this](BlockRef& block) {
        const TreeBlock* at = find(block.hash);
        if (at == nullptr)
            return false;
        block = {at->parent, block.number - 1};
        return true;
    };
    while (left != right) {
        const bool go_left = left.number >= right.number;
        const bool go_right = right.number >= left.number;
        if (go_left) {
            out.retracted.push_back(left);
            if (!up(left))
                return std::nullopt;
        }
        if (go_right) {
            out.enacted.push_back(right);
            if (!up(right))
                return std::nullopt;
        }
    }
    std::ranges::reverse(out.enacted);
    return out;
}

std::vector<BlockRef> BlockTree::leaves() const
{
    std::unordered_set<H256, HashOfBlock> parents;
    for (const auto& [hash, block] : blocks_)
        parents.insert(block.parent);
    std::vector<BlockRef> out;
    for (const auto& block : ordered())
        if (!parents.contains(block.block.hash))
            out.push_back(block.block);
    return out;
}

BlockRef longest(const std::vector<TreeBlock>& blocks, const BlockRef& root)
{
    BlockRef best = root;
    for (const auto& block : blocks)
        if (block.block.number > best.number)
            best = block.block;
    return best;
}

} // namespace phala::node
