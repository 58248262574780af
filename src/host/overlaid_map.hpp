#pragma once
#include "host/layered_map.hpp"
#include "host/state.hpp"

#include <unordered_map>

namespace phala::host {

/// How clearing a prefix ended: `removed` counts the keys of the base that were walked.
struct ClearedPrefix {
    std::uint32_t removed = 0;
    bool all = true;
};

/// One map of a state, with changes on top (spec substrate-host §5.3): the state itself or a child trie in it.
class OverlaidMap {
public:
    /// `base` must outlive the map.
    explicit OverlaidMap(const StateReader& base) : base_{&base} {}

    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const;
    [[nodiscard]] Outcome<bool> exists(ByteView key) const;
    /// The first key behind `key` that has a value.
    [[nodiscard]] Outcome<std::optional<Bytes>> next_key(ByteView key) const;

    void set(ByteView key, Bytes value) { changes_.set(key, std::move(value)); }
    void remove(ByteView key) { changes_.remove(key); }
    /// Appends an encoded item to the SCALE list under `key`; what is no list becomes one of this item.
    Outcome<void> append(ByteView key, ByteView item);
    /// Removes all keys with the prefix that were changed here, and up to `limit` of those the base has.
    Outcome<ClearedPrefix> clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit);

    [[nodiscard]] const StateReader& base() const { return *base_; }
    [[nodiscard]] LayeredMap& changes() { return changes_; }
    [[nodiscard]] const LayeredMap& changes() const { return changes_; }

    /// The trie that all changes of all layers make of the base.
    [[nodiscard]] Outcome<trie::Update> update(StateVersion version) const;

private:
    Outcome<std::optional<Bytes>> base_get(ByteView key) const;

    const StateReader* base_;
    LayeredMap changes_;
    // Runtimes read the same few keys over and over; the base never changes.
    struct HashOfBytes {
        std::size_t operator()(const Bytes& bytes) const { return std::hash<std::string_view>{}(text_of(bytes)); }
    };
    mutable std::unordered_map<Bytes, std::optional<Bytes>, HashOfBytes> read_;
    mutable std::size_t read_bytes_ = 0;
};

} // namespace phala::host
