#include "node/options/options.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace phala::node {

namespace {

constexpr auto kRpc = "JSON-RPC";
constexpr auto kChain = "Chain and data";
constexpr auto kAuthor = "Making blocks";
constexpr auto kPrometheus = "Metrics";
constexpr auto kPool = "Transaction pool";
constexpr auto kKeys = "Keystore";
constexpr auto kLog = "Log";

const std::vector<std::string> kSchemes{"sr25519", "ed25519", "ecdsa"};

/// Help that fits a terminal: what an option takes, its default, and no more.
class Help final : public CLI::Formatter {
public:
    static constexpr std::size_t kNames = 34; ///< columns of options' names
    static constexpr std::size_t kText = 76;  ///< columns of what they do

    Help() { column_width(kNames); }

    std::string make_option_opts(const CLI::Option* option) const override
    {
        if (option->get_type_size() == 0)
            return {};
        const std::string type = option->get_type_name(); // the checks' names follow behind a colon
        return " " + type.substr(0, type.find(':'));
    }

    std::string make_option_desc(const CLI::Option* option) const override
    {
        const auto& value = option->get_default_str();
        return wrapped(option->get_description() + (value.empty() ? "" : " (default: " + value + ")"));
    }

private:
    static std::string wrapped(const std::string& text)
    {
        std::string out;
        std::size_t column = 0;
        std::istringstream words{text};
        for (std::string word; words >> word;) {
            if (column != 0 && column + 1 + word.size() > kText) {
                out += '\n';
                column = 0;
            }
            out += (column == 0 ? "" : " ") + word;
            column += (column == 0 ? 0 : 1) + word.size();
        }
        return out;
    }
};

/// Everything that options can be read into; the command that was named picks its own.
struct Parsed {
    Options options;
    RunOptions run;
    BuildSpecOptions build_spec;
    ExportBlocksOptions export_blocks;
    ImportBlocksOptions import_blocks;
    CheckBlockOptions check_block;
    RevertOptions revert;
    PurgeOptions purge;
    KeyGenerateOptions generate;
    KeyInspectOptions inspect;
    KeyInsertOptions insert;
    GenerateNodeKeyOptions generate_node_key;
    InspectNodeKeyOptions inspect_node_key;
};

void add_chain(CLI::App& to, ChainChoice& into)
{
    to.add_option(
          "--chain", into.chain,
          "The chain: dev or local (of the runtime khala), phala-dev or phala-local (of the runtime phala), or the "
          "file of a chain specification (default: dev)")
        ->type_name("NAME|FILE")
        ->group(kChain);
    to.add_option("--blob", into.blob, "Another runtime for the chains that are known by name")
        ->check(CLI::ExistingFile)
        ->type_name("FILE")
        ->group(kChain);
    to.add_flag("--dev", into.dev,
                "A development chain that starts afresh: --chain dev --tmp --alice --rpc-cors all; with --base-path "
                "its data are kept")
        ->group(kChain);
}

void add_base_path(CLI::App& to, ChainChoice& into)
{
    to.add_option("-d,--base-path", into.base_path,
                  "Where data are kept (default: phala-node in $XDG_DATA_HOME or in ~/.local/share)")
        ->type_name("FOLDER")
        ->group(kChain);
}

void add_pruning(CLI::App& to, PruningOptions& into)
{
    to.add_option("--state-pruning", into.state,
                  "States to keep: archive (all), archive-canonical (all of finalized blocks), or of how many of the "
                  "last finalized blocks (default: as the database has it, at first archive)")
        ->type_name("MODE")
        ->group(kChain);
    to.add_option("--blocks-pruning", into.blocks, "Blocks to keep, likewise")->type_name("MODE")->group(kChain);
}

void add_log(CLI::App& to, LogOptions& into)
{
    to.add_option(
          "-l,--log", into.filters,
          "What is logged: LEVEL or TARGET=LEVEL, several with commas between them. Levels: trace, debug, info, "
          "warn, error, off. Targets: node, chain, author, pool, rpc, runtime (default: info)")
        ->type_name("FILTER")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(kLog);
    to.add_flag("--detailed-log-output", into.detailed, "Log with microseconds and threads")->group(kLog);
    to.add_flag("--disable-log-color", into.no_color, "No colours, even on a terminal")->group(kLog);
}

void add_password(CLI::App& to, PasswordOptions& into, const std::string& what)
{
    auto* password = to.add_option("--password", into.password,
                                   what + ". Others on this machine can read arguments: prefer the next two")
                         ->type_name("TEXT")
                         ->group(kKeys);
    auto* interactive =
        to.add_flag("--password-interactive", into.interactive, "Ask for the password on the terminal")->group(kKeys);
    auto* file = to.add_option("--password-filename", into.file, "The file that holds the password")
                     ->type_name("FILE")
                     ->check(CLI::ExistingFile)
                     ->group(kKeys);
    password->excludes(interactive)->excludes(file);
    interactive->excludes(file);
}

void add_keystore(CLI::App& to, KeystoreOptions& into)
{
    to.add_option("--keystore-path", into.path, "The folder of the keys (default: keystore in the chain's folder)")
        ->type_name("FOLDER")
        ->group(kKeys);
    add_password(to, into.password, "The password that the keystore is locked with");
}

void add_scheme(CLI::App& to, std::string& into)
{
    to.add_option("--scheme", into, "The kind of key: sr25519, ed25519 or ecdsa")
        ->capture_default_str()
        ->check(CLI::IsMember(kSchemes))
        ->type_name("SCHEME");
}

void add_key_form(CLI::App& to, KeyFormOptions& into)
{
    add_scheme(to, into.scheme);
    to.add_option("-n,--network", into.network, "The network prefix of addresses; Phala and Khala have 30")
        ->capture_default_str()
        ->type_name("PREFIX");
    to.add_option_function<std::string>(
          "--output-type", [&into](const std::string& type) { into.json = type == "json"; }, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("TYPE");
}

void add_author(CLI::App& to, RunOptions& into)
{
    for (const char* name : {"Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"}) {
        std::string flag = name;
        flag[0] = static_cast<char>(flag[0] - 'A' + 'a');
        to.add_flag_callback(
              "--" + flag, [&into, name] { into.author = std::string{"//"} + name; },
              std::string{"Make blocks with the well-known development key //"} + name)
            ->group(kAuthor);
    }
    to.add_option("--sealing", into.sealing,
                  "When blocks are made: interval (one each slot), interval=MILLISECONDS, instant (when a transaction "
                  "arrives) or manual (when asked by engine_createBlock)")
        ->capture_default_str()
        ->type_name("MODE")
        ->group(kAuthor);
}

/// A limit: its default is shown, zero is refused.
void add_limit(CLI::App& to, const char* name, std::uint32_t& into, const char* help, const char* group)
{
    to.add_option(name, into, help)
        ->capture_default_str()
        ->check(CLI::Range(1U, 1U << 30U))
        ->type_name("NUMBER")
        ->group(group);
}

void add_rpc(CLI::App& to, RpcOptions& into)
{
    to.add_option("--rpc-port", into.port, "Port of JSON-RPC over WebSocket and HTTP; 0 takes a free one and logs it")
        ->capture_default_str()
        ->type_name("PORT")
        ->group(kRpc);
    to.add_flag("--rpc-external,--unsafe-rpc-external", into.external,
                "Listen on all interfaces, not only on this machine's own; see --rpc-methods")
        ->group(kRpc);
    to.add_option("--rpc-methods", into.methods,
                  "Which methods can be called: safe, unsafe (all of them: keys, blocks on demand), or auto (safe if "
                  "others than this machine can connect)")
        ->capture_default_str()
        ->check(CLI::IsMember({"auto", "safe", "unsafe"}))
        ->type_name("SET")
        ->group(kRpc);
    to.add_option("--rpc-cors", into.cors,
                  "Origins that browsers may call from, with commas between them, or all (default: this machine and "
                  "https://polkadot.js.org; with --dev all)")
        ->type_name("ORIGINS")
        ->group(kRpc);
    add_limit(to, "--rpc-max-connections", into.max_connections, "Connections at a time", kRpc);
    add_limit(to, "--rpc-max-request-size", into.max_request_mib, "Size of a request in MiB", kRpc);
    add_limit(to, "--rpc-max-response-size", into.max_response_mib, "Size of a response in MiB", kRpc);
    add_limit(to, "--rpc-max-subscriptions-per-connection", into.max_subscriptions, "Subscriptions of a connection",
              kRpc);
    add_limit(to, "--rpc-message-buffer-capacity-per-connection", into.message_buffer,
              "Messages of a connection that may wait; with more, its requests are no longer read", kRpc);
    to.add_option("--rpc-rate-limit", into.rate_limit, "Calls of a connection in a minute (default: any number)")
        ->check(CLI::Range(1U, 1U << 30U))
        ->type_name("NUMBER")
        ->group(kRpc);
    add_limit(to, "--rpc-max-batch-request-len", into.max_batch, "Requests in one message", kRpc);
    to.add_flag("--rpc-disable-batch-requests", into.no_batch, "Refuse several requests in one message")->group(kRpc);
}

void add_prometheus(CLI::App& to, PrometheusOptions& into)
{
    auto* port = to.add_option("--prometheus-port", into.port,
                               "Port of the Prometheus exporter, path /metrics; 0 takes a free one and logs it "
                               "(default: 9615, and none if that is taken)")
                     ->type_name("PORT")
                     ->group(kPrometheus);
    auto* external =
        to.add_flag("--prometheus-external", into.external, "Listen on all interfaces, not only on this machine's own")
            ->group(kPrometheus);
    to.add_flag("--no-prometheus", into.off, "No exporter")->excludes(port)->excludes(external)->group(kPrometheus);
}

void add_pool(CLI::App& to, PoolOptions& into)
{
    to.add_option("--pool-limit", into.limit,
                  "Transactions that may wait for a block; a tenth of that may wait for others to come first")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}))
        ->type_name("NUMBER")
        ->group(kPool);
    to.add_option("--pool-kbytes", into.kbytes, "Their size in KiB, likewise")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{1}, std::size_t{64U << 20U}))
        ->type_name("KIB")
        ->group(kPool);
}

