#include "node/consensus/dev_sealer.hpp"

#include "base/hex.hpp"
#include "node/log/log.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace phala::node {

namespace {

using namespace std::chrono_literals;

/// How long one block may take to fill; on the clock, a third of the slot: import executes it once more.
constexpr auto kMaxBuildTime = 2000ms;
constexpr std::chrono::milliseconds kFinalityDelay = 250ms;
constexpr std::uint64_t kBuildPartOfSlot = 3;
/// Transactions to try behind the first that did not fit any more: a smaller one may.
constexpr int kMaxSkipped = 8;

template <class T>
Outcome<T> ask(const Chain& chain, const H256& at, std::string_view function)
{
    PHALA_TRY(auto answer, chain.call(at, function, {}));
    auto value = scale::decode<T>(answer);
    if (!value)
        return fail(ChainError::BadAnswer, std::string{function} + ": " + value.error().message());
    return value;
}

Outcome<std::uint64_t> slot_duration_at(const Chain& chain, const H256& at)
{
    PHALA_TRY(auto duration, ask<std::uint64_t>(chain, at, "AuraApi_slot_duration"));
    if (duration == 0)
        return fail(ChainError::BadAnswer, "AuraApi_slot_duration: zero");
    return duration;
}

/// The first slot that is free behind a block.
Outcome<aura::Slot> next_slot(const Header& parent)
{
    if (parent.number.value == 0)
        return 1;
    PHALA_TRY(auto slot, aura::slot_of(parent));
    return slot + 1;
}

std::string short_hash(const H256& hash)
{
    return to_hex0x(ByteView{hash}.first(4)) + "…";
}

} // namespace

std::optional<Sealing> parse_sealing(std::string_view text)
{
    if (text == "instant")
        return Sealing{SealingMode::Instant, std::nullopt};
    if (text == "manual")
        return Sealing{SealingMode::Manual, std::nullopt};
    if (text == "interval")
        return Sealing{SealingMode::Interval, std::nullopt};
    constexpr std::string_view kPrefix = "interval=";
    if (!text.starts_with(kPrefix))
        return std::nullopt;
    text.remove_prefix(kPrefix.size());
    std::uint32_t ms = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error != std::errc{} || end != text.data() + text.size() || ms == 0)
        return std::nullopt;
    return Sealing{SealingMode::Interval, std::chrono::milliseconds{ms}};
}

Outcome<std::unique_ptr<BlockBuilder>> start_dry_run(const Chain& chain, const H256& parent)
{
    PHALA_TRY(auto header, chain.require_header(parent));
    PHALA_TRY(auto duration, slot_duration_at(chain, parent));
    PHALA_TRY(auto free, next_slot(header));
    PHALA_TRY(auto builder, BlockBuilder::start(chain, parent, std::max(free, aura::now_ms() / duration), duration));
    PHALA_CHECK(builder->apply_inherents());
    return builder;
}

struct DevSealer::Impl {
    Chain& chain;
    Pool& pool;
    crypto::KeyPair author;
    Sealing sealing;

    SealerStats stats{};
    std::mutex authoring{}; // one block at a time
    std::mutex mutex{};     // guards what follows
    std::condition_variable changed{};
    bool stopping = false;
    bool awake = false;
    std::thread thread{};

    enum class Clock : std::uint8_t {
        Follow,  ///< only the slot of this moment
        RunAhead ///< the next free slot, whenever it is
    };

    Outcome<aura::Slot> choose_slot(const BlockRef& parent, const Header& header, std::uint64_t duration,
                                    Clock clock) const
    {
        PHALA_TRY(auto free, next_slot(header));
        const aura::Slot now = aura::now_ms() / duration;
        PHALA_TRY(auto authorities, ask<aura::Authorities>(chain, parent.hash, "AuraApi_authorities"));
        const auto ours = [&](aura::Slot slot) {
            const auto* turn = aura::author_of(authorities, slot);
            return turn != nullptr && *turn == author.sr25519()->public_key();
        };
        if (clock == Clock::Follow) {
            if (now >= free && ours(now))
                return now;
            return fail(AuthorError::NotOurTurn, "slot " + std::to_string(now));
        }
        const aura::Slot first = std::max(now, free);
        for (aura::Slot slot = first; slot < first + std::max<std::size_t>(authorities.size(), 1); ++slot)
            if (ours(slot))
                return slot;
        return fail(AuthorError::NotOurTurn, "from slot " + std::to_string(first));
    }

    /// Applies ready transactions until the block or the time is full. Gives how many went in.
    Outcome<std::size_t> fill(BlockBuilder& builder, std::chrono::steady_clock::time_point deadline)
    {
        std::vector<H256> invalid;
        std::size_t included = 0;
        int skipped = 0;
        auto* ended = &stats.ended_no_more;
        for (const auto& transaction : pool.ready()) {
            if (std::chrono::steady_clock::now() > deadline || skipped > kMaxSkipped) {
                ended = skipped > kMaxSkipped ? &stats.ended_full : &stats.ended_deadline;
                break;
            }
            auto applied = builder.apply(transaction->extrinsic);
            if (!applied) { // a trap: nothing of it is left, and it would trap again
                log("author").warn("transaction {} could not be executed: {}", short_hash(transaction->hash),
                                   applied.error().message());
                invalid.push_back(transaction->hash);
                continue;
            }
            if (*applied) {
                ++included;
                continue;
            }
            const auto* reason = applied->error().why.get_if<validity::Invalid>();
            if (reason != nullptr && reason->_0.reason.is<invalid::ExhaustsResources>())
                ++skipped;
            else if (reason == nullptr
                     || !reason->_0.reason.is<invalid::Future>()) // its predecessor was skipped: it can wait
                invalid.push_back(transaction->hash);
        }
        ++*ended;
        pool.remove_invalid(invalid);
        return included;
    }

