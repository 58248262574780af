// state_getStorage over real sockets: 32 connections, each with one request under way, on one client thread.
#include "node/keystore/keystore.hpp"
#include "node/rpc/answering.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/server.hpp"
#include "node/test_chain.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <charconv>

namespace phala::node::rpc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr std::size_t kConnections = 32;
constexpr std::size_t kRequestsPerRound = 100; // of each connection

/// A node's chain behind a server.
class Served {
public:
    Served()
    {
        add_all_methods(methods, {*node.chain, *node.pool, *node.sealer, notifier, *keystore, spec, "", ""});
        server = need(Server::start(methods, {.port = 0}), "server");
    }
    ~Served() { server->stop(); }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    /// Of existing keys: what wallets read.
    [[nodiscard]] std::vector<std::string> requests() const
    {
        std::vector<std::string> out;
        const auto best = node.chain->heads().best.hash;
        const auto trie = need(node.chain->state_at(best), "state");
        trie::Cursor cursor{trie.nodes(), trie->root()};
        for (bool there = need(cursor.seek({}), "seek"); there; there = need(cursor.next(), "next"))
            if (need(cursor.value(), "value").size() < 1000)
                out.push_back(R"({"jsonrpc":"2.0","id":1,"method":"state_getStorage","params":[")"
                              + to_hex0x(cursor.key()) + R"("]})");
        return out;
    }

    ChainSpec spec = development_spec(built_runtime());
    TestChain node;
    Notifier notifier{*node.chain};
    std::unique_ptr<Keystore> keystore = need(Keystore::open(node.folder / "keystore", std::nullopt), "keystore");
    Methods methods;
    std::unique_ptr<Server> server;
};

void connect(tcp::socket& socket, const Server& server)
{
    socket.connect({asio::ip::make_address("127.0.0.1"), server.port()});
    socket.set_option(tcp::no_delay{true});
}

class WebSocketClient {
public:
    WebSocketClient(asio::io_context& io, const Server& server) : stream_{io}
    {
        connect(beast::get_lowest_layer(stream_).socket(), server);
        stream_.handshake("localhost", "/");
        stream_.text(true);
    }

    static std::string prepare(const std::string& request) { return request; }

    asio::awaitable<void> ask(const std::string& request)
    {
        co_await stream_.async_write(asio::buffer(request), asio::use_awaitable);
        answer_.clear();
        co_await stream_.async_read(answer_, asio::use_awaitable);
    }

private:
    beast::websocket::stream<beast::tcp_stream> stream_;
    beast::flat_buffer answer_;
};

/// Does as little as a client can, so that the server's part is what is measured: requests are made beforehand, and of
/// an answer it looks for the end alone.
class HttpClient {
public:
    HttpClient(asio::io_context& io, const Server& server) : socket_{io} { connect(socket_, server); }

    static std::string prepare(const std::string& request)
    {
        return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
               + std::to_string(request.size()) + "\r\n\r\n" + request;
    }

    asio::awaitable<void> ask(const std::string& request)
    {
        co_await asio::async_write(socket_, asio::buffer(request), asio::use_awaitable);
        std::size_t size = 0;
        while (size == 0 || !ends({answer_.data(), size}))
            size += co_await socket_.async_read_some(asio::buffer(answer_) + size, asio::use_awaitable);
    }

private:
    static bool ends(std::string_view text)
    {
        constexpr std::string_view kLength = "Content-Length: ";
        const auto body = text.find("\r\n\r\n");
        if (body == std::string_view::npos)
            return false;
        const auto at = text.find(kLength);
        std::size_t length = 0;
        if (!text.starts_with("HTTP/1.1 200 ") || at > body
            || std::from_chars(text.data() + at + kLength.size(), text.data() + body, length).ec != std::errc{})
            std::abort();
        return text.size() >= body + 4 + length;
    }

    tcp::socket socket_;
    std::array<char, 16'384> answer_{};
};

template <class Client>
asio::awaitable<void> ask_all(Client& client, const std::vector<std::string>& requests, std::size_t first)
{
    for (std::size_t i = 0; i < kRequestsPerRound; ++i)
        co_await client.ask(requests[(first + i) % requests.size()]);
}

template <class Client>
void get_storage(benchmark::State& state)
{
    const Served served;
    auto requests = served.requests();
    for (auto& request : requests)
        request = Client::prepare(request);
    asio::io_context io{1};
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < kConnections; ++i)
        clients.push_back(std::make_unique<Client>(io, *served.server));
    for (auto _ : state) {
        for (std::size_t i = 0; i < kConnections; ++i)
            asio::co_spawn(io, ask_all(*clients[i], requests, i), asio::detached);
        io.run();
        io.restart();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kConnections * kRequestsPerRound));
}
BENCHMARK(get_storage<WebSocketClient>)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(get_storage<HttpClient>)->UseRealTime()->Unit(benchmark::kMillisecond);

/// The same without sockets: what of it is the answer itself.
void answer_get_storage(benchmark::State& state)
{
    const Served served;
    const auto requests = served.requests();
    std::size_t i = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(answer(served.methods, requests[i++ % requests.size()], {}, {}));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(answer_get_storage);

} // namespace
} // namespace phala::node::rpc
