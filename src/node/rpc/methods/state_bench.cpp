// state_getStorage over real sockets: 32 WebSocket connections, each with one request under way, on one client thread.
#include "node/keystore/keystore.hpp"
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

    ChainSpec spec = development_spec(built_runtime());
    TestChain node;
    Notifier notifier{*node.chain};
    std::unique_ptr<Keystore> keystore = need(Keystore::open(node.folder / "keystore", std::nullopt), "keystore");
    Methods methods;
    std::unique_ptr<Server> server;
};

using Client = beast::websocket::stream<beast::tcp_stream>;

asio::awaitable<void> ask(Client& client, const std::vector<std::string>& requests, std::size_t first)
{
    beast::flat_buffer answer;
    for (std::size_t i = 0; i < kRequestsPerRound; ++i) {
        co_await client.async_write(asio::buffer(requests[(first + i) % requests.size()]), asio::use_awaitable);
        answer.clear();
        co_await client.async_read(answer, asio::use_awaitable);
    }
}

void get_storage(benchmark::State& state)
{
    Served served;
    // existing keys: what wallets read
    std::vector<std::string> requests;
    const auto best = served.node.chain->heads().best.hash;
    const auto trie = need(served.node.chain->state_at(best), "state");
    trie::Cursor cursor{trie.nodes(), trie->root()};
    for (bool there = need(cursor.seek({}), "seek"); there; there = need(cursor.next(), "next"))
        if (need(cursor.value(), "value").size() < 1000)
            requests.push_back(R"({"jsonrpc":"2.0","id":1,"method":"state_getStorage","params":[")"
                               + to_hex0x(cursor.key()) + R"("]})");

    asio::io_context io{1};
    std::vector<Client> clients;
    for (std::size_t i = 0; i < kConnections; ++i) {
        auto& client = clients.emplace_back(io);
        auto& socket = beast::get_lowest_layer(client).socket();
        socket.connect({asio::ip::make_address("127.0.0.1"), served.server->port()});
        socket.set_option(tcp::no_delay{true});
        client.handshake("localhost", "/");
        client.text(true);
    }
    for (auto _ : state) {
        for (std::size_t i = 0; i < kConnections; ++i)
            asio::co_spawn(io, ask(clients[i], requests, i), asio::detached);
        io.run();
        io.restart();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kConnections * kRequestsPerRound));
}
BENCHMARK(get_storage)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
} // namespace phala::node::rpc
