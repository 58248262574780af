#pragma once
// The log server (spec sdk-wire §1.7, contract-engine §8): a ring of records about contract execution, bounded by
// memory, answering JSON queries. Whoever can query the log handler can read it, so nothing secret goes in (decisions
// §6.4). It is stored together with contract state but is no part of the state root.
#include "worker/core/records.hpp"

#include "base/json.hpp"
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <deque>
#include <memory>
#include <mutex>

namespace phala::worker {

namespace log_record {

/// A line of text: of a contract, or of the worker about a contract.
struct Log {
    BlockNumber block_number;
    AccountId contract;
    AccountId entry;         ///< the contract that was called from outside
    std::string exec_mode;   ///< "query", "estimating" or "transaction"
    std::uint64_t timestamp; ///< milliseconds of the worker's clock
    std::uint8_t level;      ///< 1 error … 5 trace
    std::string message;
};

/// An event that a contract emitted in a transaction.
struct Event {
    BlockNumber block_number;
    AccountId contract;
    std::vector<H256> topics;
    Bytes payload;
};

/// What a command gave: SCALE(ContractExecResult), then the selector of its message.
struct MessageOutput {
    BlockNumber block_number;
    AccountId origin;
    AccountId contract;
    Bytes nonce;
    Bytes output;
};

/// That somebody asked something: a keyed hash that tells equal askers apart from different ones.
struct QueryIn {
    ByteArray<8> user;
};

/// Stands for a record that was larger than the whole ring.
struct TooLarge {};

} // namespace log_record

using AnyLogRecord = scale::Variant<scale::At<0, log_record::Log>, scale::At<1, log_record::Event>,
                                    scale::At<2, log_record::MessageOutput>, scale::At<3, log_record::QueryIn>,
                                    scale::At<4, log_record::TooLarge>>;

struct LogRecord {
    std::uint64_t sequence = 0;
    AnyLogRecord record;
};

/// The records as they stood at one moment.
struct LogView {
    std::vector<std::shared_ptr<const LogRecord>> records; ///< by ascending sequence, without gaps
    std::uint64_t next_sequence = 0;
    std::uint64_t memory_usage = 0;

    /// Answers {"action":"GetLog"|"GetInfo",…}; an input that is neither gets {"error":"Invalid input"}.
    [[nodiscard]] std::string answer(std::string_view query) const;
};

/// The ring itself. Blocks and queries write into it, from several threads: what a block wrote becomes visible with the
/// block's commit, what a query wrote at once; it is stored with the next block, and lost if the worker dies before.
class LogServer {
public:
    static constexpr std::uint64_t kMemoryCapacity = 8 * 1024 * 1024;
    /// Records of queries that may wait to be stored; more are dropped, so that queries cannot fill the disk.
    static constexpr std::uint64_t kMaxUnstored = 128;

    /// Reads back what a former run stored.
    Outcome<> load(const RecordReader& store);

    /// A query's record.
    void note(AnyLogRecord record);

    /// A block's records. Drops the oldest that no longer fit and tells what to store with the block.
    std::vector<RecordChange> append(std::vector<AnyLogRecord> records);
    /// The block is stored: its records become visible.
    void publish();

    [[nodiscard]] std::shared_ptr<const LogView> view() const;

private:
    void push(AnyLogRecord record);
    [[nodiscard]] std::uint64_t first() const { return records_.empty() ? next_ : records_.front()->sequence; }

    mutable std::mutex mutex_; // guards all of the following
    std::deque<std::shared_ptr<const LogRecord>> records_;
    std::uint64_t next_ = 0;
    std::uint64_t memory_ = 0;
    std::uint64_t visible_ = 0; ///< records from here on belong to a block that is not stored yet, or come after one
    bool is_block_under_way_ = false;
    std::uint64_t stored_first_ = 0, stored_next_ = 0;
    mutable std::shared_ptr<const LogView> view_; ///< made when asked for
};

} // namespace phala::worker
