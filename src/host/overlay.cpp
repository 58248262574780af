#include "host/overlay.hpp"

#include "host/error.hpp"

namespace phala::host {

namespace {

/// Larger values (code) are not kept a second time: they are read once or twice.
constexpr std::size_t kMaxCachedValue = 64 * 1024;

} // namespace

Outcome<std::optional<Bytes>> Overlay::base_get(ByteView key) const
{
    Bytes owned = to_bytes(key);
    if (const auto found = read_.find(owned); found != read_.end())
        return found->second;
    PHALA_TRY(auto value, base_->get(key));
    if (!value || value->size() <= kMaxCachedValue)
        read_.emplace(std::move(owned), value);
    return value;
}

Outcome<std::optional<Bytes>> Overlay::get(ByteView key) const
{
    if (auto changed = top_.get(key))
        return std::move(*changed);
    return base_get(key);
}

Outcome<bool> Overlay::exists(ByteView key) const
{
    if (const auto changed = top_.exists(key))
        return *changed;
    PHALA_TRY(const auto value, base_get(key));
    return value.has_value();
}

Outcome<std::optional<Bytes>> Overlay::next_key(ByteView key) const
{
    PHALA_TRY(auto below, base_->next_key(key));
    auto above = top_.next(key);
    while (above.key != nullptr && (!below || !ByteLess{}(*below, *above.key))) {
        if (above.exists)
            return *above.key;
        if (below && *below == *above.key) {
            PHALA_TRY(auto further, base_->next_key(*below));
            below = std::move(further);
        }
        above = top_.next(*above.key);
    }
    return below;
}

void Overlay::set(ByteView key, Bytes value)
{
    touch();
    top_.set(key, std::move(value));
}

void Overlay::remove(ByteView key)
{
    touch();
    top_.remove(key);
}

Outcome<void> Overlay::append(ByteView key, ByteView item)
{
    touch();
    return top_.append(key, item, [&] { return base_get(key); });
}

Outcome<ClearedPrefix> Overlay::clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit)
{
    touch();
    top_.remove_prefix(prefix);
    ClearedPrefix out;
    PHALA_TRY(const auto first, base_get(prefix));
    std::optional<Bytes> key;
    if (first) {
        key = to_bytes(prefix);
    } else {
        PHALA_TRY(key, base_->next_key(prefix));
    }
    while (key && starts_with(*key, prefix)) {
        if (limit && out.removed == *limit) {
            out.all = false;
            break;
        }
        top_.remove(*key);
        ++out.removed;
        PHALA_TRY(auto next, base_->next_key(*key));
        key = std::move(next);
    }
    return out;
}

void Overlay::begin_transaction()
{
    top_.begin();
    offchain_.begin();
}

Outcome<void> Overlay::commit_transaction()
{
    if (!top_.commit() || !offchain_.commit())
        return fail(HostError::NoTransaction);
    return {};
}

Outcome<void> Overlay::rollback_transaction()
{
    touch();
    if (!top_.rollback() || !offchain_.rollback())
        return fail(HostError::NoTransaction);
    return {};
}

Outcome<void> Overlay::compute(StateVersion version)
{
    if (computed_ && computed_->version == version)
        return {};
    std::vector<std::pair<Bytes, std::optional<Bytes>>> storage;
    top_.for_each([&](const Bytes& key, LayeredMap::Value value) { storage.emplace_back(key, std::move(value)); });
    std::vector<trie::Change> changes;
    changes.reserve(storage.size());
    for (const auto& [key, value] : storage)
        changes.push_back({key, value ? std::optional<ByteView>{*value} : std::nullopt});
    PHALA_TRY(auto update, base_->with(std::move(changes), version));
    computed_ = Computed{version, std::move(update)};
    return {};
}

Outcome<Hash> Overlay::root(StateVersion version)
{
    PHALA_CHECK(compute(version));
    return computed_->update.root;
}

Outcome<StorageChanges> Overlay::changes(StateVersion version)
{
    if (depth() != 0)
        return fail(HostError::NoTransaction, "a transaction is still open");
    PHALA_CHECK(compute(version));
    StorageChanges out;
    top_.for_each([&](const Bytes& key, LayeredMap::Value value) { out.storage.emplace_back(key, std::move(value)); });
    offchain_.for_each(
        [&](const Bytes& key, LayeredMap::Value value) { out.offchain_index.emplace_back(key, std::move(value)); });
    out.trie = computed_->update;
    return out;
}

} // namespace phala::host
