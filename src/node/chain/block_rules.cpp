#include "node/chain/block_rules.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace phala::node {

Outcome<BlockRules> BlockRules::make(const ChainSpec& spec, host::Engine& engine)
{
    BlockRules out;
    out.bad_.insert(spec.bad_blocks.begin(), spec.bad_blocks.end());
    out.forks_.insert(spec.fork_blocks.begin(), spec.fork_blocks.end());
    for (const auto& [number, code] : spec.code_substitutes) {
        auto runtime = engine.load(code);
        const auto* error = !runtime                 ? &runtime.error()
                            : !(*runtime)->version() ? &(*runtime)->version().error()
                                                     : nullptr;
        if (error != nullptr)
            return fail(ChainError::BadSpec,
                        "codeSubstitutes of block " + std::to_string(number) + ": " + error->message());
        out.substitutes_.emplace(number, std::move(*runtime));
    }
    return out;
}

Outcome<> BlockRules::check(const BlockRef& block) const
{
    if (bad_.contains(block.hash))
        return fail(ChainError::KnownBad, "the chain specification names it in badBlocks");
    const auto [begin, end] = forks_.equal_range(block.number);
    if (begin != end && std::none_of(begin, end, [&](const auto& fork) { return fork.second == block.hash; }))
        return fail(ChainError::WrongFork, "block " + std::to_string(block.number) + " is " + to_hex0x(begin->second));
    return {};
}

std::shared_ptr<const host::Runtime> BlockRules::in_force(std::shared_ptr<const host::Runtime> runtime,
                                                          BlockNumber behind) const
{
    if (runtime->version())
        for (auto at = substitutes_.upper_bound(behind); at != substitutes_.begin();) {
            --at;
            if (at->second->version()->spec_version == runtime->version()->spec_version)
                return at->second;
        }
    return runtime;
}

} // namespace phala::node
