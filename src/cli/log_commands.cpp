#include "cli/commands.hpp"

#include "cli/logs.hpp"
#include "cli/session.hpp"

#include "base/hex.hpp"

#include <chrono>
#include <iostream>
#include <thread>

namespace phala::cli {

namespace {

constexpr std::chrono::milliseconds kFollow{500};

/// Shows what is there, and with --follow what comes, until the program is ended.
template <class Show>
Outcome<> read_all(const Options& options, const LogFilter& filter, const Show& show_record)
{
    PHALA_TRY(auto logs, Logs::open(options));
    if (!logs)
        return fail(CliError::NotFound, "this worker's cluster has no log server");
    for (bool is_first = true;; is_first = false) {
        PHALA_TRY(auto records, logs->read(filter));
        const std::size_t skipped = is_first && records.size() > options.count ? records.size() - options.count : 0;
        for (std::size_t i = skipped; i < records.size(); ++i) {
            PHALA_CHECK(show_record(records[i]));
        }
        if (!options.follow)
            return {};
        std::cout << std::flush;
        std::this_thread::sleep_for(kFollow);
    }
}

} // namespace

Outcome<> logs(const Options& options)
{
    LogFilter filter;
    filter.type = options.type;
    filter.level = options.level;
    if (!options.contract.empty()) {
        PHALA_TRY(filter.contract, contract_of(options));
    }
    return read_all(options, filter, [&](const json::Value& record) -> Outcome<> {
        std::cout << (options.json ? json::dump(record) : log_line(record)) << "\n";
        return {};
    });
}

Outcome<> events(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    LogFilter filter;
    PHALA_TRY(filter.contract, contract_of(options));
    filter.type = "Event";
    return read_all(options, filter, [&](const json::Value& record) -> Outcome<> {
        const auto* payload = record.find("payload");
        const auto* topics = record.find("topics");
        if (payload == nullptr || payload->string() == nullptr || topics == nullptr || topics->array() == nullptr)
            return fail(CliError::Failed, "the logger's record is no event");
        PHALA_TRY(const auto bytes, from_hex(*payload->string()));
        const auto* first = topics->array()->empty() ? nullptr : topics->array()->front().string();
        PHALA_TRY(auto event, abi.decode_event(first == nullptr ? std::string_view{} : *first, bytes));
        if (!options.name.empty() && event.name != options.name)
            return {};
        json::Value out;
        out["block"] = record.find("blockNumber") == nullptr ? json::Value{} : *record.find("blockNumber");
        out["event"] = event.name;
        out["fields"] = std::move(event.fields);
        if (options.json)
            std::cout << json::dump(out) << "\n";
        else
            std::cout << "block " << json::dump(*out.find("block")) << "  " << event.name << "  "
                      << json::dump(*out.find("fields")) << "\n";
        return {};
    });
}

} // namespace phala::cli
