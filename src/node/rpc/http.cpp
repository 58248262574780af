#include "node/rpc/http.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace phala::node::rpc {

namespace {

/// What a browser's page may do: the origin to name in the answer, or nothing if it is not allowed.
std::optional<std::string> allowed_origin(const ServerOptions& options, std::string_view origin)
{
    if (std::ranges::find(options.cors, "all") != options.cors.end()
        || std::ranges::find(options.cors, "*") != options.cors.end())
        return "*";
    for (const std::string_view allowed : options.cors) {
        if (origin == allowed)
            return std::string{origin};
        if (allowed.ends_with(":*") && origin.starts_with(allowed.substr(0, allowed.size() - 1))
            && origin.find_first_not_of("0123456789", allowed.size() - 1) == std::string_view::npos)
            return std::string{origin};
    }
    return std::nullopt;
}

std::string_view view(beast::string_view text)
{
    return {text.data(), text.size()};
}

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kJson = "application/json; charset=utf-8";

http::response<http::string_body> respond(const http::request<http::string_body>& request, http::status status,
                                          std::string body, std::string_view type = kPlain)
{
    http::response<http::string_body> response{status, request.version()};
    response.set(http::field::content_type, beast::string_view{type.data(), type.size()});
    response.keep_alive(request.keep_alive());
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
}

/// The lines in front of a response's body, made here so that both are sent by one plain write.
std::string head_of(const http::response<http::string_body>& response)
{
    std::string out = response.version() == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
    out.reserve(256);
    out += std::to_string(response.result_int());
    out += ' ';
    out += view(response.reason());
    out += "\r\n";
    for (const auto& field : response) {
        out += view(field.name_string());
        out += ": ";
        out += view(field.value());
        out += "\r\n";
    }
    return out += "\r\n";
}

/// To what is no request at all: the last words on a connection.
http::response<http::string_body> last_response(http::status status, std::string body)
{
    http::request<http::string_body> none{http::verb::post, "/", 11};
    none.keep_alive(false);
    return respond(none, status, std::move(body));
}

/// What load balancers ask: /health tells how the node is, /health/readiness fails while it is no use to clients.
http::response<http::string_body> health(const Methods& methods, const http::request<http::string_body>& request,
                                         bool readiness)
{
    auto reply = methods.call("system_health", Params{nullptr}, {});
    if (!reply)
        return respond(request, http::status::internal_server_error, reply.error().message + "\n");
    bool ready = true;
    if (readiness) {
        boost::json::error_code error;
        const auto state = boost::json::parse(*reply, error);
        const auto* object = error ? nullptr : state.if_object();
        ready = object != nullptr && object->contains("isSyncing") && !object->at("isSyncing").as_bool()
                && (!object->at("shouldHavePeers").as_bool() || object->at("peers").as_int64() > 0);
    }
    return respond(request, ready ? http::status::ok : http::status::service_unavailable, std::move(*reply), kJson);
}

} // namespace

Http::Http(Shared& shared, tcp::socket socket) : shared_{shared}, stream_{std::move(socket)}
{
    if (shared.options.rate_limit)
        rate_.emplace(*shared.options.rate_limit);
}

awaitable<std::optional<Http::Request>> Http::read(beast::flat_buffer& buffer)
{
    http::request_parser<http::string_body> parser;
    parser.body_limit(shared_.options.max_request);
    deadline_ = std::chrono::steady_clock::now() + shared_.options.idle;
    auto [error, count] = co_await http::async_read(stream_, buffer, parser, quiet);
    if (!error)
        co_return parser.release();
    if (error == http::error::body_limit)
        co_await write(last_response(http::status::payload_too_large, "The request is too big\n"));
    else if (error == http::error::bad_method || error == http::error::bad_target || error == http::error::bad_version)
        co_await write(last_response(http::status::bad_request, "This is not HTTP\n"));
    co_return std::nullopt;
}

