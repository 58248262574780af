#include "worker/api/http_server.hpp"

#include "worker/api/work_pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <map>
#include <mutex>
#include <optional>
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

std::string query_of(beast::string_view target)
{
    const auto mark = target.find('?');
    return mark == beast::string_view::npos ? std::string{} : std::string{target.substr(mark + 1)};
}

HttpResponse refusal(unsigned status, std::string_view why)
{
    return {status, "text/plain", to_bytes(bytes_of(why))};
}

HttpResponse too_large()
{
    return refusal(413, "the request is larger than this method takes");
}

std::string cost_since(std::chrono::steady_clock::time_point begin)
{
    const auto took = std::chrono::steady_clock::now() - begin;
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()) + "us";
}

/// The answer to bytes that are no request; nothing where the connection itself is gone or was silent.
std::optional<HttpResponse> refusal(const beast::error_code& error)
{
    if (error == http::error::header_limit)
        return refusal(431, "the request's header is too large");
    if (error == http::error::body_limit)
        return too_large();
    const bool is_about_bytes = error.category() == make_error_code(http::error::bad_version).category();
    if (!is_about_bytes || error == http::error::end_of_stream || error == http::error::partial_message)
        return std::nullopt;
    return refusal(400, "no HTTP request: " + error.message());
}

} // namespace

/// What a reply finds of its server. The server leaves first: then answers go nowhere and work is dropped.
struct Reply::Connections {
    std::mutex mutex;
    asio::io_context* io = nullptr; // guarded by mutex, as is pool; null: the server is gone
    WorkPool* pool = nullptr;
    std::map<std::uint64_t, std::move_only_function<void(HttpResponse)>> waiting; // io thread only

    void send(std::uint64_t request, HttpResponse response)
    {
        const std::lock_guard lock{mutex};
        if (io == nullptr)
            return;
        asio::post(*io, [this, request, response = std::move(response)]() mutable {
            auto found = waiting.extract(request);
            if (found)
                found.mapped()(std::move(response));
        });
    }

    void run(Work work)
    {
        const std::lock_guard lock{mutex};
        if (pool != nullptr)
            pool->post(std::move(work));
    }
};

Reply::Reply(std::shared_ptr<Connections> connections, std::uint64_t request)
    : connections_{std::move(connections)}, request_{request}
{
}

Reply::~Reply()
{
    if (connections_)
        send(refusal(500, "the request was not answered"));
}

void Reply::send(HttpResponse response)
{
    std::exchange(connections_, nullptr)->send(request_, std::move(response));
}

std::function<void(Reply::Work)> Reply::later() const
{
    return [connections = connections_](Work work) { connections->run(std::move(work)); };
}

struct HttpServer::Impl {
    Impl(const HttpOptions& o, BodyLimit l, Handler h) : options{o}, limit{std::move(l)}, handler{std::move(h)}
    {
        replies->io = &io;
        replies->pool = &*pool;
    }

    ~Impl()
    {
        io.stop();
        if (thread.joinable())
            thread.join();
        {
            const std::lock_guard lock{replies->mutex};
            replies->io = nullptr;
            replies->pool = nullptr;
        }
        pool.reset();
        replies->waiting.clear(); // with the coroutines that wait, which need io
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    HttpOptions options;
    BodyLimit limit;
    Handler handler;
    std::optional<WorkPool> pool{std::in_place, WorkPool::Limits{options.cores, options.threads}};
    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    std::thread thread;
    const std::shared_ptr<Reply::Connections> replies = std::make_shared<Reply::Connections>();
    std::size_t connections = 0; // touched on the io thread only, like the next
    std::uint64_t requests = 0;
    std::uint64_t handed_over = 0;

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
                continue; // the socket closes
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
        response.set(http::field::access_control_expose_headers, "X-Request-Id, X-Cost-Time, X-Phactory-Signature");
    }

    /// Has the handler run on the pool, and goes on with its answer, whenever that comes.
    asio::awaitable<HttpResponse> run(HttpRequest request)
    {
        const auto start = [this](auto resume, HttpRequest given) {
            const auto id = ++handed_over;
            replies->waiting.emplace(id, std::move(resume));
            pool->post([this, given = std::move(given), reply = Reply{replies, id}]() mutable {
                try {
                    handler(given, std::move(reply));
                } catch (const std::exception&) {
                    // a handler must not, but may: its reply has told the client that there is no answer
                }
            });
        };
        co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(HttpResponse)>(
            start, asio::use_awaitable, std::move(request));
    }

    /// Reads a request and has it answered. Nothing: the connection is at its end. `open`: more may follow.
    asio::awaitable<std::optional<HttpResponse>> answer_next(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                                             bool& open, std::chrono::steady_clock::time_point& begin)
    {
        beast::error_code error;
        http::request_parser<Body> parser;
        parser.header_limit(kMaxHeader);
        parser.body_limit(boost::none);
        open = false;
        co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        begin = std::chrono::steady_clock::now(); // an open connection may have waited long for it
        if (error)
            co_return refusal(error);
        const std::string path = path_of(parser.get().target());
        parser.body_limit(limit(path));
        if (const auto length = parser.content_length(); length && *length > limit(path))
            co_return too_large();
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return refusal(error);
        open = parser.keep_alive();
        if (parser.get().method() == http::verb::options)
            co_return HttpResponse{204, "text/plain", {}};
        auto request = parser.release();
        co_return co_await run({std::string{request.method_string()}, path, std::move(request.body()),
                                query_of(request.target()), std::string{request[http::field::content_type]}});
    }

    asio::awaitable<void> serve(beast::tcp_stream stream)
    {
        beast::flat_buffer buffer;
        beast::error_code error;
        for (bool open = true; open && !error;) {
            stream.expires_after(kIdle);
            std::chrono::steady_clock::time_point begin{};
            auto answer = co_await answer_next(stream, buffer, open, begin);
            if (!answer)
                break;
            Response response{static_cast<http::status>(answer->status), 11};
            response.set(http::field::content_type, answer->content_type);
            response.set("X-Request-Id", std::to_string(++requests));
            response.set("X-Cost-Time", cost_since(begin));
            for (const auto& [name, value] : answer->headers)
                response.set(name, value);
            add_cors(response);
            response.keep_alive(open);
            response.body() = std::move(answer->body);
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
