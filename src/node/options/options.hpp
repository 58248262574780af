#pragma once
// The command line, named as operators of this ecosystem's nodes know it. Only reading: what the texts mean is for
// whoever acts on them.
#include "base/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace phala::node {

// Shared by commands

struct ChainChoice {
    std::string chain; ///< dev, local or a file; empty: dev
    bool dev = false;
    std::string base_path;
    bool temporary = false;
    std::string blob; ///< the runtime of built-in chains; empty: the one that was built with this program
};

struct LogOptions {
    std::vector<std::string> filters;
    bool detailed = false;
    bool no_color = false;
};

struct PasswordOptions {
    std::optional<std::string> password;
    bool interactive = false;
    std::string file;
};

struct KeystoreOptions {
    std::string path; ///< empty: the folder keystore of the chain
    PasswordOptions password;
};

// Running a node

struct RpcOptions {
    std::uint16_t port = 9944;
    bool external = false;
    std::string methods = "auto";
    std::string cors;
    std::uint32_t max_connections = 100;
    std::uint32_t max_request_mib = 15;
    std::uint32_t max_response_mib = 15;
    std::uint32_t max_subscriptions = 1024;
    std::uint32_t message_buffer = 64;
    std::uint32_t max_batch = 10'000;
    bool no_batch = false;
    std::optional<std::uint32_t> rate_limit; ///< calls per minute and connection
};

struct PrometheusOptions {
    std::optional<std::uint16_t> port;
    bool external = false;
    bool off = false;
};

struct PoolOptions {
    std::size_t limit = 8192;
    std::size_t kbytes = 20480;
};

/// What is kept of the past; empty: as the database has it.
struct PruningOptions {
    std::string state;
    std::string blocks;
};

struct RunOptions {
    std::string name;   ///< empty: one is made up
    std::string author; ///< secret URI of a well-known development key; empty: the keystore decides
    std::string sealing = "interval";
    std::string node_key;
    std::string node_key_file;
    RpcOptions rpc;
    PrometheusOptions prometheus;
    PoolOptions pool;
    KeystoreOptions keystore;
    PruningOptions pruning;
    std::size_t trie_cache = 64U << 20U; ///< bytes
};

// Other commands

struct BuildSpecOptions {
    bool raw = false;
};

struct ExportBlocksOptions {
    std::string file; ///< empty: standard output
    std::uint32_t from = 1;
    std::optional<std::uint32_t> to; ///< none: the best block
    bool binary = false;
};

struct ImportBlocksOptions {
    std::string file; ///< empty: standard input
    bool binary = false;
    PruningOptions pruning;
};

struct CheckBlockOptions {
    std::string block; ///< a number or a hash
};

struct RevertOptions {
    std::uint32_t count = 256;
};

struct PurgeOptions {
    bool yes = false;
};

/// What a key is made with, and how it is shown.
struct KeyFormOptions {
    std::string scheme = "sr25519";
    std::uint16_t network = 30;
    bool json = false;
};

struct KeyGenerateOptions {
    KeyFormOptions form;
    PasswordOptions password; ///< of the derivation, not of a keystore
    unsigned words = 12;
};

struct KeyInspectOptions {
    KeyFormOptions form;
    PasswordOptions password;
    std::string uri; ///< empty: asked for
    bool is_public = false;
};

struct KeyInsertOptions {
    std::string scheme = "sr25519";
    std::string suri; ///< empty: asked for
    std::string key_type;
    KeystoreOptions keystore;
};

struct NodeKeyOptions {
    std::string file; ///< empty: standard output or input
    bool binary = false;
};
struct GenerateNodeKeyOptions : NodeKeyOptions {};
struct InspectNodeKeyOptions : NodeKeyOptions {};

using Command = std::variant<RunOptions, BuildSpecOptions, ExportBlocksOptions, ImportBlocksOptions, CheckBlockOptions,
                             RevertOptions, PurgeOptions, KeyGenerateOptions, KeyInspectOptions, KeyInsertOptions,
                             GenerateNodeKeyOptions, InspectNodeKeyOptions>;

struct Options {
    ChainChoice chain;
    LogOptions log;
    Command command;
};

/// What is to be printed instead of doing something: help, the version, or what is wrong with the arguments.
struct Print {
    std::string text;
    int exit_code = 0;
};

/// `arguments` without the program's name.
std::variant<Options, Print> parse_options(std::vector<std::string> arguments, const std::string& version);

} // namespace phala::node
