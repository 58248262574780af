#include "node/rpc/methods/chain_head.hpp"

#include "node/log/log.hpp"
#include "node/rpc/methods/follow_texts.hpp"
#include "node/rpc/methods/task_queue.hpp"
#include "node/rpc/methods/texts.hpp"

#include <set>

namespace phala::node::rpc {

namespace {

constexpr int kLimitReached = -32800;
constexpr int kInvalidBlock = -32801;
constexpr int kInvalidCall = -32802;
constexpr int kInvalidContinue = -32803;
constexpr int kDuplicateHashes = -32804;

using Clock = std::chrono::steady_clock;
using PinRef = std::shared_ptr<const Pin>;

struct Operation;
using OperationRef = std::shared_ptr<Operation>;

/// One subscription. Everything in it is guarded by ChainHead's mutex.
struct Follow {
    struct Pinned {
        PinRef pin;
        Clock::time_point since;
    };

    SubscriptionRef subscription;
    Liveness connection;
    bool with_runtime = false;
    bool begun = false;           ///< "initialized" has been told
    std::uint64_t behind = 0;     ///< events up to this are in what it began with
    H256 best{};                  ///< that it was told
    std::set<H256> unfinalized{}; ///< announced and neither finalized nor pruned yet
    std::map<H256, Pinned> pins{};
    std::map<std::string, OperationRef> operations{};
    std::uint64_t last_operation = 0;
};

/// Work on a pinned block. Its end is told with the mutex held, so that nothing follows a stop.
struct Operation {
    std::string id;
    std::weak_ptr<Follow> follow;
    PinRef pin;
    std::optional<StorageQuery> query = {}; ///< of the thread that works on it; started by the first page
    std::function<void(const OperationRef&)> work = {};
    bool waiting = false; ///< for chainHead_v1_continue; guarded
};

RpcError invalid_block()
{
    return {kInvalidBlock, "Invalid block hash"};
}

} // namespace

bool read(const boost::json::value& in, Hashes& out, std::string& expected)
{
    const auto* list = in.if_array();
    if (list == nullptr)
        return detail::read(in, out.hashes.emplace_back(), expected);
    for (const auto& one : *list)
        if (!detail::read(one, out.hashes.emplace_back(), expected))
            return false;
    return true;
}

struct ChainHead::Impl {
    const Chain& chain;
    const ChainHeadLimits limits;
    std::atomic<std::size_t> following{0}; ///< follows, also those that have not begun

    mutable std::mutex mutex{}; // guards the follows and what is in them
    std::map<const Subscription*, std::shared_ptr<Follow>> follows{};
    std::map<H256, std::size_t> pin_counts{}; ///< follows that pin the block

    TaskQueue operations; ///< ended first: its tasks use what is above
    TaskQueue events{};

    Impl(const Chain& c, ChainHeadLimits l) : chain{c}, limits{l}, operations{l.workers} {}

    // With the mutex held

    void drop_pin(const H256& block)
    {
        auto at = pin_counts.find(block);
        if (at != pin_counts.end() && --at->second == 0)
            pin_counts.erase(at);
    }

    void add_pin(Follow& follow, PinRef pin)
    {
        const H256 block = pin->block().hash;
        if (follow.pins.try_emplace(block, std::move(pin), Clock::now()).second)
            ++pin_counts[block];
    }

    void remove(const Subscription* key)
    {
        auto at = follows.find(key);
        if (at == follows.end())
            return;
        for (const auto& [block, pinned] : at->second->pins)
            drop_pin(block);
        at->second->pins.clear();
        at->second->operations.clear();
        follows.erase(at);
        --following;
    }

    /// Ends a follow in the server's name.
    void stop(const std::shared_ptr<Follow>& follow, std::string_view why)
    {
        log("rpc").debug("a follow of the chain's head is stopped: {}", why);
        follow->subscription->notify(EventText{"stop"}.text());
        follow->subscription->finish();
        remove(follow->subscription.get());
    }

