#include "node/rpc/server.hpp"

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <deque>
#include <mutex>
#include <random>
#include <spdlog/spdlog.h>
#include <thread>
#include <unordered_map>

namespace phala::node::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

std::string_view describe(ServerError error)
{
    switch (error) {
    case ServerError::BadAddress: return "not an address to listen on";
    case ServerError::PortInUse:
        return "the RPC port is in use by another program; choose another with --rpc-port (0 takes any free one)";
    case ServerError::CannotListen: return "cannot listen for RPC";
    }
    return "unknown server error";
}

namespace {

/// For calls whose failure is part of the flow: no exceptions.
constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

std::string random_id()
{
    static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static thread_local std::mt19937_64 random{std::random_device{}()};
    std::string out(16, ' ');
    for (auto& c : out)
        c = kLetters[random() % kLetters.size()];
    return out;
}

struct Shared {
    const Methods& methods;
    const ServerOptions options;
    asio::thread_pool& workers;
    std::atomic<std::size_t> connections{0};
};

/// Runs the methods of one message on a worker thread; the coroutine goes on where it was.
awaitable<std::string> answer_on_worker(Shared& shared, std::string message, Session* session)
{
    auto work = [](Shared& s, std::string text, Session* on) -> awaitable<std::string> {
        co_return answer(s.methods, text, on, s.options.max_message);
    };
    co_return co_await asio::co_spawn(shared.workers, work(shared, std::move(message), session), asio::use_awaitable);
}

class WebSocket;

class WsSubscription : public Subscription, public std::enable_shared_from_this<WsSubscription> {
public:
    WsSubscription(std::weak_ptr<WebSocket> connection, std::string id, std::string event)
        : id{std::move(id)}, event{std::move(event)}, connection_{std::move(connection)}
    {
    }
    void notify(std::string result) override;
    [[nodiscard]] bool alive() const override { return alive_; }
    void end() { alive_ = false; }

    const std::string id;
    const std::string event;

    // of the connection's strand
    bool announced = false; ///< the response with the id is in the queue
    std::vector<std::string> early;

private:
    std::atomic<bool> alive_{true};
    std::weak_ptr<WebSocket> connection_;
};

class WebSocket : public Session, public std::enable_shared_from_this<WebSocket> {
public:
    WebSocket(Shared& shared, tcp::socket socket)
        : shared_{shared}, stream_{std::move(socket)}, drained_{stream_.get_executor()}, wake_{stream_.get_executor()}
    {
        drained_.expires_at(std::chrono::steady_clock::time_point::max());
        wake_.expires_at(std::chrono::steady_clock::time_point::max());
    }

    awaitable<void> run(http::request<http::string_body> upgrade)
    {
        websocket::stream_base::timeout timeout{};
        timeout.handshake_timeout = shared_.options.idle;
        timeout.idle_timeout = shared_.options.idle;
        timeout.keep_alive_pings = true;
        stream_.set_option(timeout);
        stream_.read_message_max(0); // the limit is kept in read(), which can answer
        stream_.text(true);
        auto [error] = co_await stream_.async_accept(upgrade, quiet);
        if (error)
            co_return;
        asio::co_spawn(stream_.get_executor(), write_loop(shared_from_this()), asio::detached);
        co_await read_loop();
        finish();
    }

    // Session; on a worker thread
    std::expected<SubscriptionRef, RpcError> open(const std::string& event) override
    {
        const std::lock_guard lock{mutex_};
        if (subscriptions_.size() >= shared_.options.max_subscriptions)
            return refuse(code::kTooManySubscriptions, "Too many subscriptions on the connection",
                          "Exceeded max limit of " + std::to_string(shared_.options.max_subscriptions));
        auto subscription = std::make_shared<WsSubscription>(weak_from_this(), random_id(), event);
        subscriptions_.emplace(subscription->id, subscription);
        opened_.push_back(subscription);
        return subscription;
    }
    [[nodiscard]] std::string id_of(const Subscription& subscription) const override
    {
        return static_cast<const WsSubscription&>(subscription).id;
    }
    bool close(const std::string& id) override
    {
        const std::lock_guard lock{mutex_};
        auto at = subscriptions_.find(id);
        if (at == subscriptions_.end())
            return false;
        at->second->end();
        subscriptions_.erase(at);
        return true;
    }

