#include "worker/api/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>

namespace phala::worker::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t kLimit = 100;

/// Answers with the method, the path and the body that came.
HttpResponse echo(const HttpRequest& request)
{
    if (request.path == "/throw")
        throw std::runtime_error{"a handler must not, but may"};
    return {200, "text/plain",
            to_bytes(bytes_of(request.method + " " + request.path + " " + std::string{text_of(request.body)}))};
}

void send_echo(const HttpRequest& request, Reply reply)
{
    reply.send(echo(request));
}

std::unique_ptr<HttpServer> server_with(HttpOptions options)
{
    return HttpServer::start(options, [](const std::string&) { return kLimit; }, send_echo).value();
}

class Connection {
public:
    explicit Connection(const HttpServer& server)
    {
        socket_.connect(tcp::endpoint{asio::ip::address_v4::loopback(), server.port()});
    }

    void send(std::string_view text)
    {
        boost::system::error_code ignored; // the server may have hung up already: the test looks at what it said
        asio::write(socket_, asio::buffer(text), ignored);
    }
    /// Everything until the server hangs up.
    std::string read_all()
    {
        std::string out;
        boost::system::error_code error;
        asio::read(socket_, asio::dynamic_buffer(out), error);
        return out;
    }
    std::string read_until(std::string_view end)
    {
        std::string out;
        while (!out.ends_with(end)) {
            char c = 0;
            boost::system::error_code error;
            asio::read(socket_, asio::buffer(&c, 1), error);
            if (error)
                return out + "<closed>";
            out.push_back(c);
        }
        return out;
    }

private:
    asio::io_context io_;
    tcp::socket socket_{io_};
};

std::string ask(const HttpServer& server, std::string_view request)
{
    Connection connection{server};
    connection.send(request);
    return connection.read_all();
}

