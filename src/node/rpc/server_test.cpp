#include "node/rpc/server.hpp"

#include "node/rpc/json.hpp"
#include "node/rpc/rate_limit.hpp"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <gtest/gtest.h>
#include <thread>

namespace phala::node::rpc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

struct Point {
    std::uint32_t x;
    Bytes y;
    std::optional<std::string> z;
};

/// A small table with one of each kind.
class Table {
public:
    Methods methods;
    std::vector<SubscriptionRef> ticks;
    std::atomic<std::size_t> calls{0}; ///< of "slow" and "big"
    std::atomic<bool> syncing{false};

    Table()
    {
        methods.add({"slow"}, {}, [this] {
            ++calls;
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
            return ok(1);
        });
        methods.add({"quick"}, {}, [] { return ok(2); }, {.quick = true});
        methods.add({"dangerous"}, {}, [] { return ok(true); }, {.unsafe = true});
        methods.add({"system_health"}, {}, [this]() -> Reply {
            return R"({"peers":0,"isSyncing":)" + std::string{syncing ? "true" : "false"}
                   + R"(,"shouldHavePeers":false})";
        });
        methods.add_on_connection({"start_work"}, {"subscription"},
                                  [](Session& session, const std::string& id) -> Reply {
                                      auto subscription = session.find(id);
                                      if (!subscription)
                                          return refuse(code::kInvalidParams, "Invalid params");
                                      session.after_response([subscription] { subscription->notify("\"done\""); });
                                      return ok("started");
                                  });
        methods.add({"echo", "echo_alias"}, {"text"}, [](const std::string& text) { return ok(text); });
        methods.add({"size"}, {"bytes", "factor"}, [](const Bytes& bytes, std::optional<std::uint32_t> factor) {
            return ok(bytes.size() * factor.value_or(1));
        });
        methods.add({"point"}, {}, [] { return ok(Point{1, {0xab}, std::nullopt}); });
        methods.add({"big"}, {"size"}, [this](std::uint32_t size) {
            ++calls;
            return ok(std::string(size, 'x'));
        });
        methods.add({"fail"}, {},
                    []() -> Reply { return refuse(1010, "Invalid Transaction", "Transaction is outdated"); });
        methods.add({"throw"}, {}, []() -> Reply { throw std::runtime_error{"inside"}; });
        methods.add_subscription(
            {"subscribe_ticks"}, {"unsubscribe_ticks"}, "tick", {"count"},
            [this](const SubscriptionRef& subscription, std::uint32_t count) -> std::expected<void, RpcError> {
                if (count > 1000)
                    return refuse(code::kInvalidParams, "Invalid params");
                for (std::uint32_t i = 0; i < count; ++i)
                    subscription->notify(std::to_string(i)); // before the response: must not overtake it
                ticks.push_back(subscription);
                return {};
            });
    }
};

class ServerTest : public testing::Test {
protected:
    Table table;
    ServerOptions options;
    std::unique_ptr<Server> server;
    asio::io_context io;

    void start()
    {
        options.port = 0;
        server.reset();
        auto started = Server::start(table.methods, options);
        ASSERT_TRUE(started) << started.error().message();
        server = std::move(*started);
    }
    void SetUp() override { start(); }

    tcp::socket connect()
    {
        tcp::socket socket{io};
        socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
        return socket;
    }

    websocket::stream<tcp::socket> open(const std::string& origin = "")
    {
        websocket::stream<tcp::socket> ws{connect()};
        if (!origin.empty())
            ws.set_option(websocket::stream_base::decorator(
                [origin](websocket::request_type& request) { request.set(http::field::origin, origin); }));
        ws.read_message_max(0);
        ws.handshake("localhost", "/");
        return ws;
    }

    static std::string read(websocket::stream<tcp::socket>& ws)
    {
        beast::flat_buffer buffer;
        ws.read(buffer);
        return beast::buffers_to_string(buffer.cdata());
    }

    static std::string call(websocket::stream<tcp::socket>& ws, const std::string& text)
    {
        ws.write(asio::buffer(text));
        return read(ws);
    }