void add_run(CLI::App& app, ChainChoice& chain, RunOptions& into)
{
    app.add_flag("--tmp", chain.temporary, "Keep data in a new folder that is removed at the end")->group(kChain);
    add_pruning(app, into.pruning);
    app.add_option("--trie-cache-size", into.trie_cache, "Bytes of memory for parts of states that are read often")
        ->capture_default_str()
        ->type_name("BYTES")
        ->group(kChain);
    app.add_option("--name", into.name, "What this node is called in metrics and its log (default: made up)")
        ->type_name("NAME");
    auto* key = app.add_option("--node-key", into.node_key, "The secret key of the node's identity, 64 hex digits")
                    ->type_name("HEX")
                    ->group(kKeys);
    app.add_option("--node-key-file", into.node_key_file,
                   "The file of that key: 32 bytes or 64 hex digits (default: network/secret_ed25519 in the chain's "
                   "folder, made if missing)")
        ->type_name("FILE")
        ->excludes(key)
        ->group(kKeys);
    add_author(app, into);
    add_rpc(app, into.rpc);
    add_prometheus(app, into.prometheus);
    add_pool(app, into.pool);
    add_keystore(app, into.keystore);
}

/// Commands on the blocks of a chain at rest.
void add_blocks(CLI::App& app, Parsed& into)
{
    auto* out = app.add_subcommand("export-blocks", "Write blocks of the best chain to a file");
    out->add_option("output", into.export_blocks.file, "The file (default: standard output)")->type_name("FILE");
    out->add_option("--from", into.export_blocks.from, "The first block")->capture_default_str()->type_name("NUMBER");
    out->add_option("--to", into.export_blocks.to, "The last block (default: the best)")->type_name("NUMBER");
    out->add_flag("--binary", into.export_blocks.binary, "SCALE, not JSON");

    auto* in = app.add_subcommand("import-blocks", "Check, execute and store the blocks of such a file");
    in->add_option("input", into.import_blocks.file, "The file (default: standard input)")->type_name("FILE");
    in->add_flag("--binary", into.import_blocks.binary, "SCALE, not JSON");
    add_pruning(*in, into.import_blocks.pruning);

    auto* check = app.add_subcommand("check-block", "Execute a stored block again and compare");
    check->add_option("block", into.check_block.block, "Its number on the best chain, or its hash")
        ->required()
        ->type_name("HASH|NUMBER");

    auto* revert = app.add_subcommand("revert", "Take back the last blocks, at most down to the last finalized one");
    revert->add_option("count", into.revert.count, "How many")->capture_default_str()->type_name("NUMBER");

    auto* purge = app.add_subcommand("purge-chain", "Remove a chain's blocks and states; keys stay");
    purge->add_flag("-y", into.purge.yes, "Do not ask");
    for (auto* sub : {out, in, check, revert, purge}) {
        add_chain(*sub, into.options.chain);
        add_base_path(*sub, into.options.chain);
        add_log(*sub, into.options.log);
    }
}

