// Whatever is asked of the log server, it answers with JSON: records, what it is, or that it did not understand.
#include "worker/core/log_server.hpp"

#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::worker;

LogView some_records()
{
    LogView view;
    const AccountId contract{ByteArray<32>{7}};
    const auto add = [&](auto record) {
        view.records.push_back(std::make_shared<const LogRecord>(LogRecord{view.next_sequence++, std::move(record)}));
    };
    for (BlockNumber block = 1; block < 4; ++block) {
        add(log_record::Log{block, contract, {}, "transaction", 5, 1, "text \"in\" quotes"});
        add(log_record::Event{block, contract, {H256{}}, {1, 2}});
        add(log_record::MessageOutput{block, {}, contract, {3}, {4}});
        add(log_record::QueryIn{});
        add(log_record::TooLarge{});
    }
    return view;
}

void ask(std::string_view query)
{
    static const LogView view = some_records();
    const auto answer = json::parse(view.answer(query));
    if (!answer || answer->object() == nullptr)
        std::abort();
    const auto* records = answer->find("records");
    if (answer->find("error") == nullptr && answer->find("nextSequence") == nullptr
        && (records == nullptr || records->array() == nullptr || records->array()->size() > view.records.size()))
        std::abort();
}

} // namespace

/// The input as the query itself, and as pieces of one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    ask(text_of(input));
    constexpr std::string_view kParts[] = {"{",
                                           "}",
                                           ",",
                                           "\"action\":",
                                           "\"GetLog\"",
                                           "\"GetInfo\"",
                                           "\"from\":",
                                           "\"count\":",
                                           "-1",
                                           "9223372036854775807",
                                           "\"contract\":",
                                           "\"0x07\"",
                                           "\"blockNumber\":",
                                           "2",
                                           "null",
                                           "-9223372036854775808"};
    std::string pieces = "{\"action\":\"GetLog\",";
    std::string alone;
    for (const auto byte : input) {
        pieces += kParts[byte % std::size(kParts)];
        alone += kParts[byte % std::size(kParts)];
    }
    ask(pieces + "}");
    ask(alone);
    return 0;
}
