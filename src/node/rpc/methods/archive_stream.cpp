#include "node/rpc/methods/archive_stream.hpp"

#include "node/rpc/methods/follow_texts.hpp"

namespace phala::node::rpc {

struct ArchiveStreams::Stream {
    SubscriptionRef subscription;
    StorageQuery query;
};

namespace {

void end_with_error(Subscription& subscription, const Error& error)
{
    subscription.notify(EventText{"storageError"}.with("error", error.message()).text());
    subscription.finish();
}

} // namespace

void ArchiveStreams::storage(const SubscriptionRef& subscription, const H256& at, const std::vector<StorageItem>& items,
                             const std::optional<Bytes>& child)
{
    queue_.post([this, subscription, at, items, child] { begin(subscription, at, items, child); });
}

void ArchiveStreams::begin(const SubscriptionRef& subscription, const H256& at, const std::vector<StorageItem>& items,
                           const std::optional<Bytes>& child)
{
    auto query = StorageQuery::start(chain_, at, items, child);
    if (!query)
        return end_with_error(*subscription, query.error());
    send_page(std::make_shared<Stream>(subscription, std::move(*query)));
}

void ArchiveStreams::send_page(const std::shared_ptr<Stream>& stream)
{
    auto& subscription = *stream->subscription;
    if (!subscription.alive())
        return;
    auto page = stream->query.next();
    if (!page)
        return end_with_error(subscription, page.error());
    for (const auto& item : page->items) // {"event":"storage", and the item's own members
        subscription.notify(R"({"event":"storage",)" + item.substr(1));
    if (page->last) {
        subscription.notify(EventText{"storageDone"}.text());
        subscription.finish();
        return;
    }
    subscription.when_read([this, stream] { queue_.post([this, stream] { send_page(stream); }); });
}

} // namespace phala::node::rpc
