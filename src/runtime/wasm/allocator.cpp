// malloc and operator new over the host's allocator. Small blocks are carved from pieces of it, so that most
// allocations need no call out of the instance; an instance lives for one call only, so pieces are never given back.
#include "runtime/log.hpp"
#include "runtime/wasm/hostabi.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace phala::runtime {
namespace {

// A block starts at a multiple of 16, as `new` promises (128-bit integers need it), with a header in front.
constexpr std::size_t kAlignment = 16;
constexpr std::size_t kSmall = 1024;
constexpr std::size_t kPiece = 32 * 1024;

struct Header {
    std::uint32_t stride; ///< of a small block with its header; 0 for a block of the host's
    std::uint32_t size;   ///< what the owner may use
};
constexpr std::size_t kHeader = sizeof(Header);

struct Free {
    Free* next;
};

constinit Free* free_blocks[kSmall / kAlignment + 1]{};
constinit std::uintptr_t piece_at = 0; // where the next header goes
constinit std::uintptr_t piece_end = 0;

constexpr std::uintptr_t round_up(std::uintptr_t value)
{
    return (value + kAlignment - 1) / kAlignment * kAlignment;
}

Header& header_of(void* block)
{
    return static_cast<Header*>(block)[-1];
}

void* small_block(std::size_t stride)
{
    Free*& list = free_blocks[stride / kAlignment];
    if (list != nullptr) {
        void* block = list;
        list = list->next;
        return block;
    }
    if (piece_end - piece_at < stride) {
        const std::uintptr_t piece = host::ext_allocator_malloc_version_1(kPiece);
        piece_at = round_up(piece + kHeader) - kHeader;
        piece_end = piece + kPiece;
    }
    auto* header = new (reinterpret_cast<void*>(piece_at))
        Header{static_cast<std::uint32_t>(stride), static_cast<std::uint32_t>(stride - kHeader)};
    piece_at += stride;
    return header + 1;
}

/// A block of the host's. What the host called it is kept in front of the header.
void* large_block(std::size_t size)
{
    constexpr std::size_t kExtra = 24;
    if (size > UINT32_MAX - kExtra)
        panic("an allocation of 4 GiB");
    const std::uintptr_t raw = host::ext_allocator_malloc_version_1(size + kExtra);
    const std::uintptr_t at = round_up(raw + 2 * kHeader);
    *reinterpret_cast<std::uintptr_t*>(at - 2 * kHeader) = raw;
    return new (reinterpret_cast<void*>(at - kHeader)) Header{0, size} + 1;
}

void* allocate(std::size_t size)
{
    return size > kSmall - kHeader ? large_block(size) : small_block(round_up(size + kHeader));
}

void release(void* block)
{
    if (block == nullptr)
        return;
    const Header header = header_of(block);
    if (header.stride != 0) {
        Free*& list = free_blocks[header.stride / kAlignment];
        list = new (block) Free{list};
    } else {
        host::ext_allocator_free_version_1(
            *reinterpret_cast<std::uintptr_t*>(static_cast<std::uint8_t*>(block) - 2 * kHeader));
    }
}

} // namespace
} // namespace phala::runtime

using phala::runtime::allocate;
using phala::runtime::release;

extern "C" {

void* malloc(std::size_t size)
{
    return allocate(size);
}

void free(void* block)
{
    release(block);
}

void* calloc(std::size_t count, std::size_t size)
{
    std::size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total))
        phala::runtime::panic("an allocation of 4 GiB");
    return std::memset(allocate(total), 0, total);
}

void* realloc(void* block, std::size_t size)
{
    if (block == nullptr)
        return allocate(size);
    const std::size_t held = phala::runtime::header_of(block).size;
    if (held >= size)
        return block;
    void* larger = allocate(size);
    std::memcpy(larger, block, held);
    release(block);
    return larger;
}

} // extern "C"

void* operator new(std::size_t size)
{
    return allocate(size);
}
void* operator new[](std::size_t size)
{
    return allocate(size);
}
void operator delete(void* block) noexcept
{
    release(block);
}
void operator delete[](void* block) noexcept
{
    release(block);
}
void operator delete(void* block, std::size_t) noexcept
{
    release(block);
}
void operator delete[](void* block, std::size_t) noexcept
{
    release(block);
}
