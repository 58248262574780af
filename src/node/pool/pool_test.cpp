#include "node/pool/pool.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>

namespace phala::node {
namespace {

H256 hash(std::uint8_t byte)
{
    H256 out{};
    out.bytes[0] = byte;
    return out;
}

/// A signed transaction of the fake runtime, as text "sender nonce priority [size]".
Bytes transaction(char sender, unsigned nonce, unsigned priority, std::size_t size = 0)
{
    std::string text = std::string{sender} + " " + std::to_string(nonce) + " " + std::to_string(priority) + " ";
    text.resize(std::max(text.size(), size), '.');
    return to_bytes(text);
}

TransactionTag tag(char sender, unsigned nonce)
{
    return to_bytes(std::string{sender} + std::to_string(nonce));
}

/// Nonces by state; what a real runtime answers for signed transactions.
class FakeRuntime : public TransactionValidator {
public:
    std::map<H256, std::map<char, unsigned>> nonces; // by block
    std::uint64_t longevity = 1000;
    int questions = 0;
    bool broken = false;

    Outcome<TransactionValidity> validate(TransactionSource, ByteView extrinsic, const H256& at) override
    {
        ++questions;
        if (broken)
            return fail(PoolError::Failed, "trap");
        char sender = 0;
        unsigned nonce = 0;
        unsigned priority = 0;
        if (std::sscanf(reinterpret_cast<const char*>(extrinsic.data()), "%c %u %u ", &sender, &nonce, &priority) != 3)
            return TransactionValidity{
                std::unexpected(TransactionValidityError{validity::Invalid{{invalid::BadProof{}}}})};
        const unsigned next = nonces[at][sender];
        if (nonce < next)
            return TransactionValidity{
                std::unexpected(TransactionValidityError{validity::Invalid{{invalid::Stale{}}}})};
        ValidTransaction valid{priority, {}, {tag(sender, nonce)}, longevity, true};
        if (nonce > next)
            valid.requires_.push_back(tag(sender, nonce - 1));
        return TransactionValidity{valid};
    }
};

class PoolTest : public testing::Test {
protected:
    FakeRuntime runtime;
    std::vector<std::string> events;
    std::map<H256, std::string> names;
    std::chrono::steady_clock::time_point now{};
    PoolLimits limits;
    std::unique_ptr<Pool> pool;
    H256 best = hash(0);
    BlockNumber number = 0;

    void start()
    {
        pool = std::make_unique<Pool>(
            runtime, best, number, [this](const TransactionEvent& event) { note(event); }, limits,
            [this] { return now; });
    }
    void SetUp() override { start(); }

    void note(const TransactionEvent& event)
    {
        std::string text = names[event.transaction] + " " + std::string{reflect::enumerator_name(event.status)};
        if (event.status == TransactionStatus::Usurped)
            text += " " + names[event.other];
        events.push_back(text);
    }

    Outcome<H256> submit(const Bytes& extrinsic)
    {
        std::string text{text_of(extrinsic)};
        names[Pool::hash_of(extrinsic)] = text.substr(0, text.find(' ', 2));
        return pool->submit(TransactionSource::External, extrinsic);
    }

    std::vector<std::string> ready()
    {
        std::vector<std::string> out;
        for (const auto& t : pool->ready())
            out.push_back(names[t->hash]);
        return out;
    }

    std::vector<std::string> take_events() { return std::exchange(events, {}); }

    PoolBlock block(std::uint8_t id, std::vector<Bytes> extrinsics, const std::map<char, unsigned>& nonces_after)
    {
        runtime.nonces[hash(id)] = nonces_after;
        return {hash(id), best, number + 1, std::move(extrinsics)};
    }

