// What a C++ program expects around it and a Wasm blob does not have: an end to abort to, destructors at exit, a log.
#include "runtime/log.hpp"
#include "runtime/wasm/hostabi.hpp"

#include <__verbose_abort>
#include <cstdlib>

namespace phala::runtime {

bool logs(LogLevel level)
{
    return static_cast<std::uint32_t>(level) < host::ext_logging_max_level_version_1(); // 0 there is "off"
}

void log(LogLevel level, std::string_view target, std::string_view message)
{
    host::ext_logging_log_version_1(static_cast<std::uint32_t>(level), host::fat(bytes_of(target)),
                                    host::fat(bytes_of(message)));
}

// Hosts take the last error logged under `runtime` before a trap as the reason (spec substrate-host §5.1).
void panic(std::string_view message)
{
    log(LogLevel::Error, "runtime", message);
    __builtin_trap();
}

} // namespace phala::runtime

extern "C" {

void abort()
{
    phala::runtime::panic("abort");
}

[[noreturn]] void abort_message(const char* format, ...) // libc++abi's, which would bring stdio in
{
    phala::runtime::panic(format);
}

[[noreturn]] void __cxa_pure_virtual()
{
    phala::runtime::panic("pure virtual function called");
}

int __cxa_atexit(void (*)(void*), void*, void*)
{
    return 0; // the instance ends with the call; nothing needs destroying
}

// Parts of compiler-rt are built with a stack protector.
extern const std::uintptr_t __stack_chk_guard = 0x595e9fbd;
[[noreturn]] void __stack_chk_fail()
{
    phala::runtime::panic("the stack is damaged");
}

// lld calls this after every exported function; libc's own drags in file output.
void __wasm_call_dtors() {}

} // extern "C"

// The hook that libc++ calls when a precondition fails; it never returns.
void std::__libcpp_verbose_abort(const char* format, ...) noexcept
{
    phala::runtime::panic(format);
}
