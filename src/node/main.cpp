// phala-node: executes the chain, keeps it, and serves it by JSON-RPC.
#include "base/hex.hpp"
#include "node/service.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace {

using namespace phala;
namespace fs = std::filesystem;

constexpr const char* kVersion = "0.1.0";
constexpr const char* kBlobName = "khala_runtime.wasm";

struct Options {
    bool dev = false;
    bool temporary = false;
    std::string chain;
    std::string base_path;
    std::string blob;
    std::uint16_t rpc_port = 9944;
    std::string rpc_cors;
    std::string log = "info";
    std::string sealing = "interval";
    bool raw = false;
};

enum class StartError : std::uint8_t { NoBlob, NoSpec, NoFolder };
std::string_view describe(StartError error)
{
    switch (error) {
    case StartError::NoBlob: return "the runtime's code was not found; name it with --blob";
    case StartError::NoSpec: return "the chain specification cannot be read";
    case StartError::NoFolder: return "no folder for the node's data; name one with --base-path";
    }
    return "unknown error";
}

std::optional<Bytes> read_file(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return std::nullopt;
    return Bytes{std::istreambuf_iterator<char>{file}, {}};
}

/// The named file, or the blob beside the program, where it is installed, or where it is built.
Outcome<Bytes> find_blob(const std::string& named)
{
    std::vector<fs::path> places;
    if (!named.empty()) {
        places = {named};
    } else {
        std::error_code code;
        const fs::path program = fs::read_symlink("/proc/self/exe", code).parent_path();
        places = {program / kBlobName, program.parent_path() / "share" / "phala" / kBlobName,
                  fs::path{PHALA_BUILT_BLOB}};
    }
    std::string tried;
    for (const auto& place : places) {
        if (auto bytes = read_file(place))
            return std::move(*bytes);
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    return fail(StartError::NoBlob, "tried " + tried);
}

Outcome<node::ChainSpec> find_spec(const Options& options)
{
    const std::string chain = options.chain.empty() ? "dev" : options.chain;
    if (chain == "dev" || chain == "local") {
        PHALA_TRY(auto blob, find_blob(options.blob));
        return chain == "dev" ? node::development_spec(std::move(blob)) : node::local_spec(std::move(blob));
    }
    auto text = read_file(chain);
    if (!text)
        return fail(StartError::NoSpec, chain + " (the built-in chains are dev and local)");
    auto spec = node::parse_chain_spec(text_of(*text));
    if (!spec)
        return fail(std::move(spec), chain);
    return spec;
}

fs::path home_folder(const char* variable, const char* under_home)
{
    if (const char* set = std::getenv(variable);
        set != nullptr && *set != 0) // NOLINT(concurrency-mt-unsafe): at start there is one thread
        return fs::path{set} / "phala-node";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0) // NOLINT(concurrency-mt-unsafe)
        return fs::path{home} / under_home / "phala-node";
    return {};
}

