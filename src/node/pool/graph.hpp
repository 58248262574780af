#pragma once
// The graph of the pool: which transactions are ready, which wait for what, which give way. No lock, no clock, no
// question to the runtime: those are Pool's.
#include "node/pool/pool.hpp"

#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

namespace phala::node {

struct HashOfHash {
    std::size_t operator()(const H256& hash) const
    {
        std::size_t out = 0;
        std::memcpy(&out, hash.bytes.data(), sizeof out); // a cryptographic hash is evenly spread already
        return out;
    }
};

class Graph {
public:
    using Transaction = std::shared_ptr<const PoolTransaction>;

    Graph(const PoolLimits& limits, Pool::Sink sink) : limits_{limits}, sink_{std::move(sink)} {}

    [[nodiscard]] bool contains(const H256& hash) const { return ready_.contains(hash) || future_.contains(hash); }
    [[nodiscard]] bool empty() const { return ready_.empty() && future_.empty(); }
    [[nodiscard]] Transaction find(const H256& hash) const;

    /// Takes in a transaction that is not in the graph.
    Outcome<> insert(Transaction transaction);

    /// Puts a newer finding about a transaction that is in the graph in place of the older.
    void update(Transaction transaction);

    enum class Dependents : std::uint8_t {
        Wait, ///< who required its tags becomes future
        Leave ///< who required its tags goes with it
    };
    void remove(const H256& hash, TransactionStatus why, const H256& other, Dependents dependents);

    /// A block provided these tags by this transaction: it leaves, whoever provides the same is usurped, whoever
    /// waited for them is promoted.
    void include(const H256& hash, const std::vector<TransactionTag>& tags, const H256& block, BlockNumber number);

    /// Forgets tags of blocks that are too old to matter for transactions validated just before them.
    void forget_tags(BlockNumber number);
    /// True if a recent block provided one of these tags: a finding from before that block may be outdated.
    [[nodiscard]] bool provided_lately(const std::vector<TransactionTag>& tags) const;

    [[nodiscard]] std::vector<Transaction> ready() const;
    [[nodiscard]] std::vector<Transaction> all() const;
    [[nodiscard]] Pool::Size size() const { return {ready_.size(), ready_bytes_, future_.size(), future_bytes_}; }

private:
    struct Waiting {
        Transaction transaction;
        std::set<TransactionTag> missing;
    };
    struct Rank { // the first in order is the first to go
        std::uint64_t priority;
        std::uint64_t arrival;
        H256 hash;
        bool operator<(const Rank& other) const
        {
            return priority != other.priority ? priority < other.priority : arrival > other.arrival;
        }
    };
    static Rank rank(const Transaction& t) { return {t->validity.priority, t->arrival, t->hash}; }

    [[nodiscard]] std::set<TransactionTag> missing(const PoolTransaction& transaction) const;
    Outcome<> insert_ready(const Transaction& transaction);
    void insert_future(const Transaction& transaction, std::set<TransactionTag> missing);
    void promote(std::vector<TransactionTag> tags);
    void demote(std::vector<TransactionTag> tags);
    Transaction unlink_ready(const H256& hash);
    Transaction unlink_future(const H256& hash);
    void keep_within_limits();
    void tell(const H256& hash, TransactionStatus status, const H256& other = {}) const
    {
        sink_({hash, status, other});
    }

    const PoolLimits& limits_;
    Pool::Sink sink_;
    std::unordered_map<H256, Transaction, HashOfHash> ready_;
    std::unordered_map<H256, Waiting, HashOfHash> future_;
    std::map<TransactionTag, H256> provider_;                 // of ready ones
    std::multimap<TransactionTag, H256> required_;            // by ready ones
    std::multimap<TransactionTag, H256> wanted_;              // by future ones
    std::set<Rank> ranks_;                                    // of ready ones
    std::map<std::uint64_t, H256> future_arrivals_;           // the oldest goes first
    std::map<TransactionTag, BlockNumber> recently_provided_; // by blocks
    std::size_t ready_bytes_ = 0;
    std::size_t future_bytes_ = 0;
};

} // namespace phala::node
