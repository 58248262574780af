#pragma once
// What became of a transaction: its block's events in words.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>

namespace phala::cli {

enum class EventsError : std::uint8_t { NotUnderstood, NotThere };
std::string_view describe(EventsError error);

/// "Balances.ExistentialDeposit", "Token.FundsUnavailable", "BadOrigin": why the transaction at `index` of the block
/// had no effect; nothing where it had. `events` is the value of System.Events after the block.
Outcome<std::optional<std::string>> dispatch_failure(ByteView events, std::uint32_t index);

} // namespace phala::cli