Outcome<node::NodeConfig> configure(const Options& options)
{
    node::NodeConfig config;
    PHALA_TRY(config.spec, find_spec(options));
    config.temporary = options.temporary || (options.dev && options.base_path.empty());
    if (config.temporary) {
        std::string name = (fs::temp_directory_path() / "phala-node-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            return fail(StartError::NoFolder, name);
        config.base_path = name;
    } else {
        config.base_path =
            options.base_path.empty() ? home_folder("XDG_DATA_HOME", ".local/share") : fs::path{options.base_path};
        if (config.base_path.empty())
            return fail(StartError::NoFolder);
    }
    config.engine_cache = home_folder("XDG_CACHE_HOME", ".cache");
    if (config.engine_cache.empty())
        config.engine_cache = config.base_path / "cache";
    config.sealing = *node::parse_sealing(options.sealing);
    config.rpc.port = options.rpc_port;
    if (!options.rpc_cors.empty())
        config.rpc.cors = CLI::detail::split(options.rpc_cors, ',');
    else if (!options.dev)
        config.rpc.cors = {"http://localhost:*", "http://127.0.0.1:*", "https://polkadot.js.org"};
    config.version = kVersion;
    return config;
}

int fail_with(const Error& error)
{
    std::fprintf(stderr, "phala-node: %s\n", error.message().c_str());
    return 1;
}

int build_spec(const Options& options)
{
    auto spec = find_spec(options);
    if (!spec)
        return fail_with(spec.error());
    if (!options.raw) {
        std::puts(node::print_chain_spec(*spec).c_str());
        return 0;
    }
    host::Engine engine{{}};
    auto genesis = node::build_genesis(engine, *spec);
    if (!genesis)
        return fail_with(genesis.error());
    std::puts(node::print_raw_chain_spec(*spec, genesis->state).c_str());
    return 0;
}

int run(const Options& options)
{
    // signals are waited for below, not handled in between; every thread inherits the mask
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    auto config = configure(options);
    if (!config)
        return fail_with(config.error());
    const std::string name = config->spec.name;
    const std::string id = config->spec.id;
    const std::string folder = config->base_path.string() + (config->temporary ? " (temporary)" : "");
    auto node = node::Node::start(std::move(*config));
    if (!node)
        return fail_with(node.error());
    auto summary = (*node)->summary();
    if (!summary)
        return fail_with(summary.error());
    const auto port = summary->rpc_port;
    spdlog::info("Phala Node {}", kVersion);
    spdlog::info("chain     {} ({})", name, id);
    spdlog::info("runtime   {} {}, code hash {}", summary->version.spec_name, summary->version.spec_version,
                 to_hex0x(summary->code_hash));
    spdlog::info("genesis   {}", to_hex0x(summary->heads.genesis));
    spdlog::info("best      #{} {}", summary->heads.best.number, to_hex0x(summary->heads.best.hash));
    spdlog::info("data      {}", folder);
    spdlog::info("rpc       ws://127.0.0.1:{} and http://127.0.0.1:{}", port, port);

    int received = 0;
    sigwait(&signals, &received);
    spdlog::info("stopping");
    node->reset();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app{"The node of a Phala chain: executes it, keeps it, and serves it by JSON-RPC."};
    app.set_version_flag("--version", kVersion);
    const auto sealing = CLI::Validator{[](const std::string& text) {
                                            return node::parse_sealing(text)
                                                       ? std::string{}
                                                       : "expected instant, manual, interval or interval=MILLISECONDS";
                                        },
                                        "instant|manual|interval[=ms]"};
    const auto add_chain = [&](CLI::App& to) {
        to.add_option("--chain", options.chain, "dev, local, or the file of a chain specification");
        to.add_option("--blob", options.blob, "the runtime's code for dev and local")->check(CLI::ExistingFile);
    };
    add_chain(app);
    app.add_flag("--dev", options.dev, "a development chain, in a temporary folder unless --base-path is given");
    app.add_flag("--tmp", options.temporary, "keep nothing: a temporary folder that is removed at the end");
    app.add_option("--base-path", options.base_path, "where the node keeps its data");
    app.add_option("--rpc-port", options.rpc_port,
                   "port of JSON-RPC over WebSocket and HTTP; 0 takes a free one and prints it");
    app.add_option("--rpc-cors", options.rpc_cors,
                   "origins that browsers may call from, with commas between them, or all");
    app.add_option("--log", options.log, "trace, debug, info, warn, error or off")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
    app.add_option("--sealing", options.sealing, "when blocks are made")->check(sealing);
    auto* spec = app.add_subcommand("build-spec", "print the chain specification");
    add_chain(*spec);
    spec->add_flag("--raw", options.raw, "with the whole first state, as the runtime builds it");
    CLI11_PARSE(app, argc, argv);

    spdlog::set_default_logger(spdlog::stderr_color_mt("node")); // stdout is for what was asked for
    spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5!l%$ %v");
    spdlog::set_level(spdlog::level::from_str(options.log));
    return *spec ? build_spec(options) : run(options);
}
