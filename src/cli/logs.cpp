#include "cli/logs.hpp"

#include "base/hex.hpp"

namespace phala::cli {

namespace {

std::string text_of_member(const json::Value& record, std::string_view name)
{
    const auto* value = record.find(name);
    if (value == nullptr || value->is_null())
        return {};
    return value->string() != nullptr ? *value->string() : json::dump(*value);
}

std::uint64_t number_member(const json::Value& record, std::string_view name)
{
    const auto* value = record.find(name);
    const auto* integer = value == nullptr ? nullptr : value->integer();
    return integer == nullptr ? 0 : static_cast<std::uint64_t>(integer->magnitude);
}

bool fits(const json::Value& record, const LogFilter& filter)
{
    const auto type = text_of_member(record, "type");
    if (!filter.type.empty() && type != filter.type)
        return false;
    return type != "Log" || number_member(record, "level") <= filter.level;
}

std::string_view level_name(std::uint64_t level)
{
    constexpr std::string_view kNames[] = {"?", "error", "warn", "info", "debug", "trace"};
    return kNames[level < std::size(kNames) ? level : 0];
}

} // namespace

Outcome<std::optional<Logs>> Logs::open(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto cluster, client.cluster());
    const auto* handler = cluster.is_null() ? nullptr : cluster.find("loggerContract");
    if (handler == nullptr || handler->string() == nullptr)
        return std::optional<Logs>{};
    PHALA_TRY(const auto id, array_from_hex<32>(*handler->string()));
    return std::optional{Logs{options, H256{id}}};
}

Outcome<std::vector<json::Value>> Logs::read(const LogFilter& filter)
{
    json::Value request;
    request["action"] = "GetLog";
    json::Integer from{from_ < 0 ? -from_ : from_};
    from.negative = from_ < 0;
    request["from"] = from;
    request["count"] = 0;
    if (filter.contract)
        request["contract"] = to_hex0x(*filter.contract);
    PHALA_TRY(const auto answer,
              ask_worker(options_, handler_, worker::InkQuery::SidevmMessage{to_bytes(json::dump(request))}));
    PHALA_TRY(const auto parsed, json::parse(text_of(answer)));
    if (const auto* error = parsed.find("error"); error != nullptr && error->string() != nullptr)
        return fail(CliError::Failed, "the logger says: " + *error->string());
    // the place after the last record that was looked at; 0 where there was none
    if (const auto next = number_member(parsed, "next"); next != 0)
        from_ = static_cast<std::int64_t>(next);
    std::vector<json::Value> out;
    if (const auto* records = parsed.find("records"); records != nullptr && records->array() != nullptr)
        for (const auto& record : *records->array())
            if (fits(record, filter))
                out.push_back(record);
    return out;
}

std::string log_line(const json::Value& record)
{
    const auto type = text_of_member(record, "type");
    std::string out = "#" + text_of_member(record, "sequence");
    if (type == "QueryIn")
        return out + " somebody asked: " + text_of_member(record, "user");
    if (type == "TooLarge")
        return out + " a record that was too large to keep";
    out += " block " + text_of_member(record, "blockNumber") + " " + text_of_member(record, "contract");
    if (type == "Log")
        return out + " " + text_of_member(record, "execMode") + " "
               + std::string{level_name(number_member(record, "level"))} + ": " + text_of_member(record, "message");
    if (type == "Event")
        return out + " event " + text_of_member(record, "payload");
    return out + " command " + text_of_member(record, "nonce") + " gave " + text_of_member(record, "output");
}

} // namespace phala::cli
