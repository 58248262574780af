// What a contract needs under the C++ library: memory that only grows (a call is short and its memory is thrown
// away after it) and an end for everything that cannot go on.
#include "phat/host.hpp"

#include <cstddef>
#include <cstring>
#include <new>

namespace phat::host {

std::uint8_t buffer[kBufferSize];

} // namespace phat::host

extern "C" unsigned char __heap_base;

namespace {

constexpr std::size_t kPage = 65'536;
constexpr std::size_t kAlign = 16;

std::size_t top; // 0 until the first allocation

void* take(std::size_t size)
{
    if (top == 0)
        top = (reinterpret_cast<std::size_t>(&__heap_base) + kAlign - 1) & ~(kAlign - 1);
    const std::size_t at = top;
    const std::size_t end = at + ((size + kAlign - 1) & ~(kAlign - 1));
    const std::size_t have = __builtin_wasm_memory_size(0) * kPage;
    if (end < at)
        __builtin_trap();
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + kPage - 1) / kPage) == ~std::size_t{0})
        __builtin_trap(); // the engine's limit
    top = end;
    return reinterpret_cast<void*>(at);
}

} // namespace

extern "C" {

void* malloc(std::size_t size)
{
    return take(size);
}
void free(void*) {}
void* calloc(std::size_t count, std::size_t size)
{
    return take(count * size); // fresh pages are zero and nothing is handed out twice
}
void abort()
{
    __builtin_trap();
}
int __cxa_atexit(void (*)(void*), void*, void*)
{
    return 0;
}
void __wasm_call_dtors() {}

} // extern "C"

void* operator new(std::size_t size)
{
    return take(size);
}
void* operator new[](std::size_t size)
{
    return take(size);
}
void operator delete(void*) noexcept {}
void operator delete[](void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}
void operator delete[](void*, std::size_t) noexcept {}

_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) noexcept
{
    __builtin_trap();
}
_LIBCPP_END_NAMESPACE_STD
