#include "node/rpc/methods/state_query.hpp"

#include "trie/proof.hpp"

namespace phala::node::rpc {

namespace {

constexpr std::size_t kMaxCollectedBytes = 8U << 20U; // in hex about the largest response
constexpr std::size_t kMaxSummedKeys = 100'000;

/// Calls `take` with a cursor at each key that has the prefix, until it fails.
template <class Take>
Outcome<> each_key(const TrieAt& trie, const Bytes& prefix, Take take)
{
    trie::Cursor cursor{trie.nodes(), trie.root};
    PHALA_TRY(bool there, cursor.seek(prefix));
    while (there && starts_with(cursor.key(), prefix)) {
        PHALA_CHECK(take(cursor));
        PHALA_TRY(there, cursor.next());
    }
    return {};
}

Outcome<trie::Hash> child_root(const trie::NodeReader& nodes, const trie::Hash& root, const Bytes& child)
{
    if (!starts_with(child, bytes_of(kChildPrefix)))
        return fail(QueryError::BadChildKey);
    PHALA_TRY(auto stored, trie::get(nodes, root, child));
    if (!stored)
        return trie::kEmptyRoot;
    if (stored->size() != std::tuple_size_v<trie::Hash>)
        return fail(QueryError::BadChildKey);
    return array_of<32>(*stored);
}

} // namespace

std::string_view describe(QueryError error)
{
    switch (error) {
    case QueryError::BadChildKey: return "Invalid child storage key";
    case QueryError::NotAnAncestor: return "The previous block must be an ancestor of the block";
    case QueryError::TooMuch: return "Too much state for one answer; ask for pages of a longer prefix";
    }
    return "unknown query error";
}

Outcome<TrieAt> trie_at(const Chain& chain, const H256& at, const std::optional<Bytes>& child)
{
    PHALA_TRY(auto state, chain.state_at(at));
    trie::Hash root = state->root();
    if (child) {
        PHALA_TRY(root, child_root(state.nodes(), root, *child));
    }
    return TrieAt{std::move(state), root};
}

Outcome<std::vector<Bytes>> keys_page(const TrieAt& trie, const Bytes& prefix, std::size_t count,
                                      const std::optional<Bytes>& after)
{
    trie::Cursor cursor{trie.nodes(), trie.root};
    std::vector<Bytes> keys;
    const bool behind = after && !(*after < prefix);
    PHALA_TRY(bool there, behind ? cursor.seek_after(*after) : cursor.seek(prefix));
    while (there && keys.size() < count && starts_with(cursor.key(), prefix)) {
        // a first page that starts at the prefix does not hold a key that equals it: "strictly greater"
        if (!after || cursor.key() != *after)
            keys.push_back(cursor.key());
        PHALA_TRY(there, cursor.next());
    }
    return keys;
}

Outcome<std::vector<Bytes>> all_keys(const TrieAt& trie, const Bytes& prefix)
{
    std::vector<Bytes> keys;
    std::size_t bytes = 0;
    PHALA_CHECK(each_key(trie, prefix, [&](const trie::Cursor& cursor) -> Outcome<> {
        bytes += cursor.key().size();
        if (bytes > kMaxCollectedBytes)
            return fail(QueryError::TooMuch);
        keys.push_back(cursor.key());
        return {};
    }));
    return keys;
}

Outcome<Pairs> all_pairs(const TrieAt& trie, const Bytes& prefix)
{
    Pairs pairs;
    std::size_t bytes = 0;
    PHALA_CHECK(each_key(trie, prefix, [&](const trie::Cursor& cursor) -> Outcome<> {
        PHALA_TRY(auto value, cursor.value());
        bytes += cursor.key().size() + value.size();
        if (bytes > kMaxCollectedBytes)
            return fail(QueryError::TooMuch);
        pairs.emplace_back(cursor.key(), std::move(value));
        return {};
    }));
    return pairs;
}

Outcome<std::optional<std::uint64_t>> storage_size(const TrieAt& trie, const Bytes& key)
{
    PHALA_TRY(auto value, trie.get(key));
    if (value)
        return std::optional<std::uint64_t>{value->size()};
    std::size_t keys = 0;
    std::uint64_t sum = 0;
    PHALA_CHECK(each_key(trie, key, [&](const trie::Cursor& cursor) -> Outcome<> {
        if (++keys > kMaxSummedKeys)
            return fail(QueryError::TooMuch);
        PHALA_TRY(auto below, cursor.value());
        sum += below.size();
        return {};
    }));
    return sum == 0 ? std::nullopt : std::optional{sum};
}

Outcome<std::vector<Bytes>> child_proof(const PinnedState& state, const Bytes& child, const std::vector<Bytes>& keys)
{
    const trie::Recorder recorder{state.nodes()};
    PHALA_TRY(const auto root, child_root(recorder, state->root(), child));
    for (const auto& key : keys)
        PHALA_CHECK(trie::get(recorder, root, key));
    return recorder.nodes();
}

} // namespace phala::node::rpc
