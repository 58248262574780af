#include "worker/core/engine/contract_host.hpp"

namespace phala::worker::engine {

namespace {

/// Price of a set_storage that writes `fresh` bytes over `old` ones.
Gas price_of_set(std::uint64_t fresh, std::uint64_t old)
{
    return price::kSetStorageNew.of(fresh) + price::kSetStorageOld.of(old);
}

std::uint32_t size_of(const std::optional<Bytes>& value)
{
    return value ? static_cast<std::uint32_t>(value->size()) : 0;
}

std::uint64_t size_or_sentinel(const std::optional<Bytes>& value)
{
    return value ? value->size() : kSentinel;
}

std::optional<std::uint32_t> optional_size(const std::optional<Bytes>& value)
{
    return value ? std::optional{static_cast<std::uint32_t>(value->size())} : std::nullopt;
}

} // namespace

ContractHost::Answer ContractHost::set_storage(StorageKey key, std::uint32_t pointer, std::uint32_t size)
{
    const auto charged = price_of_set(size, kMaxValueSize);
    Bytes hashed;
    Bytes value;
    if (!charge(charged))
        return std::nullopt;
    if (size > kMaxValueSize)
        return stop(ContractsError::ValueTooLarge);
    if (!read_key(key, hashed) || !read(pointer, size, value))
        return std::nullopt;
    if (auto kept = execution_.keep(hashed.size() + size); !kept)
        return stop(kept.error());
    const auto old = storage_.child_get(frame_.info.child, hashed);
    frame_.deposits.own.record(optional_size(old), size);
    storage_.child_set(frame_.info.child, hashed, std::move(value));
    frame_.gas.settle(charged, price_of_set(size, size_of(old)));
    return size_or_sentinel(old);
}

ContractHost::Answer ContractHost::clear_storage(StorageKey key)
{
    const auto charged = price::kClearStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto old = storage_.child_get(frame_.info.child, hashed);
    if (old) {
        frame_.deposits.own.record(optional_size(old), std::nullopt);
        storage_.child_remove(frame_.info.child, hashed);
    }
    frame_.gas.settle(charged, price::kClearStorage.of(size_of(old)));
    return size_or_sentinel(old);
}

ContractHost::Answer ContractHost::get_storage(StorageKey key, Output output)
{
    const auto charged = price::kGetStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto value = storage_.child_get(frame_.info.child, hashed);
    frame_.gas.settle(charged, price::kGetStorage.of(size_of(value)));
    if (!value)
        return answer(Code::KeyNotFound);
    return write_output(output, *value) ? answer(Code::Success) : std::nullopt;
}

ContractHost::Answer ContractHost::contains_storage(StorageKey key)
{
    const auto charged = price::kContainsStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto value = storage_.child_get(frame_.info.child, hashed);
    frame_.gas.settle(charged,
                      price::kClearStorage.of(size_of(value))); // by the other function's table, as the reference does
    return size_or_sentinel(value);
}

ContractHost::Answer ContractHost::take_storage(StorageKey key, Output output)
{
    const auto charged = price::kTakeStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto value = storage_.child_get(frame_.info.child, hashed);
    if (value) {
        frame_.deposits.own.record(optional_size(value), std::nullopt);
        storage_.child_remove(frame_.info.child, hashed);
    }
    frame_.gas.settle(charged, price::kTakeStorage.of(size_of(value)));
    if (!value)
        return answer(Code::KeyNotFound);
    return write_output(output, *value) ? answer(Code::Success) : std::nullopt;
}

} // namespace phala::worker::engine