    void remove_dead()
    {
        std::vector<const Subscription*> dead;
        for (const auto& [key, follow] : follows)
            if (!follow->subscription->alive())
                dead.push_back(key);
        for (const auto* key : dead)
            remove(key);
    }

    [[nodiscard]] std::vector<std::shared_ptr<Follow>> begun() const
    {
        std::vector<std::shared_ptr<Follow>> out;
        for (const auto& [key, follow] : follows)
            if (follow->begun)
                out.push_back(follow);
        return out;
    }

    void keep_within_limits()
    {
        for (const auto& follow : begun())
            if (follow->pins.size() > limits.pins)
                stop(follow, "it pins too many blocks");
        if (pin_counts.size() <= limits.all_pins)
            return;
        const auto old = Clock::now() - limits.pin_age;
        for (const auto& follow : begun())
            if (std::ranges::any_of(follow->pins, [&](const auto& pinned) { return pinned.second.since <= old; }))
                stop(follow, "blocks have been pinned for too long while too many are");
        while (pin_counts.size() > limits.all_pins) {
            const auto all = begun();
            const auto most = std::ranges::max_element(
                all, {}, [](const std::shared_ptr<Follow>& follow) { return follow->pins.size(); });
            if (most == all.end())
                return;
            stop(*most, "too many blocks are pinned");
        }
    }

    // On the thread of events

    [[nodiscard]] json::value new_runtime(const H256& block, const H256& parent) const
    {
        const auto before = chain.runtime_at(parent);
        const auto after = chain.runtime_at(block);
        if (before && after && (*before)->code_hash() == (*after)->code_hash())
            return nullptr;
        return runtime_json(chain, block);
    }

    [[nodiscard]] std::string new_block_text(const H256& block, const H256& parent, bool with_runtime) const
    {
        EventText event{"newBlock"};
        event.with("blockHash", block).with("parentBlockHash", parent);
        if (with_runtime)
            event.with("newRuntime", new_runtime(block, parent));
        return event.text();
    }

    static void tell_best(Follow& follow, const H256& best)
    {
        if (follow.best == best)
            return;
        follow.best = best;
        follow.subscription->notify(EventText{"bestBlockChanged"}.with("bestBlockHash", best).text());
    }

    void begin(const std::shared_ptr<Follow>& follow);
    void changed(const ChainEvent& event, const PinRef& pin);

    // For methods

    /// The follow of that id on this connection; none if it is stale.
    std::shared_ptr<Follow> find(Session& session, const std::string& id) const
    {
        const auto subscription = session.find(id);
        auto at = subscription ? follows.find(subscription.get()) : follows.end();
        return at == follows.end() ? nullptr : at->second;
    }

    Reply start(Session& session, const std::string& id, const H256& block, bool needs_runtime,
                std::function<void(const OperationRef&)> work, bool tells_discarded = false);

    /// Tells an event of an operation that is still wanted.
    void tell(const OperationRef& operation, std::string text, bool is_last)
    {
        const std::lock_guard lock{mutex};
        const auto follow = operation->follow.lock();
        if (!follow || !follow->operations.contains(operation->id))
            return;
        if (is_last)
            follow->operations.erase(operation->id);
        follow->subscription->notify(std::move(text));
    }

    [[nodiscard]] bool wanted(const OperationRef& operation) const
    {
        const std::lock_guard lock{mutex};
        const auto follow = operation->follow.lock();
        return follow && follow->operations.contains(operation->id);
    }

    void tell_error(const OperationRef& operation, const std::string& error)
    {
        tell(operation, EventText{"operationError"}.with("operationId", operation->id).with("error", error).text(),
             true);
    }

    void work_on(OperationRef operation)
    {
        operations.post([this, operation = std::move(operation)] {
            if (wanted(operation))
                operation->work(operation);
        });
    }