awaitable<void> Http::run()
{
    Registered registered{shared_.connections, [weak = weak_from_this(), executor = stream_.get_executor()] {
                              asio::post(executor, [weak] {
                                  auto self = weak.lock();
                                  if (!self)
                                      return;
                                  *self->open_ = false;
                                  error_code ignored; // it is being thrown away
                                  self->stream_.socket().close(ignored);
                              });
                          }};
    struct Ended { // also by an exception: the watch is not to outlive what it watches
        Http& self;
        ~Ended()
        {
            *self.open_ = false;
            self.watch_.cancel();
        }
    } const ended{*this};
    asio::co_spawn(stream_.get_executor(), watch(shared_from_this()), asio::detached);
    beast::flat_buffer buffer;
    for (bool more = true; more && *open_;) {
        auto request = co_await read(buffer);
        if (!request)
            break;
        const std::string origin{view((*request)[http::field::origin])};
        const auto allowed = origin.empty() ? std::optional<std::string>{} : allowed_origin(shared_.options, origin);
        if (!origin.empty() && !allowed) {
            more = co_await write(
                respond(*request, http::status::forbidden, "This origin is not allowed; see --rpc-cors\n"));
            continue;
        }
        if (beast::websocket::is_upgrade(*request)) {
            deadline_ = kNoDeadline;
            watch_.cancel();
            auto socket = std::make_shared<WebSocket>(shared_, stream_.release_socket());
            registered.replace([weak = socket->weak_from_this()] {
                if (auto connection = weak.lock())
                    connection->close_soon();
            });
            co_await socket->run(std::move(*request));
            break;
        }
        auto response = co_await handle(std::move(*request));
        if (allowed) {
            response.set(http::field::access_control_allow_origin, *allowed);
            response.set(http::field::vary, "Origin");
        }
        more = co_await write(std::move(response));
    }
}

/// Ends the connection of a client that lets a deadline pass, within a quarter of the time it has.
awaitable<void> Http::watch(std::shared_ptr<Http> self)
{
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::min(self->shared_.options.idle, self->shared_.options.slow_client))
                       / 4;
    while (*self->open_) {
        self->watch_.expires_after(pause);
        if (auto [error] = co_await self->watch_.async_wait(quiet); error)
            co_return; // it is done, or a WebSocket, which has its own
        if (std::chrono::steady_clock::now() < self->deadline_)
            continue;
        *self->open_ = false;
        error_code ignored; // it is being thrown away
        self->stream_.socket().close(ignored);
    }
}

awaitable<Http::Response> Http::handle(Request request)
{
    if (request.method() == http::verb::options) {
        auto response = respond(request, http::status::no_content, "");
        response.set(http::field::access_control_allow_methods, "POST");
        response.set(http::field::access_control_allow_headers, "content-type");
        response.set(http::field::access_control_max_age, "86400");
        co_return response;
    }
    if (request.method() == http::verb::get
        && (request.target() == "/health" || request.target() == "/health/readiness"))
        co_return health(shared_.methods, request, request.target() != "/health");
    if (request.method() != http::verb::post)
        co_return respond(request, http::status::method_not_allowed, "JSON-RPC is served by POST and over WebSocket\n");
    const auto type = view(request[http::field::content_type]);
    if (!type.empty() && !type.starts_with("application/json")) // a form of a foreign page must not get through
        co_return respond(request, http::status::unsupported_media_type, "The content type must be application/json\n");
    deadline_ = kNoDeadline;
    auto body = std::move(request.body());
    const Caller caller{nullptr, shared_.unsafe_allowed, rate_ ? &*rate_ : nullptr};
    co_return respond(request, http::status::ok, co_await answer_message(shared_, std::move(body), caller, open_),
                      kJson);
}

/// False if the connection is not to be used again.
awaitable<bool> Http::write(Response response)
{
    deadline_ = std::chrono::steady_clock::now() + shared_.options.slow_client;
    const std::string head = head_of(response);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(response.body())};
    auto [error, count] = co_await asio::async_write(stream_.socket(), parts, quiet);
    if (!error && response.keep_alive())
        co_return true;
    error_code ignored; // it is being thrown away
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_return false;
}

awaitable<void> turn_away(tcp::socket socket)
{
    beast::tcp_stream stream{std::move(socket)};
    stream.expires_after(std::chrono::seconds{1});
    auto response = last_response(http::status::service_unavailable,
                                  "Too many connections; try again later, or raise --rpc-max-connections\n");
    co_await http::async_write(stream, response, quiet);
    error_code ignored; // it is being thrown away
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> rest; // closing with its request unread would take the answer away from the client
    for (bool more = true; more;) {
        auto [error, count] = co_await stream.async_read_some(asio::buffer(rest), quiet);
        more = !error;
    }
}

} // namespace phala::node::rpc
