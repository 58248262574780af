#pragma once
// One connection, which speaks HTTP at first: for .cpp files only, it is heavy.
#include "node/rpc/websocket.hpp"

namespace phala::node::rpc {

class Http : public std::enable_shared_from_this<Http> {
public:
    Http(Shared& shared, tcp::socket socket);

    /// Serves requests until the client is done, or turns into a WebSocket and serves that.
    awaitable<void> run();

private:
    using Request = http::request<http::string_body>;
    using Response = http::response<http::string_body>;

    awaitable<std::optional<Request>> read(beast::flat_buffer& buffer);
    awaitable<Response> handle(Request request);
    awaitable<bool> write(Response response);
    static awaitable<void> watch(std::shared_ptr<Http> self);

    Shared& shared_;
    beast::tcp_stream stream_;
    std::optional<RateLimit> rate_;
    std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(true);
    // One timer that looks now and then costs a request nothing; one for each reading and writing is a good part of it.
    static constexpr auto kNoDeadline = std::chrono::steady_clock::time_point::max();
    std::chrono::steady_clock::time_point deadline_ = kNoDeadline; ///< of what the client is to do
    asio::steady_timer watch_{stream_.get_executor()};
};

/// Tells a client that there are enough already.
awaitable<void> turn_away(tcp::socket socket);

} // namespace phala::node::rpc
