#include "worker/core/log_server.hpp"

#include "worker/core/network_testing.hpp"

#include <thread>

namespace phala::worker {
namespace {

using namespace testing;

log_record::Log line(std::string text)
{
    return {7, AccountId{ByteArray<32>{1}}, AccountId{ByteArray<32>{2}}, "query", 5, 3, std::move(text)};
}

std::vector<AnyLogRecord> lines(std::size_t count, std::string_view text)
{
    std::vector<AnyLogRecord> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back({line(std::string{text})});
    return out;
}

json::Value ask(const LogServer& server, std::string_view query)
{
    return json::parse(server.view()->answer(query)).value();
}

std::vector<std::uint64_t> sequences(const json::Value& answer)
{
    std::vector<std::uint64_t> out;
    for (const auto& record : *answer.find("records")->array())
        out.push_back(static_cast<std::uint64_t>(record.find("sequence")->integer()->magnitude));
    return out;
}

constexpr std::string_view kAll = R"({"action":"GetLog"})";
using Sequences = std::vector<std::uint64_t>;

TEST(LogServer, ShowsABlocksRecordsWithItsCommitAndAQuerysAtOnce)
{
    LogServer server;
    server.note({line("a query")});
    EXPECT_EQ(sequences(ask(server, kAll)), (Sequences{0}));
    server.append(lines(2, "of a block"));
    server.note({line("while the block is stored")});
    EXPECT_EQ(sequences(ask(server, kAll)), (Sequences{0})) << "not past what is still hidden: a reader would miss it";
    EXPECT_EQ(ask(server, kAll).find("next")->integer()->magnitude, 1U);
    server.publish();
    EXPECT_EQ(sequences(ask(server, kAll)), (Sequences{0, 1, 2, 3}));
}

TEST(LogServer, IsReadBackAsItWasStored)
{
    MemoryStore store;
    LogServer server;
    store.commit(server.append(lines(3, "first")));
    server.publish();
    server.note({line("a query")});
    store.commit(server.append({}));
    server.publish();
    EXPECT_TRUE(server.append({}).empty()) << "nothing new";
    server.publish();
    server.note({line("lost: no block came after it")});
    LogServer again;
    ASSERT_TRUE(again.load(store));
    EXPECT_EQ(sequences(ask(again, kAll)), (Sequences{0, 1, 2, 3}));
    store.commit(again.append(lines(1, "goes on")));
    again.publish();
    EXPECT_EQ(sequences(ask(again, kAll)).back(), 4U);
    store.commit({RecordChange{concat(bytes_of("log/"), le_bytes(std::uint64_t{2})), std::nullopt}});
    const auto damaged = LogServer{}.load(store);
    ASSERT_FALSE(damaged);
    EXPECT_TRUE(damaged.error().is(CoreError::BadRecord));
}

TEST(LogServer, DropsTheOldestInMemoryAndOnDisk)
{
    MemoryStore store;
    LogServer server;
    const std::string megabyte(1 << 20, 'x');
    for (int block = 0; block < 6; ++block) {
        store.commit(server.append(lines(3, megabyte)));
        server.publish();
    }
    const auto kept = sequences(ask(server, kAll));
    EXPECT_EQ(kept, (Sequences{11, 12, 13, 14, 15, 16, 17}));
    LogServer again;
    ASSERT_TRUE(again.load(store));
    EXPECT_EQ(sequences(ask(again, kAll)), kept);
    EXPECT_EQ(store.get(concat(bytes_of("log/"), le_bytes(std::uint64_t{10}))).value(), std::nullopt);
    server.append(lines(1, std::string(LogServer::kMemoryCapacity, 'x')));
    server.publish();
    EXPECT_EQ(*ask(server, R"({"action":"GetLog","from":-1})").find("records")->array()->front().find("type")->string(),
              "TooLarge");
}

TEST(LogServer, TakesOnlySoManyRecordsOfQueriesBetweenTwoBlocks)
{
    LogServer server;
    for (std::uint64_t i = 0; i < LogServer::kMaxUnstored + 10; ++i)
        server.note({line("a query")});
    EXPECT_EQ(sequences(ask(server, kAll)).size(), LogServer::kMaxUnstored);
    server.append({});
    server.publish();
    server.note({line("a query")});
    EXPECT_EQ(sequences(ask(server, kAll)).size(), LogServer::kMaxUnstored + 1);
}

TEST(LogServer, AnswersItsQueries)
{
    LogServer server;
    std::vector<AnyLogRecord> records = lines(3, "text");
    records.push_back({log_record::Event{8, AccountId{ByteArray<32>{3}}, {H256{}}, {1, 2}}});
    records.push_back({log_record::QueryIn{{1, 2, 3, 4, 5, 6, 7, 8}}});
    server.append(std::move(records));
    server.publish();
    EXPECT_EQ(sequences(ask(server, R"({"action":"GetLog","from":1,"count":2})")), (Sequences{1, 2}));
    EXPECT_EQ(sequences(ask(server, R"({"action":"GetLog","from":-2,"count":0})")), (Sequences{3, 4}));
    EXPECT_EQ(sequences(ask(server, R"({"action":"GetLog","from":-99})")).size(), 5U);
    EXPECT_EQ(sequences(ask(server, R"({"action":"GetLog","from":99})")), Sequences{});
    EXPECT_EQ(sequences(ask(server, R"({"action":"GetLog","blockNumber":8})")), (Sequences{3}));
    const auto by_contract = [&](std::uint8_t first) {
        return sequences(ask(server, R"({"action":"GetLog","contract":")" + to_hex0x(ByteArray<32>{first}) + "\"}"));
    };
    EXPECT_EQ(by_contract(1), (Sequences{0, 1, 2})) << "as contract";
    EXPECT_EQ(by_contract(2), (Sequences{0, 1, 2})) << "as entry";
    EXPECT_EQ(by_contract(3), (Sequences{3}));
    EXPECT_EQ(server.view()->answer(R"({"action":"GetLog","from":3,"count":1})"),
              R"({"records":[{"sequence":3,"type":"Event","blockNumber":8,"contract":")" + to_hex0x(ByteArray<32>{3})
                  + R"(","topics":[")" + to_hex0x(ByteArray<32>{}) + R"("],"payload":"0x0102"}],"next":4})");
    EXPECT_EQ(*ask(server, R"({"action":"GetLog","from":4})").find("records")->array()->front().find("user")->string(),
              "0x0102030405060708");
    const auto info = ask(server, R"({"action":"GetInfo"})");
    EXPECT_EQ(info.find("nextSequence")->integer()->magnitude, 5U);
    EXPECT_EQ(info.find("currentNumberOfRecords")->integer()->magnitude, 5U);
    for (const auto* bad :
         {"", "{}", "[]", "null", R"({"action":"Drop"})", R"({"action":7})", R"({"action":"GetLog","from":"1"})",
          R"({"action":"GetLog","count":-1})", R"({"action":"GetLog","contract":"0x12"})",
          R"({"action":"GetLog","blockNumber":4294967296})", R"({"action":"GetLog","from":99999999999999999999})"})
        EXPECT_EQ(server.view()->answer(bad), R"({"error":"Invalid input"})") << bad;
}

TEST(LogServer, MayBeUsedFromSeveralThreads)
{
    LogServer server;
    std::atomic<bool> stop = false;
    std::vector<std::thread> queries;
    for (int i = 0; i < 3; ++i)
        queries.emplace_back([&] {
            while (!stop) {
                server.note({line("a query")});
                const auto view = server.view();
                for (std::size_t at = 1; at < view->records.size(); ++at)
                    ASSERT_EQ(view->records[at]->sequence, view->records[at - 1]->sequence + 1);
            }
        });
    for (int block = 0; block < 200; ++block) {
        server.append(lines(5, "of a block"));
        server.publish();
    }
    stop = true;
    for (auto& query : queries)
        query.join();
    EXPECT_GE(server.view()->records.size(), 1000U);
}

} // namespace
} // namespace phala::worker
