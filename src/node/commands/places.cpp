#include "node/commands/places.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace phala::node {

namespace fs = std::filesystem;

namespace {

std::optional<Bytes> read_file(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return std::nullopt;
    return Bytes{std::istreambuf_iterator<char>{file}, {}};
}

/// The named file, or the chain's blob beside the program, where it is installed, or where it is built.
Outcome<Bytes> find_blob(const std::string& named, std::string_view blob)
{
    std::vector<fs::path> places;
    if (!named.empty()) {
        places = {named};
    } else {
        std::error_code code;
        const fs::path program = fs::read_symlink("/proc/self/exe", code).parent_path();
        places = {program / blob, program.parent_path() / "share" / "phala" / blob, fs::path{PHALA_BUILT_BLOBS} / blob};
    }
    std::string tried;
    for (const auto& place : places) {
        if (auto bytes = read_file(place))
            return std::move(*bytes);
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    return fail(PlaceError::NoBlob, "tried " + tried);
}

fs::path home_folder(const char* variable, const char* under_home)
{
    if (const char* set = std::getenv(variable);
        set != nullptr && *set != 0) // NOLINT(concurrency-mt-unsafe): at start there is one thread
        return fs::path{set} / "phala-node";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0) // NOLINT(concurrency-mt-unsafe)
        return fs::path{home} / under_home / "phala-node";
    return {};
}

} // namespace

std::string_view describe(PlaceError error)
{
    switch (error) {
    case PlaceError::NoBlob: return "the runtime's code was not found; name it with --blob";
    case PlaceError::NoSpec: return "the chain specification cannot be read";
    case PlaceError::BadPruning:
        return "--state-pruning and --blocks-pruning are archive, archive-canonical or a number from 1 on";
    case PlaceError::NoFolder: return "no folder for the node's data; name one with --base-path";
    }
    return "unknown error";
}

Outcome<ChainSpec> find_spec(const ChainChoice& options)
{
    const auto known = built_in_chains();
    const std::string chain = options.chain.empty() ? std::string{known.front().name} : options.chain;
    std::string names;
    for (const auto& built_in : known) {
        if (chain == built_in.name) {
            PHALA_TRY(auto blob, find_blob(options.blob, built_in.blob));
            return built_in.make(std::move(blob));
        }
        names += (names.empty() ? "" : ", ") + std::string{built_in.name};
    }
    auto text = read_file(chain);
    if (!text)
        return fail(PlaceError::NoSpec, chain + " (the built-in chains are " + names + ")");
    auto spec = parse_chain_spec(text_of(*text));
    if (!spec)
        return fail(std::move(spec), chain);
    return spec;
}

bool is_temporary(const ChainChoice& options)
{
    return options.temporary || (options.dev && options.base_path.empty());
}

Outcome<fs::path> base_folder(const ChainChoice& options)
{
    if (is_temporary(options)) {
        std::string name = (fs::temp_directory_path() / "phala-node-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            return fail(PlaceError::NoFolder, name);
        return name;
    }
    fs::path folder =
        options.base_path.empty() ? home_folder("XDG_DATA_HOME", ".local/share") : fs::path{options.base_path};
    if (folder.empty())
        return fail(PlaceError::NoFolder);
    return folder;
}

fs::path chain_folder(const fs::path& base, const ChainSpec& spec)
{
    return base / "chains" / spec.id;
}

fs::path keystore_folder(const fs::path& chain, const KeystoreOptions& options)
{
    return options.path.empty() ? chain / "keystore" : fs::path{options.path};
}

Outcome<ChainOptions> chain_options(const PruningOptions& options)
{
    ChainOptions out;
    for (const auto& [text, mode] :
         {std::pair{&options.state, &out.state_pruning}, {&options.blocks, &out.blocks_pruning}}) {
        if (text->empty())
            continue;
        *mode = parse_pruning(*text);
        if (!*mode)
            return fail(PlaceError::BadPruning, *text);
    }
    return out;
}

fs::path cache_folder(const fs::path& base)
{
    const fs::path folder = home_folder("XDG_CACHE_HOME", ".cache");
    return folder.empty() ? base / "cache" : folder;
}

} // namespace phala::node
