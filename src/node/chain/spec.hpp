#pragma once
// Chain specifications (spec substrate-host §9): what a chain is called and how its first state is made.
#include "base/json.hpp"
#include "node/chain/error.hpp"
#include "primitives/types.hpp"

#include <map>
#include <optional>
#include <span>

namespace phala::node {

using Entries = std::map<Bytes, Bytes>;
using ChildEntries = std::map<Bytes, Entries>; ///< of child tries by their name, without prefix

struct ChainSpec {
    std::string name;
    std::string id;         ///< also the name of its folder: letters, digits, '_', '-' and '.', none first
    json::Value chain_type; ///< "Development", "Local", "Live" or {"Custom": …}
    json::Value properties; ///< an object; given to clients as it is

    // networking
    std::vector<std::string> boot_nodes; ///< multiaddresses
    json::Value telemetry_endpoints;     ///< null, or a list of [address, verbosity]
    std::optional<std::string> protocol_id;
    std::optional<std::string> fork_id;

    // consensus
    std::map<BlockNumber, Bytes> code_substitutes; ///< see BlockRules
    std::vector<std::pair<BlockNumber, H256>> fork_blocks;
    std::vector<H256> bad_blocks;

    /// Members that this node has no use for (relay_chain, para_id, lightSyncState …), as they are.
    json::Object extensions;

    // the first state: either all of it, or code and what to tell it
    Entries raw;
    ChildEntries raw_children;
    Bytes code;
    std::optional<std::string> preset; ///< a name that the runtime knows
    json::Value patch;                 ///< merged into the runtime's default, after the preset
    json::Value config;                ///< in place of the runtime's default, the preset and the patch; null: none
    bool is_raw = false;

    /// Of the type Development or Local: its author may run ahead of the clock.
    [[nodiscard]] bool is_for_development() const;

    friend bool operator==(const ChainSpec&, const ChainSpec&) = default;
};

/// Reads any of the forms of §9. Unknown members are kept, state-less forms are refused.
Outcome<ChainSpec> parse_chain_spec(std::string_view text);

/// The built-in ones around a runtime blob of the composition khala.
ChainSpec development_spec(Bytes code);
ChainSpec local_spec(Bytes code);

/// A chain that --chain knows by name.
struct BuiltInChain {
    std::string_view name;
    std::string_view blob; ///< file of its runtime
    ChainSpec (*make)(Bytes code);
};
/// Of both compositions; the first is the default.
std::span<const BuiltInChain> built_in_chains();

/// The file of a specification: as it is, or with the state that was built from it.
std::string print_chain_spec(const ChainSpec& spec);
std::string print_raw_chain_spec(const ChainSpec& spec, const Entries& state, const ChildEntries& children);

} // namespace phala::node