    void next_page(const OperationRef& operation);
};

/// A follow's first events. What it begins with is pinned before it is told; if a block goes away between the snapshot
/// and its pin, the next snapshot is without it.
void ChainHead::Impl::begin(const std::shared_ptr<Follow>& follow)
{
    constexpr int kTries = 5;
    for (int i = 0; i < kTries; ++i) {
        const ChainSnapshot snapshot = chain.snapshot();
        std::vector<PinRef> finalized; // newest first
        std::vector<PinRef> unfinalized;
        H256 next = snapshot.heads.finalized.hash;
        while (finalized.size() < limits.finalized) {
            auto pin = chain.pin(next);
            auto header = chain.header(next);
            if (!pin || !header || !*header)
                break;
            const bool is_genesis = pin->block().number == 0;
            finalized.push_back(std::make_shared<const Pin>(std::move(*pin)));
            if (is_genesis)
                break;
            next = (*header)->parent_hash;
            if (auto state = chain.state_at(next); !state) // pruned: no use to a client
                break;
        }
        for (const auto& block : snapshot.unfinalized)
            if (auto pin = chain.pin(block.block.hash))
                unfinalized.push_back(std::make_shared<const Pin>(std::move(*pin)));
        if (finalized.empty() || unfinalized.size() != snapshot.unfinalized.size())
            continue;
        std::ranges::reverse(finalized);

        std::vector<H256> hashes;
        for (const auto& pin : finalized)
            hashes.push_back(pin->block().hash);
        EventText initialized{"initialized"};
        initialized.with("finalizedBlockHashes", hashes);
        if (follow->with_runtime)
            initialized.with("finalizedBlockRuntime", runtime_json(chain, hashes.back()));
        std::vector<std::string> texts{initialized.text()};
        for (const auto& block : snapshot.unfinalized)
            texts.push_back(new_block_text(block.block.hash, block.parent, follow->with_runtime));

        const std::lock_guard lock{mutex};
        if (!follows.contains(follow->subscription.get()))
            return;
        if (snapshot.heads.best.number - snapshot.heads.finalized.number > limits.lag)
            return stop(follow, "finality lags behind");
        for (auto* pins : {&finalized, &unfinalized})
            for (auto& pin : *pins)
                add_pin(*follow, std::move(pin));
        for (const auto& block : snapshot.unfinalized)
            follow->unfinalized.insert(block.block.hash);
        follow->begun = true;
        follow->behind = snapshot.sequence;
        for (auto& text : texts)
            follow->subscription->notify(std::move(text));
        tell_best(*follow, snapshot.heads.best.hash);
        keep_within_limits();
        return;
    }
    const std::lock_guard lock{mutex};
    stop(follow, "its first blocks could not be pinned");
}

void ChainHead::Impl::changed(const ChainEvent& event, const PinRef& pin)
{
    std::string plain;
    std::string with_runtime;
    if (pin) {
        const H256 block = pin->block().hash;
        if (const auto header = chain.header(block); header && *header) {
            plain = new_block_text(block, (*header)->parent_hash, false);
            with_runtime = new_block_text(block, (*header)->parent_hash, true);
        }
    }
    const std::lock_guard lock{mutex};
    remove_dead();
    for (const auto& follow : begun()) {
        if (event.sequence <= follow->behind)
            continue;
        if (event.imported && plain.empty()) {
            stop(follow, "a new block could not be pinned");
            continue;
        }
        if (event.imported) {
            add_pin(*follow, pin);
            follow->unfinalized.insert(event.imported->hash);
            follow->subscription->notify(follow->with_runtime ? with_runtime : plain);
        }
        tell_best(*follow, event.heads.best.hash);
        std::vector<H256> finalized;
        std::vector<H256> pruned;
        for (const auto& block : event.finalized)
            if (follow->unfinalized.erase(block.hash) != 0)
                finalized.push_back(block.hash);
        for (const auto& block : event.discarded)
            if (follow->unfinalized.erase(block.hash) != 0)
                pruned.push_back(block.hash);
        if (!finalized.empty())
            follow->subscription->notify(EventText{"finalized"}
                                             .with("finalizedBlockHashes", finalized)
                                             .with("prunedBlockHashes", pruned)
                                             .text());
        if (event.heads.best.number > event.heads.finalized.number + limits.lag)
            stop(follow, "finality lags behind");
        else if (std::ranges::any_of(follow->pins, [&](const auto& one) {
                     return one.second.pin->block().number + limits.behind < event.heads.finalized.number;
                 }))
            stop(follow, "it holds a block that is too old");
    }
    keep_within_limits();
}

Reply ChainHead::Impl::start(Session& session, const std::string& id, const H256& block, bool needs_runtime,
                             std::function<void(const OperationRef&)> work, bool tells_discarded)
{
    const std::lock_guard lock{mutex};
    const auto follow = find(session, id);
    json::object out;
    if (!follow || follow->operations.size() >= limits.operations) {
        if (follow && !follow->pins.contains(block))
            return std::unexpected(invalid_block());
        out.emplace("result", "limitReached");
        return ok(out);
    }
    const auto pinned = follow->pins.find(block);
    if (pinned == follow->pins.end())
        return std::unexpected(invalid_block());
    if (needs_runtime && !follow->with_runtime)
        return refuse(kInvalidCall, "The runtime updates flag must be set");
    auto operation = std::make_shared<Operation>(std::to_string(++follow->last_operation), follow, pinned->second.pin);
    operation->work = std::move(work);
    follow->operations.emplace(operation->id, operation);
    session.after_response([this, operation] { work_on(operation); });
    out.emplace("result", "started");
    out.emplace("operationId", operation->id);
    if (tells_discarded)
        out.emplace("discardedItems", 0);
    return ok(out);
}

/// Tells one page of a storage query, then waits for the client to ask for more.
void ChainHead::Impl::next_page(const OperationRef& operation)
{
    auto page = operation->query->next();
    if (!page)
        return tell_error(operation, page.error().message());
    if (!page->items.empty())
        tell(operation, items_text("operationStorageItems", operation->id, page->items), false);
    if (page->last)
        return tell(operation, EventText{"operationStorageDone"}.with("operationId", operation->id).text(), true);
    {
        const std::lock_guard lock{mutex};
        operation->waiting = true;
    }
    tell(operation, EventText{"operationWaitingForContinue"}.with("operationId", operation->id).text(), false);
}

ChainHead::ChainHead(const Chain& chain, ChainHeadLimits limits) : impl_{std::make_unique<Impl>(chain, limits)} {}

ChainHead::~ChainHead()
{
    impl_->events.stop();
    impl_->operations.stop();
}

void ChainHead::on_chain(const ChainEvent& event)
{
    if (impl_->following == 0)
        return;
    PinRef pin;
    if (event.imported)
        if (auto pinned = impl_->chain.pin(event.imported->hash))
            pin = std::make_shared<const Pin>(std::move(*pinned));
    impl_->events.post([impl = impl_.get(), event, pin = std::move(pin)] { impl->changed(event, pin); });
}

Reply ChainHead::follow(Session& session, bool with_runtime)
{
    const std::lock_guard lock{impl_->mutex};
    impl_->remove_dead();
    const auto connection = session.liveness();
    const auto here = std::ranges::count_if(
        impl_->follows, [&](const auto& follow) { return follow.second->connection == connection; });
    if (static_cast<std::size_t>(here) >= impl_->limits.follows)
        return refuse(kLimitReached, "Maximum number of chainHead_follow has been reached");
    auto subscription = session.open("chainHead_v1_followEvent");
    if (!subscription)
        return std::unexpected(std::move(subscription.error()));
    auto follow = std::make_shared<Follow>(*subscription, connection, with_runtime);
    impl_->follows.emplace(subscription->get(), follow);
    ++impl_->following;
    impl_->events.post([impl = impl_.get(), follow = std::move(follow)] { impl->begin(follow); });
    return ok((*subscription)->id());
}

Reply ChainHead::unfollow(Session& session, const std::string& id)
{
    const std::lock_guard lock{impl_->mutex};
    if (const auto follow = impl_->find(session, id)) {
        session.close(id);
        impl_->remove(follow->subscription.get());
    }
    return "null";
}

Reply ChainHead::header(Session& session, const std::string& id, const H256& block)
{
    {
        const std::lock_guard lock{impl_->mutex};
        const auto follow = impl_->find(session, id);
        if (!follow)
            return "null";
        if (!follow->pins.contains(block))
            return std::unexpected(invalid_block());
    }
    RPC_TRY(const auto header, impl_->chain.require_header(block));
    return ok(scale::encode(header));
}

Reply ChainHead::body(Session& session, const std::string& id, const H256& block)
{
    return impl_->start(session, id, block, false, [impl = impl_.get(), block](const OperationRef& operation) {
        auto body = impl->chain.body(block);
        if (!body || !*body)
            return impl->tell_error(operation, body ? "the body is not stored" : body.error().message());
        std::vector<Bytes> extrinsics;
        for (const auto& extrinsic : **body)
            extrinsics.push_back(scale::encode(extrinsic));
        impl->tell(operation,
                   EventText{"operationBodyDone"}.with("operationId", operation->id).with("value", extrinsics).text(),
                   true);
    });
}

Reply ChainHead::call(Session& session, const std::string& id, const H256& block, std::string function, Bytes arguments)
{
    return impl_->start(
        session, id, block, true,
        [impl = impl_.get(), block, function = std::move(function),
         arguments = std::move(arguments)](const OperationRef& operation) {
            auto output = impl->chain.call(block, function, arguments);
            if (!output)
                return impl->tell_error(operation, output.error().message());
            impl->tell(operation,
                       EventText{"operationCallDone"}.with("operationId", operation->id).with("output", *output).text(),
                       true);
        });
}

Reply ChainHead::storage(Session& session, const std::string& id, const H256& block, std::vector<StorageItem> items,
                         std::optional<Bytes> child)
{
    return impl_->start(
        session, id, block, false,
        [impl = impl_.get(), block, items = std::move(items), child = std::move(child)](const OperationRef& operation) {
            if (!operation->query) {
                auto query = StorageQuery::start(impl->chain, block, items, child);
                if (!query)
                    return impl->tell_error(operation, query.error().message());
                operation->query = std::move(*query);
            }
            impl->next_page(operation);
        },
        true);
}

Reply ChainHead::go_on(Session& session, const std::string& id, const std::string& operation_id)
{
    const std::lock_guard lock{impl_->mutex};
    const auto follow = impl_->find(session, id);
    if (!follow)
        return "null";
    auto at = follow->operations.find(operation_id);
    if (at == follow->operations.end() || !at->second->waiting)
        return refuse(kInvalidContinue, "Wait for continue event not generated");
    at->second->waiting = false;
    session.after_response([impl = impl_.get(), operation = at->second] { impl->work_on(operation); });
    return "null";
}

Reply ChainHead::stop_operation(Session& session, const std::string& id, const std::string& operation)
{
    const std::lock_guard lock{impl_->mutex};
    if (const auto follow = impl_->find(session, id))
        follow->operations.erase(operation);
    return "null";
}

Reply ChainHead::unpin(Session& session, const std::string& id, const Hashes& blocks)
{
    const std::lock_guard lock{impl_->mutex};
    const auto follow = impl_->find(session, id);
    if (!follow)
        return "null";
    if (std::set<H256>{blocks.hashes.begin(), blocks.hashes.end()}.size() != blocks.hashes.size())
        return refuse(kDuplicateHashes, "Received duplicate hashes for the `chainHead_unpin` method");
    for (const auto& block : blocks.hashes)
        if (!follow->pins.contains(block))
            return std::unexpected(invalid_block());
    for (const auto& block : blocks.hashes) {
        follow->pins.erase(block);
        impl_->drop_pin(block);
    }
    return "null";
}

std::size_t ChainHead::pinned() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->pin_counts.size();
}

} // namespace phala::node::rpc
