#include "node/rpc/methods/notifier.hpp"

#include "node/log/log.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/state_diff.hpp"
#include "node/rpc/methods/task_queue.hpp"
#include "node/rpc/methods/texts.hpp"

#include <algorithm>

namespace phala::node::rpc {

namespace {

/// Legacy clients look up the block before they tell of it, and drop `inBlock` when `finalized` overtakes this: it stays
/// behind by so much, also where blocks are final at once.
constexpr std::chrono::milliseconds kFinalizedBehindBlock{1000};

} // namespace

struct Notifier::Impl {
    const Chain& chain;

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
    std::vector<SubscriptionRef> whole_states{};
    std::optional<PinnedState> whole_state{}; ///< what they know, if there are any
    struct Watcher {
        SubscriptionRef subscription;
        WatchForm form;
        std::string last;                      ///< what it was told
        TaskQueue::Clock::time_point spoken{}; ///< when
    };
    std::map<H256, std::vector<Watcher>> transactions{};
    std::vector<std::function<void()>> best_observers{};
    std::size_t forget_at = 1024; ///< watched transactions that are worth a look for watchers that are gone

    ChainHead chain_head;
    TaskQueue queue{}; ///< its tasks use what is above

    Impl(const Chain& c, ChainHeadLimits limits) : chain{c}, heads{c.heads()}, chain_head{c, limits} {}

    /// The value, or a log line: a notification has nobody to answer an error to.
    template <class T>
    static std::optional<T> or_warn(Outcome<T>&& outcome)
    {
        if (outcome)
            return std::move(*outcome);
        log("rpc").warn("a notification was not made: {}", outcome.error().message());
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

    /// What differs from the state that they know; none if it cannot be told.
    std::optional<StorageValues> difference(const PinnedState& now) const
    {
        constexpr std::size_t kMaxBytes = 16U << 20U;
        StorageValues changes;
        std::size_t bytes = 0;
        const auto diffed =
            diff_states(now.nodes(), (*whole_state)->root(), now->root(), {}, [&](StateChange&& change) {
                bytes += change.key.size() + (change.after ? change.after->size() : 0);
                changes.emplace_back(std::move(change.key), std::move(change.after));
                return bytes <= kMaxBytes;
            });
        if (!diffed || bytes > kMaxBytes) {
            log("rpc").warn("subscriptions of the whole state end: {}",
                            diffed ? "too much changed at once" : diffed.error().message());
            return std::nullopt;
        }
        return changes;
    }

    void tell_whole_state()
    {
        std::erase_if(whole_states, [](const auto& s) { return !s->alive(); });
        if (whole_states.empty()) {
            whole_state.reset();
            return;
        }
        auto now = or_warn(chain.state_at(heads.best.hash));
        const auto changes = now && whole_state ? difference(*now) : std::nullopt;
        if (!changes) {
            for (const auto& subscription : std::exchange(whole_states, {}))
                subscription->finish();
            whole_state.reset();
            return;
        }
        whole_state = std::move(now);
        if (changes->empty())
            return;
        const auto text = changes_text(heads.best.hash, *changes);
        for (const auto& subscription : whole_states)
            subscription->notify(text);
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
            tell_whole_state();
            tell_version();
            for (const auto& observer : best_observers)
                observer();
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
            std::erase_if(at->second, [](const auto& watcher) { return !watcher.subscription->alive(); });
            at = at->second.empty() ? transactions.erase(at) : std::next(at);
        }
        forget_at = std::max(kFew, 2 * transactions.size());
    }

    void transaction_changed(const TransactionEvent& event)
    {
        auto at = transactions.find(event.transaction);
        if (at == transactions.end())
            return;
        const bool last = is_last(event.status);
        std::erase_if(at->second, [](const auto& watcher) { return !watcher.subscription->alive(); });
        for (auto& watcher : at->second) {
            std::string text = transaction_text(event, watcher.form, chain);
            const auto earliest = watcher.spoken + kFinalizedBehindBlock;
            if (event.status == TransactionStatus::Finalized && watcher.form == WatchForm::Legacy
                && TaskQueue::Clock::now() < earliest) {
                queue.post_at(earliest, [subscription = watcher.subscription, text = std::move(text)] {
                    subscription->notify(text);
                    subscription->finish();
                });
                continue;
            }
            if (text != watcher.last) // validated may come twice: as future, then as ready
                watcher.subscription->notify(text);
            watcher.last = std::move(text);
            watcher.spoken = TaskQueue::Clock::now();
            if (last)
                watcher.subscription->finish();
        }
        if (last || at->second.empty())
            transactions.erase(at);
    }
};

Notifier::Notifier(const Chain& chain, ChainHeadLimits limits) : impl_{std::make_unique<Impl>(chain, limits)} {}

Notifier::~Notifier()
{
    impl_->queue.stop();
}

ChainHead& Notifier::chain_head()
{
    return impl_->chain_head;
}

void Notifier::on_chain(const ChainEvent& event)
{
    impl_->chain_head.on_chain(event);
    impl_->queue.post([impl = impl_.get(), event] { impl->chain_changed(event); });
}

void Notifier::on_transaction(const TransactionEvent& event)
{
    impl_->queue.post([impl = impl_.get(), event] { impl->transaction_changed(event); });
}

void Notifier::add_heads(HeadKind kind, SubscriptionRef subscription)
{
    impl_->queue.post([impl = impl_.get(), kind, subscription = std::move(subscription)] {
        if (auto text = impl->header(kind == HeadKind::Finalized ? impl->heads.finalized : impl->heads.best))
            subscription->notify(*text);
        impl->head_subscriptions[kind].push_back(subscription);
    });
}

void Notifier::add_runtime_version(SubscriptionRef subscription)
{
    impl_->queue.post([impl = impl_.get(), subscription = std::move(subscription)] {
        if (auto text = impl->version()) {
            impl->last_version = *text;
            subscription->notify(*text);
        }
        impl->versions.push_back(subscription);
    });
}

void Notifier::add_storage(std::vector<Bytes> keys, SubscriptionRef subscription)
{
    impl_->queue.post([impl = impl_.get(), keys = std::move(keys), subscription = std::move(subscription)] {
        StorageValues unknown;
        for (const auto& key : keys)
            unknown.emplace_back(key, std::nullopt);
        auto values = impl->read(unknown);
        if (values)
            subscription->notify(changes_text(impl->heads.best.hash, *values));
        impl->storages.push_back({subscription, values ? std::move(*values) : std::move(unknown)});
    });
}

void Notifier::add_whole_state(SubscriptionRef subscription)
{
    impl_->queue.post([impl = impl_.get(), subscription = std::move(subscription)] {
        if (!impl->whole_state)
            impl->whole_state = Impl::or_warn(impl->chain.state_at(impl->heads.best.hash));
        subscription->notify(changes_text(impl->heads.best.hash, {}));
        impl->whole_states.push_back(subscription);
    });
}

void Notifier::add_transaction(const H256& hash, SubscriptionRef subscription, WatchForm form)
{
    impl_->queue.post([impl = impl_.get(), hash, subscription = std::move(subscription), form] {
        impl->forget_gone_watchers();
        impl->transactions[hash].push_back({subscription, form, {}, {}});
    });
}

void Notifier::on_best_block(std::function<void()> observer)
{
    impl_->queue.post([impl = impl_.get(), observer = std::move(observer)]() mutable {
        impl->best_observers.push_back(std::move(observer));
    });
}

} // namespace phala::node::rpc
