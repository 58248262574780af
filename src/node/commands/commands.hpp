#pragma once
// What phala-node does when it is called: one function for each command.
#include "node/options/options.hpp"

#include "base/result.hpp"

namespace phala::node {

inline constexpr const char* kNodeVersion = "0.1.0";

/// Runs a node until SIGINT or SIGTERM.
Outcome<> run(const ChainChoice& chain, const RunOptions& options);

Outcome<> build_spec(const ChainChoice& chain, const BuildSpecOptions& options);

// On the blocks of a chain at rest; they fail while a node uses its database
Outcome<> export_blocks(const ChainChoice& chain, const ExportBlocksOptions& options);
Outcome<> import_blocks(const ChainChoice& chain, const ImportBlocksOptions& options);
Outcome<> check_block(const ChainChoice& chain, const CheckBlockOptions& options);
Outcome<> revert(const ChainChoice& chain, const RevertOptions& options);

/// Asks first, unless told not to. Fails while a node uses the data.
Outcome<> purge_chain(const ChainChoice& chain, const PurgeOptions& options);

Outcome<> key_generate(const KeyGenerateOptions& options);
Outcome<> key_inspect(const KeyInspectOptions& options);
Outcome<> key_insert(const ChainChoice& chain, const KeyInsertOptions& options);
Outcome<> key_generate_node_key(const NodeKeyOptions& options);
Outcome<> key_inspect_node_key(const NodeKeyOptions& options);

} // namespace phala::node
