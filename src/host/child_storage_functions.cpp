#include "host/storage_reading.hpp"

namespace phala::host {

namespace {

using Method = StorageAccess::Method;

/// Encoded numbers of keys to remove at most; none: all.
using Limit = Scaled<std::optional<std::uint32_t>>;

Outcome<void> set(Guest& guest, ByteView child, ByteView key, ByteView value)
{
    PHALA_CHECK(guest.charge_write(child.size() + key.size() + value.size()));
    PHALA_TRY(auto* map, guest.overlay().child_to_change(child));
    guest.trace({.method = Method::Put, .child = child, .key = key, .value = value});
    map->set(key, to_bytes(value));
    return {};
}

Outcome<std::optional<Bytes>> get(Guest& guest, ByteView child, ByteView key)
{
    PHALA_TRY(const auto* map, guest.overlay().child(child));
    PHALA_TRY(auto value, map->get(key));
    guest.trace({.method = Method::Get, .child = child, .key = key, .value = value});
    return value;
}

Outcome<std::optional<std::uint32_t>> read(Guest& guest, ByteView child, ByteView key, Output out, std::uint32_t offset)
{
    PHALA_TRY(const auto value, get(guest, child, key));
    return read_value(value, out, offset);
}

Outcome<void> clear(Guest& guest, ByteView child, ByteView key)
{
    PHALA_CHECK(guest.charge_write(child.size() + key.size()));
    PHALA_TRY(auto* map, guest.overlay().child_to_change(child));
    guest.trace({.method = Method::Put, .child = child, .key = key});
    map->remove(key);
    return {};
}

Outcome<bool> exists(Guest& guest, ByteView child, ByteView key)
{
    PHALA_TRY(const auto* map, guest.overlay().child(child));
    PHALA_TRY(const bool found, map->exists(key));
    guest.trace({.method = Method::Exists, .child = child, .key = key, .found = found});
    return found;
}

Outcome<Cleared> clear_prefix_limited(Guest& guest, ByteView child, ByteView prefix, Limit limit)
{
    PHALA_TRY(auto* map, guest.overlay().child_to_change(child));
    guest.trace({.method = Method::ClearPrefix, .child = child, .key = prefix});
    PHALA_TRY(const auto cleared, map->clear_prefix(prefix, limit.value));
    return Cleared::of(cleared);
}

Outcome<void> clear_prefix(Guest& guest, ByteView child, ByteView prefix)
{
    PHALA_CHECK(clear_prefix_limited(guest, child, prefix, {}));
    return {};
}

Outcome<Cleared> kill(Guest& guest, ByteView child, Limit limit)
{
    return clear_prefix_limited(guest, child, {}, limit);
}

Outcome<bool> kill_tells_whether_all(Guest& guest, ByteView child, Limit limit)
{
    PHALA_TRY(const Cleared cleared, kill(guest, child, limit));
    return cleared.remaining == 0;
}

Outcome<void> kill_all(Guest& guest, ByteView child)
{
    PHALA_CHECK(kill(guest, child, {}));
    return {};
}

Outcome<Raw> root_of_version(Guest& guest, ByteView child, StateVersion version)
{
    PHALA_TRY(const Hash root, guest.overlay().child_root(child, version));
    guest.trace({.method = Method::StorageRoot, .child = child, .value = root});
    return Raw{to_bytes(root)};
}

Outcome<Raw> root(Guest& guest, ByteView child)
{
    return root_of_version(guest, child, StateVersion::V0);
}

Outcome<std::optional<Bytes>> next_key(Guest& guest, ByteView child, ByteView key)
{
    PHALA_TRY(const auto* map, guest.overlay().child(child));
    PHALA_TRY(auto next, map->next_key(key));
    guest.trace({.method = Method::NextKey, .child = child, .key = key, .value = next});
    return next;
}

constexpr HostFunction kFunctions[] = {
    host_function<&set>("ext_default_child_storage_set_version_1"),
    host_function<&get>("ext_default_child_storage_get_version_1"),
    host_function<&read>("ext_default_child_storage_read_version_1"),
    host_function<&clear>("ext_default_child_storage_clear_version_1"),
    host_function<&exists>("ext_default_child_storage_exists_version_1"),
    host_function<&kill_all>("ext_default_child_storage_storage_kill_version_1"),
    host_function<&kill_tells_whether_all>("ext_default_child_storage_storage_kill_version_2"),
    host_function<&kill>("ext_default_child_storage_storage_kill_version_3"),
    host_function<&clear_prefix>("ext_default_child_storage_clear_prefix_version_1"),
    host_function<&clear_prefix_limited>("ext_default_child_storage_clear_prefix_version_2"),
    host_function<&root>("ext_default_child_storage_root_version_1"),
    host_function<&root_of_version>("ext_default_child_storage_root_version_2"),
    host_function<&next_key>("ext_default_child_storage_next_key_version_1"),
};

} // namespace

std::span<const HostFunction> child_storage_functions()
{
    return kFunctions;
}

} // namespace phala::host
