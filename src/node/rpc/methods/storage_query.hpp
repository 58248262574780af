#pragma once
// The storage queries of the new API (spec substrate-host §8.3, §8.4): items of several kinds, answered page by page.
#include "node/rpc/methods.hpp"
#include "node/rpc/methods/state_query.hpp"

namespace phala::node::rpc {

enum class StorageKind : std::uint8_t {
    Value,
    Hash,
    ClosestDescendantMerkleValue,
    DescendantsValues,
    DescendantsHashes
};

struct StorageItem {
    Bytes key;
    StorageKind kind = StorageKind::Value;
    std::optional<Bytes> start; ///< of descendants: only those behind this key
};

// One parameter; the texts of the kinds are "value", "hash", "closestDescendantMerkleValue", …
bool read(const boost::json::value& json, std::vector<StorageItem>& out, std::string& expected);

/// As many items as one message should carry.
struct Page {
    std::vector<std::string> items; ///< JSON objects
    std::size_t bytes = 0;
    bool last = false; ///< nothing follows

    void add(std::string item)
    {
        bytes += item.size();
        items.push_back(std::move(item));
    }
    [[nodiscard]] bool is_full() const { return items.size() >= 256 || bytes >= 256U << 10U; }
};

/// The next page of a query of `count` items, whose `add` puts what follows of item `at` on the page and moves `at` on
/// behind the item's end.
template <class Add>
Outcome<Page> fill_page(const std::size_t& at, std::size_t count, Add add)
{
    Page page;
    while (at < count && !page.is_full())
        PHALA_CHECK(add(page));
    page.last = at == count;
    return page;
}

/// A query that is under way. It keeps its place between pages, and the block pinned.
class StorageQuery {
public:
    /// `child` is without prefix, or absent for the state itself.
    static Outcome<StorageQuery> start(const Chain& chain, const H256& at, std::vector<StorageItem> items,
                                       const std::optional<Bytes>& child);

    /// The next items; none if the rest holds none.
    Outcome<Page> next();

private:
    StorageQuery(TrieAt trie, std::vector<StorageItem> items, std::optional<Bytes> child)
        : trie_{std::move(trie)}, items_{std::move(items)}, child_{std::move(child)}
    {
    }

    Outcome<> add(Page& page);
    Outcome<> add_descendants(Page& page, const StorageItem& item);
    std::string item_text(const Bytes& key, std::string_view name, ByteView value) const;

    TrieAt trie_;
    std::vector<StorageItem> items_;
    std::optional<Bytes> child_;
    std::size_t at_ = 0;
    std::optional<Bytes> behind_; ///< the last descendant that was given
};

} // namespace phala::node::rpc
