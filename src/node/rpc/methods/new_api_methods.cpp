#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/archive_stream.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

void add_archive_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    auto streams = std::make_shared<ArchiveStreams>(chain);

    methods.add({"archive_v1_genesisHash"}, {}, [&chain] { return ok(chain.heads().genesis); });
    methods.add({"archive_v1_finalizedHeight"}, {}, [&chain] { return ok(chain.heads().finalized.number); });
    methods.add({"archive_v1_hashByHeight"}, {"height"}, [&chain](std::uint64_t height) -> Reply {
        if (height > std::numeric_limits<BlockNumber>::max())
            return "[]";
        RPC_TRY(auto hashes, chain.hashes_at(static_cast<BlockNumber>(height)));
        return ok(hashes);
    });
    methods.add({"archive_v1_header"}, {"hash"}, [&chain](const H256& hash) -> Reply {
        RPC_TRY(auto header, chain.header(hash));
        return header ? ok(scale::encode(*header)) : Reply{"null"};
    });
    methods.add({"archive_v1_body"}, {"hash"}, [&chain](const H256& hash) -> Reply {
        RPC_TRY(auto body, chain.body(hash));
        if (!body)
            return "null";
        std::vector<Bytes> extrinsics;
        for (const auto& extrinsic : *body)
            extrinsics.push_back(scale::encode(extrinsic));
        return ok(extrinsics);
    });
    methods.add({"archive_v1_call"}, {"hash", "function", "callParameters"},
                [&chain](const H256& hash, const std::string& function, const Bytes& arguments) -> Reply {
                    RPC_TRY(auto header, chain.header(hash));
                    if (!header)
                        return "null";
                    json::object out;
                    auto value = chain.call(hash, function, arguments);
                    out.emplace("success", value.has_value());
                    if (value)
                        out.emplace("value", to_json(*value));
                    else
                        out.emplace("error", value.error().message());
                    return ok(out);
                });
    methods.add_subscription(
        {"archive_v1_storage"}, {"archive_v1_stopStorage"}, "archive_v1_storageEvent", {"hash", "items", "childTrie"},
        [streams](const SubscriptionRef& s, const H256& hash, const std::vector<StorageItem>& items,
                  const std::optional<Bytes>& child) -> std::expected<void, RpcError> {
            streams->storage(s, hash, items, child);
            return {};
        });
    methods.add_subscription(
        {"archive_v1_storageDiff"},
        {"archive_v1_stopStorageDiff", "archive_v1_storageDiff_stopStorageDiff"}, // the second is the reference's
        "archive_v1_storageDiffEvent", {"hash", "items", "previousHash"},
        [streams](const SubscriptionRef& s, const H256& hash, const std::optional<std::vector<DiffItem>>& items,
                  const std::optional<H256>& previous) -> std::expected<void, RpcError> {
            streams->storage_diff(s, hash, items.value_or(std::vector<DiffItem>{}), previous);
            return {};
        });
}

void add_chain_head_methods(Methods& methods, ChainHead& head)
{
    methods.add_on_connection({"chainHead_v1_follow"}, {"withRuntime"}, [&head](Session& session, bool with_runtime) {
        return head.follow(session, with_runtime);
    });
    methods.add_on_connection({"chainHead_v1_unfollow"}, {"followSubscription"},
                              [&head](Session& session, const std::string& id) { return head.unfollow(session, id); });
    methods.add_on_connection(
        {"chainHead_v1_header"}, {"followSubscription", "hash"},
        [&head](Session& session, const std::string& id, const H256& hash) { return head.header(session, id, hash); });
    methods.add_on_connection(
        {"chainHead_v1_body"}, {"followSubscription", "hash"},
        [&head](Session& session, const std::string& id, const H256& hash) { return head.body(session, id, hash); });
    methods.add_on_connection(
        {"chainHead_v1_call"}, {"followSubscription", "hash", "function", "callParameters"},
        [&head](Session& session, const std::string& id, const H256& hash, const std::string& function,
                const Bytes& arguments) { return head.call(session, id, hash, function, arguments); });
    methods.add_on_connection(
        {"chainHead_v1_storage"}, {"followSubscription", "hash", "items", "childTrie"},
        [&head](Session& session, const std::string& id, const H256& hash, const std::vector<StorageItem>& items,
                const std::optional<Bytes>& child) { return head.storage(session, id, hash, items, child); });
    methods.add_on_connection({"chainHead_v1_continue"}, {"followSubscription", "operationId"},
                              [&head](Session& session, const std::string& id, const std::string& operation) {
                                  return head.go_on(session, id, operation);
                              });
    methods.add_on_connection({"chainHead_v1_stopOperation"}, {"followSubscription", "operationId"},
                              [&head](Session& session, const std::string& id, const std::string& operation) {
                                  return head.stop_operation(session, id, operation);
                              });
    methods.add_on_connection({"chainHead_v1_unpin"}, {"followSubscription", "hashOrHashes"},
                              [&head](Session& session, const std::string& id, const Hashes& blocks) {
                                  return head.unpin(session, id, blocks);
                              });
}

} // namespace

void add_new_api_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    const ChainSpec& spec = api.spec;
    methods.add({"chainSpec_v1_chainName"}, {}, [&spec] { return ok(spec.name); });
    methods.add({"chainSpec_v1_genesisHash"}, {}, [&chain] { return ok(chain.heads().genesis); });
    methods.add({"chainSpec_v1_properties"}, {}, [&spec]() -> Reply { return phala::json::dump(spec.properties); });
    add_chain_head_methods(methods, api.notifier.chain_head());
    add_archive_methods(methods, api);
    add_transaction_methods(methods, api);
}

} // namespace phala::node::rpc
