// phala-worker: composition of the core with its trusted environment, its relay and its HTTP interface.
#include "worker/api/methods.hpp"
#include "worker/relay/relay.hpp"
#include "worker/tee/sealed_code.hpp"

#include "base/hex.hpp"
#include "crypto/ss58.hpp"
#include "runtime/config.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

namespace {

using namespace phala;
using namespace phala::worker;

constexpr std::string_view kVersion = "2.2.0";
constexpr std::size_t kQueriesBesideCores = 2; ///< run at the same time, more than there are cores

struct Options {
    std::string node_url = "ws://127.0.0.1:9944";
    std::string data;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string endpoint;
    std::string payer = "//worker//1";
    std::string operator_account;
    std::string log = "info";
    std::string private_address = "127.0.0.1";
    std::optional<std::uint16_t> private_port;
    std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    bool cors = true;
};

/// The identity key: made once, kept in the sealed store.
Outcome<crypto::sr25519::KeyPair> identity_key(tee::SealedStore& store, tee::Provider& tee)
{
    constexpr std::string_view kKey = "identity";
    PHALA_TRY(auto stored, store.get(bytes_of(kKey)));
    if (!stored) {
        ByteArray<32> seed{};
        tee.fill_random(seed);
        stored = to_bytes(seed);
        std::vector<RecordChange> changes;
        changes.push_back({to_bytes(kKey), *stored});
        PHALA_CHECK(store.commit(std::move(changes)));
    }
    if (stored->size() != 32)
        return fail(CoreError::BadRecord, "identity");
    crypto::sr25519::KeyPair key{Secret<32>{array_of<32>(*stored)}};
    wipe(*stored);
    return key;
}

/// Blocks until the process is asked to end.
void wait_for_signal(std::stop_source& stop, const sigset_t& signals)
{
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
}

/// What the node says of its chain; the worker keeps to the genesis it first saw.
Outcome<H256> genesis_of(const std::string& url, const std::stop_token& stop)
{
    using namespace std::chrono_literals;
    for (bool told = false; !stop.stop_requested(); std::this_thread::sleep_for(250ms)) {
        auto node = NodeClient::connect(url, 10s);
        auto chain = node ? ChainClient::open(std::move(*node)) : Outcome<ChainClient>{std::unexpected{node.error()}};
        if (chain)
            return chain->identity().genesis_hash;
        if (chain.error().is(NodeError::BadUrl))
            return std::unexpected{chain.error()};
        if (!told)
            spdlog::info("waiting for the node at {}: {}", url, chain.error().message());
        told = true;
    }
    return fail(NodeError::Disconnected, "stopped before the node was there");
}

Outcome<> run(const Options& options)
{
    std::error_code error;
    std::filesystem::create_directories(options.data, error);
    if (error)
        return fail(tee::StoreError::CannotOpen, options.data + ": " + error.message());
    std::filesystem::permissions(options.data, std::filesystem::perms::owner_all, error);

    PHALA_TRY(const auto tee, tee::software_provider(options.data));
    spdlog::info("trusted execution environment: {}", tee->name());
    PHALA_TRY(const auto store_key, tee->sealing_key("store"));
    PHALA_TRY(const auto store, tee::SealedStore::open(options.data + "/store", store_key));
    PHALA_TRY(auto code_key, tee->sealing_key("compiled code"));
    const auto compiled = tee::sealed_code(options.data + "/compiled", std::move(code_key));
    PHALA_TRY(auto identity, identity_key(*store, *tee));
    PHALA_TRY(auto payer, crypto::KeyPair::from_uri(options.payer));

    RelayOptions relay_options{.node_url = options.node_url, .benchmark_threads = options.cores};
    if (!options.operator_account.empty()) {
        PHALA_TRY(const auto account, crypto::parse_account(options.operator_account));
        relay_options.operator_account = AccountId{account};
    }

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr); // before any thread starts: all inherit it
    std::stop_source stop;
    std::thread waiter{[&] { wait_for_signal(stop, signals); }};
    const auto end_waiter = [&] {
        if (!stop.stop_requested())
            pthread_kill(waiter.native_handle(), SIGTERM);
        waiter.join();
    };

