#pragma once
// The node's database: columns of keys and values, changed by one atomic batch per block.
// Safe from any thread: writers wait for one another.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace phala::node {

enum class DbError : std::uint8_t { CannotOpen, Locked, NewerVersion, OlderVersion, Corrupt, Full, Io };
std::string_view describe(DbError error);

/// What each column maps; all but Meta and Offchain are rebuilt from blocks alone.
enum class Column : std::uint8_t {
    Meta,           ///< names of this file's and the chain's own records
    Headers,        ///< block hash → SCALE header
    Bodies,         ///< block hash → SCALE list of extrinsics
    Justifications, ///< block hash → SCALE justifications
    HashByNumber,   ///< big-endian number → hash, of the best chain
    Nodes,          ///< hash → trie node or hashed value
    Lanes,          ///< lane index, laid out by node/chain/lanes.cpp
    Payloads,       ///< hash → payload of a message
    NodeCounts,     ///< hash → how many places of live states hold a node, where they are more than one
    Journals,       ///< big-endian number, hash → which nodes a block inserted and removed, until that is settled
    Tree,           ///< big-endian number, hash → parent and arrival of a block that is not final
    Offchain,       ///< what offchain workers keep, and blocks index for them; OffchainStorage reads and writes it
};

/// Changes that become visible together or not at all.
class Batch {
public:
    Batch();
    Batch(Batch&&) noexcept;
    Batch& operator=(Batch&&) noexcept;
    ~Batch();

    void put(Column column, ByteView key, ByteView value);
    void remove(Column column, ByteView key);

private:
    friend class Store;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct StoreOptions {
    bool sync = true; ///< a commit has reached the disk when it returns
};

class Store {
public:
    /// Layout version of the columns; a store of another one is refused, not guessed at.
    static constexpr std::uint32_t kVersion = 3;

    static Outcome<std::unique_ptr<Store>> open(const std::filesystem::path& folder, StoreOptions options = {});
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    Outcome<std::optional<Bytes>> get(Column column, ByteView key) const;
    Outcome<bool> has(Column column, ByteView key) const;

    struct Entry {
        Bytes key;
        Bytes value;
    };
    /// The last entry whose key is at most `key` in byte order.
    Outcome<std::optional<Entry>> last_up_to(Column column, ByteView key) const;
    /// Entries from `key` on in byte order, at most `count`.
    Outcome<std::vector<Entry>> range(Column column, ByteView key, std::size_t count) const;

    /// After an error nothing of the batch is stored, what was stored can be read, and every later commit fails likewise
    /// until the store is opened again.
    /// Fault points: "before-commit", "inside" (half of the batch has reached the log file), "after-commit", and
    /// "full-disk" (no space for the rest of a write).
    Outcome<> commit(Batch batch);

    /// As commit, if the key holds what is expected, which no other commit changes meanwhile; tells whether it did. The
    /// batch reaches the disk with the next one that commit() is given.
    Outcome<bool> commit_if(Column column, ByteView key, const std::optional<Bytes>& expected, Batch batch);
    /// The same without a condition.
    Outcome<> commit_soon(Batch batch);

    /// Memory that the database keeps of what it read, in bytes.
    [[nodiscard]] std::size_t cache_bytes() const;

private:
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::node
