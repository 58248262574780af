#include "node/service.hpp"

#include "crypto/random.hpp"
#include "crypto/ss58.hpp"
#include "node/chain/validator.hpp"
#include "node/identity.hpp"
#include "node/keystore/keystore.hpp"
#include "node/log/log.hpp"
#include "node/measure.hpp"
#include "node/offchain/workers.hpp"
#include "node/rpc/methods/api.hpp"

#include <algorithm>
#include <atomic>

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
            log("node").warn("the temporary folder {} could not be removed: {}", path.string(), code.message());
    }
};

} // namespace

// In the order in which things are started.
struct Node::Impl {
    NodeConfig config;
    TemporaryFolder folder;
    std::unique_ptr<Store> store{};
    host::Engine engine;
    std::unique_ptr<Chain> chain{};
    std::unique_ptr<Keystore> keystore{};
    std::string author_address{};
    std::unique_ptr<RuntimeValidator> validator{};
    std::unique_ptr<rpc::Notifier> notifier{};
    std::unique_ptr<Pool> pool{};
    std::unique_ptr<DevSealer> sealer{};
    std::atomic<DevSealer*> to_wake{nullptr};
    std::unique_ptr<OffchainWorkers> offchain{};
    std::string peer_id{};
    rpc::Methods methods{};
    std::unique_ptr<rpc::Server> server{};
    std::unique_ptr<Exporter> exporter{};

    explicit Impl(NodeConfig c)
        : config{std::move(c)}, folder{config.temporary ? config.base_path : std::filesystem::path{}},
          engine{{.cache_directory = config.engine_cache}}
    {
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    ~Impl()
    {
        exporter.reset();
        if (server)
            server->stop();
        to_wake = nullptr;
        sealer.reset();
        offchain.reset();
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
                log("pool").error("block #{} cannot be read back for the transaction pool", ref.number);
        }
        return out;
    }

    void on_chain(const ChainEvent& event)
    {
        notifier->on_chain(event);
        if (!event.enacted.empty()) {
            pool->on_best_block(pool_blocks(event.retracted), pool_blocks(event.enacted));
            offchain->on_best_block(event.heads.best.hash);
        }
        for (const auto& block : event.finalized)
            pool->on_finalized(block.hash);
    }

    /// The keys that may seal blocks on the best block.
    Outcome<std::vector<ByteArray<32>>> authorities() const
    {
        PHALA_TRY(const auto answer, chain->call(chain->heads().best.hash, "AuraApi_authorities", {}));
        return scale::decode<std::vector<ByteArray<32>>>(answer);
    }

    /// The key that seals: the named one, else that of an authority in the keystore, else on a development chain
    /// //Alice. Nothing: this node makes no blocks.
    Outcome<std::optional<crypto::KeyPair>> find_author() const
    {
        if (config.author) {
            PHALA_TRY(auto named, crypto::KeyPair::from_uri(*config.author));
            return named;
        }
        PHALA_TRY(const auto kAura, parse_key_type("aura"));
        PHALA_TRY(const auto keys, keystore->public_keys(host::KeyScheme::Sr25519, kAura));
        PHALA_TRY(const auto known, authorities());
        for (const auto& key : keys)
            if (std::ranges::find(known, array_of<32>(key)) != known.end()) {
                PHALA_TRY(auto kept, keystore->load(kAura, key, crypto::Scheme::Sr25519));
                return kept;
            }
        if (!config.spec.is_for_development())
            return std::nullopt;
        PHALA_TRY(auto alice, crypto::KeyPair::from_uri("//Alice"));
        return alice;
    }

    Outcome<> start_sealer()
    {
        PHALA_TRY(auto author, find_author());
        if (author) {
            author_address = crypto::address_of(author->account());
        } else { // blocks that it would be asked for are of nobody's turn
            config.sealing = {SealingMode::Manual, {}};
            Secret<32> nobody;
            crypto::fill_random(nobody.expose());
            author.emplace(crypto::sr25519::KeyPair{nobody});
        }
        sealer = std::make_unique<DevSealer>(*chain, *pool, std::move(*author), config.sealing);
        to_wake = sealer.get();
        const bool each_slot = config.sealing.mode == SealingMode::Interval && !config.sealing.interval;
        if (!config.spec.is_for_development() && (author_address.empty() || each_slot)) // else it runs ahead itself
            chain->follow_clock(aura::now_ms);
        return {};
    }

    Outcome<> start()
    {
        const auto base = config.base_path / "chains" / config.spec.id;
        PHALA_TRY(store, Store::open(base / "db", {.sync = !config.temporary}));
        PHALA_TRY(const auto node_key, config.node_key ? Outcome<Secret<32>>{std::move(*config.node_key)}
                                                       : load_node_key(config.node_key_file));
        peer_id = peer_id_of(node_key);
        PHALA_TRY(keystore, Keystore::open(config.keystore, std::move(config.keystore_password)));
        PHALA_TRY(chain, Chain::open(*store, engine, config.spec, config.chain));
        validator = std::make_unique<RuntimeValidator>(*chain);
        notifier = std::make_unique<rpc::Notifier>(*chain);
        const auto best = chain->heads().best;
        pool = std::make_unique<Pool>(
            *validator, best.hash, best.number, [this](const TransactionEvent& event) { on_transaction(event); },
            config.pool);
        PHALA_CHECK(start_sealer());
        offchain = std::make_unique<OffchainWorkers>(*chain, *pool, keystore.get(), !author_address.empty());
        chain->on_event([this](const ChainEvent& event) { on_chain(event); });
        rpc::add_all_methods(methods,
                             {*chain, *pool, *sealer, *notifier, *keystore, config.spec, config.version, peer_id});
        PHALA_TRY(server, rpc::Server::start(methods, config.rpc));
        PHALA_CHECK(start_metrics());
        sealer->start();
        return {};
    }

    Outcome<> start_metrics()
    {
        if (!config.metrics)
            return {};
        const auto& [address, port, required] = *config.metrics;
        auto started = Exporter::start(
            address, port, {{"chain", config.spec.id}},
            [node = Measured{*chain, *pool, *sealer, methods, config.name, config.version, !author_address.empty(),
                             std::chrono::system_clock::now()}] { return measure(node); });
        if (started)
            exporter = std::move(*started);
        else if (required)
            return std::unexpected(started.error());
        else
            log("node").warn("no metrics: {}", started.error().message());
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
    return Summary{{runtime->code_hash()},
                   std::move(version),
                   heads,
                   impl_->peer_id,
                   impl_->author_address,
                   impl_->chain->state_pruning(),
                   impl_->chain->blocks_pruning(),
                   impl_->server->port(),
                   impl_->exporter ? std::optional{impl_->exporter->port()} : std::nullopt};
}

} // namespace phala::node