void add_keys(CLI::App& app, Parsed& into)
{
    auto* key = app.add_subcommand("key", "Make, show and keep keys");
    key->require_subcommand(1);

    auto* generate = key->add_subcommand("generate", "Make a new key and print its secret phrase and its addresses");
    generate->add_option("-w,--words", into.generate.words, "Words of the phrase: 12, 15, 18, 21 or 24")
        ->capture_default_str()
        ->check(CLI::IsMember({12, 15, 18, 21, 24}))
        ->type_name("NUMBER");
    add_key_form(*generate, into.generate.form);
    add_password(*generate, into.generate.password, "A password that the key is derived with, as ///TEXT does");

    auto* inspect = key->add_subcommand("inspect", "Print what belongs to a secret, a public key or an address");
    inspect
        ->add_option("uri", into.inspect.uri,
                     "A phrase, 0x and 64 hex digits, //Name, or a file that holds one; with --public a public key "
                     "in hex or an address. Asked for if missing")
        ->type_name("URI");
    inspect->add_flag("--public", into.inspect.is_public, "The given is a public key or an address");
    add_key_form(*inspect, into.inspect.form);
    add_password(*inspect, into.inspect.password, "A password that the key is derived with, as ///TEXT does");

    auto* insert = key->add_subcommand("insert", "Put a key into a node's keystore");
    add_chain(*insert, into.options.chain);
    add_base_path(*insert, into.options.chain);
    insert
        ->add_option("--suri", into.insert.suri,
                     "The secret: a phrase, hex, //Name, or a file that holds one. Asked for if missing")
        ->type_name("URI");
    insert->add_option("--key-type", into.insert.key_type, "What the key is for, four characters such as aura or gran")
        ->required()
        ->type_name("TYPE");
    add_scheme(*insert, into.insert.scheme);
    add_keystore(*insert, into.insert.keystore);

    auto* generate_node_key = key->add_subcommand(
        "generate-node-key", "Make a key for a node's identity; the peer id goes to standard error");
    generate_node_key
        ->add_option("--file", into.generate_node_key.file, "Where the key goes (default: standard output)")
        ->type_name("FILE");
    generate_node_key->add_flag("--bin", into.generate_node_key.binary, "32 bytes, not hex digits");

    auto* inspect_node_key = key->add_subcommand("inspect-node-key", "Print the peer id of a key");
    inspect_node_key->add_option("--file", into.inspect_node_key.file, "Where the key is (default: standard input)")
        ->type_name("FILE");
    inspect_node_key->add_flag("--bin", into.inspect_node_key.binary, "32 bytes, not hex digits");
}

