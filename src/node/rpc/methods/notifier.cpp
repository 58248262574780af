#include "node/rpc/methods/notifier.hpp"

#include "node/rpc/json.hpp"
#include "node/rpc/methods/texts.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <spdlog/spdlog.h>
#include <thread>

namespace phala::node::rpc {

namespace {

std::string status_text(const TransactionEvent& event)
{
    const auto with = [&](const char* name) {
        return R"({")" + std::string{name} + R"(":)" + to_text(event.other) + "}";
    };
    switch (event.status) {
    case TransactionStatus::Future: return R"("future")";
    case TransactionStatus::Ready: return R"("ready")";
    case TransactionStatus::InBlock: return with("inBlock");
    case TransactionStatus::Retracted: return with("retracted");
    case TransactionStatus::Finalized: return with("finalized");
    case TransactionStatus::FinalityTimeout: return with("finalityTimeout");
    case TransactionStatus::Usurped: return with("usurped");
    case TransactionStatus::Dropped: return R"("dropped")";
    case TransactionStatus::Invalid: return R"("invalid")";
    }
    return "null";
}

bool is_last(TransactionStatus status)
{
    switch (status) {
    case TransactionStatus::Finalized:
    case TransactionStatus::FinalityTimeout:
    case TransactionStatus::Usurped:
    case TransactionStatus::Dropped:
    case TransactionStatus::Invalid: return true;
    default: return false;
    }
}

} // namespace

struct Notifier::Impl {
    const Chain& chain;

    std::mutex mutex{}; // guards the queue
    std::condition_variable changed{};
    std::deque<std::function<void()>> queue{};
    bool stopping = false;

    // of the thread
    Heads heads;
    struct Storage {
        SubscriptionRef subscription;
        StorageValues last;
    };
    std::map<HeadKind, std::vector<SubscriptionRef>> head_subscriptions{};
    std::vector<SubscriptionRef> versions{};
    std::string last_version{};
    std::vector<Storage> storages{};
    std::map<H256, std::vector<SubscriptionRef>> transactions{};
    std::size_t forget_at = 1024; ///< watched transactions that are worth a look for watchers that are gone

    std::thread thread{[this] { run(); }};

    explicit Impl(const Chain& c) : chain{c}, heads{c.heads()} {}

    void post(std::function<void()> task)
    {
        {
            const std::lock_guard lock{mutex};
            queue.push_back(std::move(task));
        }
        changed.notify_one();
    }

