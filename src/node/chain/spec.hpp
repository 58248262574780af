#pragma once
// Chain specifications (spec substrate-host §9): what a chain is called and how its first state is made.
#include "base/json.hpp"
#include "node/chain/error.hpp"
#include "primitives/types.hpp"

#include <map>
#include <optional>

namespace phala::node {

struct ChainSpec {
    std::string name;
    std::string id;
    json::Value chain_type; ///< "Development", "Local", "Live" or {"Custom": …}
    json::Value properties; ///< an object; given to clients as it is

    // the first state: either all of it, or code and what to tell it
    std::map<Bytes, Bytes> raw;
    Bytes code;
    std::optional<std::string> preset; ///< a name that the runtime knows
    json::Value patch;                 ///< merged into the runtime's default, after the preset
    bool is_raw = false;
};

/// Reads any of the forms of §9. Unknown members are tolerated, child tries and state-less forms are refused.
Outcome<ChainSpec> parse_chain_spec(std::string_view text);

/// The built-in ones around a runtime blob.
ChainSpec development_spec(Bytes code);
ChainSpec local_spec(Bytes code);

/// The file of a specification: as it is, or with the state that was built from it.
std::string print_chain_spec(const ChainSpec& spec);
std::string print_raw_chain_spec(const ChainSpec& spec, const std::map<Bytes, Bytes>& state);

} // namespace phala::node
