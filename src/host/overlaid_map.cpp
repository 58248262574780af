#include "host/overlaid_map.hpp"

namespace phala::host {

namespace {

/// Larger values (code) are not kept a second time: they are read once or twice.
constexpr std::size_t kMaxCachedValue = 64 * 1024;
/// A call that reads more than this reads the rest anew each time: it cannot fill the machine's memory.
constexpr std::size_t kMaxCachedBytes = 64 * 1024 * 1024;

} // namespace

Outcome<std::optional<Bytes>> OverlaidMap::base_get(ByteView key) const
{
    Bytes owned = to_bytes(key);
    if (const auto found = read_.find(owned); found != read_.end())
        return found->second;
    PHALA_TRY(auto value, base_->get(key));
    const std::size_t size = key.size() + (value ? value->size() : 0);
    if (size <= kMaxCachedValue && read_bytes_ + size <= kMaxCachedBytes) {
        read_bytes_ += size;
        read_.emplace(std::move(owned), value);
    }
    return value;
}

Outcome<std::optional<Bytes>> OverlaidMap::get(ByteView key) const
{
    if (auto changed = changes_.get(key))
        return std::move(*changed);
    return base_get(key);
}

Outcome<bool> OverlaidMap::exists(ByteView key) const
{
    if (const auto changed = changes_.exists(key))
        return *changed;
    PHALA_TRY(const auto value, base_get(key));
    return value.has_value();
}

Outcome<std::optional<Bytes>> OverlaidMap::next_key(ByteView key) const
{
    PHALA_TRY(auto below, base_->next_key(key));
    auto above = changes_.next(key);
    while (above.key != nullptr && (!below || !ByteLess{}(*below, *above.key))) {
        if (above.exists)
            return *above.key;
        if (below && *below == *above.key) {
            PHALA_TRY(auto further, base_->next_key(*below));
            below = std::move(further);
        }
        above = changes_.next(*above.key);
    }
    return below;
}

Outcome<void> OverlaidMap::append(ByteView key, ByteView item)
{
    return changes_.append(key, item, [&] { return base_get(key); });
}

Outcome<ClearedPrefix> OverlaidMap::clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit)
{
    changes_.remove_prefix(prefix);
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
        changes_.remove(*key);
        ++out.removed;
        PHALA_TRY(auto next, base_->next_key(*key));
        key = std::move(next);
    }
    return out;
}

Outcome<trie::Update> OverlaidMap::update(StateVersion version) const
{
    std::vector<std::pair<Bytes, std::optional<Bytes>>> storage;
    changes_.for_each([&](const Bytes& key, LayeredMap::Value value) { storage.emplace_back(key, std::move(value)); });
    std::vector<trie::Change> changes;
    changes.reserve(storage.size());
    for (const auto& [key, value] : storage)
        changes.push_back({key, value ? std::optional<ByteView>{*value} : std::nullopt});
    return base_->with(std::move(changes), version);
}

} // namespace phala::host