    /// On the connection's strand: ends it whatever it is doing.
    void finish()
    {
        closed_ = true;
        error_code ignored; // it is being thrown away
        beast::get_lowest_layer(stream_).socket().close(ignored);
        wake_.cancel();
        drained_.cancel();
        const std::lock_guard lock{mutex_};
        for (auto& [id, subscription] : subscriptions_)
            subscription->end();
        subscriptions_.clear();
    }

    /// From any thread.
    void notify(std::shared_ptr<WsSubscription> subscription, std::string result)
    {
        asio::post(stream_.get_executor(), [self = shared_from_this(), subscription = std::move(subscription),
                                            result = std::move(result)]() mutable {
            if (!subscription->alive())
                return;
            if (subscription->announced)
                self->queue_notification(*subscription, result);
            else
                subscription->early.push_back(std::move(result));
        });
    }

private:
    awaitable<void> read_loop()
    {
        beast::flat_buffer buffer;
        for (;;) {
            bool too_big = false;
            buffer.clear();
            do {
                auto [error, count] = co_await stream_.async_read_some(buffer, 1U << 16U, quiet);
                if (error)
                    co_return;
                if (buffer.size() > shared_.options.max_message) {
                    too_big = true;
                    buffer.clear(); // the rest is read and forgotten, so that the client can be told
                }
            } while (!stream_.is_message_done());
            if (too_big) {
                queue(
                    R"({"jsonrpc":"2.0","error":{"code":-32007,"message":"Request is too big","data":"Exceeded max limit of )"
                    + std::to_string(shared_.options.max_message) + R"("},"id":null})");
                continue;
            }
            const auto data = buffer.cdata();
            std::string message{static_cast<const char*>(data.data()), data.size()};
            auto response = co_await answer_on_worker(shared_, std::move(message), this);
            if (!response.empty())
                queue(std::move(response));
            announce();
            if (queued_bytes_ > shared_.options.max_message && !co_await wait_until_drained())
                co_return;
        }
    }

    /// The responses are in the queue: notifications of new subscriptions may follow.
    void announce()
    {
        std::vector<std::shared_ptr<WsSubscription>> opened;
        {
            const std::lock_guard lock{mutex_};
            opened.swap(opened_);
        }
        for (auto& subscription : opened) {
            subscription->announced = true;
            for (const auto& result : std::exchange(subscription->early, {}))
                if (subscription->alive())
                    queue_notification(*subscription, result);
        }
    }

    awaitable<bool> wait_until_drained()
    {
        drained_.expires_after(shared_.options.slow_client);
        co_await drained_.async_wait(quiet);
        if (!closed_ && queued_bytes_ > shared_.options.max_message) {
            spdlog::warn("rpc: a client does not read its responses; disconnecting it");
            co_return false;
        }
        co_return !closed_;
    }

    void queue_notification(const WsSubscription& subscription, const std::string& result)
    {
        queue(R"({"jsonrpc":"2.0","method":")" + subscription.event + R"(","params":{"subscription":")"
              + subscription.id + R"(","result":)" + result + "}}");
        if (queued_bytes_ > shared_.options.max_queued_bytes && !closed_) {
            spdlog::warn("rpc: a client does not read its notifications; disconnecting it");
            finish();
        }
    }

    void queue(std::string text)
    {
        if (closed_)
            return;
        queued_bytes_ += text.size();
        queue_.push_back(std::move(text));
        wake_.cancel();
    }

    static awaitable<void> write_loop(std::shared_ptr<WebSocket> self)
    {
        while (!self->closed_) {
            if (self->queue_.empty()) {
                co_await self->wake_.async_wait(quiet);
                continue;
            }
            const std::string text = std::move(self->queue_.front());
            self->queue_.pop_front();
            auto [error, count] = co_await self->stream_.async_write(asio::buffer(text), quiet);
            self->queued_bytes_ -= text.size();
            if (error) {
                self->finish();
                co_return;
            }
            if (self->queued_bytes_ <= self->shared_.options.max_message)
                self->drained_.cancel();
        }
    }

    Shared& shared_;
    websocket::stream<beast::tcp_stream> stream_;
    asio::steady_timer drained_;
    asio::steady_timer wake_; // cancelled to wake the writer
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    bool closed_ = false;

    std::mutex mutex_; // guards what workers touch
    std::unordered_map<std::string, std::shared_ptr<WsSubscription>> subscriptions_;
    std::vector<std::shared_ptr<WsSubscription>> opened_;
};

