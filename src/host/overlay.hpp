#pragma once
// A state with changes on top (spec substrate-host §5.3): what a runtime reads and writes while it executes.
#include "host/layered_map.hpp"
#include "host/state.hpp"

#include <unordered_map>

namespace phala::host {

/// What execution did to the state: what a store writes when the block is kept.
struct StorageChanges {
    std::vector<std::pair<Bytes, std::optional<Bytes>>> storage;        ///< in order of keys; no value: removed
    std::vector<std::pair<Bytes, std::optional<Bytes>>> offchain_index; ///< likewise, for the offchain database
    trie::Update trie;                                                  ///< the new root and its nodes
};

/// How clear_prefix ended: `removed` counts the keys of the base that were walked.
struct ClearedPrefix {
    std::uint32_t removed = 0;
    bool all = true;
};

class Overlay {
public:
    /// `base` must outlive the overlay.
    explicit Overlay(const StateReader& base) : base_{&base} {}

    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const;
    [[nodiscard]] Outcome<bool> exists(ByteView key) const;
    /// The first key behind `key` that has a value.
    [[nodiscard]] Outcome<std::optional<Bytes>> next_key(ByteView key) const;

    void set(ByteView key, Bytes value);
    void remove(ByteView key);
    /// Appends an encoded item to the SCALE list under `key`; what is no list becomes one of this item.
    Outcome<void> append(ByteView key, ByteView item);
    /// Removes all keys with the prefix that were changed here, and up to `limit` of those the base has.
    Outcome<ClearedPrefix> clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit);

    void set_offchain_index(ByteView key, Bytes value) { offchain_.set(key, std::move(value)); }
    void remove_offchain_index(ByteView key) { offchain_.remove(key); }

    /// Transactions nest: ending one acts on the innermost.
    void begin_transaction();
    Outcome<void> commit_transaction();
    Outcome<void> rollback_transaction();
    [[nodiscard]] std::uint32_t depth() const { return top_.depth(); }

    /// Root of the state with all changes of all layers.
    Outcome<Hash> root(StateVersion version);

    /// All changes, for the store; every transaction must have ended.
    Outcome<StorageChanges> changes(StateVersion version);

private:
    Outcome<std::optional<Bytes>> base_get(ByteView key) const;
    Outcome<void> compute(StateVersion version);
    void touch() { computed_.reset(); }

    const StateReader* base_;
    LayeredMap top_;
    LayeredMap offchain_;
    // Runtimes read the same few keys over and over; the base never changes.
    struct HashOfBytes {
        std::size_t operator()(const Bytes& bytes) const { return std::hash<std::string_view>{}(text_of(bytes)); }
    };
    mutable std::unordered_map<Bytes, std::optional<Bytes>, HashOfBytes> read_;
    struct Computed {
        StateVersion version;
        trie::Update update;
    };
    std::optional<Computed> computed_; // of the changes as they are now
};

} // namespace phala::host
