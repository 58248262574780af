#include "node/pool/graph.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <queue>

namespace phala::node {

namespace {

/// Blocks for which a provided tag is remembered.
constexpr BlockNumber kTagMemory = 3;

void erase_pair(std::multimap<TransactionTag, H256>& map, const TransactionTag& tag, const H256& hash)
{
    for (auto [at, end] = map.equal_range(tag); at != end; ++at)
        if (at->second == hash) {
            map.erase(at);
            return;
        }
}

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b)
{
    return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

} // namespace

Graph::Transaction Graph::find(const H256& hash) const
{
    if (auto at = ready_.find(hash); at != ready_.end())
        return at->second;
    if (auto at = future_.find(hash); at != future_.end())
        return at->second.transaction;
    return nullptr;
}

std::set<TransactionTag> Graph::missing(const PoolTransaction& transaction) const
{
    std::set<TransactionTag> out;
    for (const auto& tag : transaction.validity.requires_)
        if (!provider_.contains(tag) && !recently_provided_.contains(tag))
            out.insert(tag);
    return out;
}

Outcome<> Graph::insert(Transaction transaction)
{
    auto lacks = missing(*transaction);
    if (lacks.empty()) {
        PHALA_CHECK(insert_ready(transaction));
        promote(transaction->validity.provides);
    } else {
        insert_future(transaction, std::move(lacks));
    }
    keep_within_limits();
    if (!contains(transaction->hash))
        return fail(PoolError::Dropped);
    return {};
}

Outcome<> Graph::insert_ready(const Transaction& transaction)
{
    std::set<H256> rivals;
    std::uint64_t rival_priority = 0;
    for (const auto& tag : transaction->validity.provides)
        if (auto at = provider_.find(tag); at != provider_.end() && rivals.insert(at->second).second)
            rival_priority = saturating_add(rival_priority, ready_.at(at->second)->validity.priority);
    if (!rivals.empty() && transaction->validity.priority <= rival_priority)
        return fail(PoolError::TooLowPriority, "(" + std::to_string(rival_priority) + " vs "
                                                   + std::to_string(transaction->validity.priority) + ")");
    for (const auto& tag : transaction->validity.requires_)
        if (auto at = provider_.find(tag); at != provider_.end() && rivals.contains(at->second))
            return fail(PoolError::Cycle);

    std::vector<TransactionTag> freed;
    for (const auto& rival : rivals) {
        auto gone = unlink_ready(rival);
        tell(rival, TransactionStatus::Usurped, transaction->hash);
        freed.insert(freed.end(), gone->validity.provides.begin(), gone->validity.provides.end());
    }
    ready_.emplace(transaction->hash, transaction);
    ranks_.insert(rank(transaction));
    ready_bytes_ += transaction->extrinsic.size();
    for (const auto& tag : transaction->validity.provides)
        provider_[tag] = transaction->hash;
    for (const auto& tag : transaction->validity.requires_)
        required_.emplace(tag, transaction->hash);
    tell(transaction->hash, TransactionStatus::Ready);
    demote(std::move(freed));
    return {};
}

void Graph::insert_future(const Transaction& transaction, std::set<TransactionTag> lacks)
{
    for (const auto& tag : lacks)
        wanted_.emplace(tag, transaction->hash);
    future_bytes_ += transaction->extrinsic.size();
    future_arrivals_.emplace(transaction->arrival, transaction->hash);
    future_.emplace(transaction->hash, Waiting{transaction, std::move(lacks)});
    tell(transaction->hash, TransactionStatus::Future);
}

void Graph::promote(std::vector<TransactionTag> tags)
{
    std::deque<TransactionTag> queue{tags.begin(), tags.end()};
    while (!queue.empty()) {
        const TransactionTag tag = std::move(queue.front());
        queue.pop_front();
        std::vector<H256> waiting;
        for (auto [at, end] = wanted_.equal_range(tag); at != end; ++at)
            waiting.push_back(at->second);
        for (const auto& hash : waiting) {
            auto at = future_.find(hash);
            at->second.missing.erase(tag);
            erase_pair(wanted_, tag, hash);
            if (!at->second.missing.empty())
                continue;
            auto transaction = unlink_future(hash);
            if (insert_ready(transaction))
                queue.insert(queue.end(), transaction->validity.provides.begin(), transaction->validity.provides.end());
            else
                tell(hash, TransactionStatus::Dropped); // a better one provides the same by now
        }
    }
}

void Graph::demote(std::vector<TransactionTag> tags)
{
    std::deque<TransactionTag> queue{tags.begin(), tags.end()};
    while (!queue.empty()) {
        const TransactionTag tag = std::move(queue.front());
        queue.pop_front();
        if (provider_.contains(tag) || recently_provided_.contains(tag))
            continue;
        std::vector<H256> orphans;
        for (auto [at, end] = required_.equal_range(tag); at != end; ++at)
            orphans.push_back(at->second);
        for (const auto& hash : orphans) {
            if (!ready_.contains(hash))
                continue;
            auto transaction = unlink_ready(hash);
            insert_future(transaction, missing(*transaction));
            queue.insert(queue.end(), transaction->validity.provides.begin(), transaction->validity.provides.end());
        }
    }
}

Graph::Transaction Graph::unlink_ready(const H256& hash)
{
    auto at = ready_.find(hash);
    auto transaction = std::move(at->second);
    ready_.erase(at);
    ranks_.erase(rank(transaction));
    ready_bytes_ -= transaction->extrinsic.size();
    for (const auto& tag : transaction->validity.provides)
        if (auto provider = provider_.find(tag); provider != provider_.end() && provider->second == hash)
            provider_.erase(provider);
    for (const auto& tag : transaction->validity.requires_)
        erase_pair(required_, tag, hash);
    return transaction;
}

Graph::Transaction Graph::unlink_future(const H256& hash)
{
    auto at = future_.find(hash);
    auto waiting = std::move(at->second);
    future_.erase(at);
    future_bytes_ -= waiting.transaction->extrinsic.size();
    future_arrivals_.erase(waiting.transaction->arrival);
    for (const auto& tag : waiting.missing)
        erase_pair(wanted_, tag, hash);
    return waiting.transaction;
}

void Graph::update(Transaction transaction)
{
    const bool was_ready = ready_.contains(transaction->hash);
    const auto older = was_ready ? unlink_ready(transaction->hash) : unlink_future(transaction->hash);
    const Pool::Sink sink = sink_;
    const auto same = was_ready ? TransactionStatus::Ready : TransactionStatus::Future;
    sink_ = [&](const TransactionEvent& event) { // what it already was is no news
        if (event.transaction != transaction->hash || event.status != same)
            sink(event);
    };
    auto lacks = missing(*transaction);
    if (!lacks.empty())
        insert_future(transaction, std::move(lacks));
    else if (insert_ready(transaction))
        promote(transaction->validity.provides);
    else
        tell(transaction->hash, TransactionStatus::Dropped);
    sink_ = sink;
    if (was_ready)
        demote(older->validity.provides);
    keep_within_limits();
}

void Graph::remove(const H256& hash, TransactionStatus why, const H256& other, Dependents dependents)
{
    if (future_.contains(hash)) {
        unlink_future(hash);
        tell(hash, why, other);
        return;
    }
    if (!ready_.contains(hash))
        return;
    auto transaction = unlink_ready(hash);
    tell(hash, why, other);
    if (dependents == Dependents::Wait) {
        demote(transaction->validity.provides);
        return;
    }
    // a chain of nonces is as long as its sender likes: no recursion
    std::vector<TransactionTag> lost = transaction->validity.provides;
    while (!lost.empty()) {
        const TransactionTag tag = std::move(lost.back());
        lost.pop_back();
        while (true) {
            const auto at = required_.find(tag);
            if (at == required_.end())
                break;
            const H256 orphan = at->second;
            const auto gone = unlink_ready(orphan);
            tell(orphan, why, other);
            lost.insert(lost.end(), gone->validity.provides.begin(), gone->validity.provides.end());
        }
    }
}

void Graph::include(const H256& hash, const std::vector<TransactionTag>& tags, const H256& block, BlockNumber number)
{
    if (ready_.contains(hash)) {
        unlink_ready(hash);
        tell(hash, TransactionStatus::InBlock, block);
    } else if (future_.contains(hash)) {
        unlink_future(hash);
        tell(hash, TransactionStatus::InBlock, block);
    }
    for (const auto& tag : tags) {
        recently_provided_[tag] = number;
        if (auto rival = provider_.find(tag); rival != provider_.end()) {
            const H256 gone = rival->second;
            auto transaction = unlink_ready(gone);
            tell(gone, TransactionStatus::Usurped, hash);
            demote(transaction->validity.provides);
        }
    }
    promote(tags);
}

void Graph::forget_tags(BlockNumber number)
{
    std::erase_if(recently_provided_,
                  [&](const auto& entry) { return entry.second + kTagMemory <= number || entry.second > number; });
}

bool Graph::provided_lately(const std::vector<TransactionTag>& tags) const
{
    return std::ranges::any_of(tags, [&](const auto& tag) { return recently_provided_.contains(tag); });
}

std::vector<Graph::Transaction> Graph::ready() const
{
    const auto later = [](const Transaction& a, const Transaction& b) {
        return a->validity.priority != b->validity.priority ? a->validity.priority < b->validity.priority
                                                            : a->arrival > b->arrival;
    };
    std::priority_queue<Transaction, std::vector<Transaction>, decltype(later)> next{later};
    std::unordered_map<H256, std::size_t, HashOfHash> open; // required tags whose providers have not been taken yet
    for (const auto& [hash, transaction] : ready_) {
        std::size_t count = 0;
        for (const auto& tag : transaction->validity.requires_)
            count += provider_.contains(tag);
        if (count == 0)
            next.push(transaction);
        else
            open.emplace(hash, count);
    }
    std::vector<Transaction> out;
    out.reserve(ready_.size());
    while (!next.empty()) {
        out.push_back(next.top());
        next.pop();
        const Transaction taken = out.back();
        for (const auto& tag : taken->validity.provides)
            for (auto [at, end] = required_.equal_range(tag); at != end; ++at)
                if (auto waits = open.find(at->second); waits != open.end() && --waits->second == 0)
                    next.push(ready_.at(at->second));
    }
    return out;
}

std::vector<Graph::Transaction> Graph::all() const
{
    std::vector<Transaction> out;
    out.reserve(ready_.size() + future_.size());
    for (const auto& [hash, transaction] : ready_)
        out.push_back(transaction);
    for (const auto& [hash, waiting] : future_)
        out.push_back(waiting.transaction);
    return out;
}

void Graph::keep_within_limits()
{
    while (ready_.size() > limits_.ready_count || ready_bytes_ > limits_.ready_bytes)
        remove(H256{ranks_.begin()->hash}, TransactionStatus::Dropped, {}, Dependents::Leave);
    while (future_.size() > limits_.future_count || future_bytes_ > limits_.future_bytes)
        remove(H256{future_arrivals_.begin()->second}, TransactionStatus::Dropped, {}, Dependents::Wait);
}

} // namespace phala::node
