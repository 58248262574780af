#pragma once
// A state with changes on top (spec substrate-host §5.3): what a runtime reads and writes while it executes.
#include "host/overlaid_map.hpp"

namespace phala::host {

/// What execution did to the state: what a store writes when the block is kept.
struct StorageChanges {
    /// In order of keys; no value: removed. Roots of child tries are among them.
    std::vector<std::pair<Bytes, std::optional<Bytes>>> storage;
    std::vector<std::pair<Bytes, std::optional<Bytes>>> offchain_index; ///< likewise, for the offchain database
    trie::Update trie; ///< the new root and its nodes, those of child tries included
};

class Overlay {
public:
    /// `base` must outlive the overlay.
    explicit Overlay(const StateReader& base) : top_{base} {}

    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const { return top_.get(key); }
    [[nodiscard]] Outcome<bool> exists(ByteView key) const { return top_.exists(key); }
    [[nodiscard]] Outcome<std::optional<Bytes>> next_key(ByteView key) const { return top_.next_key(key); }

    void set(ByteView key, Bytes value);
    void remove(ByteView key);
    Outcome<void> append(ByteView key, ByteView item);
    Outcome<ClearedPrefix> clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit);

    /// The child trie of that name, empty where the state has none; valid as long as the overlay.
    [[nodiscard]] Outcome<const OverlaidMap*> child(ByteView name);
    /// The same, to be changed.
    [[nodiscard]] Outcome<OverlaidMap*> child_to_change(ByteView name);
    /// Root of a child trie with all changes. As in the reference it now stands in the state, too.
    Outcome<Hash> child_root(ByteView name, StateVersion version);

    void set_offchain_index(ByteView key, Bytes value) { offchain_.set(key, std::move(value)); }
    void remove_offchain_index(ByteView key) { offchain_.remove(key); }

    /// Transactions nest: ending one acts on the innermost.
    void begin_transaction();
    Outcome<void> commit_transaction();
    Outcome<void> rollback_transaction();
    [[nodiscard]] std::uint32_t depth() const { return offchain_.depth(); }

    /// Root of the state with all changes of all layers; those of child tries are put into it first.
    Outcome<Hash> root(StateVersion version);

    /// All changes, for the store; every transaction must have ended.
    Outcome<StorageChanges> changes(StateVersion version);

private:
    struct Child {
        std::unique_ptr<StateReader> base;
        OverlaidMap map;
    };

    Outcome<OverlaidMap*> find_child(ByteView name);
    Outcome<trie::Update> update_child(const Bytes& name, const OverlaidMap& map, StateVersion version);
    Outcome<void> compute(StateVersion version);
    void touch() { computed_.reset(); }
    /// Every map with layers.
    template <class Visit>
    bool for_each_layered(Visit&& visit);

    OverlaidMap top_;
    std::map<Bytes, Child, ByteLess> children_; // those that were asked for
    LayeredMap offchain_;
    struct Computed {
        StateVersion version;
        trie::Update update;
    };
    std::optional<Computed> computed_; // of the changes as they are now
};

} // namespace phala::host
