#include "host/bind.hpp"

namespace phala::host {

namespace {

Outcome<void> index_set(Guest& guest, ByteView key, ByteView value)
{
    PHALA_CHECK(guest.charge_write(key.size() + value.size()));
    guest.overlay().set_offchain_index(key, to_bytes(value));
    return {};
}

Outcome<void> index_clear(Guest& guest, ByteView key)
{
    PHALA_CHECK(guest.charge_write(key.size()));
    guest.overlay().remove_offchain_index(key);
    return {};
}

/// Result<T, ()>, as an optional that is encoded the other way round.
template <class T>
Raw result_of(const std::optional<T>& value)
{
    constexpr std::uint8_t kOk = 0;
    constexpr std::uint8_t kError = 1;
    return {value ? scale::encode(kOk, *value) : Bytes{kError}};
}

Outcome<bool> is_validator(Guest& guest)
{
    PHALA_TRY(const auto* offchain, guest.offchain());
    return offchain->is_validator();
}

Outcome<Raw> submit_transaction(Guest& guest, ByteView extrinsic)
{
    PHALA_TRY(auto* offchain, guest.offchain());
    return result_of(offchain->submit_transaction(extrinsic) ? std::optional{std::tuple<>{}} : std::nullopt);
}

Outcome<Raw> network_state(Guest& guest)
{
    PHALA_TRY(const auto* offchain, guest.offchain());
    return result_of(offchain->network_state());
}

Outcome<std::uint64_t> timestamp(Guest& guest)
{
    PHALA_TRY(const auto* offchain, guest.offchain());
    return offchain->timestamp();
}

Outcome<void> sleep_until(Guest& guest, std::uint64_t deadline)
{
    PHALA_TRY(auto* offchain, guest.offchain());
    offchain->sleep_until(deadline);
    return {};
}

Outcome<ByteArray<32>> random_seed(Guest& guest)
{
    PHALA_TRY(auto* offchain, guest.offchain());
    return offchain->random_seed();
}

Outcome<OffchainStore> store_of(std::uint32_t kind)
{
    if (kind != static_cast<std::uint32_t>(OffchainStore::Persistent)
        && kind != static_cast<std::uint32_t>(OffchainStore::Local))
        return fail(HostError::Trap, "unknown offchain store " + std::to_string(kind));
    return static_cast<OffchainStore>(kind);
}

Outcome<void> local_set(Guest& guest, std::uint32_t kind, ByteView key, ByteView value)
{
    PHALA_TRY(auto* offchain, guest.offchain());
    PHALA_TRY(const auto store, store_of(kind));
    return offchain->set(store, key, value);
}

Outcome<void> local_clear(Guest& guest, std::uint32_t kind, ByteView key)
{
    PHALA_TRY(auto* offchain, guest.offchain());
    PHALA_TRY(const auto store, store_of(kind));
    return offchain->clear(store, key);
}

Outcome<bool> local_compare_and_set(Guest& guest, std::uint32_t kind, ByteView key,
                                    Scaled<std::optional<Bytes>> expected, ByteView value)
{
    PHALA_TRY(auto* offchain, guest.offchain());
    PHALA_TRY(const auto store, store_of(kind));
    return offchain->compare_and_set(store, key, expected.value, value);
}

Outcome<std::optional<Bytes>> local_get(Guest& guest, std::uint32_t kind, ByteView key)
{
    PHALA_TRY(const auto* offchain, guest.offchain());
    PHALA_TRY(const auto store, store_of(kind));
    return offchain->get(store, key);
}

// HTTP: this node gives workers none, in the words that the interface has for it. No request is ever begun, so no id is
// one of a request.

enum class HttpError : std::uint8_t { DeadlineReached, IoError, Invalid }; // also the first three states of a response

Raw no_such_request()
{
    return {scale::encode(std::expected<void, HttpError>{std::unexpected{HttpError::Invalid}})};
}

Outcome<Raw> http_request_start(Guest& guest, ByteView, ByteView, ByteView)
{
    PHALA_CHECK(guest.offchain());
    return result_of<std::uint16_t>(std::nullopt);
}

Outcome<Raw> http_request_add_header(Guest& guest, std::uint32_t, ByteView, ByteView)
{
    PHALA_CHECK(guest.offchain());
    return result_of<std::tuple<>>(std::nullopt);
}

Outcome<Raw> http_request_write_body(Guest& guest, std::uint32_t, ByteView, Scaled<std::optional<std::uint64_t>>)
{
    PHALA_CHECK(guest.offchain());
    return no_such_request();
}

Outcome<std::vector<HttpError>> http_response_wait(Guest& guest, Scaled<std::vector<std::uint16_t>> ids,
                                                   Scaled<std::optional<std::uint64_t>>)
{
    PHALA_CHECK(guest.offchain());
    return std::vector<HttpError>(ids.value.size(), HttpError::Invalid);
}

Outcome<std::vector<std::pair<Bytes, Bytes>>> http_response_headers(Guest& guest, std::uint32_t)
{
    PHALA_CHECK(guest.offchain());
    return std::vector<std::pair<Bytes, Bytes>>{};
}

Outcome<Raw> http_response_read_body(Guest& guest, std::uint32_t, Output, Scaled<std::optional<std::uint64_t>>)
{
    PHALA_CHECK(guest.offchain());
    return no_such_request();
}

constexpr HostFunction kFunctions[] = {
    host_function<&index_set>("ext_offchain_index_set_version_1"),
    host_function<&index_clear>("ext_offchain_index_clear_version_1"),
    host_function<&is_validator>("ext_offchain_is_validator_version_1"),
    host_function<&submit_transaction>("ext_offchain_submit_transaction_version_1"),
    host_function<&network_state>("ext_offchain_network_state_version_1"),
    host_function<&timestamp>("ext_offchain_timestamp_version_1"),
    host_function<&sleep_until>("ext_offchain_sleep_until_version_1"),
    host_function<&random_seed>("ext_offchain_random_seed_version_1"),
    host_function<&local_set>("ext_offchain_local_storage_set_version_1"),
    host_function<&local_clear>("ext_offchain_local_storage_clear_version_1"),
    host_function<&local_compare_and_set>("ext_offchain_local_storage_compare_and_set_version_1"),
    host_function<&local_get>("ext_offchain_local_storage_get_version_1"),
    host_function<&http_request_start>("ext_offchain_http_request_start_version_1"),
    host_function<&http_request_add_header>("ext_offchain_http_request_add_header_version_1"),
    host_function<&http_request_write_body>("ext_offchain_http_request_write_body_version_1"),
    host_function<&http_response_wait>("ext_offchain_http_response_wait_version_1"),
    host_function<&http_response_headers>("ext_offchain_http_response_headers_version_1"),
    host_function<&http_response_read_body>("ext_offchain_http_response_read_body_version_1"),
};

} // namespace

std::span<const HostFunction> offchain_functions()
{
    return kFunctions;
}

} // namespace phala::host
