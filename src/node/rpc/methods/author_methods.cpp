#include "crypto/hash.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

/// The extrinsic behind its length prefix, which must be exact.
std::expected<Bytes, RpcError> unwrap(const Bytes& full)
{
    auto inner = scale::decode<Bytes>(full);
    if (!inner)
        return refuse(1001, "Extrinsic has invalid format", inner.error().message());
    return std::move(*inner);
}

struct ImportAux { // what a manually sealed block reports of its import
    bool header_only;
    bool clear_justification_requests;
    bool needs_justification;
    bool bad_justification;
    bool is_new_best;
};
struct CreatedBlock {
    H256 hash;
    ImportAux aux;
};

constexpr int kSealing = 10000;

/// Transactions by their hash or by all of their bytes.
struct Named {
    std::vector<H256> hashes;
};

bool read(const json::value& in, Named& out, std::string& expected)
{
    expected = R"(a list of {"hash": …} and {"extrinsic": …})";
    const auto* list = in.if_array();
    if (list == nullptr)
        return false;
    for (const auto& one : *list) {
        const auto* object = one.if_object();
        const auto* hash = object == nullptr ? nullptr : object->if_contains("hash");
        const auto* extrinsic = object == nullptr ? nullptr : object->if_contains("extrinsic");
        Bytes full;
        if (hash != nullptr) {
            if (!detail::read(*hash, out.hashes.emplace_back(), expected))
                return false;
        } else if (extrinsic == nullptr || !detail::read(*extrinsic, full, expected)) {
            return false;
        } else {
            out.hashes.push_back(H256{crypto::blake2_256(full)});
        }
    }
    return true;
}

} // namespace

void add_author_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    Pool& pool = api.pool;
    DevSealer& sealer = api.sealer;
    Notifier& notifier = api.notifier;

    methods.add({"author_submitExtrinsic"}, {"extrinsic"}, [&pool](const Bytes& full) -> Reply {
        auto extrinsic = unwrap(full);
        if (!extrinsic)
            return std::unexpected(std::move(extrinsic.error()));
        auto hash = pool.submit(TransactionSource::External, std::move(*extrinsic));
        return hash ? ok(*hash) : Reply{pool_error(hash.error())};
    });
    methods.add({"author_pendingExtrinsics"}, {}, [&pool] {
        std::vector<Bytes> out;
        for (const auto& transaction : pool.ready())
            out.push_back(scale::encode(transaction->extrinsic));
        return ok(out);
    });
    methods.add({"author_removeExtrinsic"}, {"bytesOrHash"},
                [&pool](const Named& transactions) { return ok(pool.remove(transactions.hashes)); }, {.unsafe = true});
    methods.add_subscription(
        {"author_submitAndWatchExtrinsic"}, {"author_unwatchExtrinsic"}, "author_extrinsicUpdate", {"extrinsic"},
        [&pool, &notifier](const SubscriptionRef& s, const Bytes& full) -> std::expected<void, RpcError> {
            auto extrinsic = unwrap(full);
            if (!extrinsic)
                return std::unexpected(std::move(extrinsic.error()));
            notifier.add_transaction(Pool::hash_of(*extrinsic), s, WatchForm::Legacy);
            auto hash = pool.submit(TransactionSource::External, std::move(*extrinsic));
            if (!hash)
                return pool_error(hash.error());
            return {};
        });

    methods.add(
        {"engine_createBlock"}, {"create_empty", "finalize", "parent_hash"},
        [&chain, &sealer](bool create_empty, std::optional<bool> finalize, const std::optional<H256>& parent) -> Reply {
            auto block = sealer.create_block(create_empty ? DevSealer::Empty::Allow : DevSealer::Empty::Refuse,
                                             finalize.value_or(false) ? Finality::WithImport : Finality::Later, parent);
            if (!block)
                return refuse(kSealing, block.error().message());
            return ok(CreatedBlock{block->hash, {false, false, false, false, chain.heads().best.hash == block->hash}});
        },
        {.unsafe = true});
    methods.add({"engine_finalizeBlock"}, {"hash", "justification"},
                [&chain](const H256& hash, const std::optional<Bytes>&) -> Reply {
                    if (auto done = chain.finalize(hash); !done)
                        return refuse(kSealing, done.error().message());
                    return "true";
                },
                {.unsafe = true});
}

} // namespace phala::node::rpc
