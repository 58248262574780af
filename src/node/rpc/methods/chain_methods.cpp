#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

Reply block_text(const Chain& chain, const H256& hash)
{
    RPC_TRY(auto header, chain.header(hash));
    RPC_TRY(auto body, chain.body(hash));
    if (!header || !body)
        return "null";
    std::string extrinsics;
    for (const auto& extrinsic : *body)
        extrinsics += (extrinsics.empty() ? "" : ",") + to_text(scale::encode(extrinsic));
    return R"({"block":{"header":)" + header_text(*header) + R"(,"extrinsics":[)" + extrinsics
           + R"(]},"justifications":null})";
}

} // namespace

void add_chain_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    Notifier& notifier = api.notifier;

    methods.add({"chain_getBlockHash", "chain_getHead"}, {"number"},
                [&chain](const std::optional<NumberOrList>& which) -> Reply {
                    if (!which)
                        return ok(chain.heads().best.hash);
                    std::vector<std::optional<H256>> hashes;
                    for (auto number : which->numbers) {
                        RPC_TRY(auto hash, chain.hash_at(number));
                        hashes.push_back(hash);
                    }
                    return which->is_list ? ok(hashes) : ok(hashes[0]);
                });
    methods.add({"chain_getHeader"}, {"hash"}, [&chain](const std::optional<H256>& hash) -> Reply {
        RPC_TRY(auto header, chain.header(hash.value_or(chain.heads().best.hash)));
        return header ? Reply{header_text(*header)} : Reply{"null"};
    });
    methods.add({"chain_getBlock"}, {"hash"}, [&chain](const std::optional<H256>& hash) {
        return block_text(chain, hash.value_or(chain.heads().best.hash));
    });
    methods.add({"chain_getFinalizedHead", "chain_getFinalisedHead"}, {},
                [&chain] { return ok(chain.heads().finalized.hash); });

    const auto subscribe = [&](const Names& names, const Names& unsubscribe, const char* event,
                               Notifier::HeadKind kind) {
        methods.add_subscription(names, unsubscribe, event, {},
                                 [&notifier, kind](const SubscriptionRef& s) -> std::expected<void, RpcError> {
                                     notifier.add_heads(kind, s);
                                     return {};
                                 });
    };
    subscribe({"chain_subscribeNewHeads", "chain_subscribeNewHead", "subscribe_newHead"},
              {"chain_unsubscribeNewHeads", "chain_unsubscribeNewHead", "unsubscribe_newHead"}, "chain_newHead",
              Notifier::HeadKind::Best);
    subscribe({"chain_subscribeAllHeads"}, {"chain_unsubscribeAllHeads"}, "chain_allHead", Notifier::HeadKind::All);
    subscribe({"chain_subscribeFinalizedHeads", "chain_subscribeFinalisedHeads"},
              {"chain_unsubscribeFinalizedHeads", "chain_unsubscribeFinalisedHeads"}, "chain_finalizedHead",
              Notifier::HeadKind::Finalized);
}

} // namespace phala::node::rpc
