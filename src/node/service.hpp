#pragma once
// The node put together: store, chain, pool, author and RPC, started in order and stopped in reverse.
#include "node/chain/spec.hpp"
#include "node/consensus/dev_sealer.hpp"
#include "node/rpc/server.hpp"

#include <filesystem>

namespace phala::node {

enum class NodeError : std::uint8_t { NoFolder, BadIdentity };
std::string_view describe(NodeError error);

struct NodeConfig {
    ChainSpec spec;
    std::filesystem::path base_path;
    bool temporary = false;             ///< the folder is removed when the node ends
    std::filesystem::path engine_cache; ///< compiled runtimes
    Sealing sealing;
    std::string author = "//Alice"; ///< secret URI of the key that seals
    rpc::ServerOptions rpc;
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
        std::uint16_t rpc_port;
    };
    [[nodiscard]] Outcome<Summary> summary() const;

private:
    struct Impl;
    explicit Node(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node
