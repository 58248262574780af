#pragma once
// What a node answers, taken apart. Nothing here is trusted: these only give it the form in which the core checks it.
#include "base/json.hpp"
#include "primitives/header.hpp"
#include "primitives/lanes.hpp"

namespace phala::worker {

/// A header from its JSON form.
Outcome<Header> header_of_json(const json::Value& value);

/// The nodes of a state_getReadProof answer.
Outcome<std::vector<Bytes>> proof_of_answer(const json::Value& answer);

/// A phala_laneRange answer (decisions §3.10). A payload that is missing must be asked for by its hash.
struct LaneRange {
    std::vector<LeafV1> leaves;
    std::vector<std::optional<Bytes>> payloads; ///< one for each leaf
    std::vector<H256> frontier;
};
/// Fails too where there is no leaf: who asks knows that there is one more, and would ask without end.
Outcome<LaneRange> lane_range_of_answer(const json::Value& answer);

Outcome<H256> hash_of_json(const json::Value* value, std::string_view what);

} // namespace phala::worker