    const auto serve = [&]() -> Outcome<> {
        PHALA_TRY(const auto genesis, genesis_of(options.node_url, stop.get_token()));
        PHALA_TRY(auto core, Core::create({genesis, runtime::config::kParaId, tee->is_development(),
                                           std::thread::hardware_concurrency() + kQueriesBesideCores, compiled.get()},
                                          std::move(identity), *store));
        spdlog::info("worker key {}, chain {}", to_hex0x(core.public_key()), to_hex0x(genesis));

        Published published;
        published.set(core.status()); // who asks at once is told what the last run left
        PHALA_TRY(const auto endpoints,
                  api::Endpoints::open(
                      *store, [&](std::vector<RecordChange> changes) { return store->commit(std::move(changes)); },
                      options.endpoint));
        OfferedState offered;
        const api::Methods methods{
            core,
            published,
            *endpoints,
            offered,
            {genesis, tee->is_development(), std::string{kVersion}, std::thread::hardware_concurrency()}};
        const auto listen = [&](const api::HttpOptions& http, api::Door door) {
            return api::HttpServer::start(
                http, api::Methods::body_limit, [&methods, door](const api::HttpRequest& request, api::Reply reply) {
                    auto later = reply.later();
                    methods.handle(request, door, std::move(later),
                                   [reply = std::move(reply)](api::HttpResponse response) mutable {
                                       reply.send(std::move(response));
                                   });
                });
        };
        // all queries that may run, and others' requests beside them
        const std::size_t cores = std::thread::hardware_concurrency();
        PHALA_TRY(const auto server, listen({.address = options.address,
                                             .port = options.port,
                                             .allow_cors = options.cors,
                                             .cores = cores,
                                             .threads = 2 * (cores + kQueriesBesideCores)},
                                            api::Door::Public));
        const std::string url = "http://" + options.address + ":" + std::to_string(server->port());
        spdlog::info("serving on {}", url);
        std::unique_ptr<api::HttpServer> private_server;
        if (options.private_port) {
            PHALA_TRY(private_server, listen({.address = options.private_address,
                                              .port = *options.private_port,
                                              .allow_cors = false,
                                              .threads = 2},
                                             api::Door::Private));
            spdlog::info("serving the operator on http://{}:{}", options.private_address, private_server->port());
        }
        relay_options.endpoints = [&] {
            auto urls = endpoints->urls();
            return urls.empty() ? std::vector{url} : urls;
        };
        Relay relay{core, *store, *tee, published, offered, std::move(payer), relay_options};
        return relay.run(stop.get_token());
    };
    auto served = serve();
    end_waiter();
    if (served)
        spdlog::info("stopped");
    return served;
}

} // namespace

int main(int argc, char** argv)
{
    prctl(PR_SET_DUMPABLE, 0); // no core dumps: they would hold keys
    Options options;
    CLI::App app{"phala-worker: runs confidential contracts for a cluster of a Phala chain"};
    app.add_option("--node", options.node_url, "Node to follow, ws://host:port")->capture_default_str();
    app.add_option("--data", options.data, "Folder for this worker's sealed data")->required();
    app.add_option("--address", options.address, "Address to serve clients on")->capture_default_str();
    app.add_option("--port", options.port, "Port to serve clients on; 0 takes any free one")->capture_default_str();
    app.add_option("--private-address", options.private_address, "Address to serve the operator on")
        ->capture_default_str();
    app.add_option("--private-port", options.private_port,
                   "Port to serve the operator on: endpoints, metrics; 0 takes any free one; default: none");
    app.add_option("--cores", options.cores, "Threads that measure this machine when the chain asks for it")
        ->capture_default_str();
    app.add_option("--endpoint", options.endpoint,
                   "URL under which clients reach this worker; default: its address and port");
    app.add_option("--payer", options.payer, "Secret URI of the account that pays for this worker's transactions")
        ->capture_default_str();
    app.add_option("--operator", options.operator_account, "Account of the operator, named in the registration");
    app.add_flag("--cors,!--no-cors", options.cors, "Let pages of every origin ask (default)");
    app.add_option("--log", options.log, "trace, debug, info, warn or error")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    spdlog::set_default_logger(spdlog::stderr_color_mt("worker"));
    spdlog::set_level(spdlog::level::from_str(options.log));
    const auto result = run(options);
    if (!result) {
        std::cerr << "phala-worker: " << result.error().message() << "\n";
        return 1;
    }
    return 0;
}