void WsSubscription::notify(std::string result)
{
    if (auto connection = connection_.lock())
        connection->notify(shared_from_this(), std::move(result));
}

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

/// Open connections, so that the server can end them. Only on the I/O thread.
class Connections {
public:
    using Closer = std::function<void()>;
    std::uint64_t add(Closer closer)
    {
        closers_.emplace(++last_, std::move(closer));
        return last_;
    }
    void replace(std::uint64_t id, Closer closer) { closers_[id] = std::move(closer); }
    void remove(std::uint64_t id) { closers_.erase(id); }
    void close_all()
    {
        for (const auto& [id, closer] : std::exchange(closers_, {}))
            closer();
    }

private:
    std::map<std::uint64_t, Closer> closers_;
    std::uint64_t last_ = 0;
};

/// One entry of Connections, for as long as this lives.
class Registered {
public:
    Registered(Connections& connections, Connections::Closer closer)
        : connections_{connections}, id_{connections.add(std::move(closer))}
    {
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() { connections_.remove(id_); }
    void replace(Connections::Closer closer) { connections_.replace(id_, std::move(closer)); }

private:
    Connections& connections_;
    std::uint64_t id_;
};

http::response<http::string_body> respond(const http::request<http::string_body>& request, http::status status,
                                          std::string body, std::string_view type = "text/plain; charset=utf-8")
{
    http::response<http::string_body> response{status, request.version()};
    response.set(http::field::content_type, beast::string_view{type.data(), type.size()});
    response.keep_alive(request.keep_alive());
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
}

class Http {
public:
    Http(Shared& shared, Connections& connections, tcp::socket socket)
        : shared_{shared}, connections_{connections}, stream_{std::move(socket)}
    {
    }

    /// Serves requests until the client is done, or turns into a WebSocket.
    awaitable<void> run()
    {
        Registered registered{connections_, [this] {
                                  error_code ignored; // it is being thrown away
                                  stream_.socket().close(ignored);
                              }};
        beast::flat_buffer buffer;
        for (bool more = true; more;) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(shared_.options.max_message);
            stream_.expires_after(shared_.options.idle);
            auto [error, count] = co_await http::async_read(stream_, buffer, parser, quiet);
            if (error == http::error::body_limit) {
                http::request<http::string_body> none{http::verb::post, "/", 11};
                none.keep_alive(false);
                co_await write(respond(none, http::status::payload_too_large, "The request is too big\n"));
                break;
            }
            if (error) {
                if (error == http::error::bad_method || error == http::error::bad_target
                    || error == http::error::bad_version) {
                    http::request<http::string_body> none{http::verb::post, "/", 11};
                    none.keep_alive(false);
                    co_await write(respond(none, http::status::bad_request, "This is not HTTP\n"));
                }
                break;
            }
            auto request = parser.release();
            const auto origin = view(request[http::field::origin]);
            const auto allowed =
                origin.empty() ? std::optional<std::string>{} : allowed_origin(shared_.options, origin);
            if (!origin.empty() && !allowed) {
                more = co_await write(
                    respond(request, http::status::forbidden, "This origin is not allowed; see --rpc-cors\n"));
                continue;
            }
            if (websocket::is_upgrade(request)) {
                stream_.expires_never();
                auto socket = std::make_shared<WebSocket>(shared_, stream_.release_socket());
                registered.replace([socket] { socket->finish(); });
                co_await socket->run(std::move(request));
                break;
            }
            auto response = co_await handle(std::move(request));
            if (allowed) {
                response.set(http::field::access_control_allow_origin, *allowed);
                response.set(http::field::vary, "Origin");
            }
            more = co_await write(std::move(response));
        }
    }

private:
    awaitable<http::response<http::string_body>> handle(http::request<http::string_body> request)
    {
        if (request.method() == http::verb::options) {
            auto response = respond(request, http::status::no_content, "");
            response.set(http::field::access_control_allow_methods, "POST");
            response.set(http::field::access_control_allow_headers, "content-type");
            response.set(http::field::access_control_max_age, "86400");
            co_return response;
        }
        if (request.method() != http::verb::post)
            co_return respond(request, http::status::method_not_allowed,
                              "JSON-RPC is served by POST and over WebSocket\n");
        const auto type = view(request[http::field::content_type]);
        if (!type.empty() && !type.starts_with("application/json")) // a form of a foreign page must not get through
            co_return respond(request, http::status::unsupported_media_type,
                              "The content type must be application/json\n");
        stream_.expires_never();
        auto body = std::move(request.body());
        co_return respond(request, http::status::ok, co_await answer_on_worker(shared_, std::move(body), nullptr),
                          "application/json; charset=utf-8");
    }

