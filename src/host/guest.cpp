#include "host/guest.hpp"

#include "host/error.hpp"

#include <limits>

namespace phala::host {

namespace {

/// A line of a log that an operator reads; more of it is noise.
constexpr std::size_t kMaxLogText = 16 * 1024;
/// A block is some megabytes. A runtime that writes without end must fail before the machine's memory is full.
constexpr std::size_t kMaxWritten = 1024 * 1024 * 1024;

} // namespace

Outcome<std::span<std::uint8_t>> Guest::region(std::uint32_t pointer, std::uint32_t size)
{
    const auto bytes = memory_.bytes();
    if (std::uint64_t{pointer} + size > bytes.size())
        return fail(HostError::Trap, "pointer outside the runtime's memory: " + std::to_string(size) + " bytes at "
                                         + std::to_string(pointer) + " of " + std::to_string(bytes.size()));
    return bytes.subspan(pointer, size);
}

Outcome<std::uint32_t> Guest::store(ByteView bytes)
{
    if (bytes.size() > std::numeric_limits<std::uint32_t>::max())
        return fail(AllocatorError::TooLarge);
    PHALA_TRY(const std::uint32_t pointer, allocate(static_cast<std::uint32_t>(bytes.size())));
    PHALA_TRY(const auto target, region(pointer, static_cast<std::uint32_t>(bytes.size())));
    if (!bytes.empty())
        std::memcpy(target.data(), bytes.data(), bytes.size());
    return pointer;
}

Outcome<Keystore*> Guest::keystore()
{
    if (context_.keystore == nullptr)
        return fail(HostError::Trap, "there is no keystore in this context");
    return context_.keystore;
}

Outcome<Offchain*> Guest::offchain()
{
    if (context_.offchain == nullptr)
        return fail(HostError::Trap, "there is no offchain worker in this context");
    return context_.offchain;
}

Outcome<void> Guest::charge_write(std::size_t bytes)
{
    written_ += bytes;
    if (written_ > kMaxWritten)
        return fail(HostError::Trap, "one call wrote more than 1 GiB to the storage");
    return {};
}

void Guest::log(LogLevel level, std::string_view target, std::string_view message)
{
    message = message.substr(0, kMaxLogText);
    if (level == LogLevel::Error)
        last_error_ = message;
    if (context_.log && level <= context_.max_log_level)
        context_.log(level, target.substr(0, kMaxLogText), message);
}

} // namespace phala::host
