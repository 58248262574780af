#include "node/rpc/methods/storage_query.hpp"

#include "crypto/hash.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/merkle_value.hpp"

namespace phala::node::rpc {

namespace {

// in the order of StorageKind, as clients name them
constexpr std::array<std::string_view, 5> kKinds = {"value", "hash", "closestDescendantMerkleValue",
                                                    "descendantsValues", "descendantsHashes"};

} // namespace

bool read(const boost::json::value& in, std::vector<StorageItem>& out, std::string& expected)
{
    expected = "a list of {\"key\", \"type\"}";
    const auto* list = in.if_array();
    if (list == nullptr)
        return false;
    for (const auto& one : *list) {
        const auto* object = one.if_object();
        const auto* key = object == nullptr ? nullptr : object->if_contains("key");
        const auto* type = object == nullptr ? nullptr : object->if_contains("type");
        const auto* start = object == nullptr ? nullptr : object->if_contains("paginationStartKey");
        if (key == nullptr || type == nullptr || !type->is_string())
            return false;
        const auto& name = type->get_string();
        const auto kind = std::ranges::find(kKinds, std::string_view{name.data(), name.size()});
        if (kind == kKinds.end()) {
            expected = "of a known type: " + std::string{kKinds[0]};
            for (std::size_t i = 1; i < kKinds.size(); ++i)
                expected.append(", ").append(kKinds[i]);
            return false;
        }
        StorageItem item{{}, static_cast<StorageKind>(kind - kKinds.begin()), {}};
        if (!detail::read(*key, item.key, expected))
            return false;
        if (start != nullptr && !start->is_null() && !detail::read(*start, item.start.emplace(), expected))
            return false;
        out.push_back(std::move(item));
    }
    return true;
}

Outcome<StorageQuery> StorageQuery::start(const Chain& chain, const H256& at, std::vector<StorageItem> items,
                                          const std::optional<Bytes>& child)
{
    std::optional<Bytes> full_key;
    if (child)
        full_key = concat(bytes_of(kChildPrefix), *child);
    PHALA_TRY(auto trie, trie_at(chain, at, full_key));
    return StorageQuery{std::move(trie), std::move(items), child};
}

std::string StorageQuery::item_text(const Bytes& key, std::string_view name, ByteView value) const
{
    json::object out;
    out.emplace("key", to_hex0x(key));
    out.emplace(name, to_hex0x(value));
    if (child_)
        out.emplace("childTrieKey", to_hex0x(*child_));
    return json::serialize(out);
}

Outcome<> StorageQuery::add_descendants(Page& page, const StorageItem& item)
{
    trie::Cursor cursor{trie_.nodes(), trie_.root};
    const auto& after = behind_ ? behind_ : item.start;
    const bool resume = after && !(*after < item.key);
    PHALA_TRY(bool there, resume ? cursor.seek_after(*after) : cursor.seek(item.key));
    while (there && starts_with(cursor.key(), item.key)) {
        if (page.is_full())
            return {}; // at_ stays: the next page goes on behind behind_
        PHALA_TRY(const auto value, cursor.value());
        page.add(item.kind == StorageKind::DescendantsValues
                     ? item_text(cursor.key(), "value", value)
                     : item_text(cursor.key(), "hash", crypto::blake2_256(value)));
        behind_ = cursor.key();
        PHALA_TRY(there, cursor.next());
    }
    behind_.reset();
    ++at_;
    return {};
}

Outcome<> StorageQuery::add(Page& page)
{
    const StorageItem& item = items_[at_];
    if (item.kind == StorageKind::DescendantsValues || item.kind == StorageKind::DescendantsHashes)
        return add_descendants(page, item);
    std::optional<Bytes> found;
    if (item.kind == StorageKind::ClosestDescendantMerkleValue) {
        PHALA_TRY(found, closest_merkle_value(trie_.nodes(), trie_.root, item.key));
    } else {
        PHALA_TRY(found, trie_.get(item.key));
        if (found && item.kind == StorageKind::Hash)
            found = to_bytes(crypto::blake2_256(*found));
    }
    if (found)
        page.add(item_text(item.key, kKinds[static_cast<std::size_t>(item.kind)], *found));
    ++at_;
    return {};
}

Outcome<Page> StorageQuery::next()
{
    return fill_page(at_, items_.size(), [this](Page& page) { return add(page); });
}

} // namespace phala::node::rpc
