#include "worker/core/engine/contract_host.hpp"

#include "crypto/hash.hpp"

namespace phala::worker::engine {

namespace {

constexpr std::uint32_t kMaxMemory = kMaxPages * 65'536;

} // namespace

bool ContractHost::charge(Gas amount)
{
    auto paid = frame_.gas.charge(amount);
    if (!paid)
        stop(paid.error());
    return paid.has_value();
}

bool ContractHost::read(std::uint32_t pointer, std::uint32_t size, Bytes& out)
{
    const auto memory = instance_->memory();
    if (size > kMaxMemory || std::uint64_t{pointer} + size > memory.size()) {
        stop(ContractsError::OutOfBounds);
        return false;
    }
    out.assign(memory.begin() + pointer, memory.begin() + pointer + size);
    return true;
}

bool ContractHost::read_account(std::uint32_t pointer, AccountId& out)
{
    return read_array(pointer, out.bytes);
}

bool ContractHost::read_balance(std::uint32_t pointer, Balance& out)
{
    ByteArray<sizeof(Balance)> bytes;
    if (!read_array(pointer, bytes))
        return false;
    out = from_le<Balance>(bytes);
    return true;
}

bool ContractHost::write(std::uint32_t pointer, ByteView bytes)
{
    const auto memory = instance_->memory();
    if (std::uint64_t{pointer} + bytes.size() > memory.size()) {
        stop(ContractsError::OutOfBounds);
        return false;
    }
    if (!bytes.empty())
        std::memcpy(memory.data() + pointer, bytes.data(), bytes.size());
    return true;
}

bool ContractHost::write_output(Output output, ByteView bytes)
{
    if (output.may_skip && output.pointer == kSentinel)
        return true;
    ByteArray<4> capacity;
    if (!read_array(output.size_pointer, capacity))
        return false;
    if (from_le<std::uint32_t>(capacity) < bytes.size()) {
        stop(ContractsError::OutputBufferTooSmall);
        return false;
    }
    if (output.by_byte != nullptr && !charge(output.by_byte->of(bytes.size())))
        return false;
    return write(output.pointer, bytes)
           && write(output.size_pointer, le_bytes(static_cast<std::uint32_t>(bytes.size())));
}

bool ContractHost::read_key(StorageKey key, Bytes& hashed)
{
    Bytes raw;
    if (!key.size) {
        ByteArray<32> fixed;
        if (!read_array(key.pointer, fixed))
            return false;
        hashed = to_bytes(crypto::blake2_256(fixed));
        return true;
    }
    if (*key.size > kMaxStorageKey) {
        stop(ContractsError::DecodingFailed);
        return false;
    }
    if (!read(key.pointer, *key.size, raw))
        return false;
    hashed = concat(crypto::blake2_128(raw), raw);
    return true;
}

} // namespace phala::worker::engine