    void import(const PoolBlock& b)
    {
        best = b.hash;
        number = b.number;
        pool->on_best_block({}, {b});
    }
};

using Names = std::vector<std::string>;

TEST_F(PoolTest, OrdersByPriorityThenArrivalAndDependencies)
{
    ASSERT_TRUE(submit(transaction('a', 0, 5)));
    ASSERT_TRUE(submit(transaction('b', 0, 9)));
    ASSERT_TRUE(submit(transaction('a', 1, 100))); // better than its predecessor, still behind it
    ASSERT_TRUE(submit(transaction('c', 0, 5)));
    EXPECT_EQ(ready(), (Names{"b 0", "a 0", "a 1", "c 0"}));
}

TEST_F(PoolTest, HoldsNonceGapsUntilTheyClose)
{
    ASSERT_TRUE(submit(transaction('a', 2, 1)));
    ASSERT_TRUE(submit(transaction('a', 1, 1)));
    EXPECT_EQ(ready(), Names{});
    EXPECT_EQ(pool->size().future_count, 2U);
    EXPECT_EQ(take_events(), (Names{"a 2 Future", "a 1 Future"}));
    ASSERT_TRUE(submit(transaction('a', 0, 1)));
    EXPECT_EQ(ready(), (Names{"a 0", "a 1", "a 2"}));
    EXPECT_EQ(take_events(), (Names{"a 0 Ready", "a 1 Ready", "a 2 Ready"}));
}

TEST_F(PoolTest, AGapIsClosedByABlockOfStrangers)
{
    ASSERT_TRUE(submit(transaction('a', 1, 1)));
    take_events();
    import(block(1, {transaction('a', 0, 1)}, {{'a', 1}}));
    EXPECT_EQ(ready(), (Names{"a 1"}));
    EXPECT_EQ(take_events(), (Names{"a 1 Ready"}));
}

TEST_F(PoolTest, ReplacesOnlyForAStrictlyHigherPriority)
{
    ASSERT_TRUE(submit(transaction('a', 0, 5)));
    ASSERT_TRUE(submit(transaction('a', 1, 5)));
    auto same = submit(transaction('a', 0, 5, 20));
    ASSERT_FALSE(same);
    EXPECT_TRUE(same.error().is(PoolError::TooLowPriority));
    EXPECT_EQ(same.error().message(), "Priority is too low: (5 vs 5)");
    take_events();
    const auto better = transaction('a', 0, 6);
    ASSERT_TRUE(submit(better));
    names[Pool::hash_of(better)] = "a 0 better";
    EXPECT_EQ(ready(), (Names{"a 0 better", "a 1"}));
    EXPECT_EQ(events[0], "a 0 Usurped a 0"); // the dependant stays ready: its tag is provided again
}

TEST_F(PoolTest, RefusesKnownInvalidBannedAndUnidentifiable)
{
    ASSERT_TRUE(submit(transaction('a', 0, 5)));
    auto known = submit(transaction('a', 0, 5));
    ASSERT_FALSE(known);
    EXPECT_TRUE(known.error().is(PoolError::AlreadyImported));

    runtime.nonces[best]['b'] = 3;
    auto stale = submit(transaction('b', 1, 1));
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().message(), "Invalid Transaction: Transaction is outdated");

    auto bad = submit(to_bytes("rubbish"));
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().message(), "Invalid Transaction: Transaction has a bad signature");
    EXPECT_TRUE(submit(to_bytes("rubbish")).error().is(PoolError::Banned));
    now += limits.ban;
    EXPECT_TRUE(submit(to_bytes("rubbish")).error().is(PoolError::Invalid));

    runtime.broken = true;
    EXPECT_TRUE(submit(transaction('d', 0, 1)).error().is(PoolError::Failed));
}

TEST_F(PoolTest, FollowsATransactionToFinality)
{
    const auto extrinsic = transaction('a', 0, 1);
    ASSERT_TRUE(submit(extrinsic));
    ASSERT_TRUE(submit(transaction('a', 1, 1)));
    import(block(1, {extrinsic}, {{'a', 1}}));
    EXPECT_EQ(ready(), (Names{"a 1"}));
    pool->on_finalized(hash(1));
    pool->on_finalized(hash(1)); // nobody is told twice
    EXPECT_EQ(take_events(), (Names{"a 0 Ready", "a 1 Ready", "a 0 InBlock", "a 0 Finalized"}));
    EXPECT_TRUE(submit(extrinsic).error().is(PoolError::Banned));
}

TEST_F(PoolTest, TellsWhenFinalityDoesNotCome)
{
    limits.finality_timeout = 2;
    start();
    ASSERT_TRUE(submit(transaction('a', 0, 1)));
    import(block(1, {transaction('a', 0, 1)}, {{'a', 1}}));
    import(block(2, {}, {{'a', 1}}));
    import(block(3, {}, {{'a', 1}}));
    EXPECT_EQ(take_events(), (Names{"a 0 Ready", "a 0 InBlock", "a 0 FinalityTimeout"}));
}

TEST_F(PoolTest, ABlockUsurpsARivalOfTheSameNonce)
{
    ASSERT_TRUE(submit(transaction('a', 0, 5)));
    ASSERT_TRUE(submit(transaction('a', 1, 5)));
    take_events();
    const auto stranger = transaction('a', 0, 1, 30);
    names[Pool::hash_of(stranger)] = "stranger";
    import(block(1, {stranger}, {{'a', 1}}));
    EXPECT_EQ(ready(), (Names{"a 1"}));
    EXPECT_EQ(take_events(), (Names{"a 0 Usurped stranger"}));
}

