#include "crypto/hash.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/state_query.hpp"
#include "node/rpc/methods/texts.hpp"
#include "trie/proof.hpp"

namespace phala::node::rpc {

namespace {

constexpr std::size_t kMaxWatchedKeys = 10'000; // each is read again at every block

struct ProofText {
    H256 at;
    std::vector<Bytes> proof;
};
struct BlockChanges {
    H256 block;
    StorageValues changes;
};

constexpr int kBlockRange = 4001;
constexpr BlockNumber kMaxQueriedBlocks = 10'000;

std::unexpected<RpcError> bad_range(const H256& from, const H256& to, const std::string& why)
{
    return refuse(kBlockRange,
                  "Cannot resolve a block range ['" + to_hex0x(from) + "' ... '" + to_hex0x(to) + "']. " + why);
}

/// The blocks of the best chain between two of it.
std::expected<std::vector<H256>, RpcError> block_range(const Chain& chain, const H256& from, const H256& to)
{
    RPC_TRY(const auto first, chain.header(from));
    RPC_TRY(const auto last, chain.header(to));
    if (!first || !last)
        return bad_range(from, to, "one of them is not known");
    if (first->number > last->number || last->number - first->number >= kMaxQueriedBlocks)
        return bad_range(from, to, "it holds 1 to " + std::to_string(kMaxQueriedBlocks) + " blocks, the older first");
    std::vector<H256> out;
    const BlockNumber begin = first->number;
    const BlockNumber end = last->number;
    for (BlockNumber number = begin; number <= end; ++number) {
        RPC_TRY(const auto hash, chain.hash_at(number));
        if (!hash || (number == begin && *hash != from) || (number == end && *hash != to))
            return bad_range(from, to, "it is not on the best chain");
        out.push_back(*hash);
    }
    return out;
}

/// What `keys` hold at the first block, and what of it changed at each later one.
std::expected<std::vector<BlockChanges>, RpcError> query_range(const Chain& chain, const std::vector<Bytes>& keys,
                                                               const std::vector<H256>& blocks)
{
    std::map<Bytes, std::optional<Bytes>> last;
    std::vector<BlockChanges> out;
    for (const auto& block : blocks) {
        RPC_TRY(const auto trie, trie_at(chain, block));
        BlockChanges changes{block, {}};
        for (const auto& key : keys) {
            RPC_TRY(auto value, trie.get(key));
            auto [at, is_new] = last.try_emplace(key, value);
            if (is_new || at->second != value)
                changes.changes.emplace_back(key, value);
            at->second = std::move(value);
        }
        if (!changes.changes.empty())
            out.push_back(std::move(changes));
    }
    return out;
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
                [&chain, block](const Bytes& key, At at) -> Reply {
                    RPC_TRY(const auto trie, trie_at(chain, block(at)));
                    RPC_TRY(const auto size, storage_size(trie, key));
                    return ok(size);
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
    methods.add({"state_queryStorage"}, {"keys", "fromBlock", "toBlock"},
                [&chain](const std::vector<Bytes>& keys, const H256& from, At to) -> Reply {
                    auto blocks = block_range(chain, from, to.value_or(chain.heads().best.hash));
                    if (!blocks)
                        return std::unexpected(std::move(blocks.error()));
                    auto changes = query_range(chain, keys, *blocks);
                    if (!changes)
                        return std::unexpected(std::move(changes.error()));
                    return ok(*changes);
                },
                {.unsafe = true});
    methods.add({"state_getKeysPaged", "state_getKeysPagedAt"}, {"prefix", "count", "startKey", "hash"},
                [&chain, block](const std::optional<Bytes>& prefix, std::uint32_t count,
                                const std::optional<Bytes>& after, At at) -> Reply {
                    if (auto fits = check_page(count); !fits)
                        return std::unexpected(std::move(fits.error()));
                    RPC_TRY(const auto trie, trie_at(chain, block(at)));
                    RPC_TRY(auto keys, keys_page(trie, prefix.value_or(Bytes{}), count, after));
                    return ok(keys);
                });
    methods.add({"state_getKeys"}, {"prefix", "hash"},
                [&chain, block](const std::optional<Bytes>& prefix, At at) -> Reply {
                    RPC_TRY(const auto trie, trie_at(chain, block(at)));
                    RPC_TRY(auto keys, all_keys(trie, prefix.value_or(Bytes{})));
                    return ok(keys);
                },
                {.unsafe = true});
    methods.add({"state_getPairs"}, {"prefix", "hash"},
                [&chain, block](const std::optional<Bytes>& prefix, At at) -> Reply {
                    RPC_TRY(const auto trie, trie_at(chain, block(at)));
                    RPC_TRY(auto pairs, all_pairs(trie, prefix.value_or(Bytes{})));
                    return ok(pairs);
                },
                {.unsafe = true});
    methods.add({"state_getReadProof"}, {"keys", "hash"},
                [&chain, block](const std::vector<Bytes>& keys, At at) -> Reply {
                    RPC_TRY(const auto trie, trie_at(chain, block(at)));
                    RPC_TRY(auto proof, trie::prove(trie.nodes(), trie.root, keys));
                    return ok(ProofText{trie.state.block().hash, std::move(proof)});
                });
    methods.add({"state_getChildReadProof"}, {"childStorageKey", "keys", "hash"},
                [&chain, block](const Bytes& child, const std::vector<Bytes>& keys, At at) -> Reply {
                    RPC_TRY(const auto state, chain.state_at(block(at)));
                    RPC_TRY(auto proof, child_proof(state, child, keys));
                    return ok(ProofText{state.block().hash, std::move(proof)});
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
    methods.add_subscription(
        {"state_subscribeStorage"}, {"state_unsubscribeStorage"}, "state_storage", {"keys"},
        [&notifier](const SubscriptionRef& s, const Caller& caller,
                    const std::optional<std::vector<Bytes>>& keys) -> std::expected<void, RpcError> {
            if (!keys && !caller.unsafe_allowed)
                return refuse_unsafe();
            if (!keys) {
                notifier.add_whole_state(s);
                return {};
            }
            if (keys->size() > kMaxWatchedKeys)
                return refuse(code::kInvalidParams, "Invalid params",
                              "at most " + std::to_string(kMaxWatchedKeys) + " keys");
            notifier.add_storage(*keys, s);
            return {};
        });
}

} // namespace phala::node::rpc
