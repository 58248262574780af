#include "base/hex.hpp"
#include "node/chain/maintenance.hpp"
#include "node/commands/commands.hpp"
#include "node/commands/places.hpp"
#include "node/log/log.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace phala::node {

namespace {

enum class FileError : std::uint8_t { CannotOpen };
std::string_view describe(FileError error)
{
    switch (error) {
    case FileError::CannotOpen: return "the file cannot be opened";
    }
    return "unknown file error";
}

/// A chain whose node is at rest.
class RestingChain {
public:
    static Outcome<std::unique_ptr<RestingChain>> open(const ChainChoice& choice)
    {
        PHALA_TRY(const auto spec, find_spec(choice));
        return open(choice, spec, {});
    }
    static Outcome<std::unique_ptr<RestingChain>> open(const ChainChoice& choice, const ChainSpec& spec,
                                                       const ChainOptions& options)
    {
        ChainChoice kept = choice;
        kept.dev = false; // a temporary folder holds nothing
        PHALA_TRY(const auto base, base_folder(kept));
        std::unique_ptr<RestingChain> out{new RestingChain{cache_folder(base)}};
        PHALA_TRY(out->store_, Store::open(chain_folder(base, spec) / "db"));
        PHALA_TRY(out->chain_, Chain::open(*out->store_, out->engine_, spec, options));
        return out;
    }
    Chain& operator*() { return *chain_; }

private:
    explicit RestingChain(const std::filesystem::path& cache) : engine_{{.cache_directory = cache}} {}

    host::Engine engine_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Chain> chain_;
};

BlockFormat format(bool binary)
{
    return binary ? BlockFormat::Binary : BlockFormat::Json;
}

/// Tells every few seconds how far it is.
Progress told(const char* what)
{
    return [what, next = std::chrono::steady_clock::now()](BlockNumber number) mutable {
        constexpr std::chrono::seconds kPause{5};
        const auto now = std::chrono::steady_clock::now();
        if (now < next)
            return;
        next = now + kPause;
        log("node").info("{} block=#{}", what, number);
    };
}

} // namespace

Outcome<> export_blocks(const ChainChoice& choice, const ExportBlocksOptions& options)
{
    PHALA_TRY(const auto chain, RestingChain::open(choice));
    std::ofstream file;
    if (!options.file.empty()) {
        file.open(options.file, std::ios::binary | std::ios::trunc);
        if (!file)
            return fail(FileError::CannotOpen, options.file);
    }
    PHALA_TRY(const auto count, export_blocks(**chain, options.file.empty() ? std::cout : file, options.from,
                                              options.to, format(options.binary), told("exporting")));
    log("node").info("exported blocks={}", count);
    return {};
}

Outcome<> import_blocks(const ChainChoice& choice, const ImportBlocksOptions& options)
{
    PHALA_TRY(const auto kept, chain_options(options.pruning));
    PHALA_TRY(const auto spec, find_spec(choice));
    PHALA_TRY(const auto chain, RestingChain::open(choice, spec, kept));
    if (!spec.is_for_development())
        (**chain).follow_clock(aura::now_ms);
    std::ifstream file;
    if (!options.file.empty()) {
        file.open(options.file, std::ios::binary);
        if (!file)
            return fail(FileError::CannotOpen, options.file);
    }
    PHALA_TRY(const auto done, import_blocks(**chain, options.file.empty() ? std::cin : file, format(options.binary),
                                             Finality::Later, told("importing")));
    log("node").info("imported blocks={} known={} best=#{}", done.imported, done.known, (**chain).heads().best.number);
    return {};
}

Outcome<> check_block(const ChainChoice& choice, const CheckBlockOptions& options)
{
    PHALA_TRY(const auto chain, RestingChain::open(choice));
    PHALA_TRY(const auto hash, find_block(**chain, options.block));
    const auto begin = std::chrono::steady_clock::now();
    PHALA_CHECK((**chain).check(hash));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("block %s is good: executed again in %.1f ms\n", to_hex0x(hash).c_str(), took.count());
    return {};
}

Outcome<> revert(const ChainChoice& choice, const RevertOptions& options)
{
    PHALA_TRY(const auto chain, RestingChain::open(choice));
    PHALA_TRY(const auto count, (**chain).revert(options.count));
    const auto heads = (**chain).heads();
    std::printf("%u blocks are taken back; the best is #%u, the last finalized #%u\n", count, heads.best.number,
                heads.finalized.number);
    return {};
}

} // namespace phala::node
