#include "node/chain/maintenance.hpp"

#include "base/hex.hpp"

#include <charconv>

namespace phala::node {

Outcome<std::uint64_t> export_blocks(const Chain& chain, std::ostream& out, BlockNumber from,
                                     std::optional<BlockNumber> to, BlockFormat format, const Progress& progress)
{
    const BlockNumber best = chain.heads().best.number;
    const BlockNumber last = to.value_or(best);
    if (last > best || from > last)
        return fail(ChainError::UnknownBlock, "there are no blocks " + std::to_string(from) + " to "
                                                  + std::to_string(last) + "; the best is " + std::to_string(best));
    const std::uint64_t count = std::uint64_t{last} - from + 1;
    BlockWriter writer{out, format, count};
    for (std::uint64_t number = from; number <= last; ++number) {
        PHALA_TRY(auto hash, find_block(chain, std::to_string(number)));
        PHALA_TRY(auto header, chain.require_header(hash));
        PHALA_TRY(auto body, chain.body(hash));
        if (!body)
            return fail(ChainError::BodyDiscarded, "block " + std::to_string(number));
        PHALA_CHECK(writer.write({{std::move(header), std::move(*body)}, std::nullopt}));
        if (progress)
            progress(static_cast<BlockNumber>(number));
    }
    PHALA_CHECK(writer.finish());
    return count;
}

Outcome<ImportedBlocks> import_blocks(Chain& chain, std::istream& in, BlockFormat format, Finality finality,
                                      const Progress& progress)
{
    ImportedBlocks out;
    BlockReader reader{in, format};
    for (;;) {
        PHALA_TRY(auto next, reader.next());
        if (!next)
            return out;
        const BlockNumber number = next->block.header.number;
        auto imported = chain.import(next->block, finality);
        if (imported)
            ++out.imported;
        else if (imported.error().is(ChainError::AlreadyKnown))
            ++out.known;
        else
            return fail(std::move(imported), "block " + std::to_string(number));
        if (progress)
            progress(number);
    }
}

Outcome<H256> find_block(const Chain& chain, std::string_view number_or_hash)
{
    if (number_or_hash.starts_with("0x")) {
        auto bytes = array_from_hex<32>(number_or_hash);
        if (!bytes)
            return fail(std::move(bytes), "the block's hash");
        const H256 hash{*bytes};
        PHALA_CHECK(chain.require_header(hash));
        return hash;
    }
    BlockNumber number = 0;
    const auto* end = number_or_hash.data() + number_or_hash.size();
    auto [stop, error] = std::from_chars(number_or_hash.data(), end, number);
    if (error != std::errc{} || stop != end)
        return fail(ChainError::UnknownBlock, "\"" + std::string{number_or_hash} + "\" is no number and no 0x hash");
    PHALA_TRY(auto hash, chain.hash_at(number));
    if (!hash)
        return fail(ChainError::UnknownBlock, "number " + std::to_string(number) + "; the best block is "
                                                  + std::to_string(chain.heads().best.number));
    return *hash;
}

} // namespace phala::node
