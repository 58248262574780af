#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/broadcasts.hpp"
#include "node/rpc/methods/follow_texts.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

/// transactionWatch_v1 answers no error to a bad transaction: it tells it as the last event.
void end_watch(Subscription& subscription, std::string_view event, const std::string& error)
{
    subscription.notify(EventText{event}.with("error", error).text());
    subscription.finish();
}

} // namespace

void add_transaction_methods(Methods& methods, const Api& api)
{
    Pool& pool = api.pool;
    Notifier& notifier = api.notifier;
    auto broadcasts = std::make_shared<Broadcasts>(pool);
    notifier.on_best_block([weak = std::weak_ptr{broadcasts}] {
        if (auto alive = weak.lock())
            alive->offer_again();
    });

    methods.add_on_connection(
        {"transaction_v1_broadcast"}, {"transaction"},
        [broadcasts](Session& session, const Bytes& full) -> Reply { return ok(broadcasts->start(session, full)); });
    methods.add_on_connection({"transaction_v1_stop"}, {"operationId"},
                              [broadcasts](Session& session, const std::string& id) -> Reply {
                                  if (!broadcasts->stop(session, id))
                                      return refuse(code::kInvalidParams, "Invalid operation id");
                                  return "null";
                              });
    methods.add_subscription(
        {"transactionWatch_v1_submitAndWatch"}, {"transactionWatch_v1_unwatch"}, "transactionWatch_v1_watchEvent",
        {"transaction"},
        [&pool, &notifier](const SubscriptionRef& s, const Bytes& full) -> std::expected<void, RpcError> {
            auto extrinsic = scale::decode<Bytes>(full);
            if (!extrinsic) {
                end_watch(*s, "invalid", extrinsic.error().message());
                return {};
            }
            notifier.add_transaction(Pool::hash_of(*extrinsic), s, WatchForm::V1);
            auto hash = pool.submit(TransactionSource::External, std::move(*extrinsic));
            if (hash)
                return {};
            const bool full_pool = hash.error().is(PoolError::Dropped);
            end_watch(*s, full_pool ? "dropped" : "invalid", hash.error().message());
            return {};
        });
}

} // namespace phala::node::rpc