    http::response<http::string_body> post(const std::string& body, const std::string& origin = "",
                                           const std::string& type = "application/json",
                                           http::verb verb = http::verb::post, const std::string& target = "/")
    {
        beast::tcp_stream stream{connect()};
        http::request<http::string_body> request{verb, target, 11};
        request.set(http::field::content_type, type);
        if (!origin.empty())
            request.set(http::field::origin, origin);
        request.body() = body;
        request.prepare_payload();
        beast::error_code ignored; // a server that refuses early may close before it has read everything
        http::write(stream, request, ignored);
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(boost::none);
        http::read(stream, buffer, parser);
        return parser.release();
    }
};

std::string request(const std::string& method, const std::string& params = "[]", int id = 1)
{
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method + R"(","params":)" + params
           + "}";
}

TEST_F(ServerTest, AnswersOverWebSocketAndHttpOnOnePort)
{
    auto ws = open();
    EXPECT_EQ(call(ws, request("echo", R"(["hi"])")), R"({"jsonrpc":"2.0","result":"hi","id":1})");
    EXPECT_EQ(call(ws, request("echo_alias", R"({"text":"by name"})")),
              R"({"jsonrpc":"2.0","result":"by name","id":1})");
    EXPECT_EQ(call(ws, request("point")), R"({"jsonrpc":"2.0","result":{"x":1,"y":"0xab","z":null},"id":1})");
    const auto response = post(request("size", R"(["0xAAbb", 3])"));
    EXPECT_EQ(response.body(), R"({"jsonrpc":"2.0","result":6,"id":1})");
    EXPECT_EQ(response[http::field::content_type], "application/json; charset=utf-8");
}

TEST_F(ServerTest, ReadsParametersLeniently)
{
    auto ws = open();
    EXPECT_EQ(call(ws, request("size", R"(["", null, null])")), R"({"jsonrpc":"2.0","result":0,"id":1})");
    EXPECT_EQ(call(ws, request("size", R"(["0x"])")), R"({"jsonrpc":"2.0","result":0,"id":1})");
    EXPECT_EQ(call(ws, R"({"jsonrpc":"2.0","id":"a","method":"point"})"),
              R"({"jsonrpc":"2.0","result":{"x":1,"y":"0xab","z":null},"id":"a"})");
    EXPECT_EQ(
        call(ws, request("rpc_methods")),
        R"({"jsonrpc":"2.0","result":{"methods":["big","dangerous","echo","echo_alias","fail","point","quick","rpc_methods","size","slow","start_work","subscribe_ticks","system_health","throw","unsubscribe_ticks"]},"id":1})");
}

TEST_F(ServerTest, RefusesWhatIsWrongAndLivesOn)
{
    auto ws = open();
    const auto error = [&](const std::string& text) {
        const auto answer = json::parse(call(ws, text)).as_object();
        return std::to_string(answer.at("error").at("code").as_int64()) + " "
               + std::string{answer.at("error").at("message").as_string()};
    };
    EXPECT_EQ(error("{"), "-32700 Parse error");
    EXPECT_NE(post("\"\xff\"").body().find("-32700"), std::string::npos);
    EXPECT_EQ(error(std::string(100'000, '[')), "-32700 Parse error");
    EXPECT_EQ(error("[]"), "-32600 Invalid Request");
    EXPECT_EQ(error("7"), "-32600 Invalid Request");
    EXPECT_EQ(error(R"({"jsonrpc":"2.0","id":{},"method":"point"})"), "-32600 Invalid Request");
    EXPECT_EQ(error(R"({"jsonrpc":"1.0","id":1,"method":"point"})"), "-32600 Invalid Request");
    EXPECT_EQ(error(R"({"jsonrpc":"2.0","id":1,"method":"point","params":7})"), "-32600 Invalid Request");
    EXPECT_EQ(error(request("nothing")), "-32601 Method not found");
    EXPECT_EQ(error(request("size")), "-32602 Invalid params");
    EXPECT_EQ(error(request("size", R"(["0xzz"])")), "-32602 Invalid params");
    EXPECT_EQ(error(request("size", R"(["0x00", -1])")), "-32602 Invalid params");
    EXPECT_EQ(error(request("size", R"(["0x00", 4294967296])")), "-32602 Invalid params");
    EXPECT_EQ(error(request("size", R"(["0x00", 1, 2])")), "-32602 Invalid params");
    EXPECT_EQ(error(request("throw")), "-32603 Internal error");
    EXPECT_EQ(
        call(ws, request("fail")),
        R"({"jsonrpc":"2.0","error":{"code":1010,"message":"Invalid Transaction","data":"Transaction is outdated"},"id":1})");
    EXPECT_EQ(call(ws, request("echo", R"(["alive"])")), R"({"jsonrpc":"2.0","result":"alive","id":1})");
}

TEST_F(ServerTest, AnswersBatchesAndNotNotifications)
{
    auto ws = open();
    ws.write(asio::buffer(std::string{R"({"jsonrpc":"2.0","method":"echo","params":["nobody asks"]})"}));
    EXPECT_EQ(
        call(ws, "[" + request("echo", R"(["a"])", 1) + "," + request("nothing", "[]", 2) + ",5]"),
        R"([{"jsonrpc":"2.0","result":"a","id":1},{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":2},)"
        R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}])");
    EXPECT_EQ(post("[" + request("point") + "]").body(),
              R"([{"jsonrpc":"2.0","result":{"x":1,"y":"0xab","z":null},"id":1}])");
}

