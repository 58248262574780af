#pragma once
// What the runtime tells the people who operate the node. Natively (tests) it goes to stderr.
#include <cstdint>
#include <string_view>

namespace phala::runtime {

enum class LogLevel : std::uint8_t { Error, Warn, Info, Debug, Trace };

/// True if the host shows messages of this level: ask before building an expensive message.
bool logs(LogLevel level);
void log(LogLevel level, std::string_view target, std::string_view message);

/// Ends the current call: the host gets the message as its error and discards all of the call's changes.
/// Only for broken invariants; what a user can cause is an error value.
[[noreturn]] void panic(std::string_view message);

} // namespace phala::runtime
