#pragma once
// Transactions that wait for a block (spec substrate-host §7). They form a graph: a transaction provides tags and
// requires tags; it is ready when the chain or another ready transaction provides what it requires, else it is
// future. For signed transactions a tag is (account, nonce), so a nonce gap is a future transaction.
#include "base/result.hpp"
#include "primitives/validity.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace phala::node {

enum class PoolError : std::uint8_t {
    Invalid,         ///< detail: why, in the words that clients know
    Unknown,         ///< validity cannot be found out
    Failed,          ///< the runtime could not be asked; detail: why
    Banned,          ///< found invalid or included a short while ago
    AlreadyImported, ///< detail: the hash
    TooLowPriority,  ///< detail: "(old vs new)"
    Cycle,
    Dropped, ///< the pool is full of better ones
    NoTags,  ///< it provides nothing, so nothing would stop it from being included again and again
};
std::string_view describe(PoolError error);

/// The sentence clients know for an invalid or unknown transaction.
std::string describe(const TransactionValidityError& error);

/// Asks the runtime; a boundary so that the pool can be tried without one. Called from any thread.
class TransactionValidator {
public:
    virtual ~TransactionValidator() = default;
    /// The error is that of the question itself (no such block, a trap), not of the transaction.
    virtual Outcome<TransactionValidity> validate(TransactionSource source, ByteView extrinsic, const H256& at) = 0;
};

struct PoolLimits {
    std::size_t ready_count = 8192;
    std::size_t ready_bytes = 20U << 20U;
    std::size_t future_count = 512;
    std::size_t future_bytes = 1U << 20U;
    std::chrono::seconds ban{30 * 60};
    std::size_t max_bans = 8192;
    BlockNumber finality_timeout = 512; ///< blocks an included transaction is watched for finality
    std::size_t revalidated_per_block = 128;
};

struct PoolTransaction {
    H256 hash;       ///< of the extrinsic with its length prefix
    Bytes extrinsic; ///< without its length prefix
    TransactionSource source;
    ValidTransaction validity;
    std::uint64_t arrival;  ///< grows with each import
    BlockNumber valid_till; ///< last block it may be in
};

enum class TransactionStatus : std::uint8_t {
    Future,
    Ready,
    InBlock,         ///< `other` is the block
    Retracted,       ///< `other` is the block that left the best chain
    Finalized,       ///< `other` is the block
    FinalityTimeout, ///< `other` is the block
    Usurped,         ///< `other` is the transaction that took its place
    Dropped,
    Invalid,
};

struct TransactionEvent {
    H256 transaction;
    TransactionStatus status;
    H256 other;
};

/// What a block brings to the pool.
struct PoolBlock {
    H256 hash;
    H256 parent;
    BlockNumber number;
    std::vector<Bytes> extrinsics;
};

/// Safe from any thread. It never calls the validator while it holds its lock.
class Pool {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;
    /// Events are handed over in their order, under the pool's lock: take them down and return.
    using Sink = std::function<void(const TransactionEvent&)>;

    Pool(TransactionValidator& validator, const H256& best, BlockNumber number, Sink sink, PoolLimits limits = {},
         Clock clock = std::chrono::steady_clock::now);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Takes in an extrinsic (without its length prefix) and gives its hash.
    Outcome<H256> submit(TransactionSource source, Bytes extrinsic);

    /// Ready transactions in the order in which a block takes them.
    [[nodiscard]] std::vector<std::shared_ptr<const PoolTransaction>> ready() const;

    struct Size {
        std::size_t ready_count, ready_bytes, future_count, future_bytes;
    };
    [[nodiscard]] Size size() const;

    /// Counted since the start, for metrics.
    struct Counters {
        std::uint64_t submitted;             ///< offered by anybody
        std::uint64_t validations_scheduled; ///< questions to the runtime
        std::uint64_t validations_finished;
        std::uint64_t validations_invalid; ///< taken from the pool as invalid
        std::uint64_t pruned;              ///< of blocks
        std::uint64_t resubmitted;         ///< of blocks that left the best chain
    };
    [[nodiscard]] Counters counters() const;

    /// A new best block: what left the best chain (newest first) and what joined it (oldest first). Included
    /// transactions leave, retracted ones come back, some of the rest is checked against the new state.
    void on_best_block(const std::vector<PoolBlock>& retracted, const std::vector<PoolBlock>& enacted);
    void on_finalized(const H256& block);

    /// The author found these invalid while it built a block.
    void remove_invalid(const std::vector<H256>& hashes);
    /// The operator wants these out, for as long as a ban lasts. Gives those that were there.
    std::vector<H256> remove(const std::vector<H256>& hashes);

    [[nodiscard]] static H256 hash_of(ByteView extrinsic);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node
