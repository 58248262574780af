#pragma once
// The node put together: store, chain, pool, author and RPC, started in order and stopped in reverse.
#include "base/secret.hpp"
#include "node/chain/spec.hpp"
#include "node/consensus/dev_sealer.hpp"
#include "node/rpc/server.hpp"

#include <filesystem>

namespace phala::node {

enum class NodeError : std::uint8_t { NoFolder, BadIdentity };
std::string_view describe(NodeError error);

/// Where metrics are served.
struct MetricsConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9615; ///< 0: any free one
    bool required = false;     ///< the node does not start without them
};

struct NodeConfig {
    ChainSpec spec;
    std::filesystem::path base_path;
    bool temporary = false;             ///< the folder is removed when the node ends
    std::filesystem::path engine_cache; ///< compiled runtimes
    ChainOptions chain;
    std::string name;                   ///< what the operator calls this node
    std::optional<Secret<32>> node_key; ///< of its identity; without it the file's
    std::filesystem::path node_key_file;
    Sealing sealing;
    std::optional<std::string> author; ///< secret URI of the key that seals; without it the keystore has it
    std::filesystem::path keystore;
    std::optional<SecretBytes> keystore_password;
    PoolLimits pool;
    rpc::ServerOptions rpc;
    std::optional<MetricsConfig> metrics;
    std::string version;
};

class Node {
public:
    static Outcome<std::unique_ptr<Node>> start(NodeConfig config);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    struct Summary {
        H256 code_hash; ///< of the runtime at the best block
        RuntimeVersion version;
        Heads heads;
        std::string peer_id;
        std::string author; ///< address of the key that seals; empty: this node makes no blocks
        Pruning state_pruning;
        Pruning blocks_pruning;
        std::uint16_t rpc_port;
        std::optional<std::uint16_t> metrics_port;
    };
    [[nodiscard]] Outcome<Summary> summary() const;

private:
    struct Impl;
    explicit Node(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node
