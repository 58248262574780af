#include "node/rpc/websocket.hpp"

#include "node/log/log.hpp"

#include <random>

namespace phala::node::rpc {

namespace {

constexpr std::size_t kWaitingBytes = 1U << 20U; // of requests that have been read and not begun
constexpr std::chrono::seconds kGoodbye{2};      // for a client to take the reason why it is disconnected

std::string random_id()
{
    static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static thread_local std::mt19937_64 random{std::random_device{}()};
    std::string out(16, ' ');
    for (auto& c : out)
        c = kLetters[random() % kLetters.size()];
    return out;
}

} // namespace

class WsSubscription : public Subscription, public std::enable_shared_from_this<WsSubscription> {
public:
    WsSubscription(std::weak_ptr<WebSocket> connection, std::string id, std::string event)
        : event{std::move(event)}, connection_{std::move(connection)}, id_{std::move(id)}
    {
    }
    [[nodiscard]] const std::string& id() const override { return id_; }
    void notify(std::string result) override { tell(std::move(result)); }
    void finish() override { tell(std::nullopt); }
    void when_read(std::function<void()> task) override
    {
        if (auto connection = connection_.lock(); connection && alive_)
            connection->when_read(shared_from_this(), std::move(task));
    }
    [[nodiscard]] bool alive() const override { return alive_; }
    void end() { alive_ = false; }

    const std::string event;

    // of the connection's strand
    bool announced = false; ///< the response with the id is in the queue
    std::vector<std::optional<std::string>> early;

private:
    void tell(std::optional<std::string> result)
    {
        if (auto connection = connection_.lock(); connection && alive_)
            connection->notify(shared_from_this(), std::move(result));
    }

    std::atomic<bool> alive_{true};
    std::weak_ptr<WebSocket> connection_;
    std::string id_;
};

WebSocket::WebSocket(Shared& shared, tcp::socket socket)
    : shared_{shared}, stream_{std::move(socket)}, arrived_{stream_.get_executor()}, taken_{stream_.get_executor()},
      wake_{stream_.get_executor()}, drained_{stream_.get_executor()}, goodbye_{stream_.get_executor()}
{
    for (auto* timer : {&arrived_, &taken_, &wake_, &drained_})
        timer->expires_at(std::chrono::steady_clock::time_point::max());
    if (shared.options.rate_limit)
        rate_.emplace(*shared.options.rate_limit);
}

awaitable<void> WebSocket::run(http::request<http::string_body> upgrade)
{
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = shared_.options.idle;
    timeout.idle_timeout = shared_.options.idle;
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.read_message_max(0); // the limit is kept in read_message(), which can answer
    stream_.text(true);
    auto [error] = co_await stream_.async_accept(upgrade, quiet);
    if (!error) {
        asio::co_spawn(stream_.get_executor(), write_loop(shared_from_this()), asio::detached);
        asio::co_spawn(stream_.get_executor(), read_loop(shared_from_this()), asio::detached);
        co_await answer_loop();
    }
    if (given_up_)
        co_await goodbye_.async_wait(quiet); // finish() ends it when the client has taken its leave
    finish();
}

void WebSocket::close_soon()
{
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->finish(); });
}

std::expected<SubscriptionRef, RpcError> WebSocket::open(const std::string& event)
{
    const std::lock_guard lock{mutex_};
    if (subscriptions_.size() >= shared_.options.max_subscriptions)
        return refuse(code::kTooManySubscriptions, "Too many subscriptions on the connection",
                      "Exceeded max limit of " + std::to_string(shared_.options.max_subscriptions));
    auto subscription = std::make_shared<WsSubscription>(weak_from_this(), random_id(), event);
    subscriptions_.emplace(subscription->id(), subscription);
    opened_.push_back(subscription);
    return subscription;
}

SubscriptionRef WebSocket::find(const std::string& id) const
{
    const std::lock_guard lock{mutex_};
    auto at = subscriptions_.find(id);
    return at == subscriptions_.end() ? nullptr : at->second;
}

bool WebSocket::close(const std::string& id)
{
    const std::lock_guard lock{mutex_};
    auto at = subscriptions_.find(id);
    if (at == subscriptions_.end())
        return false;
    at->second->end();
    subscriptions_.erase(at);
    return true;
}

void WebSocket::after_response(std::function<void()> task)
{
    const std::lock_guard lock{mutex_};
    after_response_.push_back(std::move(task));
}

void WebSocket::notify(std::shared_ptr<WsSubscription> subscription, std::optional<std::string> result)
{
    asio::post(stream_.get_executor(), [self = shared_from_this(), subscription = std::move(subscription),
                                        result = std::move(result)]() mutable {
        if (subscription->announced)
            self->deliver(*subscription, std::move(result));
        else
            subscription->early.push_back(std::move(result));
    });
}

void WebSocket::when_read(std::shared_ptr<WsSubscription> subscription, std::function<void()> task)
{
    asio::post(stream_.get_executor(),
               [self = shared_from_this(), subscription = std::move(subscription), task = std::move(task)]() mutable {
                   if (!*self->open_ || !subscription->alive())
                       return;
                   if (self->reads_too_slowly())
                       self->when_read_.push_back(std::move(task));
                   else
                       task();
               });
}

/// One message into `incoming_`; false: the connection has ended.
awaitable<bool> WebSocket::read_message(beast::flat_buffer& buffer)
{
    Incoming message;
    buffer.clear();
    do {
        auto [error, count] = co_await stream_.async_read_some(buffer, 1U << 16U, quiet);
        if (error)
            co_return false;
        if (buffer.size() > shared_.options.max_request) {
            message.too_big = true;
            buffer.clear(); // the rest is read and forgotten, so that the client can be told
        }
    } while (!stream_.is_message_done());
    if (!message.too_big)
        message.text.assign(static_cast<const char*>(buffer.cdata().data()), buffer.size());
    incoming_bytes_ += message.text.size();
    incoming_.push_back(std::move(message));
    arrived_.cancel();
    co_return true;
}

