#pragma once
// Reads the cluster's log server (spec sdk-wire §1.7).
#include "cli/options.hpp"
#include "cli/session.hpp"

namespace phala::cli {

struct LogFilter {
    std::optional<H256> contract;
    std::string type;        ///< Log, Event, MessageOutput or QueryIn; empty: all
    std::uint32_t level = 5; ///< of Log records, 1 error to 5 trace: that and worse
};

class Logs {
public:
    /// Nothing where the cluster has no log server.
    static Outcome<std::optional<Logs>> open(const Options& options);

    /// What is there and fits. The next read goes on after it.
    Outcome<std::vector<json::Value>> read(const LogFilter& filter);
    /// Begins so many records before the end.
    void go_back(std::uint64_t records) { from_ = -static_cast<std::int64_t>(records); }

private:
    Logs(Options options, const H256& handler) : options_{std::move(options)}, handler_{handler} {}

    Options options_;
    H256 handler_;
    std::int64_t from_ = 0;
};

/// One line for people.
std::string log_line(const json::Value& record);

} // namespace phala::cli
