#include "host/storage_reading.hpp"
#include "trie/child_tries.hpp"

namespace phala::host {

namespace {

using Method = StorageAccess::Method;

/// Roots of child tries are written by the host alone (spec substrate-host §2.2).
bool is_reserved(Guest& guest, ByteView key)
{
    if (!starts_with(key, bytes_of(trie::kAnyChildStoragePrefix)))
        return false;
    guest.log(LogLevel::Warn, "host",
              "runtime tried to write under :child_storage: by an ordinary storage function; ignored");
    return true;
}

Outcome<void> set(Guest& guest, ByteView key, ByteView value)
{
    PHALA_CHECK(guest.charge_write(key.size() + value.size()));
    guest.trace({.method = Method::Put, .key = key, .value = value});
    if (!is_reserved(guest, key))
        guest.overlay().set(key, to_bytes(value));
    return {};
}

Outcome<std::optional<Bytes>> get(Guest& guest, ByteView key)
{
    PHALA_TRY(auto value, guest.overlay().get(key));
    guest.trace({.method = Method::Get, .key = key, .value = value});
    return value;
}

Outcome<std::optional<std::uint32_t>> read(Guest& guest, ByteView key, Output out, std::uint32_t offset)
{
    PHALA_TRY(const auto value, get(guest, key));
    return read_value(value, out, offset);
}

Outcome<void> clear(Guest& guest, ByteView key)
{
    PHALA_CHECK(guest.charge_write(key.size()));
    guest.trace({.method = Method::Put, .key = key});
    if (!is_reserved(guest, key))
        guest.overlay().remove(key);
    return {};
}

Outcome<bool> exists(Guest& guest, ByteView key)
{
    PHALA_TRY(const bool found, guest.overlay().exists(key));
    guest.trace({.method = Method::Exists, .key = key, .found = found});
    return found;
}

Outcome<Cleared> clear_prefix_limited(Guest& guest, ByteView prefix, Scaled<std::optional<std::uint32_t>> limit)
{
    guest.trace({.method = Method::ClearPrefix, .key = prefix});
    const ByteView reserved = bytes_of(trie::kAnyChildStoragePrefix);
    if (starts_with(prefix, reserved) || starts_with(reserved, prefix)) {
        guest.log(LogLevel::Warn, "host",
                  "runtime tried to clear a prefix that covers the roots of child tries; ignored");
        return Cleared{};
    }
    PHALA_TRY(const auto cleared, guest.overlay().clear_prefix(prefix, limit.value));
    return Cleared::of(cleared);
}

Outcome<void> clear_prefix(Guest& guest, ByteView prefix)
{
    PHALA_CHECK(clear_prefix_limited(guest, prefix, {}));
    return {};
}

Outcome<void> append(Guest& guest, ByteView key, ByteView item)
{
    PHALA_CHECK(guest.charge_write(key.size() + item.size()));
    guest.trace({.method = Method::Append, .key = key, .value = item});
    if (is_reserved(guest, key))
        return {};
    return guest.overlay().append(key, item);
}

Outcome<Raw> root_of_version(Guest& guest, StateVersion version)
{
    PHALA_TRY(const Hash root, guest.overlay().root(version));
    guest.trace({.method = Method::StorageRoot, .value = root});
    return Raw{to_bytes(root)};
}

Outcome<Raw> root(Guest& guest)
{
    return root_of_version(guest, StateVersion::V0);
}

/// Changes tries no longer exist.
Outcome<std::optional<Bytes>> changes_root(Guest&, ByteView)
{
    return std::nullopt;
}

Outcome<std::optional<Bytes>> next_key(Guest& guest, ByteView key)
{
    PHALA_TRY(auto next, guest.overlay().next_key(key));
    guest.trace({.method = Method::NextKey, .key = key, .value = next});
    return next;
}

Outcome<void> start_transaction(Guest& guest)
{
    constexpr std::uint32_t kMaxNested = 255; // the runtimes' own limit
    if (guest.open_transactions() >= kMaxNested)
        return fail(HostError::Trap, "more than 255 nested storage transactions");
    guest.overlay().begin_transaction();
    return {};
}

Outcome<void> rollback_transaction(Guest& guest)
{
    if (guest.open_transactions() == 0)
        return fail(HostError::NoTransaction);
    return guest.overlay().rollback_transaction();
}

Outcome<void> commit_transaction(Guest& guest)
{
    if (guest.open_transactions() == 0)
        return fail(HostError::NoTransaction);
    return guest.overlay().commit_transaction();
}

Outcome<std::uint64_t> proof_size(Guest& guest)
{
    const auto* proof = guest.context().proof;
    return proof == nullptr ? std::numeric_limits<std::uint64_t>::max() : std::uint64_t{proof->bytes()};
}

constexpr HostFunction kFunctions[] = {
    host_function<&set>("ext_storage_set_version_1"),
    host_function<&get>("ext_storage_get_version_1"),
    host_function<&read>("ext_storage_read_version_1"),
    host_function<&clear>("ext_storage_clear_version_1"),
    host_function<&exists>("ext_storage_exists_version_1"),
    host_function<&clear_prefix>("ext_storage_clear_prefix_version_1"),
    host_function<&clear_prefix_limited>("ext_storage_clear_prefix_version_2"),
    host_function<&append>("ext_storage_append_version_1"),
    host_function<&root>("ext_storage_root_version_1"),
    host_function<&root_of_version>("ext_storage_root_version_2"),
    host_function<&changes_root>("ext_storage_changes_root_version_1"),
    host_function<&next_key>("ext_storage_next_key_version_1"),
    host_function<&start_transaction>("ext_storage_start_transaction_version_1"),
    host_function<&rollback_transaction>("ext_storage_rollback_transaction_version_1"),
    host_function<&commit_transaction>("ext_storage_commit_transaction_version_1"),
    host_function<&proof_size>("ext_storage_proof_size_storage_proof_size_version_1"),
};

} // namespace

std::span<const HostFunction> storage_functions()
{
    return kFunctions;
}

} // namespace phala::host
