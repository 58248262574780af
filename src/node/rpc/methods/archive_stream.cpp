#include "node/rpc/methods/archive_stream.hpp"

#include "node/rpc/methods/follow_texts.hpp"

namespace phala::node::rpc {

template <class Query>
struct ArchiveStreams::Stream {
    SubscriptionRef subscription;
    std::string event;
    Query query;
};

namespace {

void end_with_error(Subscription& subscription, const std::string& event, const Error& error)
{
    subscription.notify(EventText{event + "Error"}.with("error", error.message()).text());
    subscription.finish();
}

} // namespace

template <class Start>
void ArchiveStreams::open(const SubscriptionRef& subscription, std::string_view event, Start start)
{
    queue_.post([this, subscription, name = std::string{event}, start = std::move(start)] {
        auto query = start();
        if (!query)
            return end_with_error(*subscription, name, query.error());
        using Query = std::remove_reference_t<decltype(*query)>;
        send_page(std::make_shared<Stream<Query>>(subscription, name, std::move(*query)));
    });
}

template <class Query>
void ArchiveStreams::send_page(const std::shared_ptr<Stream<Query>>& stream)
{
    auto& subscription = *stream->subscription;
    if (!subscription.alive())
        return;
    auto page = stream->query.next();
    if (!page)
        return end_with_error(subscription, stream->event, page.error());
    for (const auto& item : page->items) // {"event":NAME, and the item's own members
        subscription.notify(R"({"event":")" + stream->event + R"(",)" + item.substr(1));
    if (page->last) {
        subscription.notify(EventText{stream->event + "Done"}.text());
        subscription.finish();
        return;
    }
    subscription.when_read([this, stream] { queue_.post([this, stream] { send_page(stream); }); });
}

void ArchiveStreams::storage(const SubscriptionRef& subscription, const H256& at, const std::vector<StorageItem>& items,
                             const std::optional<Bytes>& child)
{
    open(subscription, "storage", [this, at, items, child] { return StorageQuery::start(chain_, at, items, child); });
}

void ArchiveStreams::storage_diff(const SubscriptionRef& subscription, const H256& at,
                                  const std::vector<DiffItem>& items, const std::optional<H256>& previous)
{
    open(subscription, "storageDiff",
         [this, at, items, previous] { return DiffQuery::start(chain_, at, previous, items); });
}

} // namespace phala::node::rpc