    void run()
    {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock{mutex};
                changed.wait(lock, [this] { return stopping || !queue.empty(); });
                if (stopping)
                    return;
                task = std::move(queue.front());
                queue.pop_front();
            }
            task();
        }
    }

    /// The value, or a log line: a notification has nobody to answer an error to.
    template <class T>
    static std::optional<T> or_warn(Outcome<T>&& outcome)
    {
        if (outcome)
            return std::move(*outcome);
        spdlog::warn("rpc: a notification was not made: {}", outcome.error().message());
        return std::nullopt;
    }

    std::optional<std::string> header(const BlockRef& block) const
    {
        auto header = or_warn(chain.require_header(block.hash));
        return header ? std::optional{header_text(*header)} : std::nullopt;
    }

    void tell(HeadKind kind, const BlockRef& block)
    {
        auto& list = head_subscriptions[kind];
        std::erase_if(list, [](const auto& s) { return !s->alive(); });
        if (list.empty())
            return;
        if (auto text = header(block))
            for (const auto& subscription : list)
                subscription->notify(*text);
    }

    std::optional<std::string> version() const
    {
        auto found = or_warn(chain.version_at(heads.best.hash));
        return found ? std::optional{version_text(*found)} : std::nullopt;
    }

    std::optional<StorageValues> read(const StorageValues& keys) const
    {
        auto state = or_warn(chain.state_at(heads.best.hash));
        if (!state)
            return std::nullopt;
        StorageValues values;
        for (const auto& [key, last] : keys) {
            auto value = or_warn((*state)->get(key));
            if (!value)
                return std::nullopt;
            values.emplace_back(key, std::move(*value));
        }
        return values;
    }

    void tell_storage()
    {
        std::erase_if(storages, [](const auto& s) { return !s.subscription->alive(); });
        for (auto& storage : storages) {
            auto values = read(storage.last);
            if (!values)
                continue;
            StorageValues changes;
            for (std::size_t i = 0; i < values->size(); ++i)
                if ((*values)[i].second != storage.last[i].second)
                    changes.push_back((*values)[i]);
            if (!changes.empty())
                storage.subscription->notify(changes_text(heads.best.hash, changes));
            storage.last = std::move(*values);
        }
    }

    void tell_version()
    {
        std::erase_if(versions, [](const auto& s) { return !s->alive(); });
        if (versions.empty())
            return;
        auto now = version();
        if (!now || *now == last_version)
            return;
        last_version = std::move(*now);
        for (const auto& subscription : versions)
            subscription->notify(last_version);
    }

    void chain_changed(const ChainEvent& event)
    {
        const bool new_best = event.heads.best != heads.best;
        heads = event.heads;
        if (event.imported)
            tell(HeadKind::All, *event.imported);
        if (new_best) {
            tell(HeadKind::Best, heads.best);
            tell_storage();
            tell_version();
        }
        for (const auto& block : event.finalized)
            tell(HeadKind::Finalized, block);
    }

    /// Watchers of transactions that were refused, or that never change, would otherwise add up.
    void forget_gone_watchers()
    {
        constexpr std::size_t kFew = 1024;
        if (transactions.size() < forget_at)
            return;
        for (auto at = transactions.begin(); at != transactions.end();) {
            std::erase_if(at->second, [](const auto& s) { return !s->alive(); });
            at = at->second.empty() ? transactions.erase(at) : std::next(at);
        }
        forget_at = std::max(kFew, 2 * transactions.size());
    }

    void transaction_changed(const TransactionEvent& event)
    {
        auto at = transactions.find(event.transaction);
        if (at == transactions.end())
            return;
        const std::string text = status_text(event);
        std::erase_if(at->second, [](const auto& s) { return !s->alive(); });
        for (const auto& subscription : at->second)
            subscription->notify(text);
        if (is_last(event.status) || at->second.empty())
            transactions.erase(at);
    }
};

Notifier::Notifier(const Chain& chain) : impl_{std::make_unique<Impl>(chain)} {}

Notifier::~Notifier()
{
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->stopping = true;
    }
    impl_->changed.notify_one();
    impl_->thread.join();
}

void Notifier::on_chain(const ChainEvent& event)
{
    impl_->post([impl = impl_.get(), event] { impl->chain_changed(event); });
}

void Notifier::on_transaction(const TransactionEvent& event)
{
    impl_->post([impl = impl_.get(), event] { impl->transaction_changed(event); });
}

void Notifier::add_heads(HeadKind kind, SubscriptionRef subscription)
{
    impl_->post([impl = impl_.get(), kind, subscription = std::move(subscription)] {
        if (auto text = impl->header(kind == HeadKind::Finalized ? impl->heads.finalized : impl->heads.best))
            subscription->notify(*text);
        impl->head_subscriptions[kind].push_back(subscription);
    });
}

void Notifier::add_runtime_version(SubscriptionRef subscription)
{
    impl_->post([impl = impl_.get(), subscription = std::move(subscription)] {
        if (auto text = impl->version()) {
            impl->last_version = *text;
            subscription->notify(*text);
        }
        impl->versions.push_back(subscription);
    });
}

void Notifier::add_storage(std::vector<Bytes> keys, SubscriptionRef subscription)
{
    impl_->post([impl = impl_.get(), keys = std::move(keys), subscription = std::move(subscription)] {
        StorageValues unknown;
        for (const auto& key : keys)
            unknown.emplace_back(key, std::nullopt);
        auto values = impl->read(unknown);
        if (values)
            subscription->notify(changes_text(impl->heads.best.hash, *values));
        impl->storages.push_back({subscription, values ? std::move(*values) : std::move(unknown)});
    });
}

void Notifier::add_transaction(const H256& hash, SubscriptionRef subscription)
{
    impl_->post([impl = impl_.get(), hash, subscription = std::move(subscription)] {
        impl->forget_gone_watchers();
        impl->transactions[hash].push_back(subscription);
    });
}

} // namespace phala::node::rpc
