// The host functions of contracts, natively: what phat/host.hpp declares, on the Chain that runs.
#include "phat/host.hpp"

#include "crypto/hash.hpp"
#include "testing/host_access.hpp"

#include <cstring>

namespace phat::host {

std::uint8_t buffer[kBufferSize];

void trap()
{
    throw testing::FrameTrapped{};
}

} // namespace phat::host

namespace phat::testing {

void give(ByteView data, void* out, std::uint32_t* out_size)
{
    if (data.size() > *out_size)
        host::trap();
    std::memcpy(out, data.data(), data.size());
    *out_size = static_cast<std::uint32_t>(data.size());
}

namespace {

constexpr std::uint32_t kAbsent = ~std::uint32_t{0};
constexpr std::size_t kMaxTopics = 4;

template <class T>
void give_value(const T& value, void* out, std::uint32_t* out_size)
{
    give(phala::scale::encode(value), out, out_size);
}

ByteView view(const void* data, std::uint32_t size)
{
    return {static_cast<const std::uint8_t*>(data), size};
}

Bytes copy(const void* data, std::uint32_t size)
{
    return phala::to_bytes(view(data, size));
}

template <class T>
T fixed(const void* data)
{
    T out;
    std::memcpy(&out, data, sizeof out);
    return out;
}

std::uint32_t code(host::ReturnCode value)
{
    return static_cast<std::uint32_t>(value);
}

} // namespace
} // namespace phat::testing

using namespace phat;
using namespace phat::testing;

extern "C" {

std::uint32_t phat::host::phat_get_storage(const void* key, std::uint32_t key_size, void* out, std::uint32_t* out_size)
{
    const auto& storage = Host::contract().storage;
    const auto found = storage.find(copy(key, key_size));
    if (found == storage.end())
        return code(ReturnCode::KeyNotFound);
    give(found->second, out, out_size);
    return 0;
}

std::uint32_t phat::host::phat_set_storage(const void* key, std::uint32_t key_size, const void* value,
                                           std::uint32_t size)
{
    if (size > kBufferSize)
        trap();
    auto& storage = Host::contract().storage;
    const auto [place, is_new] = storage.try_emplace(copy(key, key_size));
    const auto before = is_new ? kAbsent : static_cast<std::uint32_t>(place->second.size());
    place->second = copy(value, size);
    return before;
}

std::uint32_t phat::host::phat_clear_storage(const void* key, std::uint32_t key_size)
{
    auto node = Host::contract().storage.extract(copy(key, key_size));
    return node ? static_cast<std::uint32_t>(node.mapped().size()) : kAbsent;
}

std::uint32_t phat::host::phat_contains_storage(const void* key, std::uint32_t key_size)
{
    const auto& storage = Host::contract().storage;
    const auto found = storage.find(copy(key, key_size));
    return found == storage.end() ? kAbsent : static_cast<std::uint32_t>(found->second.size());
}

void phat::host::phat_input(void* out, std::uint32_t* out_size)
{
    give(Host::frame().input, out, out_size);
}

void phat::host::phat_return(std::uint32_t flags, const void* data, std::uint32_t size)
{
    throw FrameReturned{flags, copy(data, size)};
}

void phat::host::phat_caller(void* out, std::uint32_t* out_size)
{
    give(Host::frame().caller, out, out_size);
}

void phat::host::phat_address(void* out, std::uint32_t* out_size)
{
    give(Host::frame().self, out, out_size);
}

void phat::host::phat_value_transferred(void* out, std::uint32_t* out_size)
{
    give_value(Host::frame().value, out, out_size);
}

void phat::host::phat_balance(void* out, std::uint32_t* out_size)
{
    give_value(Host::chain().balance(Host::frame().self), out, out_size);
}

void phat::host::phat_now(void* out, std::uint32_t* out_size)
{
    give_value(Host::chain().now(), out, out_size);
}

void phat::host::phat_block_number(void* out, std::uint32_t* out_size)
{
    give_value(Host::chain().block_number(), out, out_size);
}

std::uint32_t phat::host::phat_transfer(const void* account, std::uint32_t, const void* value, std::uint32_t)
{
    const bool moved = Host::move(Host::frame().self, fixed<AccountId>(account), fixed<Balance>(value));
    return code(moved ? ReturnCode::Success : ReturnCode::TransferFailed);
}

std::uint32_t phat::host::phat_call(std::uint32_t flags, const void* callee, std::uint64_t, const void* value,
                                    const void* input, std::uint32_t input_size, void* out, std::uint32_t* out_size)
{
    Host::frame().reentrant = (flags & kAllowReentry) != 0;
    const auto answer = Host::enter(fixed<AccountId>(callee), fixed<Balance>(value), copy(input, input_size));
    Host::frame().reentrant = false;
    give(answer.data, out, out_size);
    return answer.code;
}

std::uint32_t phat::host::phat_delegate_call(std::uint32_t, const void* code_hash, const void* input,
                                             std::uint32_t input_size, void* out, std::uint32_t* out_size)
{
    const auto answer = Host::delegate(fixed<Hash>(code_hash), copy(input, input_size));
    give(answer.data, out, out_size);
    return answer.code;
}
void phat::host::phat_terminate(const void* beneficiary)
{
    Host::terminate(fixed<AccountId>(beneficiary));
    throw testing::FrameReturned{0, {}};
}
std::uint32_t phat::host::phat_instantiate(const void* code_hash, std::uint64_t, const void* value, const void* input,
                                           std::uint32_t input_size, void* address, std::uint32_t* address_size,
                                           void* out, std::uint32_t* out_size, const void* salt,
                                           std::uint32_t salt_size)
{
    AccountId made;
    const auto answer = Host::instantiate(fixed<Hash>(code_hash), fixed<Balance>(value), copy(input, input_size),
                                          view(salt, salt_size), made);
    if (answer.code == 0)
        give(made, address, address_size);
    give(answer.data, out, out_size);
    return answer.code;
}

void phat::host::phat_deposit_event(const void* topics, std::uint32_t topics_size, const void* data, std::uint32_t size)
{
    std::vector<Hash> decoded;
    if (topics_size != 0)
        decoded = storage::decode_own<std::vector<Hash>>(view(topics, topics_size));
    if (decoded.size() > kMaxTopics)
        trap();
    Host::state().events.push_back({Host::frame().self, std::move(decoded), copy(data, size)});
}

void phat::host::phat_hash_blake2_256(const void* input, std::uint32_t size, void* out)
{
    const auto hash = phala::crypto::blake2_256(view(input, size));
    std::memcpy(out, hash.data(), hash.size());
}

std::uint32_t phat::host::phat_debug_message(const void* text, std::uint32_t size)
{
    Host::logs().push_back({Host::frame().self, static_cast<std::uint8_t>(pink::Level::Debug),
                            std::string{static_cast<const char*>(text), size}});
    return 0;
}

std::uint32_t phat::host::phat_code_hash(const void* account, void* out, std::uint32_t* out_size)
{
    const auto& contracts = Host::state().contracts;
    const auto found = contracts.find(fixed<AccountId>(account));
    if (found == contracts.end())
        return code(ReturnCode::KeyNotFound);
    give(found->second.code, out, out_size);
    return 0;
}

std::uint32_t phat::host::phat_set_code_hash(const void* code_hash)
{
    const auto hash = fixed<Hash>(code_hash);
    if (!Host::codes().contains(hash))
        return code(ReturnCode::CodeNotFound);
    Host::contract().code = hash;
    return 0;
}

} // extern "C"