TEST_F(PoolTest, RevalidatesAndDropsWhatBecameInvalid)
{
    ASSERT_TRUE(submit(transaction('a', 0, 1)));
    ASSERT_TRUE(submit(transaction('a', 1, 1)));
    ASSERT_TRUE(submit(transaction('b', 0, 1)));
    take_events();
    import(block(1, {}, {{'a', 1}})); // nonce 0 of a was used by something without tags
    EXPECT_EQ(ready(), (Names{"a 1", "b 0"}));
    const auto told = take_events();
    EXPECT_TRUE(std::ranges::find(told, "a 0 Invalid") != told.end());
}

TEST_F(PoolTest, MortalTransactionsExpire)
{
    runtime.longevity = 2;
    ASSERT_TRUE(submit(transaction('a', 0, 1)));
    limits.revalidated_per_block = 0;
    start();
    runtime.longevity = 2;
    ASSERT_TRUE(submit(transaction('a', 0, 1)));
    import(block(1, {}, {}));
    EXPECT_EQ(ready(), (Names{"a 0"}));
    import(block(2, {}, {}));
    EXPECT_EQ(ready(), Names{});
}

TEST_F(PoolTest, BringsBackWhatWasRetracted)
{
    const auto first = transaction('a', 0, 1);
    const auto second = transaction('b', 0, 1);
    ASSERT_TRUE(submit(first));
    ASSERT_TRUE(submit(second));
    const H256 genesis = best;
    auto old_block = block(1, {first, second}, {{'a', 1}, {'b', 1}});
    import(old_block);
    EXPECT_EQ(ready(), Names{});
    take_events();
    runtime.nonces[hash(2)] = {{'a', 1}};
    runtime.nonces[hash(3)] = {{'a', 1}};
    const PoolBlock two{hash(2), genesis, 1, {first}};
    const PoolBlock three{hash(3), hash(2), 2, {}};
    pool->on_best_block({old_block}, {two, three});
    EXPECT_EQ(ready(), (Names{"b 0"}));
    EXPECT_EQ(take_events(), (Names{"a 0 Retracted", "b 0 Retracted", "b 0 Ready"}));
}

TEST_F(PoolTest, KeepsItsLimits)
{
    limits.ready_count = 3;
    limits.future_count = 2;
    start();
    ASSERT_TRUE(submit(transaction('a', 0, 5)));
    ASSERT_TRUE(submit(transaction('a', 1, 9)));
    ASSERT_TRUE(submit(transaction('b', 0, 7)));
    auto worse = submit(transaction('c', 0, 5));
    ASSERT_FALSE(worse);
    EXPECT_TRUE(worse.error().is(PoolError::Dropped));
    take_events();
    ASSERT_TRUE(submit(transaction('d', 0, 6))); // pushes out the worst and what depends on it
    EXPECT_EQ(ready(), (Names{"b 0", "d 0"}));

    ASSERT_TRUE(submit(transaction('x', 5, 1)));
    ASSERT_TRUE(submit(transaction('y', 5, 1)));
    ASSERT_TRUE(submit(transaction('z', 5, 1)));
    EXPECT_EQ(pool->size().future_count, 2U);
    EXPECT_TRUE(submit(transaction('x', 5, 1))); // the oldest had gone

    limits.ready_bytes = 100;
    start();
    ASSERT_TRUE(submit(transaction('a', 0, 5, 60)));
    EXPECT_FALSE(submit(transaction('b', 0, 5, 60)));
    EXPECT_LE(pool->size().ready_bytes, 100U);
}

TEST_F(PoolTest, DropsWhatTheAuthorFoundInvalidAndLetsDependantsWait)
{
    auto first = submit(transaction('a', 0, 1)).value();
    ASSERT_TRUE(submit(transaction('a', 1, 1)));
    take_events();
    pool->remove_invalid({first});
    EXPECT_EQ(ready(), Names{});
    EXPECT_EQ(take_events(), (Names{"a 0 Invalid", "a 1 Future"}));
}

