#include "crypto/ss58.hpp"
#include "node/log/log.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"

#include <algorithm>

namespace phala::node::rpc {

namespace {

constexpr int kSystem = 2000;

struct Health {
    std::uint32_t peers;
    bool isSyncing;
    bool shouldHavePeers;
};
struct SyncState {
    BlockNumber startingBlock;
    BlockNumber currentBlock;
    BlockNumber highestBlock;
};

/// The state's nonce, moved on by what is ready in the pool: tags of signed transactions are (account, nonce).
Reply next_nonce(const Chain& chain, const Pool& pool, const ByteArray<32>& account)
{
    RPC_TRY(auto answer, chain.call(chain.heads().best.hash, "AccountNonceApi_account_nonce", account));
    RPC_TRY(Nonce nonce, scale::decode<Nonce>(answer));
    for (const auto& transaction : pool.ready()) // in order of nonces
        if (std::ranges::find(transaction->validity.provides, concat(account, le_bytes(nonce)))
            != transaction->validity.provides.end())
            ++nonce;
    return ok(nonce);
}

} // namespace

void add_system_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    Pool& pool = api.pool;
    const ChainSpec& spec = api.spec;

    methods.add({"system_name"}, {}, [] { return ok("Phala Node"); });
    methods.add({"system_version"}, {}, [version = api.node_version] { return ok(version); });
    methods.add({"system_chain"}, {}, [&spec] { return ok(spec.name); });
    methods.add({"system_chainType"}, {}, [&spec]() -> Reply { return phala::json::dump(spec.chain_type); });
    methods.add({"system_properties"}, {}, [&spec]() -> Reply { return phala::json::dump(spec.properties); });
    methods.add({"system_localPeerId"}, {}, [id = api.peer_id] { return ok(id); });
    // without networking a node has no peers, and is itself the newest it knows
    methods.add({"system_health"}, {}, [] { return ok(Health{0, false, false}); });
    methods.add({"system_localListenAddresses", "system_reservedPeers"}, {},
                [] { return ok(std::vector<std::string>{}); });
    methods.add({"system_peers"}, {}, [] { return ok(std::vector<std::string>{}); }, {.unsafe = true});
    methods.add(
        {"system_addReservedPeer", "system_removeReservedPeer"}, {"peer"},
        [](const std::string&) -> Reply { return refuse(kSystem, "This node has no network: there are no peers"); },
        {.unsafe = true});
    methods.add({"system_addLogFilter"}, {"directives"},
                [](const std::string& filter) -> Reply {
                    if (auto added = add_log_filter(filter); !added)
                        return refuse(code::kInvalidParams, "Invalid params", added.error().message());
                    return "null";
                },
                {.unsafe = true});
    methods.add({"system_resetLogFilter"}, {},
                [] {
                    reset_log_filter();
                    return ok(nullptr);
                },
                {.unsafe = true});
    methods.add({"system_nodeRoles"}, {}, [] { return ok(std::vector<std::string>{"Authority"}); });
    methods.add({"system_syncState"}, {}, [&chain, start = chain.heads().best.number] {
        const auto best = chain.heads().best.number;
        return ok(SyncState{start, best, best});
    });
    methods.add({"system_accountNextIndex", "account_nextIndex"}, {"account"},
                [&chain, &pool](const std::string& text) -> Reply {
                    auto account = crypto::parse_account(text);
                    if (!account)
                        return refuse(code::kInvalidParams, "Invalid params", account.error().message());
                    return next_nonce(chain, pool, *account);
                });
    methods.add({"system_dryRun", "system_dryRunAt"}, {"extrinsic", "hash"},
                [&chain](const Bytes& full, const std::optional<H256>& at) -> Reply {
                    auto extrinsic = scale::decode<Bytes>(full);
                    if (!extrinsic)
                        return refuse(1001, "Extrinsic has invalid format", extrinsic.error().message());
                    RPC_TRY(auto builder, start_dry_run(chain, at.value_or(chain.heads().best.hash)));
                    RPC_TRY(auto answer, builder->apply_for_answer(*extrinsic));
                    return ok(answer);
                },
                {.unsafe = true});
}

void add_all_methods(Methods& methods, const Api& api)
{
    add_chain_methods(methods, api);
    add_state_methods(methods, api);
    add_trace_methods(methods, api);
    add_offchain_methods(methods, api);
    add_author_methods(methods, api);
    add_key_methods(methods, api);
    add_system_methods(methods, api);
    add_payment_methods(methods, api);
    add_phala_methods(methods, api);
    add_pha_methods(methods, api);
    add_child_state_methods(methods, api);
    add_new_api_methods(methods, api);
}

} // namespace phala::node::rpc
