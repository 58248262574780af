#pragma once
// archive_v1_storageDiff (spec substrate-host §8.4): what changed between a block and one before it, page by page.
#include "node/rpc/methods.hpp"
#include "node/rpc/methods/storage_query.hpp"

namespace phala::node::rpc {

struct DiffItem {
    Bytes prefix;
    bool hashes = false;          ///< hashes of values are wanted, not values
    std::optional<Bytes> child{}; ///< name of a child trie
};

// One parameter: a list of {"key"?, "returnType", "childTrieKey"?}
bool read(const boost::json::value& json, std::vector<DiffItem>& out, std::string& expected);

/// A query that is under way; it keeps both blocks pinned.
class DiffQuery {
public:
    /// From `previous`, an ancestor of the block, or from its parent. Without items: all values of the state. What several
    /// items cover is told by the first of them.
    static Outcome<DiffQuery> start(const Chain& chain, const H256& at, const std::optional<H256>& previous,
                                    std::vector<DiffItem> items);

    Outcome<Page> next();

private:
    DiffQuery(PinnedState before, PinnedState after, std::vector<DiffItem> items)
        : before_{std::move(before)}, after_{std::move(after)}, items_{std::move(items)}
    {
    }
    [[nodiscard]] bool told_before(const DiffItem& item, const Bytes& key) const;
    Outcome<> add(Page& page);

    PinnedState before_;
    PinnedState after_;
    std::vector<DiffItem> items_;
    std::size_t at_ = 0;
    std::optional<Bytes> behind_; ///< the last key that was told
};

} // namespace phala::node::rpc
