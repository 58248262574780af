#include "crypto/hash.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/state_query.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

void add_child_state_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    using At = const std::optional<H256>&;
    const auto child_trie = [&chain](const Bytes& child, At at) {
        return trie_at(chain, at.value_or(chain.heads().best.hash), child);
    };

    methods.add({"childstate_getStorage"}, {"childStorageKey", "key", "hash"},
                [child_trie](const Bytes& child, const Bytes& key, At at) -> Reply {
                    RPC_TRY(auto trie, child_trie(child, at));
                    RPC_TRY(auto value, trie.get(key));
                    return ok(value);
                });
    methods.add({"childstate_getStorageHash"}, {"childStorageKey", "key", "hash"},
                [child_trie](const Bytes& child, const Bytes& key, At at) -> Reply {
                    RPC_TRY(auto trie, child_trie(child, at));
                    RPC_TRY(auto value, trie.get(key));
                    return value ? ok(crypto::blake2_256(*value)) : Reply{"null"};
                });
    methods.add({"childstate_getStorageSize"}, {"childStorageKey", "key", "hash"},
                [child_trie](const Bytes& child, const Bytes& key, At at) -> Reply {
                    RPC_TRY(auto trie, child_trie(child, at));
                    RPC_TRY(auto value, trie.get(key));
                    return value ? ok(value->size()) : Reply{"null"};
                });
    methods.add({"childstate_getStorageEntries"}, {"childStorageKey", "keys", "hash"},
                [child_trie](const Bytes& child, const std::vector<Bytes>& keys, At at) -> Reply {
                    RPC_TRY(auto trie, child_trie(child, at));
                    std::vector<std::optional<Bytes>> values;
                    for (const auto& key : keys) {
                        RPC_TRY(auto value, trie.get(key));
                        values.push_back(std::move(value));
                    }
                    return ok(values);
                });
    methods.add({"childstate_getKeys"}, {"childStorageKey", "prefix", "hash"},
                [child_trie](const Bytes& child, const std::optional<Bytes>& prefix, At at) -> Reply {
                    RPC_TRY(auto trie, child_trie(child, at));
                    RPC_TRY(auto keys, all_keys(trie, prefix.value_or(Bytes{})));
                    return ok(keys);
                },
                {.unsafe = true});
    methods.add({"childstate_getKeysPaged", "childstate_getKeysPagedAt"},
                {"childStorageKey", "prefix", "count", "startKey", "hash"},
                [child_trie](const Bytes& child, const std::optional<Bytes>& prefix, std::uint32_t count,
                             const std::optional<Bytes>& after, At at) -> Reply {
                    if (auto fits = check_page(count); !fits)
                        return std::unexpected(std::move(fits.error()));
                    RPC_TRY(auto trie, child_trie(child, at));
                    RPC_TRY(auto keys, keys_page(trie, prefix.value_or(Bytes{}), count, after));
                    return ok(keys);
                });
}

} // namespace phala::node::rpc