TEST_F(ServerTest, KeepsItsSizeLimits)
{
    options.max_request = 10'000;
    options.max_response = 10'000;
    start();
    auto ws = open();
    EXPECT_NE(call(ws, request("echo", "[\"" + std::string(20'000, 'x') + "\"]")).find("-32007"), std::string::npos);
    EXPECT_NE(call(ws, request("big", "[20000]")).find("-32008"), std::string::npos);
    EXPECT_NE(call(ws, "[" + request("big", "[6000]") + "," + request("big", "[6000]") + "]").find("-32008"),
              std::string::npos);
    EXPECT_EQ(call(ws, request("echo", R"(["alive"])")), R"({"jsonrpc":"2.0","result":"alive","id":1})");
    EXPECT_EQ(post(std::string(20'000, ' ')).result(), http::status::payload_too_large);
}

TEST_F(ServerTest, SendsTheResponseBeforeTheFirstNotification)
{
    auto ws = open();
    const auto response = json::parse(call(ws, request("subscribe_ticks", "[3]")));
    const std::string id{response.at("result").as_string()};
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(read(ws), R"({"jsonrpc":"2.0","method":"tick","params":{"subscription":")" + id + R"(","result":)"
                                + std::to_string(i) + "}}");
    table.ticks[0]->notify("\"later\"");
    EXPECT_NE(read(ws).find("later"), std::string::npos);
    EXPECT_EQ(call(ws, request("unsubscribe_ticks", "[\"" + id + "\"]")), R"({"jsonrpc":"2.0","result":true,"id":1})");
    EXPECT_EQ(call(ws, request("unsubscribe_ticks", "[\"" + id + "\"]")), R"({"jsonrpc":"2.0","result":false,"id":1})");
    EXPECT_FALSE(table.ticks[0]->alive());
    table.ticks[0]->notify("\"to nobody\"");
    EXPECT_EQ(call(ws, request("echo", R"(["quiet"])")), R"({"jsonrpc":"2.0","result":"quiet","id":1})");
    EXPECT_NE(post(request("subscribe_ticks", "[3]")).body().find("WebSocket"), std::string::npos);
}

TEST_F(ServerTest, LimitsSubscriptionsAndFreesThem)
{
    options.max_subscriptions = 2;
    start();
    {
        auto ws = open();
        call(ws, request("subscribe_ticks", "[0]"));
        EXPECT_NE(call(ws, request("subscribe_ticks", "[5000]")).find("-32602"),
                  std::string::npos); // refused ones do not count
        call(ws, request("subscribe_ticks", "[0]"));
        EXPECT_NE(call(ws, request("subscribe_ticks", "[0]")).find("-32006"), std::string::npos);
    }
    for (int i = 0; i < 200 && table.ticks[0]->alive(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    EXPECT_FALSE(table.ticks[0]->alive());
}

TEST_F(ServerTest, LimitsConnections)
{
    options.max_connections = 2;
    start();
    auto first = open();
    auto second = open();
    EXPECT_EQ(post(request("point")).result(), http::status::service_unavailable);
    EXPECT_EQ(call(first, request("echo", R"(["still"])")), R"({"jsonrpc":"2.0","result":"still","id":1})");
}

TEST_F(ServerTest, DisconnectsAClientThatDoesNotRead)
{
    options.max_queued_bytes = 1U << 20U;
    start();
    auto ws = open();
    call(ws, request("subscribe_ticks", "[0]"));
    const std::string big = "\"" + std::string(100'000, 'x') + "\"";
    for (int i = 0; i < 500 && table.ticks[0]->alive(); ++i) {
        table.ticks[0]->notify(big);
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    EXPECT_FALSE(table.ticks[0]->alive());
    auto other = open();
    EXPECT_EQ(call(other, request("echo", R"(["fine"])")), R"({"jsonrpc":"2.0","result":"fine","id":1})");
}

TEST_F(ServerTest, TellsATooSlowClientWhyItIsDisconnected)
{
    options.max_queued_messages = 100;
    start();
    auto ws = open();
    call(ws, request("subscribe_ticks", "[0]"));
    const std::string big = "\"" + std::string(100'000, 'x') + "\"";
    for (int i = 0; i < 500 && table.ticks[0]->alive(); ++i)
        table.ticks[0]->notify(big);
    for (int i = 0; i < 200 && table.ticks[0]->alive(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    ASSERT_FALSE(table.ticks[0]->alive());
    beast::error_code error; // what had been sent arrives, then the reason
    for (int i = 0; i < 1000 && !error; ++i) {
        beast::flat_buffer buffer;
        ws.read(buffer, error);
    }
    EXPECT_EQ(error, websocket::error::closed) << error.message();
    EXPECT_EQ(ws.reason().code, websocket::close_code::policy_error);
    EXPECT_EQ(ws.reason().reason, "too slow: notifications are not read");
}

TEST_F(ServerTest, StopsReadingFromWhoDoesNotReadResponses)
{
    options.max_response = 1U << 20U;
    options.slow_client = std::chrono::seconds{1};
    start();
    auto ws = open();
    const auto before = table.calls.load();
    constexpr int kAsked = 2000;
    beast::error_code error;
    std::thread asker{[&] { // blocks once the server stops reading
        for (int i = 0; i < kAsked && !error; ++i)
            ws.write(asio::buffer(request("big", "[900000]")), error);
    }};
    asker.join(); // when it was disconnected
    EXPECT_LT(table.calls - before, 200U) << "most requests were never begun";
    for (int i = 0; i < 500 && server->connections() != 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, AnswersInOrderWhateverTakesLong)
{
    auto ws = open();
    for (int i = 0; i < 50; ++i)
        ws.write(asio::buffer(request(i % 2 == 0 ? "slow" : "quick", "[]", i)));
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(read(ws), R"({"jsonrpc":"2.0","result":)" + std::string{i % 2 == 0 ? "1" : "2"} + R"(,"id":)"
                                + std::to_string(i) + "}");
}

TEST_F(ServerTest, LetsOthersInBetweenTheRequestsOfABatch)
{
    std::string batch = "[" + request("slow");
    for (int i = 1; i < 400; ++i)
        batch += "," + request("slow");
    batch += "]";
    std::vector<websocket::stream<tcp::socket>> hogs;
    for (unsigned i = 0; i < 2 * options.workers; ++i) {
        hogs.push_back(open());
        hogs.back().write(asio::buffer(batch));
    }
    auto ws = open();
    EXPECT_EQ(call(ws, request("slow")), R"({"jsonrpc":"2.0","result":1,"id":1})");
    EXPECT_LT(table.calls, 4U * 400U) << "the batches were not finished first";
    hogs.clear(); // who hangs up gets no more of its batch done
    const auto gone = [&] { return server->connections() == 1; };
    for (int i = 0; i < 500 && !gone(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    EXPECT_TRUE(gone());
    EXPECT_LT(table.calls, 4U * 400U);
}

TEST_F(ServerTest, LimitsBatches)
{
    options.max_batch = 2;
    start();
    auto ws = open();
    const auto batch = [](int count) {
        std::string out = "[" + request("quick");
        for (int i = 1; i < count; ++i)
            out += "," + request("quick");
        return out + "]";
    };
    EXPECT_EQ(json::parse(call(ws, batch(2))).as_array().size(), 2U);
    EXPECT_EQ(
        call(ws, batch(3)),
        R"({"jsonrpc":"2.0","error":{"code":-32010,"message":"The batch request was too large","data":"Exceeded max limit of 2"},"id":null})");
    EXPECT_NE(post(batch(3)).body().find("-32010"), std::string::npos);
    options.max_batch = 0;
    start();
    EXPECT_NE(post(batch(1)).body().find("Batched requests are not supported by this server"), std::string::npos);
    EXPECT_EQ(post(request("quick")).body(), R"({"jsonrpc":"2.0","result":2,"id":1})");
}

TEST_F(ServerTest, LimitsRequestsPerMinute)
{
    options.rate_limit = 5;
    start();
    auto ws = open();
    std::string batch = "[";
    for (int i = 0; i < 10; ++i)
        batch += (i == 0 ? "" : ",") + request("quick", "[]", i);
    const auto answers = json::parse(call(ws, batch + "]")).as_array();
    int refused = 0;
    for (const auto& one : answers)
        if (const auto* error = one.as_object().if_contains("error")) {
            EXPECT_EQ(error->at("code").as_int64(), -32999);
            ++refused;
        }
    EXPECT_EQ(refused, 5);
    EXPECT_EQ(post(request("quick")).body(), R"({"jsonrpc":"2.0","result":2,"id":1})"); // a connection of its own
}

TEST(RateLimitTest, GivesBackWithTime)
{
    const RateLimit::Clock::time_point start{};
    RateLimit limit{60, start};
    for (int i = 0; i < 60; ++i)
        EXPECT_TRUE(limit.take(start));
    EXPECT_FALSE(limit.take(start));
    EXPECT_FALSE(limit.take(start + std::chrono::milliseconds{900}));
    EXPECT_TRUE(limit.take(start + std::chrono::milliseconds{1100}));
    EXPECT_FALSE(limit.take(start + std::chrono::milliseconds{1200}));
    for (int i = 0; i < 60; ++i)
        EXPECT_TRUE(limit.take(start + std::chrono::hours{1}));
    EXPECT_FALSE(limit.take(start + std::chrono::hours{1}));
}

TEST_F(ServerTest, KeepsUnsafeMethodsFromStrangers)
{
    const std::string denied = "RPC call is unsafe to be called externally";
    const auto answer = [&](const std::string& address, MethodSet set) {
        options.address = address;
        options.methods = set;
        start();
        return post(request("dangerous")).body();
    };
    EXPECT_NE(answer("127.0.0.1", MethodSet::Auto).find(R"("result":true)"), std::string::npos);
    EXPECT_NE(answer("0.0.0.0", MethodSet::Auto).find(denied), std::string::npos);
    EXPECT_NE(answer("127.0.0.1", MethodSet::Safe).find(denied), std::string::npos);
    EXPECT_NE(answer("0.0.0.0", MethodSet::Unsafe).find(R"("result":true)"), std::string::npos);
    EXPECT_EQ(parse_method_set("safe"), MethodSet::Safe);
    EXPECT_EQ(parse_method_set("SAFE"), std::nullopt);
}

TEST_F(ServerTest, TellsItsHealthToLoadBalancers)
{
    const auto get = [&](const std::string& target) { return post("", "", "", http::verb::get, target); };
    EXPECT_EQ(get("/health").body(), R"({"peers":0,"isSyncing":false,"shouldHavePeers":false})");
    EXPECT_EQ(get("/health").result(), http::status::ok);
    EXPECT_EQ(get("/health/readiness").result(), http::status::ok);
    table.syncing = true;
    EXPECT_EQ(get("/health").result(), http::status::ok);
    EXPECT_EQ(get("/health/readiness").result(), http::status::service_unavailable);
}

TEST_F(ServerTest, ServesAThousandConnections)
{
    options.max_connections = 1000;
    options.idle = std::chrono::seconds{2};
    start();
    std::vector<tcp::socket> silent; // half open for all the server can tell
    for (int i = 0; i < 500; ++i)
        silent.push_back(connect());
    std::vector<websocket::stream<tcp::socket>> clients;
    for (int i = 0; i < 500; ++i)
        clients.push_back(open());
    EXPECT_EQ(post(request("quick")).result(), http::status::service_unavailable);
    for (auto& client : clients)
        client.write(asio::buffer(request("slow")));
    for (auto& client : clients)
        EXPECT_EQ(read(client), R"({"jsonrpc":"2.0","result":1,"id":1})");
    // the silent ones are given up and make room
    for (int i = 0; i < 1000 && server->connections() > 500; ++i) {
        for (auto& client : clients) { // pings are answered by reading
            client.write(asio::buffer(request("quick")));
            read(client);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    EXPECT_EQ(server->connections(), 500U);
    EXPECT_EQ(post(request("quick")).body(), R"({"jsonrpc":"2.0","result":2,"id":1})");
}

TEST_F(ServerTest, EndsASubscriptionBehindItsLastNotification)
{
    options.max_subscriptions = 1;
    start();
    auto ws = open();
    for (int i = 0; i < 3; ++i) {
        call(ws, request("subscribe_ticks", "[1]"));
        EXPECT_NE(read(ws).find("\"result\":0"), std::string::npos);
        auto& tick = table.ticks.back();
        tick->notify("\"last\"");
        tick->finish();
        tick->notify("\"after the last\"");
        EXPECT_NE(read(ws).find("last"), std::string::npos);
        for (int k = 0; k < 200 && tick->alive(); ++k)
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        EXPECT_FALSE(tick->alive());
    }
}

TEST_F(ServerTest, RunsWhatFollowsAResponseAfterIt)
{
    auto ws = open();
    call(ws, request("subscribe_ticks", "[0]"));
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(call(ws, request("start_work", "[\"" + table.ticks[0]->id() + "\"]")),
                  R"({"jsonrpc":"2.0","result":"started","id":1})");
        EXPECT_NE(read(ws).find("done"), std::string::npos);
    }
    EXPECT_NE(call(ws, request("start_work", "[\"nobody\"]")).find("-32602"), std::string::npos);
    EXPECT_NE(post(request("start_work", "[\"nobody\"]")).body().find("WebSocket"), std::string::npos);
}

TEST_F(ServerTest, PingsASilentClient)
{
    options.idle = std::chrono::seconds{1};
    start();
    auto ws = open();
    bool pinged = false;
    ws.control_callback([&](websocket::frame_type kind, beast::string_view) {
        pinged = pinged || kind == websocket::frame_type::ping;
    });
    call(ws, request("subscribe_ticks", "[0]"));
    std::thread later{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{1500});
        table.ticks[0]->notify("1");
    }};
    EXPECT_NE(read(ws).find("tick"), std::string::npos); // reading answers pings, so the connection outlives `idle`
    EXPECT_TRUE(pinged);
    later.join();
}

TEST_F(ServerTest, ChecksOrigins)
{
    options.cors = {"http://good.example", "http://localhost:*"};
    start();
    EXPECT_EQ(post(request("point"), "http://localhost:3000").result(), http::status::ok);
    EXPECT_EQ(post(request("point"), "http://localhost:3000.evil.example").result(), http::status::forbidden);
    EXPECT_EQ(post(request("point"), "http://good.example")[http::field::access_control_allow_origin],
              "http://good.example");
    EXPECT_EQ(post(request("point"), "http://evil.example").result(), http::status::forbidden);
    EXPECT_EQ(post("", "http://good.example", "", http::verb::options).result(), http::status::no_content);
    EXPECT_EQ(post(request("point"), "", "text/plain").result(), http::status::unsupported_media_type);
    EXPECT_EQ(post("", "", "application/json", http::verb::get).result(), http::status::method_not_allowed);
    EXPECT_NO_THROW(open("http://good.example"));
    EXPECT_THROW(open("http://evil.example"), std::exception);
}

TEST_F(ServerTest, SaysThatThePortIsInUse)
{
    ServerOptions same;
    same.port = server->port();
    auto second = Server::start(table.methods, same);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(ServerError::PortInUse)) << second.error().message();
    same.address = "nowhere";
    EXPECT_TRUE(Server::start(table.methods, same).error().is(ServerError::BadAddress));
}

TEST_F(ServerTest, SurvivesBytesThatAreNoHttp)
{
    for (const std::string& rubbish : {std::string{"\x00\xff\r\n\r\n", 6}, std::string{"GET"},
                                       std::string{"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"}}) {
        auto socket = connect();
        asio::write(socket, asio::buffer(rubbish));
    }
    EXPECT_EQ(post(request("point")).result(), http::status::ok);
}

} // namespace
} // namespace phala::node::rpc
