#pragma once
// What an operator does with a chain at rest: files of blocks out and in, and a second look at a block.
#include "node/chain/block_file.hpp"
#include "node/chain/chain.hpp"

namespace phala::node {

/// Called with the number of the block just done.
using Progress = std::function<void(BlockNumber)>;

/// Writes blocks `from` to `to` (the best block if none is named) of the best chain; gives how many. An error where
/// the body of one was pruned.
Outcome<std::uint64_t> export_blocks(const Chain& chain, std::ostream& out, BlockNumber from,
                                     std::optional<BlockNumber> to, BlockFormat format, const Progress& progress = {});

struct ImportedBlocks {
    std::uint64_t imported = 0;
    std::uint64_t known = 0; ///< were there before: an import that was interrupted goes on where it stopped
    friend bool operator==(const ImportedBlocks&, const ImportedBlocks&) = default;
};

/// Checks, executes and stores the blocks of a file. Stops at the first that is bad; those before it stay.
Outcome<ImportedBlocks> import_blocks(Chain& chain, std::istream& in, BlockFormat format, Finality finality,
                                      const Progress& progress = {});

/// The block that a person means: a number of the best chain, or a 0x hash.
Outcome<H256> find_block(const Chain& chain, std::string_view number_or_hash);

} // namespace phala::node