awaitable<void> WebSocket::read_loop(std::shared_ptr<WebSocket> self)
{
    constexpr std::size_t kKeptBuffer = 1U << 16U;
    beast::flat_buffer buffer;
    while (*self->open_ && co_await self->read_message(buffer)) {
        if (buffer.capacity() > kKeptBuffer)
            buffer = {};
        while (*self->open_
               && (self->incoming_.size() >= self->shared_.options.message_buffer
                   || self->incoming_bytes_ > kWaitingBytes))
            co_await self->taken_.async_wait(quiet);
    }
    if (!self->given_up_)
        self->finish();
}

awaitable<void> WebSocket::answer_loop()
{
    while (*open_) {
        if (incoming_.empty()) {
            co_await arrived_.async_wait(quiet);
            continue;
        }
        Incoming message = std::move(incoming_.front());
        incoming_.pop_front();
        incoming_bytes_ -= message.text.size();
        taken_.cancel();
        if (message.too_big) {
            queue(error_text("null", {code::kRequestTooBig, "Request is too big",
                                      "Exceeded max limit of " + std::to_string(shared_.options.max_request)}));
        } else {
            const Caller caller{this, shared_.unsafe_allowed, rate_ ? &*rate_ : nullptr};
            auto response = co_await answer_message(shared_, std::move(message.text), caller, open_);
            if (!response.empty())
                queue(std::move(response));
        }
        announce();
        if (reads_too_slowly() && !co_await wait_until_drained())
            co_return;
    }
}

/// The responses are in the queue: what was made to follow them may follow.
void WebSocket::announce()
{
    std::vector<std::shared_ptr<WsSubscription>> opened;
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock{mutex_};
        opened.swap(opened_);
        tasks.swap(after_response_);
    }
    for (auto& subscription : opened) {
        subscription->announced = true;
        for (auto& result : std::exchange(subscription->early, {}))
            deliver(*subscription, std::move(result));
    }
    for (const auto& task : tasks)
        task();
}

bool WebSocket::reads_too_slowly() const
{
    return queued_bytes_ > shared_.options.max_response || queue_.size() > shared_.options.message_buffer;
}

awaitable<bool> WebSocket::wait_until_drained()
{
    const auto deadline = std::chrono::steady_clock::now() + shared_.options.slow_client;
    while (*open_ && reads_too_slowly()) {
        drained_.expires_at(deadline);
        auto [error] = co_await drained_.async_wait(quiet);
        if (!error) {
            give_up("responses are not read");
            co_return false;
        }
    }
    co_return *open_;
}

void WebSocket::deliver(WsSubscription& subscription, std::optional<std::string> result)
{
    if (!subscription.alive() || !*open_)
        return;
    if (!result) {
        close(subscription.id());
        return;
    }
    queue(R"({"jsonrpc":"2.0","method":")" + subscription.event + R"(","params":{"subscription":")" + subscription.id()
          + R"(","result":)" + *result + "}}");
    if (queued_bytes_ > shared_.options.max_queued_bytes || queue_.size() > shared_.options.max_queued_messages)
        give_up("notifications are not read");
}

void WebSocket::queue(std::string text)
{
    if (!*open_)
        return;
    queued_bytes_ += text.size();
    queue_.push_back(std::move(text));
    wake_.cancel();
}

awaitable<void> WebSocket::write_loop(std::shared_ptr<WebSocket> self)
{
    while (*self->open_) {
        if (self->queue_.empty()) {
            co_await self->wake_.async_wait(quiet);
            continue;
        }
        const std::string text = std::move(self->queue_.front());
        self->queue_.pop_front();
        auto [error, count] = co_await self->stream_.async_write(asio::buffer(text), quiet);
        self->queued_bytes_ -= std::min(self->queued_bytes_, text.size());
        if (error)
            break;
        if (self->reads_too_slowly())
            continue;
        self->drained_.cancel();
        for (const auto& task : std::exchange(self->when_read_, {}))
            task();
    }
    if (self->given_up_)
        co_await self->stream_.async_close({websocket::close_code::policy_error, *self->given_up_}, quiet);
    self->finish();
}

/// Disconnects a client that does not keep up. It is told why, if it reads that within a while.
void WebSocket::give_up(std::string reason)
{
    if (!*open_)
        return;
    log("rpc").warn("a client is too slow ({}; {} messages, {} bytes wait); disconnecting it", reason, queue_.size(),
                    queued_bytes_);
    given_up_ = "too slow: " + reason;
    *open_ = false;
    queue_.clear();
    queued_bytes_ = 0;
    end_subscriptions();
    for (auto* timer : {&arrived_, &taken_, &wake_, &drained_})
        timer->cancel();
    goodbye_.expires_after(kGoodbye);
}

void WebSocket::finish()
{
    *open_ = false;
    error_code ignored; // it is being thrown away
    beast::get_lowest_layer(stream_).socket().close(ignored);
    for (auto* timer : {&arrived_, &taken_, &wake_, &drained_})
        timer->cancel();
    goodbye_.expires_at(std::chrono::steady_clock::time_point::min()); // it has been said
    end_subscriptions();
}

void WebSocket::end_subscriptions()
{
    const std::lock_guard lock{mutex_};
    for (auto& [id, subscription] : subscriptions_)
        subscription->end();
    subscriptions_.clear();
    opened_.clear();
    after_response_.clear();
    when_read_.clear();
}

} // namespace phala::node::rpc
