#include "worker/core/engine/local_cache.hpp"

#include <algorithm>

namespace phala::worker::engine {

std::optional<Bytes> LocalCache::Store::take(const Bytes& key)
{
    const auto at = entries.find(key);
    if (at == entries.end())
        return std::nullopt;
    size -= at->first.size() + at->second.value.size();
    auto value = std::move(at->second.value);
    entries.erase(at);
    return value;
}

void LocalCache::Store::purge(std::uint64_t now)
{
    std::erase_if(entries, [&](const auto& item) {
        const bool expired = item.second.expires_at <= now;
        if (expired)
            size -= item.first.size() + item.second.value.size();
        return expired;
    });
}

/// Drops what expires first until the rest fits.
void LocalCache::Store::fit()
{
    while (size > quota) {
        const auto first =
            std::ranges::min_element(entries, {}, [](const auto& item) { return item.second.expires_at; });
        take(Bytes{first->first});
    }
}

void LocalCache::apply_quota(const AccountId& contract, std::uint64_t bytes)
{
    if (bytes == 0) {
        stores_.erase(contract);
        return;
    }
    auto& store = stores_[contract];
    store.quota = bytes;
    store.fit();
}

void LocalCache::set_weights(const std::map<AccountId, std::uint32_t>& weights)
{
    std::uint64_t sum = 0;
    for (const auto& [contract, weight] : weights)
        sum += weight;
    const std::lock_guard lock{mutex_};
    std::erase_if(stores_, [&](const auto& item) { return !weights.contains(item.first); });
    for (const auto& [contract, weight] : weights)
        apply_quota(contract, kTotalSize * weight / std::max<std::uint64_t>(1, sum));
}

void LocalCache::set_quota(const AccountId& contract, std::uint64_t bytes)
{
    const std::lock_guard lock{mutex_};
    apply_quota(contract, bytes);
}

std::uint64_t LocalCache::quota(const AccountId& contract) const
{
    const std::lock_guard lock{mutex_};
    const auto at = stores_.find(contract);
    return at == stores_.end() ? 0 : at->second.quota;
}

void LocalCache::count_write(std::uint64_t now)
{
    if (++writes_ % kWritesBetweenSweeps == 0)
        for (auto& [contract, store] : stores_)
            store.purge(now);
}

bool LocalCache::set(const AccountId& contract, ByteView key, ByteView value, std::uint64_t now)
{
    const std::lock_guard lock{mutex_};
    count_write(now);
    const auto at = stores_.find(contract);
    if (at == stores_.end())
        return false;
    Store& store = at->second;
    Bytes name = to_bytes(key);
    store.take(name);
    const std::uint64_t more = key.size() + value.size();
    if (store.size + more > store.quota)
        store.purge(now);
    if (store.size + more > store.quota)
        return false;
    store.entries.emplace(std::move(name), Entry{to_bytes(value), now + kLifetime});
    store.size += more;
    return true;
}

void LocalCache::set_expiration(const AccountId& contract, ByteView key, std::uint64_t seconds, std::uint64_t now)
{
    const std::lock_guard lock{mutex_};
    count_write(now);
    const auto at = stores_.find(contract);
    if (at == stores_.end())
        return;
    const Bytes name = to_bytes(key);
    const auto entry = at->second.entries.find(name);
    if (entry == at->second.entries.end())
        return;
    if (seconds == 0 || entry->second.expires_at <= now)
        at->second.take(name);
    else
        entry->second.expires_at = now + seconds < now ? ~std::uint64_t{0} : now + seconds;
}

std::optional<Bytes> LocalCache::get(const AccountId& contract, ByteView key, std::uint64_t now) const
{
    const std::lock_guard lock{mutex_};
    const auto at = stores_.find(contract);
    if (at == stores_.end())
        return std::nullopt;
    const auto entry = at->second.entries.find(to_bytes(key));
    if (entry == at->second.entries.end() || entry->second.expires_at <= now)
        return std::nullopt;
    return entry->second.value;
}

std::optional<Bytes> LocalCache::remove(const AccountId& contract, ByteView key, std::uint64_t now)
{
    const std::lock_guard lock{mutex_};
    count_write(now);
    const auto at = stores_.find(contract);
    return at == stores_.end() ? std::nullopt : at->second.take(to_bytes(key));
}

void LocalCache::apply(const AccountId& contract, const CacheOp& operation, std::uint64_t now)
{
    operation.op.visit([&]<class Op>(const Op& op) {
        if constexpr (std::is_same_v<Op, CacheSet>)
            set(contract, op.key, op.value, now);
        else if constexpr (std::is_same_v<Op, CacheSetExpiration>)
            set_expiration(contract, op.key, op.expiration, now);
        else
            remove(contract, op.key, now);
    });
}

std::uint64_t LocalCache::size(const AccountId& contract) const
{
    const std::lock_guard lock{mutex_};
    const auto at = stores_.find(contract);
    return at == stores_.end() ? 0 : at->second.size;
}

} // namespace phala::worker::engine
