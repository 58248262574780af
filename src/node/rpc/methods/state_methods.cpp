#include "crypto/hash.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"
#include "trie/proof.hpp"

namespace phala::node::rpc {

namespace {

constexpr std::uint32_t kMaxPage = 1000;
constexpr int kPageTooLarge = 4002;
constexpr std::size_t kMaxWatchedKeys = 10'000; // each is read again at every block

struct ProofText {
    H256 at;
    std::vector<Bytes> proof;
};
struct BlockChanges {
    H256 block;
    StorageValues changes;
};

/// Keys behind `after` (or from the prefix itself on) that have the prefix.
Outcome<std::vector<Bytes>> keys_page(const Chain& chain, const H256& at, const Bytes& prefix, std::uint32_t count,
                                      const std::optional<Bytes>& after)
{
    PHALA_TRY(auto state, chain.state_at(at));
    trie::Cursor cursor{state.nodes(), state->root()};
    std::vector<Bytes> keys;
    const bool behind = after && !(*after < prefix);
    PHALA_TRY(bool there, behind ? cursor.seek_after(*after) : cursor.seek(prefix));
    while (there && keys.size() < count && starts_with(cursor.key(), prefix)) {
        // a first page that starts at the prefix does not hold a key that equals it: "strictly greater"
        if (!after || cursor.key() != *after)
            keys.push_back(cursor.key());
        PHALA_TRY(there, cursor.next());
    }
    return keys;
}

} // namespace

void add_state_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    Notifier& notifier = api.notifier;
    using At = const std::optional<H256>&;
    const auto block = [&chain](At at) { return at.value_or(chain.heads().best.hash); };

    const auto value = [&chain, block](const Bytes& key, At at) -> Outcome<std::optional<Bytes>> {
        PHALA_TRY(auto state, chain.state_at(block(at)));
        return state->get(key);
    };

    methods.add({"state_getStorage", "state_getStorageAt"}, {"key", "hash"},
                [value](const Bytes& key, At at) -> Reply {
                    RPC_TRY(auto found, value(key, at));
                    return found ? ok(*found) : Reply{"null"};
                },
                {.quick = true});
    methods.add({"state_getStorageHash", "state_getStorageHashAt"}, {"key", "hash"},
                [value](const Bytes& key, At at) -> Reply {
                    RPC_TRY(auto found, value(key, at));
                    return found ? ok(crypto::blake2_256(*found)) : Reply{"null"};
                });
    methods.add({"state_getStorageSize", "state_getStorageSizeAt"}, {"key", "hash"},
                [value](const Bytes& key, At at) -> Reply {
                    RPC_TRY(auto found, value(key, at));
                    return found ? ok(found->size()) : Reply{"null"};
                });
    methods.add({"state_queryStorageAt"}, {"keys", "hash"},
                [value, block](const std::vector<Bytes>& keys, At at) -> Reply {
                    BlockChanges out{block(at), {}};
                    for (const auto& key : keys) {
                        RPC_TRY(auto found, value(key, out.block));
                        out.changes.emplace_back(key, std::move(found));
                    }
                    return ok(std::vector<BlockChanges>{std::move(out)});
                });
    methods.add({"state_getKeysPaged", "state_getKeysPagedAt"}, {"prefix", "count", "startKey", "hash"},
                [&chain, block](const std::optional<Bytes>& prefix, std::uint32_t count,
                                const std::optional<Bytes>& after, At at) -> Reply {
                    if (count > kMaxPage)
                        return refuse(kPageTooLarge, "count exceeds maximum value. value: " + std::to_string(count)
                                                         + ", max: " + std::to_string(kMaxPage));
                    RPC_TRY(auto keys, keys_page(chain, block(at), prefix.value_or(Bytes{}), count, after));
                    return ok(keys);
                });
    methods.add({"state_getReadProof"}, {"keys", "hash"},
                [&chain, block](const std::vector<Bytes>& keys, At at) -> Reply {
                    const H256 hash = block(at);
                    RPC_TRY(auto state, chain.state_at(hash));
                    RPC_TRY(auto proof, trie::prove(state.nodes(), state->root(), keys));
                    return ok(ProofText{hash, std::move(proof)});
                });
    methods.add({"state_call", "state_callAt"}, {"name", "bytes", "hash"},
                [&chain, block](const std::string& function, const Bytes& arguments, At at) -> Reply {
                    RPC_TRY(auto answer, chain.call(block(at), function, arguments));
                    return ok(answer);
                });
    methods.add({"state_getMetadata"}, {"hash"}, [&chain, block](At at) -> Reply {
        RPC_TRY(auto answer, chain.call(block(at), "Metadata_metadata", {}));
        RPC_TRY(auto metadata, scale::decode<Bytes>(answer));
        return ok(metadata);
    });
    methods.add({"state_getRuntimeVersion", "chain_getRuntimeVersion"}, {"hash"}, [&chain, block](At at) -> Reply {
        RPC_TRY(auto version, chain.version_at(block(at)));
        return version_text(version);
    });

    methods.add_subscription({"state_subscribeRuntimeVersion", "chain_subscribeRuntimeVersion"},
                             {"state_unsubscribeRuntimeVersion", "chain_unsubscribeRuntimeVersion"},
                             "state_runtimeVersion", {},
                             [&notifier](const SubscriptionRef& s) -> std::expected<void, RpcError> {
                                 notifier.add_runtime_version(s);
                                 return {};
                             });
    methods.add_subscription({"state_subscribeStorage"}, {"state_unsubscribeStorage"}, "state_storage", {"keys"},
                             [&notifier](const SubscriptionRef& s, const std::optional<std::vector<Bytes>>& keys)
                                 -> std::expected<void, RpcError> {
                                 if (!keys)
                                     return refuse(code::kInvalidParams, "Invalid params",
                                                   "name the keys: the whole state cannot be subscribed");
                                 if (keys->size() > kMaxWatchedKeys)
                                     return refuse(code::kInvalidParams, "Invalid params",
                                                   "at most " + std::to_string(kMaxWatchedKeys) + " keys");
                                 notifier.add_storage(*keys, s);
                                 return {};
                             });
}

} // namespace phala::node::rpc
