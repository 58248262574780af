#include "node/service.hpp"

#include "node/chain/validator.hpp"
#include "node/identity.hpp"
#include "node/rpc/methods/api.hpp"

#include <atomic>
#include <spdlog/spdlog.h>

namespace phala::node {

std::string_view describe(NodeError error)
{
    switch (error) {
    case NodeError::NoFolder: return "the node's folder cannot be made; choose another with --base-path";
    case NodeError::BadIdentity: return "the node's network key cannot be used";
    }
    return "unknown node error";
}

namespace {

/// Removes the folder of a temporary node, after everything that uses it.
struct TemporaryFolder {
    std::filesystem::path path; ///< empty: nothing to remove

    explicit TemporaryFolder(std::filesystem::path p) : path{std::move(p)} {}
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder()
    {
        std::error_code code;
        if (!path.empty() && (std::filesystem::remove_all(path, code), code))
            spdlog::warn("the temporary folder {} could not be removed: {}", path.string(), code.message());
    }
};

} // namespace

// In the order in which things are started.
struct Node::Impl {
    const NodeConfig config;
    TemporaryFolder folder;
    std::unique_ptr<Store> store{};
    host::Engine engine;
    std::unique_ptr<Chain> chain{};
    std::unique_ptr<RuntimeValidator> validator{};
    std::unique_ptr<rpc::Notifier> notifier{};
    std::unique_ptr<Pool> pool{};
    std::unique_ptr<DevSealer> sealer{};
    std::atomic<DevSealer*> to_wake{nullptr};
    std::string peer_id{};
    rpc::Methods methods{};
    std::unique_ptr<rpc::Server> server{};

    explicit Impl(NodeConfig c)
        : config{std::move(c)}, folder{config.temporary ? config.base_path : std::filesystem::path{}},
          engine{{.cache_directory = config.engine_cache}}
    {
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    ~Impl()
    {
        if (server)
            server->stop();
        to_wake = nullptr;
        sealer.reset();
        notifier.reset();
    }

    void on_transaction(const TransactionEvent& event)
    {
        notifier->on_transaction(event);
        if (event.status == TransactionStatus::Ready)
            if (auto* waiting = to_wake.load())
                waiting->wake();
    }

    std::vector<PoolBlock> pool_blocks(const std::vector<BlockRef>& refs) const
    {
        std::vector<PoolBlock> out;
        for (const auto& ref : refs) {
            auto header = chain->require_header(ref.hash);
            auto body = chain->body(ref.hash);
            if (header && body && *body)
                out.push_back({ref.hash, header->parent_hash, ref.number, std::move(**body)});
            else
                spdlog::error("block #{} cannot be read back for the transaction pool", ref.number);
        }
        return out;
    }

    void on_chain(const ChainEvent& event)
    {
        notifier->on_chain(event);
        if (!event.enacted.empty())
            pool->on_best_block(pool_blocks(event.retracted), pool_blocks(event.enacted));
        for (const auto& block : event.finalized)
            pool->on_finalized(block.hash);
    }

    Outcome<> start()
    {
        const auto base = config.base_path / "chains" / config.spec.id;
        PHALA_TRY(store, Store::open(base / "db", {.sync = !config.temporary}));
        PHALA_TRY(peer_id, load_peer_id(base / "network" / "secret_ed25519"));
        PHALA_TRY(chain, Chain::open(*store, engine, config.spec));
        PHALA_TRY(auto author, crypto::KeyPair::from_uri(config.author));
        validator = std::make_unique<RuntimeValidator>(*chain);
        notifier = std::make_unique<rpc::Notifier>(*chain);
        const auto best = chain->heads().best;
        pool = std::make_unique<Pool>(*validator, best.hash, best.number,
                                      [this](const TransactionEvent& event) { on_transaction(event); });
        sealer = std::make_unique<DevSealer>(*chain, *pool, std::move(author), config.sealing);
        to_wake = sealer.get();
        chain->on_event([this](const ChainEvent& event) { on_chain(event); });
        rpc::add_all_methods(methods, {*chain, *pool, *sealer, *notifier, config.spec, config.version, peer_id});
        PHALA_TRY(server, rpc::Server::start(methods, config.rpc));
        sealer->start();
        return {};
    }
};

Node::Node(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Node::~Node() = default;

Outcome<std::unique_ptr<Node>> Node::start(NodeConfig config)
{
    auto impl = std::make_unique<Impl>(std::move(config));
    PHALA_CHECK(impl->start());
    return std::unique_ptr<Node>{new Node{std::move(impl)}};
}

Outcome<Node::Summary> Node::summary() const
{
    const auto heads = impl_->chain->heads();
    PHALA_TRY(auto runtime, impl_->chain->runtime_at(heads.best.hash));
    PHALA_TRY(auto version, impl_->chain->version_at(heads.best.hash));
    return Summary{{runtime->code_hash()}, std::move(version), heads, impl_->peer_id, impl_->server->port()};
}

} // namespace phala::node
