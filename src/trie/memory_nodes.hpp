#pragma once
#include "trie/reader.hpp"

#include <deque>
#include <span>

namespace phala::trie {

/// Nodes in memory: for tests, genesis, and state that is rebuilt from elsewhere. They lie in one row, and none moves
/// when others come; a table of numbers finds them. So a reader can ask for memory before it needs it.
class MemoryNodes final : public NodeReader {
public:
    using Entry = std::pair<Hash, Bytes>;

    [[nodiscard]] Outcome<std::optional<Bytes>> get(const Hash& hash) const override;
    /// Valid until the next insertion or removal.
    [[nodiscard]] Outcome<std::optional<NodeBytes>> borrow(const Hash& hash) const override;
    [[nodiscard]] const MemoryNodes* in_memory() const override { return this; }

    /// Null where there is no such node; valid as above.
    [[nodiscard]] const Bytes* find(const Hash& hash) const;
    /// Has the machine fetch what find() will read for each of these.
    void prefetch(std::span<const Hash> hashes) const;

    void insert(const Hash& hash, Bytes bytes);
    void insert(std::vector<Entry> nodes);
    void erase(const Hash& hash);
    /// In no order.
    [[nodiscard]] const std::deque<Entry>& nodes() const { return entries_; }

private:
    static constexpr std::uint32_t kFree = 0xffff'ffff;

    /// The place in the table of a node that is there, or the free one where it would be.
    [[nodiscard]] std::size_t place_of(const Hash& hash) const;
    [[nodiscard]] std::size_t home_of(const Hash& hash) const { return HashOfHash{}(hash) & (table_.size() - 1); }
    void make_room(std::size_t count);

    std::deque<Entry> entries_;
    std::vector<std::uint32_t> table_; // numbers of entries, or free; a power of two of them, at most half in use
};

} // namespace phala::trie
