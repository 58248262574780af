#include "base/hex.hpp"
#include "crypto/random.hpp"
#include "node/commands/commands.hpp"
#include "node/commands/places.hpp"
#include "node/commands/secrets.hpp"
#include "node/identity.hpp"
#include "node/log/log.hpp"
#include "node/service.hpp"

#include <csignal>
#include <sys/resource.h>

namespace phala::node {

namespace fs = std::filesystem;

namespace {

enum class RunError : std::uint8_t { BadSealing };
std::string_view describe(RunError error)
{
    switch (error) {
    case RunError::BadSealing: return "--sealing is instant, manual, interval or interval=MILLISECONDS";
    }
    return "unknown error";
}

constexpr const char* kThisMachine = "127.0.0.1";
constexpr const char* kEverybody = "0.0.0.0";

std::vector<std::string> split(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        out.emplace_back(part);
    }
    return out;
}

rpc::ServerOptions rpc_options(const RpcOptions& options, bool dev)
{
    rpc::ServerOptions out;
    out.address = options.external ? kEverybody : kThisMachine;
    out.port = options.port;
    if (!options.cors.empty())
        out.cors = split(options.cors);
    else if (!dev)
        out.cors = {"http://localhost:*", "http://127.0.0.1:*", "https://polkadot.js.org"};
    out.methods = rpc::parse_method_set(options.methods).value_or(rpc::MethodSet::Safe); // checked when it was read
    out.max_request = std::size_t{options.max_request_mib} << 20U;
    out.max_response = std::size_t{options.max_response_mib} << 20U;
    out.max_batch = options.no_batch ? 0 : options.max_batch;
    out.max_connections = options.max_connections;
    out.max_subscriptions = options.max_subscriptions;
    out.rate_limit = options.rate_limit;
    out.message_buffer = options.message_buffer;
    return out;
}

PoolLimits pool_limits(const PoolOptions& options)
{
    constexpr std::size_t kFutureShare = 10;
    PoolLimits out;
    out.ready_count = options.limit;
    out.ready_bytes = options.kbytes << 10U;
    out.future_count = std::max<std::size_t>(1, out.ready_count / kFutureShare);
    out.future_bytes = out.ready_bytes / kFutureShare;
    return out;
}

std::optional<MetricsConfig> metrics_config(const PrometheusOptions& options)
{
    if (options.off)
        return std::nullopt;
    MetricsConfig out;
    if (options.external)
        out.address = kEverybody;
    out.port = options.port.value_or(out.port);
    out.required = options.port.has_value(); // a second node beside the first does not fail for a port nobody named
    return out;
}

/// Connections and the database's files take more than the 1,024 that shells usually give.
void raise_file_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log("node").warn("the limit of open files stays as it is");
}

Outcome<NodeConfig> configure(const ChainChoice& chain, const RunOptions& options)
{
    NodeConfig config;
    const auto sealing = parse_sealing(options.sealing);
    if (!sealing)
        return fail(RunError::BadSealing, options.sealing);
    config.sealing = *sealing;
    PHALA_TRY(config.spec, find_spec(chain));
    PHALA_TRY(config.chain, chain_options(options.pruning));
    config.chain.node_cache_bytes = options.trie_cache;
    PHALA_TRY(config.keystore_password, read_password(options.keystore.password));
    if (!options.node_key.empty()) {
        PHALA_TRY(config.node_key, parse_node_key(bytes_of(options.node_key)));
    }
    config.temporary = is_temporary(chain);
    PHALA_TRY(config.base_path, base_folder(chain)); // nothing fails from here on: whoever runs it removes it
    config.engine_cache = cache_folder(config.base_path);
    const auto folder = chain_folder(config.base_path, config.spec);
    config.keystore = keystore_folder(folder, options.keystore);
    config.node_key_file =
        options.node_key_file.empty() ? folder / "network" / "secret_ed25519" : fs::path{options.node_key_file};
    config.name = options.name.empty() ? "node-" + to_hex(crypto::random_bytes<4>()) : options.name;
    if (!options.author.empty())
        config.author = options.author;
    else if (chain.dev)
        config.author = "//Alice";
    config.pool = pool_limits(options.pool);
    config.rpc = rpc_options(options.rpc, chain.dev);
    config.metrics = metrics_config(options.prometheus);
    config.version = kNodeVersion;
    return config;
}

} // namespace

Outcome<> run(const ChainChoice& chain, const RunOptions& options)
{
    // signals are waited for below, not handled in between; every thread inherits the mask
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();

    PHALA_TRY(auto config, configure(chain, options));
    auto& log = node::log("node");
    log.info("Phala Node {}", kNodeVersion);
    log.info("name      {}", config.name);
    log.info("chain     {} ({})", config.spec.name, config.spec.id);
    const std::string folder = config.base_path.string() + (config.temporary ? " (temporary)" : "");
    PHALA_TRY(auto node, Node::start(std::move(config)));
    PHALA_TRY(const auto summary, node->summary());
    const auto port = summary.rpc_port;
    log.info("runtime   {} {}, code hash {}", summary.version.spec_name, summary.version.spec_version,
             to_hex0x(summary.code_hash));
    log.info("genesis   {}", to_hex0x(summary.heads.genesis));
    log.info("best      #{} {}", summary.heads.best.number, to_hex0x(summary.heads.best.hash));
    log.info("author    {}",
             summary.author.empty() ? "none: the keystore holds no key of an authority" : summary.author);
    log.info("identity  {}", summary.peer_id);
    log.info("data      {}, states {}, blocks {}", folder, to_string(summary.state_pruning),
             to_string(summary.blocks_pruning));
    if (summary.metrics_port)
        log.info("metrics   http://127.0.0.1:{}/metrics", *summary.metrics_port);
    log.info("rpc       ws://127.0.0.1:{} and http://127.0.0.1:{}", port, port);

    int received = 0;
    sigwait(&signals, &received);
    log.info("stopping");
    node.reset();
    return {};
}

} // namespace phala::node
