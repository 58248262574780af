#pragma once
// A chain on the built runtime, for tests and benches: everything of a node but its RPC.
#include "base/hex.hpp"
#include "crypto/key_pair.hpp"
#include "node/chain/validator.hpp"
#include "node/consensus/dev_sealer.hpp"
#include "primitives/extrinsic.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace phala::node {

/// The value, or the end of the test program with the error: for what must work for a test to mean anything.
template <class T>
T need(Outcome<T>&& outcome, const char* what)
{
    if (!outcome) {
        std::fprintf(stderr, "%s: %s\n", what, outcome.error().message().c_str());
        std::abort();
    }
    if constexpr (!std::is_void_v<T>)
        return std::move(*outcome);
}

/// A blob of the build; khala's unless another is named.
inline Bytes built_runtime(const std::string& name = "khala_runtime")
{
    const char* folder = std::getenv("PHALA_WASM");
    const std::string path =
        std::string{folder != nullptr ? folder : PHALA_SOURCE_DIR "/build/wasm"} + "/" + name + ".wasm";
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        std::fprintf(stderr, "%s is not built: run ./dev build\n", path.c_str());
        std::abort();
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline host::Engine& shared_engine()
{
    static host::Engine engine{{.cache_directory = std::filesystem::temp_directory_path() / "phala-test-engine"}};
    return engine;
}

class TestChain {
public:
    /// In a folder of its own, or in one that stays.
    explicit TestChain(std::optional<std::filesystem::path> existing = std::nullopt, const ChainOptions& options = {},
                       const std::optional<ChainSpec>& spec = std::nullopt)
        : temporary_{!existing}
    {
        if (existing) {
            folder = *existing;
        } else {
            std::string name = (std::filesystem::temp_directory_path() / "phala-chain-XXXXXX").string();
            folder = mkdtemp(name.data());
        }
        store = need(Store::open(folder / "db", {.sync = !temporary_}), "store");
        chain = need(Chain::open(*store, shared_engine(), spec ? *spec : development_spec(built_runtime()), options),
                     "chain");
        validator = std::make_unique<RuntimeValidator>(*chain);
        const auto best = chain->heads().best;
        pool = std::make_unique<Pool>(*validator, best.hash, best.number,
                                      [this](const TransactionEvent& event) { events.push_back(event); });
        sealer = std::make_unique<DevSealer>(*chain, *pool, need(crypto::KeyPair::from_uri("//Alice"), "key"),
                                             Sealing{SealingMode::Manual, {}});
        chain->on_event([this](const ChainEvent& event) {
            chain_events.push_back(event);
            pool->on_best_block(blocks(event.retracted), blocks(event.enacted));
            for (const auto& block : event.finalized)
                pool->on_finalized(block.hash);
        });
    }
    ~TestChain()
    {
        sealer.reset();
        pool.reset();
        chain.reset();
        store.reset();
        if (temporary_)
            std::filesystem::remove_all(folder);
    }
    TestChain(const TestChain&) = delete;
    TestChain& operator=(const TestChain&) = delete;

    [[nodiscard]] Block block(const H256& hash) const
    {
        return {need(chain->require_header(hash), "header"), *need(chain->body(hash), "body")};
    }

    [[nodiscard]] std::vector<PoolBlock> blocks(const std::vector<BlockRef>& refs) const
    {
        std::vector<PoolBlock> out;
        for (const auto& ref : refs) {
            auto found = block(ref.hash);
            out.push_back({ref.hash, found.header.parent_hash, ref.number, std::move(found.extrinsics)});
        }
        return out;
    }

    /// A signed transfer, without its length prefix.
    [[nodiscard]] Bytes transfer(const char* from, const char* to, Nonce nonce,
                                 Balance amount = 1'000'000'000'000) const
    {
        const AccountId target{need(crypto::KeyPair::from_uri(to), "target").account()};
        return transaction(
            from, concat(Bytes{40, 0}, scale::encode(MultiAddress::of(target), scale::Compact<Balance>{amount})),
            nonce);
    }

    /// Root's order to go on with other code, signed by //Alice.
    [[nodiscard]] Bytes set_code(Nonce nonce, const Bytes& code) const
    {
        return transaction("//Alice", concat(Bytes{99, 0, 0, 2}, scale::encode(code)), nonce);
    }

    /// A signed transaction of an encoded call, without its length prefix.
    [[nodiscard]] Bytes transaction(const char* from, ByteView call, Nonce nonce) const
    {
        const auto sender = need(crypto::KeyPair::from_uri(from), "sender");
        const H256 genesis = chain->heads().genesis;
        const auto version = need(chain->version_at(chain->heads().best.hash), "version");
        const Bytes full =
            sign_extrinsic(call, AccountId{sender.account()}, tx_extensions(Era::immortal(), nonce, 0),
                           implicit_bytes({version.spec_version, version.transaction_version, genesis}, genesis),
                           [&](ByteView payload) { return sender.sign(payload, {}); });
        return to_bytes(need(unwrap_extrinsic(full), "extrinsic"));
    }

    /// A sealed block that is not imported yet; its slot is so many behind the parent's.
    [[nodiscard]] Block make(const H256& parent, aura::Slot after = 1, const std::vector<Bytes>& extrinsics = {}) const
    {
        const auto header = need(chain->require_header(parent), "parent");
        const aura::Slot slot = after + (header.number.value == 0 ? 0 : need(aura::slot_of(header), "slot"));
        auto builder = need(BlockBuilder::start(*chain, parent, slot, 1000), "builder");
        need(builder->apply_inherents(), "inherents");
        for (const auto& extrinsic : extrinsics)
            if (!need(builder->apply(extrinsic), "apply"))
                std::abort();
        auto block = need(builder->finish(), "finish");
        block.header =
            aura::seal(std::move(block.header), *need(crypto::KeyPair::from_uri("//Alice"), "author").sr25519());
        return block;
    }

    /// Makes and imports as many blocks, one on the other.
    std::vector<BlockRef> grow(const H256& parent, std::size_t count, aura::Slot after = 1,
                               Finality finality = Finality::Later)
    {
        std::vector<BlockRef> out;
        for (std::size_t i = 0; i < count; ++i) {
            const auto block = make(out.empty() ? parent : out.back().hash, after);
            out.push_back({need(chain->import(block, finality), "import"), block.header.number});
        }
        return out;
    }

    BlockRef seal(Finality finality = Finality::WithImport, std::optional<H256> parent = std::nullopt)
    {
        return need(sealer->create_block(DevSealer::Empty::Allow, finality, parent), "block");
    }

    /// Entries of a column of the database.
    [[nodiscard]] std::size_t count(Column column) const
    {
        return need(store->range(column, {}, 10'000'000), "range").size();
    }

    [[nodiscard]] Nonce nonce_of(const char* who, const H256& at) const
    {
        const auto account = need(crypto::KeyPair::from_uri(who), "key").account();
        return need(scale::decode<Nonce>(need(chain->call(at, "AccountNonceApi_account_nonce", account), "nonce")),
                    "nonce");
    }

    std::filesystem::path folder;
    std::unique_ptr<Store> store;
    std::unique_ptr<Chain> chain;
    std::unique_ptr<RuntimeValidator> validator;
    std::unique_ptr<Pool> pool;
    std::unique_ptr<DevSealer> sealer;
    std::vector<TransactionEvent> events;
    std::vector<ChainEvent> chain_events;

private:
    bool temporary_;
};

} // namespace phala::node
