#include "worker/api/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <thread>

namespace phala::worker::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

std::string_view describe(HttpError error)
{
    switch (error) {
    case HttpError::CannotListen: return "cannot listen";
    }
    return "http";
}

namespace {

constexpr auto kIdle = std::chrono::seconds{60};
constexpr std::size_t kMaxHeader = 16 * 1024;

using Body = http::vector_body<std::uint8_t>;
using Response = http::response<Body>;

std::string path_of(beast::string_view target)
{
    return std::string{target.substr(0, target.find('?'))};
}

} // namespace

struct HttpServer::Impl {
    Impl(const HttpOptions& o, BodyLimit l, Handler h)
        : options{o}, limit{std::move(l)}, handler{std::move(h)}, pool{o.threads}
    {
    }

    ~Impl()
    {
        io.stop();
        if (thread.joinable())
            thread.join();
        pool.stop();
        pool.join();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    HttpOptions options;
    BodyLimit limit;
    Handler handler;
    asio::thread_pool pool;
    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    std::thread thread;
    std::size_t connections = 0; // touched on the io thread only

    Outcome<> listen()
    {
        beast::error_code error;
        const auto address = asio::ip::make_address(options.address, error);
        const tcp::endpoint endpoint{address, options.port};
        const std::string where = options.address + ":" + std::to_string(options.port);
        if (error)
            return fail(HttpError::CannotListen, where + ": " + error.message());
        acceptor.open(endpoint.protocol(), error);
        if (!error)
            acceptor.set_option(asio::socket_base::reuse_address{true}, error);
        if (!error)
            acceptor.bind(endpoint, error);
        if (!error)
            acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error)
            return fail(HttpError::CannotListen, where + ": " + error.message() + "; choose another port with --port");
        return {};
    }

    asio::awaitable<void> accept()
    {
        for (;;) {
            beast::error_code error;
            tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted)
                co_return;
            if (error || connections >= options.max_connections)
                continue;
            ++connections;
            socket.set_option(tcp::no_delay{true}, error);
            asio::co_spawn(io, serve(beast::tcp_stream{std::move(socket)}),
                           [this](const std::exception_ptr&) { --connections; });
        }
    }

    void add_cors(Response& response) const
    {
        if (!options.allow_cors)
            return;
        response.set(http::field::access_control_allow_origin, "*");
        response.set(http::field::access_control_allow_methods, "GET, POST, OPTIONS");
        response.set(http::field::access_control_allow_headers, "Content-Type");
        response.set(http::field::access_control_max_age, "86400");
    }

    /// Runs the handler on the pool and comes back to the io thread with its answer.
    asio::awaitable<HttpResponse> run(HttpRequest request)
    {
        co_await asio::post(pool, asio::use_awaitable);
        HttpResponse response = handler(request);
        co_await asio::post(io, asio::use_awaitable);
        co_return response;
    }

    asio::awaitable<void> serve(beast::tcp_stream stream)
    {
        beast::flat_buffer buffer;
        beast::error_code error;
        for (bool open = true; open && !error;) {
            http::request_parser<Body> parser;
            parser.header_limit(kMaxHeader);
            parser.body_limit(boost::none);
            stream.expires_after(kIdle);
            co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
            if (error)
                break;
            const auto& head = parser.get();
            const std::string path = path_of(head.target());
            parser.body_limit(limit(path));
            const auto length = parser.content_length();
            HttpResponse answer;
            open = parser.keep_alive();
            const unsigned version = head.version();
            if (length && *length > limit(path)) {
                open = false;
                answer = {413, "text/plain", to_bytes("the request is larger than this method takes")};
            } else {
                co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
                if (error == http::error::body_limit) {
                    error = {};
                    open = false;
                    answer = {413, "text/plain", to_bytes("the request is larger than this method takes")};
                } else if (error) {
                    break;
                } else if (parser.get().method() == http::verb::options) {
                    answer.status = 204;
                } else {
                    auto request = parser.release();
                    answer = co_await run({std::string{request.method_string()}, path, std::move(request.body())});
                }
            }
            Response response{static_cast<http::status>(answer.status), version};
            response.set(http::field::content_type, answer.content_type);
            add_cors(response);
            response.keep_alive(open);
            response.body() = std::move(answer.body);
            response.prepare_payload();
            stream.expires_after(kIdle);
            co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
        }
        stream.socket().shutdown(tcp::socket::shutdown_send, error);
    }
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
HttpServer::~HttpServer() = default;

Outcome<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options, BodyLimit limit, Handler handler)
{
    auto impl = std::make_unique<Impl>(options, std::move(limit), std::move(handler));
    PHALA_CHECK(impl->listen());
    asio::co_spawn(impl->io, impl->accept(), asio::detached);
    impl->thread = std::thread{[&io = impl->io] { io.run(); }};
    return std::unique_ptr<HttpServer>{new HttpServer{std::move(impl)}};
}

std::uint16_t HttpServer::port() const
{
    return impl_->acceptor.local_endpoint().port();
}

} // namespace phala::worker::api
