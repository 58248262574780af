#pragma once
// What came of an execution, for people: the value, or why there is none, by the names of the contract and the engine.
#include "cli/abi.hpp"

#include "worker/core/engine/types.hpp"
#include "worker/core/query.hpp"

namespace phala::cli {

/// The contract trapped, ran out of gas, lacked money …: the engine's name for it, and what it means.
std::string failure_text(const worker::engine::DispatchError& error);
/// Why a worker did not run a query.
std::string refusal_text(const worker::InkQueryError& error);

/// The value that a message gave. An error of the contract, or of the engine, is a failure that tells its name.
Outcome<json::Value> outcome_of(const Abi& abi, const Abi::Message& message,
                                const worker::engine::ContractExecResult& result);

} // namespace phala::cli
