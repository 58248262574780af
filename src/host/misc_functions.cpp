#include "base/hex.hpp"
#include "host/bind.hpp"

namespace phala::host {

namespace {

constexpr std::string_view kRuntimeTarget = "runtime";

Outcome<std::uint32_t> malloc(Guest& guest, std::uint32_t size)
{
    return guest.allocate(size);
}

Outcome<void> free(Guest& guest, std::uint32_t pointer)
{
    return guest.free(pointer);
}

Outcome<void> log(Guest& guest, std::uint32_t level, ByteView target, ByteView message)
{
    const auto known = static_cast<LogLevel>(std::min(level, static_cast<std::uint32_t>(LogLevel::Trace)));
    guest.log(known, text_of(target), text_of(message));
    return {};
}

/// One more than the level, since 0 means off. Errors are always wanted: they tell why a call trapped.
Outcome<std::uint32_t> max_level(Guest& guest)
{
    const LogLevel level = guest.context().log ? guest.context().max_log_level : LogLevel::Error;
    return static_cast<std::uint32_t>(level) + 1;
}

Outcome<void> abort_on_panic(Guest& guest, ByteView message)
{
    guest.log(LogLevel::Error, kRuntimeTarget, text_of(message));
    return fail(HostError::Trap, "the runtime panicked");
}

Outcome<void> print_num(Guest& guest, std::uint64_t number)
{
    guest.log(LogLevel::Debug, kRuntimeTarget, std::to_string(number));
    return {};
}

Outcome<void> print_utf8(Guest& guest, ByteView text)
{
    guest.log(LogLevel::Debug, kRuntimeTarget, text_of(text));
    return {};
}

Outcome<void> print_hex(Guest& guest, ByteView bytes)
{
    guest.log(LogLevel::Debug, kRuntimeTarget, to_hex0x(bytes));
    return {};
}

Outcome<std::optional<Bytes>> runtime_version(Guest& guest, ByteView code)
{
    return guest.version_of()(code);
}

constexpr HostFunction kFunctions[] = {
    host_function<&malloc>("ext_allocator_malloc_version_1"),
    host_function<&free>("ext_allocator_free_version_1"),
    host_function<&log>("ext_logging_log_version_1"),
    host_function<&max_level>("ext_logging_max_level_version_1"),
    host_function<&abort_on_panic>("ext_panic_handler_abort_on_panic_version_1"),
    host_function<&print_num>("ext_misc_print_num_version_1"),
    host_function<&print_utf8>("ext_misc_print_utf8_version_1"),
    host_function<&print_hex>("ext_misc_print_hex_version_1"),
    host_function<&runtime_version>("ext_misc_runtime_version_version_1"),
};

} // namespace

std::span<const HostFunction> misc_functions()
{
    return kFunctions;
}

} // namespace phala::host
