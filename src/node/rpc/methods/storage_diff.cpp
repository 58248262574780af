#include "node/rpc/methods/storage_diff.hpp"

#include "crypto/hash.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/state_diff.hpp"
#include "trie/child_tries.hpp"

namespace phala::node::rpc {

namespace {

std::string change_text(const DiffItem& item, const StateChange& change)
{
    const Bytes& value = change.after ? *change.after : *change.before;
    json::object out;
    out.emplace("key", to_hex0x(change.key));
    if (item.hashes)
        out.emplace("hash", to_hex0x(crypto::blake2_256(value)));
    else
        out.emplace("value", to_hex0x(value));
    out.emplace("type", !change.before ? "added" : change.after ? "modified" : "deleted");
    if (item.child)
        out.emplace("childTrieKey", to_hex0x(*item.child));
    return json::serialize(out);
}

Outcome<bool> is_ancestor(const Chain& chain, const H256& ancestor, H256 block)
{
    PHALA_TRY(const auto oldest, chain.require_header(ancestor));
    PHALA_TRY(auto header, chain.require_header(block));
    while (header.number.value > oldest.number.value) {
        PHALA_TRY(const auto canonical, chain.hash_at(header.number));
        if (canonical == block) {
            PHALA_TRY(const auto below, chain.hash_at(oldest.number));
            return below == ancestor;
        }
        block = header.parent_hash;
        PHALA_TRY(header, chain.require_header(block));
    }
    return block == ancestor;
}

} // namespace

bool read(const boost::json::value& in, std::vector<DiffItem>& out, std::string& expected)
{
    expected = R"(a list of {"key", "returnType"})";
    const auto* list = in.if_array();
    if (list == nullptr)
        return false;
    const auto member = [](const json::object& object, std::string_view name) {
        const auto* value = object.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    };
    for (const auto& one : *list) {
        const auto* object = one.if_object();
        const auto* type = object == nullptr ? nullptr : member(*object, "returnType");
        if (type == nullptr || (*type != "value" && *type != "hash")) {
            expected += R"( with a return type of "value" or "hash")";
            return false;
        }
        DiffItem item{{}, *type == "hash"};
        if (const auto* key = member(*object, "key"); key != nullptr && !detail::read(*key, item.prefix, expected))
            return false;
        if (const auto* child = member(*object, "childTrieKey");
            child != nullptr && !detail::read(*child, item.child.emplace(), expected))
            return false;
        out.push_back(std::move(item));
    }
    return true;
}

Outcome<DiffQuery> DiffQuery::start(const Chain& chain, const H256& at, const std::optional<H256>& previous,
                                    std::vector<DiffItem> items)
{
    PHALA_TRY(const auto header, chain.require_header(at));
    if (!previous && header.number.value == 0)
        return fail(QueryError::NotAnAncestor, "the first block has none before it");
    const H256 from = previous.value_or(header.parent_hash);
    PHALA_TRY(const bool before, is_ancestor(chain, from, at));
    if (!before)
        return fail(QueryError::NotAnAncestor, to_hex0x(from));
    PHALA_TRY(auto old_state, chain.state_at(from));
    PHALA_TRY(auto new_state, chain.state_at(at));
    if (items.empty())
        items.push_back({});
    return DiffQuery{std::move(old_state), std::move(new_state), std::move(items)};
}

bool DiffQuery::told_before(const DiffItem& item, const Bytes& key) const
{
    return std::any_of(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(at_), [&](const DiffItem& other) {
        return other.child == item.child && starts_with(key, other.prefix);
    });
}

Outcome<> DiffQuery::add(Page& page)
{
    const DiffItem& item = items_[at_];
    trie::Hash before = before_->root();
    trie::Hash after = after_->root();
    if (item.child) {
        const Bytes key = trie::child_root_key(*item.child);
        PHALA_TRY(const auto old_root, before_->get(key));
        PHALA_TRY(before, trie::child_root_of(old_root));
        PHALA_TRY(const auto new_root, after_->get(key));
        PHALA_TRY(after, trie::child_root_of(new_root));
    }
    bool stopped = false;
    PHALA_CHECK(diff_states(after_.nodes(), before, after, {item.prefix, behind_}, [&](StateChange&& change) {
        behind_ = change.key;
        if (!told_before(item, change.key))
            page.add(change_text(item, change));
        stopped = page.is_full();
        return !stopped;
    }));
    if (stopped)
        return {};
    behind_.reset();
    ++at_;
    return {};
}

Outcome<Page> DiffQuery::next()
{
    return fill_page(at_, items_.size(), [this](Page& page) { return add(page); });
}

} // namespace phala::node::rpc
