#include "runtime/frame/storage_io.hpp"

#include "runtime/frame/storage_cache.hpp"

namespace phala::runtime::io {
namespace {

constinit StorageCache cache;

} // namespace

std::optional<Bytes> get(ByteView key)
{
    const auto value = cache.view(key);
    return value ? std::optional{to_bytes(*value)} : std::nullopt;
}

std::optional<ByteView> view(ByteView key)
{
    return cache.view(key);
}

void set(ByteView key, ByteView value)
{
    cache.set(key, to_bytes(value));
}

void set(ByteView key, Bytes&& value)
{
    cache.set(key, std::move(value));
}

void clear(ByteView key)
{
    cache.clear(key);
}

bool exists(ByteView key)
{
    return cache.exists(key);
}

void append(ByteView key, ByteView item)
{
    cache.append(key, item);
}

Cleared clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit)
{
    cache.sync();
    cache.forget();
    return backend::clear_prefix(prefix, limit);
}

std::optional<Bytes> next_key(ByteView key)
{
    cache.sync();
    return backend::next_key(key);
}

ByteArray<32> root(std::uint8_t state_version)
{
    cache.sync();
    return backend::root(state_version);
}

void start_transaction()
{
    cache.start_transaction();
}

void commit_transaction()
{
    cache.commit_transaction();
}

void rollback_transaction()
{
    cache.rollback_transaction();
}

void sync()
{
    cache.sync();
}

void reset()
{
    cache = StorageCache{};
}

} // namespace phala::runtime::io
