#pragma once
// One WebSocket: for .cpp files only, it is heavy.
#include "node/rpc/connection.hpp"

#include <boost/beast.hpp>
#include <deque>
#include <unordered_map>

namespace phala::node::rpc {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

class WsSubscription;

/// Requests are answered in the order in which they came; reading goes on meanwhile, so that pings are answered and a
/// client that is gone is noticed. Everything but Session and notify is of the connection's strand.
class WebSocket : public Session, public std::enable_shared_from_this<WebSocket> {
public:
    WebSocket(Shared& shared, tcp::socket socket);

    /// Serves until the client or the server ends it, and the last method has returned.
    awaitable<void> run(http::request<http::string_body> upgrade);

    /// Ends it whatever it is doing. From any thread.
    void close_soon();

    // Session; from any thread
    std::expected<SubscriptionRef, RpcError> open(const std::string& event) override;
    [[nodiscard]] SubscriptionRef find(const std::string& id) const override;
    bool close(const std::string& id) override;
    void after_response(std::function<void()> task) override;
    [[nodiscard]] Liveness liveness() const override { return open_; }

    /// From any thread. No text: the subscription ends here.
    void notify(std::shared_ptr<WsSubscription> subscription, std::optional<std::string> result);
    void when_read(std::shared_ptr<WsSubscription> subscription, std::function<void()> task);

private:
    struct Incoming {
        std::string text;
        bool too_big = false; ///< the text was dropped
    };

    static awaitable<void> read_loop(std::shared_ptr<WebSocket> self);
    static awaitable<void> write_loop(std::shared_ptr<WebSocket> self);
    awaitable<void> answer_loop();
    awaitable<bool> read_message(beast::flat_buffer& buffer);
    awaitable<bool> wait_until_drained();
    void announce();
    void deliver(WsSubscription& subscription, std::optional<std::string> result);
    void queue(std::string text);
    void give_up(std::string reason);
    void finish();
    void end_subscriptions();
    [[nodiscard]] bool reads_too_slowly() const;

    Shared& shared_;
    websocket::stream<beast::tcp_stream> stream_;
    std::optional<RateLimit> rate_;
    std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(true);

    // cancelled to wake who waits on them
    asio::steady_timer arrived_; ///< a message came in
    asio::steady_timer taken_;   ///< one was taken out
    asio::steady_timer wake_;    ///< there is something to write
    asio::steady_timer drained_; ///< enough has been written
    asio::steady_timer goodbye_; ///< runs while a closing handshake is tried

    std::deque<Incoming> incoming_;
    std::size_t incoming_bytes_ = 0;
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0; ///< what is being written included
    std::vector<std::function<void()>> when_read_;
    std::optional<std::string> given_up_;

    mutable std::mutex mutex_; // guards what follows
    std::unordered_map<std::string, std::shared_ptr<WsSubscription>> subscriptions_;
    std::vector<std::shared_ptr<WsSubscription>> opened_;
    std::vector<std::function<void()>> after_response_;
};

} // namespace phala::node::rpc
