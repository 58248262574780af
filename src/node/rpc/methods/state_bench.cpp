// state_getStorage over real sockets: 32 connections, each with one request under way, on one client thread.
#include "node/keystore/keystore.hpp"
#include "node/rpc/answering.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/server.hpp"
#include "node/test_chain.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio.hpp>
#include <boost/beast.hpp>

namespace phala::node::rpc {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
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

class HttpClient {
public:
    HttpClient(asio::io_context& io, const Server& server) : stream_{io} { connect(stream_.socket(), server); }

    asio::awaitable<void> ask(const std::string& request)
    {
        http::request<http::string_body> message{http::verb::post, "/", 11, request};
        message.set(http::field::host, "localhost");
        message.set(http::field::content_type, "application/json");
        message.prepare_payload();
        co_await http::async_write(stream_, message, asio::use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(stream_, buffer_, response, asio::use_awaitable);
    }

private:
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
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
    const auto requests = served.requests();
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
