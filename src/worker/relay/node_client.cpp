#include "worker/relay/node_client.hpp"

#include "base/hex.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>

namespace phala::worker {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

std::string_view describe(NodeError error)
{
    switch (error) {
    case NodeError::BadUrl: return "the node's address must look like ws://host:port";
    case NodeError::CannotConnect: return "cannot connect to the node";
    case NodeError::Disconnected: return "the node closed the connection";
    case NodeError::Timeout: return "the node did not answer in time";
    case NodeError::BadAnswer: return "the node's answer is not understood";
    case NodeError::Refused: return "the node refused";
    case NodeError::UnknownBlock: return "the node does not know the block";
    }
    return "node";
}

namespace {

constexpr std::size_t kMaxMessage = 64 * 1024 * 1024;

struct Address {
    std::string host, port;
};

std::optional<Address> parse_url(std::string_view url)
{
    constexpr std::string_view kScheme = "ws://";
    if (!url.starts_with(kScheme))
        return std::nullopt;
    url.remove_prefix(kScheme.size());
    if (url.ends_with('/'))
        url.remove_suffix(1);
    const auto colon = url.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == url.size())
        return std::nullopt;
    return Address{std::string{url.substr(0, colon)}, std::string{url.substr(colon + 1)}};
}

} // namespace

struct NodeClient::Impl {
    asio::io_context io;
    websocket::stream<beast::tcp_stream> stream{io};
    std::chrono::milliseconds timeout{};
    std::uint64_t next_id = 1;
    std::deque<json::Value> notifications;
    beast::flat_buffer buffer;
    bool reading = false;
    std::optional<beast::error_code> read_done;

    /// Runs the loop until `done` holds or the time is up.
    template <class Done>
    bool run_until(Done&& done, std::chrono::steady_clock::time_point deadline)
    {
        while (!done()) {
            if (io.stopped())
                io.restart();
            if (io.run_one_until(deadline) == 0 && std::chrono::steady_clock::now() >= deadline)
                return done();
        }
        return true;
    }

    Outcome<> finish(std::optional<beast::error_code>& result, NodeError otherwise)
    {
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        if (!run_until([&] { return result.has_value(); }, deadline)) {
            beast::get_lowest_layer(stream).cancel();
            run_until([&] { return result.has_value(); }, deadline + std::chrono::seconds{1});
            return fail(NodeError::Timeout);
        }
        if (*result)
            return fail(otherwise, result->message());
        return {};
    }

    Outcome<> open(const Address& address)
    {
        asio::ip::tcp::resolver resolver{io};
        beast::error_code error;
        const auto endpoints = resolver.resolve(address.host, address.port, error);
        if (error)
            return fail(NodeError::CannotConnect, address.host + ": " + error.message());
        std::optional<beast::error_code> result;
        beast::get_lowest_layer(stream).async_connect(endpoints,
                                                      [&](beast::error_code ec, const auto&) { result = ec; });
        PHALA_CHECK(finish(result, NodeError::CannotConnect));
        beast::get_lowest_layer(stream).socket().set_option(asio::ip::tcp::no_delay{true}, error);
        stream.read_message_max(kMaxMessage);
        result.reset();
        stream.async_handshake(address.host + ":" + address.port, "/", [&](beast::error_code ec) { result = ec; });
        return finish(result, NodeError::CannotConnect);
    }

    /// One more message; nothing when none came until the deadline. The read stays pending across calls.
    Outcome<std::optional<json::Value>> receive(std::chrono::steady_clock::time_point deadline)
    {
        if (!reading) {
            reading = true;
            read_done.reset();
            buffer.clear();
            stream.async_read(buffer, [this](beast::error_code ec, std::size_t) { read_done = ec; });
        }
        if (!run_until([&] { return read_done.has_value(); }, deadline))
            return std::optional<json::Value>{};
        reading = false;
        if (*read_done)
            return fail(NodeError::Disconnected, read_done->message());
        const auto data = buffer.cdata();
        auto message =
            json::parse({static_cast<const char*>(data.data()), data.size()}, {.depth = 64, .bytes = kMaxMessage});
        if (!message)
            return fail(NodeError::BadAnswer, message.error().message());
        return std::optional{std::move(*message)};
    }
};

