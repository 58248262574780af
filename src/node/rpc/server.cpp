#include "node/rpc/server.hpp"

#include "node/log/log.hpp"
#include "node/rpc/http.hpp"

#include <thread>

namespace phala::node::rpc {

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

std::optional<MethodSet> parse_method_set(std::string_view text)
{
    if (text == "auto")
        return MethodSet::Auto;
    if (text == "safe")
        return MethodSet::Safe;
    if (text == "unsafe")
        return MethodSet::Unsafe;
    return std::nullopt;
}

struct Server::Impl {
    Impl(const Methods& methods, ServerOptions options)
        : io{static_cast<int>(options.io_threads)}, shared{methods, std::move(options)}, acceptor{asio::make_strand(io)}
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
            const asio::any_io_executor strand = asio::make_strand(io);
            auto [error, socket] = co_await acceptor.async_accept(strand, quiet);
            if (error == asio::error::operation_aborted)
                co_return;
            if (error) { // out of file descriptors, most likely: let some close
                log("rpc").warn("cannot accept a connection: {}", error.message());
                asio::steady_timer pause{acceptor.get_executor(), std::chrono::milliseconds{200}};
                co_await pause.async_wait(quiet);
                continue;
            }
            if (shared.count >= shared.options.max_connections) {
                if (turned_away < kTurnedAway)
                    asio::co_spawn(strand, refuse(std::move(socket)), asio::detached);
                continue;
            }
            ++shared.count;
            error_code ignored; // a slower socket is a socket
            socket.set_option(tcp::no_delay{true}, ignored);
            asio::co_spawn(strand, serve(std::move(socket)), asio::detached);
        }
    }

    awaitable<void> serve(tcp::socket socket)
    {
        try {
            auto connection = std::make_shared<Http>(shared, std::move(socket));
            co_await connection->run();
        } catch (const std::exception& exception) { // of Asio and Beast: ends this connection only
            log("rpc").warn("a connection failed: {}", exception.what());
        }
        --shared.count;
    }

    awaitable<void> refuse(tcp::socket socket)
    {
        ++turned_away;
        co_await turn_away(std::move(socket));
        --turned_away;
    }

    static constexpr std::size_t kTurnedAway = 64; // at a time; others are just closed

    asio::io_context io;
    Shared shared;
    tcp::acceptor acceptor;
    std::atomic<std::size_t> turned_away{0};
    std::vector<std::thread> threads;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

Outcome<std::unique_ptr<Server>> Server::start(const Methods& methods, ServerOptions options)
{
    auto impl = std::make_unique<Impl>(methods, std::move(options));
    PHALA_CHECK(impl->listen());
    asio::co_spawn(impl->acceptor.get_executor(), impl->accept(), asio::detached);
    for (unsigned i = 0; i < impl->shared.options.io_threads; ++i)
        impl->threads.emplace_back([io = &impl->io] { io->run(); });
    return std::unique_ptr<Server>{new Server{std::move(impl)}};
}

Server::~Server()
{
    stop();
}

void Server::stop()
{
    if (impl_->threads.empty())
        return;
    asio::post(impl_->acceptor.get_executor(), [impl = impl_.get()] {
        error_code ignored; // it is being thrown away
        impl->acceptor.close(ignored);
        impl->shared.connections.close_all();
    });
    for (auto& thread : impl_->threads) // until the last coroutine has ended
        thread.join();
    impl_->threads.clear();
    impl_->shared.workers.join();
}

std::uint16_t Server::port() const
{
    return impl_->acceptor.local_endpoint().port();
}

std::size_t Server::connections() const
{
    return impl_->shared.count;
}

} // namespace phala::node::rpc
