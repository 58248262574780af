#pragma once
#include "node/rpc/methods/storage_diff.hpp"
#include "node/rpc/methods/storage_query.hpp"
#include "node/rpc/methods/task_queue.hpp"

namespace phala::node::rpc {

/// Storage queries of archive_v1 (spec substrate-host §8.4), sent page by page as the client reads them.
class ArchiveStreams {
public:
    explicit ArchiveStreams(const Chain& chain) : chain_{chain} {}

    void storage(const SubscriptionRef& subscription, const H256& at, const std::vector<StorageItem>& items,
                 const std::optional<Bytes>& child);
    void storage_diff(const SubscriptionRef& subscription, const H256& at, const std::vector<DiffItem>& items,
                      const std::optional<H256>& previous);

private:
    template <class Query>
    struct Stream;
    /// `start` gives a query whose pages are sent; names of events begin with `event`.
    template <class Start>
    void open(const SubscriptionRef& subscription, std::string_view event, Start start);
    template <class Query>
    void send_page(const std::shared_ptr<Stream<Query>>& stream);

    const Chain& chain_;
    TaskQueue queue_;
};

} // namespace phala::node::rpc