/// The innermost subcommand that was named.
const CLI::App* named(const CLI::App& app)
{
    const auto subs = app.get_subcommands();
    return subs.empty() ? &app : named(*subs.front());
}

Command command_of(const CLI::App& app, Parsed& parsed)
{
    const std::string name = named(app)->get_name();
    if (name == "build-spec")
        return parsed.build_spec;
    if (name == "export-blocks")
        return std::move(parsed.export_blocks);
    if (name == "import-blocks")
        return std::move(parsed.import_blocks);
    if (name == "check-block")
        return std::move(parsed.check_block);
    if (name == "revert")
        return parsed.revert;
    if (name == "purge-chain")
        return parsed.purge;
    if (name == "generate")
        return std::move(parsed.generate);
    if (name == "inspect")
        return std::move(parsed.inspect);
    if (name == "insert")
        return std::move(parsed.insert);
    if (name == "generate-node-key")
        return parsed.generate_node_key;
    if (name == "inspect-node-key")
        return parsed.inspect_node_key;
    return std::move(parsed.run);
}

} // namespace

std::variant<Options, Print> parse_options(std::vector<std::string> arguments, const std::string& version)
{
    Parsed parsed;
    CLI::App app{"The node of a Phala chain: executes it, keeps it, and serves it by JSON-RPC. Without a command it "
                 "runs; `phala-node --dev` is a chain to play with.",
                 "phala-node"};
    app.formatter(std::make_shared<Help>()); // subcommands made from here on take it over
    app.set_version_flag("-V,--version", version);
    app.require_subcommand(0, 1);
    auto& chain = parsed.options.chain;
    add_chain(app, chain);
    add_base_path(app, chain);
    add_run(app, chain, parsed.run);
    add_log(app, parsed.options.log);

    auto* build_spec = app.add_subcommand("build-spec", "Print the chain specification");
    add_chain(*build_spec, chain);
    build_spec->add_flag("--raw", parsed.build_spec.raw,
                         "With the whole first state as the runtime builds it: what every node of a chain must share");
    add_log(*build_spec, parsed.options.log);
    add_blocks(app, parsed);
    add_keys(app, parsed);

    std::ranges::reverse(arguments); // as CLI11 takes them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        const int exit_code = app.exit(error, out, out);
        return Print{out.str(), exit_code == 0 ? 0 : 2};
    }
    parsed.options.command = command_of(app, parsed);
    return std::move(parsed.options);
}

} // namespace phala::node
