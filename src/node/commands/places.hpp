#pragma once
// Which chain the options mean, and where its data are.
#include "node/chain/chain.hpp"
#include "node/options/options.hpp"

#include <filesystem>

namespace phala::node {

enum class PlaceError : std::uint8_t { NoBlob, NoSpec, NoFolder, BadPruning };
std::string_view describe(PlaceError error);

Outcome<ChainSpec> find_spec(const ChainChoice& options);

/// True if the data are to be removed at the end.
bool is_temporary(const ChainChoice& options);
/// A folder of its own if the data are temporary, which is made here.
Outcome<std::filesystem::path> base_folder(const ChainChoice& options);

/// The folder of one chain: its database, its keys, the node's identity.
std::filesystem::path chain_folder(const std::filesystem::path& base, const ChainSpec& spec);
std::filesystem::path keystore_folder(const std::filesystem::path& chain, const KeystoreOptions& options);

/// What to keep of the past, as the options say it. Fails with BadPruning.
Outcome<ChainOptions> chain_options(const PruningOptions& options);

/// Where the compiled runtimes are kept.
std::filesystem::path cache_folder(const std::filesystem::path& base);

} // namespace phala::node