NodeClient::NodeClient(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
NodeClient::NodeClient(NodeClient&&) noexcept = default;
NodeClient& NodeClient::operator=(NodeClient&&) noexcept = default;
NodeClient::~NodeClient() = default;

Outcome<NodeClient> NodeClient::connect(const std::string& url, std::chrono::milliseconds timeout)
{
    const auto address = parse_url(url);
    if (!address)
        return fail(NodeError::BadUrl, url);
    auto impl = std::make_unique<Impl>();
    impl->timeout = timeout;
    if (auto opened = impl->open(*address); !opened)
        return fail(std::move(opened), url);
    return NodeClient{std::move(impl)};
}

Outcome<json::Value> NodeClient::call(std::string_view method, json::Array parameters)
{
    const std::uint64_t id = impl_->next_id++;
    json::Value request;
    request["jsonrpc"] = "2.0";
    request["id"] = id;
    request["method"] = method;
    request["params"] = std::move(parameters);
    const std::string text = json::dump(request);

    std::optional<beast::error_code> written;
    impl_->stream.async_write(asio::buffer(text), [&](beast::error_code ec, std::size_t) { written = ec; });
    PHALA_CHECK(impl_->finish(written, NodeError::Disconnected));

    const auto deadline = std::chrono::steady_clock::now() + impl_->timeout;
    for (;;) {
        PHALA_TRY(auto message, impl_->receive(deadline));
        if (!message)
            return fail(NodeError::Timeout, std::string{method});
        const auto* answered = message->find("id");
        if (answered == nullptr) {
            impl_->notifications.push_back(std::move(*message));
            continue;
        }
        if (answered->integer() == nullptr || answered->integer()->magnitude != id)
            continue; // the late answer to a call that was given up
        if (const auto* error = message->find("error"); error != nullptr && !error->is_null()) {
            const auto* what = error->find("message");
            const auto* data = error->find("data");
            std::string detail{method};
            for (const auto* part : {what, data})
                if (part != nullptr && part->string() != nullptr)
                    detail += ": " + *part->string();
            return fail(NodeError::Refused, std::move(detail));
        }
        const auto* result = message->find("result");
        if (result == nullptr)
            return fail(NodeError::BadAnswer, std::string{method} + ": neither result nor error");
        return *result;
    }
}

Outcome<std::optional<Bytes>> NodeClient::call_bytes(std::string_view method, json::Array parameters)
{
    PHALA_TRY(const auto result, call(method, std::move(parameters)));
    if (result.is_null())
        return std::optional<Bytes>{};
    if (result.string() == nullptr)
        return fail(NodeError::BadAnswer,
                    std::string{method} + ": expected 0x… bytes, got " + std::string{result.kind()});
    PHALA_TRY(auto bytes, from_hex(*result.string()));
    return std::optional{std::move(bytes)};
}

Outcome<> NodeClient::subscribe(std::string_view method, json::Array parameters)
{
    PHALA_CHECK(call(method, std::move(parameters)));
    return {};
}

Outcome<std::optional<json::Value>> NodeClient::wait(std::chrono::milliseconds timeout)
{
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (impl_->notifications.empty()) {
        PHALA_TRY(auto message, impl_->receive(deadline));
        if (!message)
            return std::optional<json::Value>{};
        if (message->find("method") != nullptr)
            impl_->notifications.push_back(std::move(*message));
    }
    const json::Value notification = std::move(impl_->notifications.front());
    impl_->notifications.pop_front();
    const auto* parameters = notification.find("params");
    const auto* result = parameters == nullptr ? nullptr : parameters->find("result");
    if (result == nullptr)
        return fail(NodeError::BadAnswer, "a notification without result");
    return std::optional{*result};
}

} // namespace phala::worker