    /// False if the connection is not to be used again.
    awaitable<bool> write(http::response<http::string_body> response)
    {
        stream_.expires_after(shared_.options.slow_client);
        auto [error, count] = co_await http::async_write(stream_, response, quiet);
        if (!error && response.keep_alive())
            co_return true;
        error_code ignored; // it is being thrown away
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        co_return false;
    }

    Shared& shared_;
    Connections& connections_;
    beast::tcp_stream stream_;
};

} // namespace

struct Server::Impl {
    Impl(const Methods& methods, ServerOptions options)
        : workers{options.workers}, shared{methods, std::move(options), workers}, acceptor{io}
    {
    }

    Outcome<> listen()
    {
        error_code error;
        const auto address = asio::ip::make_address(shared.options.address, error);
        if (error)
            return fail(ServerError::BadAddress, shared.options.address);
        const tcp::endpoint endpoint{address, shared.options.port};
        const std::string where = shared.options.address + ":" + std::to_string(shared.options.port);
        acceptor.open(endpoint.protocol(), error);
        if (!error)
            acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
        if (!error)
            acceptor.bind(endpoint, error);
        if (!error)
            acceptor.listen(tcp::acceptor::max_listen_connections, error);
        if (error == asio::error::address_in_use)
            return fail(ServerError::PortInUse, where);
        if (error)
            return fail(ServerError::CannotListen, where + ": " + error.message());
        return {};
    }

    awaitable<void> accept()
    {
        while (acceptor.is_open()) {
            auto [error, socket] = co_await acceptor.async_accept(quiet);
            if (error == asio::error::operation_aborted)
                co_return;
            if (error) { // out of file descriptors, most likely: let some close
                spdlog::warn("rpc: cannot accept a connection: {}", error.message());
                asio::steady_timer pause{io, std::chrono::milliseconds{200}};
                co_await pause.async_wait(quiet);
                continue;
            }
            if (shared.connections >= shared.options.max_connections) {
                asio::co_spawn(io, turn_away(std::move(socket)), asio::detached);
                continue;
            }
            error_code ignored; // a slower socket is a socket
            socket.set_option(tcp::no_delay{true}, ignored);
            asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        }
    }

    awaitable<void> serve(tcp::socket socket)
    {
        ++shared.connections;
        try {
            Http connection{shared, connections, std::move(socket)};
            co_await connection.run();
        } catch (const std::exception& exception) { // of Asio and Beast: ends this connection only
            spdlog::warn("rpc: a connection failed: {}", exception.what());
        }
        --shared.connections;
    }

    static awaitable<void> turn_away(tcp::socket socket)
    {
        beast::tcp_stream stream{std::move(socket)};
        stream.expires_after(std::chrono::seconds{1});
        http::response<http::string_body> response{http::status::service_unavailable, 11};
        response.keep_alive(false);
        response.body() = "Too many connections\n";
        response.prepare_payload();
        co_await http::async_write(stream, response, quiet);
    }

    asio::io_context io{1};
    asio::thread_pool workers;
    Shared shared;
    Connections connections;
    tcp::acceptor acceptor;
    std::thread thread;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

Outcome<std::unique_ptr<Server>> Server::start(const Methods& methods, ServerOptions options)
{
    auto impl = std::make_unique<Impl>(methods, std::move(options));
    PHALA_CHECK(impl->listen());
    asio::co_spawn(impl->io, impl->accept(), asio::detached);
    impl->thread = std::thread{[io = &impl->io] { io->run(); }};
    return std::unique_ptr<Server>{new Server{std::move(impl)}};
}

Server::~Server()
{
    stop();
}

void Server::stop()
{
    if (!impl_->thread.joinable())
        return;
    asio::post(impl_->io, [impl = impl_.get()] {
        error_code ignored; // it is being thrown away
        impl->acceptor.close(ignored);
        impl->connections.close_all();
    });
    impl_->thread.join(); // when the last coroutine has ended
    impl_->workers.join();
}

std::uint16_t Server::port() const
{
    return impl_->acceptor.local_endpoint().port();
}

std::size_t Server::connections() const
{
    return impl_->shared.connections;
}

} // namespace phala::node::rpc
