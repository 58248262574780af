#pragma once
// The node's log: one line for each event, with its level, the part of the node that speaks (its target), and values as
// key=value. What a target says is filtered by --log. It is for .cpp files only: it brings spdlog.
#include "base/result.hpp"

#include <map>
#include <spdlog/logger.h>
#include <string>

namespace phala::node {

enum class LogError : std::uint8_t { BadFilter };
std::string_view describe(LogError error);

/// The least level that is shown, in general and by target.
struct LogFilter {
    spdlog::level::level_enum general = spdlog::level::info;
    std::map<std::string, spdlog::level::level_enum, std::less<>> targets;

    [[nodiscard]] spdlog::level::level_enum level_of(std::string_view target) const;
};

/// "info", "rpc=debug", or several with commas between them; the later holds, and what they leave out is as before.
/// Fails with BadFilter.
Outcome<LogFilter> parse_log_filter(std::string_view text, LogFilter before = {});

struct LogStyle {
    bool detailed = false; ///< with microseconds and the thread
    bool color = true;     ///< only where the log goes to a terminal
};

/// Sends the log to stderr. Call it before other threads run; without it what is at least Info goes to stdout.
void start_logging(const LogFilter& filter, LogStyle style);

/// Changes what is shown while the node runs. Fails with BadFilter.
Outcome<> add_log_filter(std::string_view text);
/// Back to what logging was started with.
void reset_log_filter();

/// The log of one target. The reference stays good; keep it where lines are frequent.
spdlog::logger& log(std::string_view target);

} // namespace phala::node
