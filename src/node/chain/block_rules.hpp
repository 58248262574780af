#pragma once
// What a chain's specification says of single blocks (spec substrate-host §9): which are refused, and from which on the
// runtime is another than the chain's own.
#include "host/engine.hpp"
#include "node/chain/block_ref.hpp"
#include "node/chain/spec.hpp"

#include <memory>
#include <unordered_set>

namespace phala::node {

class BlockRules {
public:
    /// Compiles the substitutes. Fails with BadSpec where one of them is no runtime.
    static Outcome<BlockRules> make(const ChainSpec& spec, host::Engine& engine);

    /// Fails with KnownBad and WrongFork.
    [[nodiscard]] Outcome<> check(const BlockRef& block) const;

    /// What executes on the state behind a block that holds `runtime`: that, or the newest substitute of an earlier or
    /// this block for the same spec version.
    [[nodiscard]] std::shared_ptr<const host::Runtime> in_force(std::shared_ptr<const host::Runtime> runtime,
                                                                BlockNumber behind) const;
    /// Whether the runtime may be another than behind the block before, though the state's code is the same.
    [[nodiscard]] bool changes_at(BlockNumber number) const { return substitutes_.contains(number); }

private:
    std::unordered_set<H256, HashOfBlock> bad_;
    std::unordered_multimap<BlockNumber, H256> forks_;
    std::map<BlockNumber, std::shared_ptr<const host::Runtime>> substitutes_; // by the first block
};

} // namespace phala::node