    Outcome<BlockRef> create(Empty empty, Finality finality, std::optional<H256> on, Clock clock)
    {
        const std::lock_guard lock{authoring};
        const auto started = std::chrono::steady_clock::now();
        const H256 parent_hash = on.value_or(chain.heads().best.hash);
        PHALA_TRY(auto header, chain.require_header(parent_hash));
        const BlockRef parent{parent_hash, header.number};
        PHALA_TRY(auto duration, slot_duration_at(chain, parent_hash));
        PHALA_TRY(auto slot, choose_slot(parent, header, duration, clock));
        PHALA_TRY(auto builder, BlockBuilder::start(chain, parent_hash, slot, duration));
        {
            const Timed timed{stats.inherents};
            PHALA_CHECK(builder->apply_inherents());
        }
        const auto time =
            clock == Clock::Follow ? std::chrono::milliseconds{duration / kBuildPartOfSlot} : kMaxBuildTime;
        PHALA_TRY(auto included, fill(*builder, started + time));
        if (included == 0 && empty == Empty::Refuse)
            return fail(AuthorError::NothingToDo);
        PHALA_TRY(auto block, builder->finish());
        stats.built.observe(std::chrono::steady_clock::now() - started);
        stats.transactions = included;
        block.header = aura::seal(std::move(block.header), *author.sr25519());
        const BlockNumber number = block.header.number;
        PHALA_TRY(auto hash, chain.import(block, finality));
        const auto elapsed = std::chrono::steady_clock::now() - started;
        stats.sealed.observe(elapsed);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed);
        log("author").info("sealed block #{} {} transactions={} took_ms={}", number, short_hash(hash), included,
                           took.count());
        return BlockRef{hash, number};
    }

    /// polkadot.js reads the events of a block when it hears that a transaction is in it, and gives that up when it
    /// hears of finality meanwhile: then nobody hears "inBlock", which @phala/sdk waits for.
    void finalize_soon(const BlockRef& block)
    {
        {
            std::unique_lock lock{mutex};
            const auto delay = sealing.interval ? std::min(kFinalityDelay, *sealing.interval / 4) : kFinalityDelay;
            changed.wait_for(lock, delay, [this] { return stopping; });
        }
        if (auto done = chain.finalize(block.hash); !done)
            log("author").error("cannot finalize block #{}: {}", block.number, done.error().message());
    }

    void run()
    {
        while (wait_for_work()) {
            const bool instant = sealing.mode == SealingMode::Instant;
            const bool ahead = instant || sealing.interval;
            auto made = create(instant ? Empty::Refuse : Empty::Allow, Finality::Later, std::nullopt,
                               ahead ? Clock::RunAhead : Clock::Follow);
            if (made)
                finalize_soon(*made);
            if (!made && !made.error().is(AuthorError::NothingToDo) && !made.error().is(AuthorError::NotOurTurn))
                log("author").error("cannot make a block: {}", made.error().message());
            if (instant && made && pool.size().ready_count > 0) { // what did not fit goes into the next block
                const std::lock_guard lock{mutex};
                awake = true;
            }
        }
    }

    /// False when it is time to end.
    bool wait_for_work()
    {
        std::unique_lock lock{mutex};
        if (sealing.mode == SealingMode::Instant)
            changed.wait(lock, [this] { return stopping || awake; });
        else
            changed.wait_for(lock, until_next(), [this] { return stopping; });
        awake = false;
        return !stopping;
    }

    [[nodiscard]] std::chrono::milliseconds until_next() const
    {
        auto period = sealing.interval;
        if (!period) {
            auto duration = slot_duration_at(chain, chain.heads().best.hash);
            period = std::chrono::milliseconds{duration.value_or(1000)}; // what is wrong is said when the block is made
        }
        const auto length = static_cast<std::uint64_t>(period->count());
        return std::chrono::milliseconds{length - aura::now_ms() % length};
    }
};

DevSealer::DevSealer(Chain& chain, Pool& pool, crypto::KeyPair author, Sealing sealing)
    : impl_{new Impl{chain, pool, std::move(author), sealing}}
{
}

DevSealer::~DevSealer()
{
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->stopping = true;
    }
    impl_->changed.notify_all();
    if (impl_->thread.joinable())
        impl_->thread.join();
}

void DevSealer::start()
{
    if (impl_->sealing.mode != SealingMode::Manual)
        impl_->thread = std::thread{[impl = impl_.get()] { impl->run(); }};
}

void DevSealer::wake()
{
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->awake = true;
    }
    impl_->changed.notify_all();
}

Outcome<BlockRef> DevSealer::create_block(Empty empty, Finality finality, std::optional<H256> parent)
{
    return impl_->create(empty, finality, parent, Impl::Clock::RunAhead);
}

const SealerStats& DevSealer::stats() const
{
    return impl_->stats;
}

} // namespace phala::node