/// Random submissions and blocks: the ready list is always a valid sequence of nonces for the current state.
TEST_F(PoolTest, ReadyIsAlwaysExecutable)
{
    std::mt19937 random{11};
    std::map<char, unsigned> nonces;
    limits.ready_count = 60;
    limits.future_count = 20;
    start();
    std::uint8_t id = 1;
    for (int step = 0; step < 3000; ++step) {
        if (random() % 20 != 0) {
            const char sender = static_cast<char>('a' + random() % 6);
            (void)submit(transaction(sender, nonces[sender] + random() % 8, random() % 10, 10 + random() % 30));
        } else {
            std::vector<Bytes> included;
            for (const auto& t : pool->ready()) {
                if (included.size() == 7)
                    break;
                included.push_back(t->extrinsic);
                ++nonces[static_cast<char>(t->extrinsic[0])];
            }
            import(block(++id, included, nonces));
            runtime.nonces.erase(hash(static_cast<std::uint8_t>(id - 3)));
        }
        auto expected = nonces;
        for (const auto& t : pool->ready()) {
            char sender = 0;
            unsigned nonce = 0;
            ASSERT_EQ(std::sscanf(reinterpret_cast<const char*>(t->extrinsic.data()), "%c %u", &sender, &nonce), 2);
            ASSERT_EQ(nonce, expected[sender]++) << sender << " at step " << step;
        }
        ASSERT_LE(pool->size().ready_count, 60U);
        ASSERT_LE(pool->size().future_count, 20U);
    }
}

/// Longer than any stack would take a call for each.
TEST_F(PoolTest, ALongChainOfDependantsComesAndGoes)
{
    constexpr unsigned kLength = 50'000;
    limits.ready_count = kLength;
    limits.future_count = kLength;
    limits.future_bytes = 20U << 20U;
    start();
    for (unsigned nonce = kLength - 1; nonce > 0; --nonce)
        ASSERT_TRUE(submit(transaction('a', nonce, 5)));
    EXPECT_EQ(pool->size().future_count, kLength - 1);
    ASSERT_TRUE(submit(transaction('a', 0, 1))); // all of them become ready
    EXPECT_EQ(pool->size().ready_count, kLength);
    ASSERT_TRUE(submit(transaction('b', 0, 5))); // one too many: the worst goes, and with it all that follow
    EXPECT_EQ(ready(), (Names{"b 0"}));
    EXPECT_EQ(pool->size().future_count, 0U);
}

/// A flood from many senders, out of order, with gaps and replacements: the pool stays within its limits, answers each
/// with one fate, and empties.
TEST_F(PoolTest, AHundredThousandOffered)
{
    constexpr unsigned kOffered = 100'000;
    constexpr unsigned kSenders = 90; // names are characters
    start();
    std::map<H256, int> open; // transactions that were told Ready or Future and no end yet
    pool = std::make_unique<Pool>(
        runtime, best, number,
        [&](const TransactionEvent& event) {
            const bool ends = event.status != TransactionStatus::Ready && event.status != TransactionStatus::Future;
            open[event.transaction] = ends ? 0 : 1;
        },
        limits, [this] { return now; });
    std::mt19937 random{5};
    std::map<char, unsigned> nonces;
    unsigned accepted = 0;
    for (unsigned i = 0; i < kOffered; ++i) {
        const char sender = static_cast<char>('!' + random() % kSenders);
        const unsigned nonce = random() % (1 + i / kSenders + 3);
        accepted +=
            pool->submit(TransactionSource::External, transaction(sender, nonce, random() % 1000, 150)).has_value();
        const auto size = pool->size();
        ASSERT_LE(size.ready_count, limits.ready_count);
        ASSERT_LE(size.ready_bytes, limits.ready_bytes);
        ASSERT_LE(size.future_count, limits.future_count);
        ASSERT_LE(size.future_bytes, limits.future_bytes);
    }
    EXPECT_GT(accepted, limits.ready_count);
    EXPECT_EQ(pool->counters().submitted, kOffered);
    EXPECT_EQ(pool->counters().validations_finished, pool->counters().validations_scheduled);
    const auto left = pool->size();
    EXPECT_EQ(std::ranges::count(open, 1, [](const auto& entry) { return entry.second; }),
              static_cast<std::ptrdiff_t>(left.ready_count + left.future_count));

    std::size_t taken = 0;
    std::uint8_t id = 1;
    for (auto ready = pool->ready(); !ready.empty(); ready = pool->ready()) {
        std::vector<Bytes> included;
        for (const auto& t : ready) {
            if (included.size() == 1000)
                break;
            ++nonces[static_cast<char>(t->extrinsic[0])];
            included.push_back(t->extrinsic);
        }
        taken += included.size();
        import(block(++id, included, nonces));
    }
    EXPECT_GE(taken, left.ready_count); // gaps closed meanwhile add to them
    EXPECT_EQ(pool->counters().pruned, taken);
    EXPECT_EQ(pool->size().ready_count, 0U);
}

} // namespace
} // namespace phala::node
