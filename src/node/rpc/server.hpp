#pragma once
// JSON-RPC over WebSocket and HTTP on one port (spec substrate-host §8.1).
#include "node/rpc/methods.hpp"

#include <chrono>

namespace phala::node::rpc {

enum class ServerError : std::uint8_t { BadAddress, PortInUse, CannotListen };
std::string_view describe(ServerError error);

/// Which methods strangers may call. Auto: all of them if only this machine can connect, else the safe ones.
enum class MethodSet : std::uint8_t { Auto, Safe, Unsafe };
/// "auto", "safe" or "unsafe".
std::optional<MethodSet> parse_method_set(std::string_view text);

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9944; ///< 0: any free one
    /// Origins that browsers may call from; "all" allows every one, "http://localhost:*" any port. Who sends no Origin is no browser.
    std::vector<std::string> cors = {"all"};
    MethodSet methods = MethodSet::Auto;
    std::size_t max_request = 15U << 20U;  ///< bytes
    std::size_t max_response = 15U << 20U; ///< bytes
    std::size_t max_batch = 10'000;        ///< requests in one message; 0: batches are refused
    std::size_t max_connections = 100;
    std::size_t max_subscriptions = 1024;         ///< per connection
    std::optional<std::uint32_t> rate_limit = {}; ///< requests per minute and connection
    /// Messages of a connection that may wait, in either direction; with more, its requests are no longer read.
    std::size_t message_buffer = 64;
    /// Notifications cannot be held back: a client that lets more than this wait is disconnected.
    std::size_t max_queued_bytes = 32U << 20U;
    std::size_t max_queued_messages = 16'384;
    std::chrono::seconds idle{30};        ///< silence after which a connection is given up; pings go out at half of it
    std::chrono::seconds slow_client{60}; ///< how long responses may wait for a client to read
    unsigned io_threads = 2;              ///< read, write, and run quick methods
    unsigned workers = 2;                 ///< threads that run the other methods
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
