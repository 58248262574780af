#pragma once
// JSON-RPC over WebSocket and HTTP on one port (spec substrate-host §8.1).
#include "node/rpc/methods.hpp"

#include <chrono>

namespace phala::node::rpc {

enum class ServerError : std::uint8_t { BadAddress, PortInUse, CannotListen };
std::string_view describe(ServerError error);

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9944; ///< 0: any free one
    /// Origins that browsers may call from; "all" allows every one, "http://localhost:*" any port. Who sends no Origin is no browser.
    std::vector<std::string> cors = {"all"};
    std::size_t max_message = 15U << 20U; ///< bytes of a request and of a response
    std::size_t max_connections = 100;
    std::size_t max_subscriptions = 1024; ///< per connection
    /// A client that lets more than this wait is too slow: responses stop being made, then it is disconnected.
    std::size_t max_queued_bytes = 32U << 20U;
    std::chrono::seconds idle{30};        ///< silence after which a connection is given up; pings go out at half of it
    std::chrono::seconds slow_client{60}; ///< how long responses may wait for a client to read
    unsigned workers = 2;                 ///< threads that run methods
};

class Server {
public:
    /// Listens at once. `methods` outlives the server.
    static Outcome<std::unique_ptr<Server>> start(const Methods& methods, ServerOptions options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Closes every connection and joins all threads: no method runs any more. Notifications go nowhere from then on,
    /// so stop the server first, then who notifies, and destroy the server last.
    void stop();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t connections() const;

private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node::rpc