std::string post(std::string_view path, std::string_view body)
{
    return "POST " + std::string{path} + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
           + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection)
{
    const auto server = server_with({});
    Connection connection{*server};
    for (int i = 0; i < 3; ++i) {
        connection.send("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        EXPECT_NE(connection.read_until("POST /a hi").find("200 OK"), std::string::npos);
    }
    connection.send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(connection.read_all().ends_with("GET /last "));
}

TEST(HttpServer, TakesNoMoreThanTheLimit)
{
    const auto server = server_with({});
    EXPECT_NE(ask(*server, post("/", std::string(kLimit, 'x'))).find("200 OK"), std::string::npos);
    EXPECT_NE(ask(*server, post("/", std::string(kLimit + 1, 'x'))).find("413"), std::string::npos);
    // announced, but not sent
    EXPECT_NE(ask(*server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n").find("413"),
              std::string::npos);
    // in pieces, without a length
    std::string pieces = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t i = 0; i < 20; ++i)
        pieces += "a\r\n0123456789\r\n";
    EXPECT_NE(ask(*server, pieces + "0\r\n\r\n").find("413"), std::string::npos);
    EXPECT_NE(ask(*server, post("/", "still here")).find("still here"), std::string::npos);
}

TEST(HttpServer, RefusesWhatIsNoHttpInWords)
{
    const auto server = server_with({});
    for (const std::string request : {"\x16\x03\x01\x02\x01 hello in TLS\r\n\r\n", "GET\r\n\r\n",
                                      "GET / HTTP/9.9\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
                                      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
        EXPECT_NE(ask(*server, request).find("400"), std::string::npos) << request;
    const auto large = ask(*server, "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    EXPECT_NE(large.find("431"), std::string::npos) << large;
    EXPECT_NE(ask(*server, post("/", "still here")).find("still here"), std::string::npos);
}

TEST(HttpServer, LetsPagesOfOtherOriginsAskUnlessTold)
{
    const std::string preflight = "OPTIONS /prpc/x HTTP/1.1\r\nHost: x\r\nOrigin: http://page\r\nConnection: close\r\n"
                                  "Access-Control-Request-Method: POST\r\n\r\n";
    const auto open = server_with({});
    const auto allowed = ask(*open, preflight);
    EXPECT_NE(allowed.find("204"), std::string::npos) << allowed;
    EXPECT_NE(allowed.find("Access-Control-Allow-Origin: *"), std::string::npos) << allowed;
    EXPECT_NE(ask(*open, post("/", "x")).find("Access-Control-Allow-Origin: *"), std::string::npos);
    HttpOptions options;
    options.allow_cors = false;
    const auto closed = server_with(options);
    EXPECT_EQ(ask(*closed, preflight).find("Access-Control"), std::string::npos);
}

TEST(HttpServer, OutlivesAHandlerThatThrows)
{
    const auto server = server_with({});
    EXPECT_NE(ask(*server, post("/throw", "")).find("500"), std::string::npos);
    EXPECT_NE(ask(*server, post("/", "still here")).find("still here"), std::string::npos);
}

TEST(HttpServer, ServesOthersWhileOneIsSlow)
{
    HttpOptions options;
    options.max_connections = 3;
    const auto server = server_with(options);
    Connection first{*server}, second{*server};
    first.send("POST / HT");
    second.send("POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf");
    for (int i = 0; i < 10; ++i)
        EXPECT_NE(ask(*server, post("/", "me")).find("me"), std::string::npos);
    Connection third{*server};
    third.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(third.read_until("/third ").find("200 OK"), std::string::npos);
    EXPECT_EQ(ask(*server, post("/", "me")), "") << "one too many is sent away at once";
}

TEST(HttpServer, AnswersOthersWhileAHandlerWorks)
{
    std::binary_semaphore other_came{0};
    const auto handler = [&](const HttpRequest& request, Reply reply) {
        if (request.path == "/other")
            other_came.release();
        else if (!other_came.try_acquire_for(std::chrono::seconds{20})) // the end of a deadlock
            throw std::runtime_error{"nobody else was answered"};
        reply.send(echo(request));
    };
    const auto server = HttpServer::start({}, [](const std::string&) { return kLimit; }, handler).value();
    Connection slow{*server};
    slow.send(post("/slow", ""));
    EXPECT_NE(ask(*server, post("/other", "")).find("200 OK"), std::string::npos);
    EXPECT_NE(slow.read_all().find("200 OK"), std::string::npos);
}

TEST(HttpServer, HoldsNoThreadForAnswersThatComeLater)
{
    std::mutex mutex;
    std::vector<Reply> open;
    const auto handler = [&](const HttpRequest& request, Reply reply) {
        if (request.path != "/later")
            return reply.send(echo(request));
        const std::lock_guard lock{mutex};
        open.push_back(std::move(reply));
    };
    HttpOptions options;
    options.threads = 1;
    auto server = HttpServer::start(options, [](const std::string&) { return kLimit; }, handler).value();
    std::vector<std::unique_ptr<Connection>> waiting;
    for (int i = 0; i < 10; ++i) {
        waiting.push_back(std::make_unique<Connection>(*server));
        waiting.back()->send(post("/later", ""));
    }
    EXPECT_NE(ask(*server, post("/now", "")).find("200 OK"), std::string::npos);
    for (bool all = false; !all; std::this_thread::yield()) {
        const std::lock_guard lock{mutex};
        all = open.size() == waiting.size();
    }
    std::binary_semaphore ran{0};
    open[0].later()([&] { ran.release(); });
    ran.acquire();
    open[0].send({200, "text/plain", {}});
    {
        const auto dropped = std::move(open);
    }
    std::size_t answered = 0;
    for (auto& connection : waiting) // one of them, we do not know which
        answered += connection->read_all().find("200 OK") != std::string::npos;
    EXPECT_EQ(answered, 1u) << "the others hear that nobody answered";
}

// Whoever still has a way back to a client may use it after the server's end.
TEST(HttpServer, EndsWhileAnswersAreDue)
{
    std::binary_semaphore came{0};
    std::optional<Reply> open;
    const auto handler = [&](const HttpRequest&, Reply reply) {
        open.emplace(std::move(reply));
        came.release();
    };
    auto server = HttpServer::start({}, [](const std::string&) { return kLimit; }, handler).value();
    Connection client{*server};
    client.send(post("/", ""));
    came.acquire();
    const auto later = open->later();
    server.reset();
    bool ran = false;
    later([&] { ran = true; });
    open->send({200, "text/plain", {}});
    EXPECT_FALSE(ran);
    EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, SaysThatAPortIsInUse)
{
    const auto server = server_with({});
    HttpOptions options;
    options.port = server->port();
    const auto second = HttpServer::start(options, [](const std::string&) { return kLimit; }, send_echo);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(HttpError::CannotListen));
    EXPECT_NE(second.error().message().find("--port"), std::string::npos) << second.error().message();
    options.address = "not an address";
    EXPECT_FALSE(HttpServer::start(options, [](const std::string&) { return kLimit; }, send_echo));
}

} // namespace
} // namespace phala::worker::api
