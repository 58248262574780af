#include "node/log/log.hpp"

#include <array>
#include <mutex>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace phala::node {

namespace {

constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 6> kLevels{
    {{"trace", spdlog::level::trace},
     {"debug", spdlog::level::debug},
     {"info", spdlog::level::info},
     {"warn", spdlog::level::warn},
     {"error", spdlog::level::err},
     {"off", spdlog::level::off}}};

struct Loggers {
    std::mutex mutex; // guards all below
    LogFilter first;  ///< what logging was started with
    LogFilter filter;
    std::map<std::string, std::shared_ptr<spdlog::logger>, std::less<>> by_target;
};

Loggers& loggers()
{
    static Loggers all;
    return all;
}

/// The level in capitals, five characters wide.
class LevelFlag final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override
    {
        std::string_view name = "OFF";
        switch (message.level) {
        case spdlog::level::trace: name = "TRACE"; break;
        case spdlog::level::debug: name = "DEBUG"; break;
        case spdlog::level::info: name = "INFO "; break;
        case spdlog::level::warn: name = "WARN "; break;
        case spdlog::level::err:
        case spdlog::level::critical: name = "ERROR"; break;
        default: break;
        }
        out.append(name.data(), name.data() + name.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override
    {
        return std::make_unique<LevelFlag>();
    }
};

/// With the mutex held.
void apply(Loggers& all)
{
    spdlog::default_logger()->set_level(all.filter.level_of("node"));
    for (auto& [target, logger] : all.by_target)
        logger->set_level(all.filter.level_of(target));
}

Outcome<spdlog::level::level_enum> parse_level(std::string_view text)
{
    for (const auto& [name, level] : kLevels)
        if (name == text)
            return level;
    return fail(LogError::BadFilter, "\"" + std::string{text} + "\" is no level");
}

} // namespace

std::string_view describe(LogError error)
{
    switch (error) {
    case LogError::BadFilter:
        return "a log filter is LEVEL or TARGET=LEVEL, several with commas between them; levels are trace, debug, "
               "info, warn, error and off";
    }
    return "unknown log error";
}

spdlog::level::level_enum LogFilter::level_of(std::string_view target) const
{
    const auto at = targets.find(target);
    return at == targets.end() ? general : at->second;
}

Outcome<LogFilter> parse_log_filter(std::string_view text, LogFilter before)
{
    LogFilter out = std::move(before);
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) {
            PHALA_TRY(out.general, parse_level(part));
        } else {
            if (equals == 0)
                return fail(LogError::BadFilter, "\"" + std::string{part} + "\" names no target");
            PHALA_TRY(const auto level, parse_level(part.substr(equals + 1)));
            out.targets.insert_or_assign(std::string{part.substr(0, equals)}, level);
        }
    }
    return out;
}

void start_logging(const LogFilter& filter, LogStyle style)
{
    const auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(style.color ? spdlog::color_mode::automatic
                                                                                        : spdlog::color_mode::never);
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<LevelFlag>('*').set_pattern(style.detailed ? "%Y-%m-%d %H:%M:%S.%f %^%*%$ [%t] %n: %v"
                                                                   : "%Y-%m-%d %H:%M:%S.%e %^%*%$ %n: %v");
    sink->set_formatter(std::move(formatter));
    auto& all = loggers();
    const std::lock_guard lock{all.mutex};
    all.first = filter;
    all.filter = filter;
    auto general = std::make_shared<spdlog::logger>("node", sink);
    general->set_level(filter.level_of("node"));
    spdlog::set_default_logger(std::move(general)); // stdout is for what was asked for
    for (auto& [target, logger] : all.by_target) {
        logger->sinks() = {sink};
        logger->set_level(filter.level_of(target));
    }
}

Outcome<> add_log_filter(std::string_view text)
{
    auto& all = loggers();
    const std::lock_guard lock{all.mutex};
    PHALA_TRY(all.filter, parse_log_filter(text, all.filter));
    apply(all);
    return {};
}

void reset_log_filter()
{
    auto& all = loggers();
    const std::lock_guard lock{all.mutex};
    all.filter = all.first;
    apply(all);
}

spdlog::logger& log(std::string_view target)
{
    auto& all = loggers();
    const std::lock_guard lock{all.mutex};
    if (auto at = all.by_target.find(target); at != all.by_target.end())
        return *at->second;
    auto logger = std::make_shared<spdlog::logger>(std::string{target}, spdlog::default_logger()->sinks().begin(),
                                                   spdlog::default_logger()->sinks().end());
    logger->set_level(all.filter.level_of(target));
    return *all.by_target.emplace(target, std::move(logger)).first->second;
}

} // namespace phala::node
