#include "host/allocator.hpp"

#include <bit>

namespace phala::host {

std::string_view describe(AllocatorError error)
{
    switch (error) {
    case AllocatorError::TooLarge: return "allocation is larger than 32 MiB";
    case AllocatorError::OutOfMemory: return "runtime is out of memory";
    case AllocatorError::BadPointer:
        return "heap of the runtime is corrupt, or a pointer is freed that was not allocated";
    case AllocatorError::Poisoned: return "allocator failed before in this call";
    }
    return "unknown allocator error";
}

namespace {

constexpr std::uint32_t kHeaderSize = 8;
constexpr std::uint32_t kSmallest = 8;
constexpr std::uint32_t kLargest = 32 * 1024 * 1024;
constexpr std::uint64_t kOccupied = std::uint64_t{1} << 32;

std::uint64_t read_header(std::span<const std::uint8_t> memory, std::uint64_t at)
{
    return from_le<std::uint64_t>(memory.subspan(at).first<kHeaderSize>());
}

void write_header(std::span<std::uint8_t> memory, std::uint64_t at, std::uint64_t header)
{
    const auto bytes = le_bytes(header);
    std::memcpy(memory.data() + at, bytes.data(), bytes.size());
}

} // namespace

Outcome<std::uint32_t> Allocator::allocate(LinearMemory& memory, std::uint32_t size)
{
    if (poisoned_)
        return fail(AllocatorError::Poisoned);
    auto out = try_allocate(memory, size);
    poisoned_ = !out;
    return out;
}

Outcome<void> Allocator::free(LinearMemory& memory, std::uint32_t pointer)
{
    if (poisoned_)
        return fail(AllocatorError::Poisoned);
    auto out = try_free(memory, pointer);
    poisoned_ = !out;
    return out;
}

Outcome<std::uint32_t> Allocator::try_allocate(LinearMemory& memory, std::uint32_t size)
{
    if (size > kLargest)
        return fail(AllocatorError::TooLarge, std::to_string(size) + " bytes");
    const std::uint32_t rounded = std::bit_ceil(std::max(size, kSmallest));
    const auto order = static_cast<std::size_t>(std::countr_zero(rounded) - std::countr_zero(kSmallest));
    const std::uint64_t whole = std::uint64_t{kHeaderSize} + rounded;
    std::uint32_t header = free_[order];
    if (header == kNil) {
        PHALA_TRY(header, take_fresh(memory, whole));
    } else {
        const auto bytes = memory.bytes();
        if (header + whole > bytes.size())
            return fail(AllocatorError::BadPointer, "free list leaves the memory");
        const std::uint64_t link = read_header(bytes, header);
        if (link >= kOccupied)
            return fail(AllocatorError::BadPointer, "free list holds an occupied block");
        free_[order] = static_cast<std::uint32_t>(link);
    }
    write_header(memory.bytes(), header, kOccupied | order);
    return header + kHeaderSize;
}

Outcome<std::uint32_t> Allocator::take_fresh(LinearMemory& memory, std::uint64_t size)
{
    const std::uint64_t needed = bump_ + size;
    const std::uint64_t now = memory.bytes().size();
    if (needed > now) {
        const std::uint64_t pages = now / kPageSize;
        const std::uint64_t missing = (needed - now + kPageSize - 1) / kPageSize;
        // Doubling keeps the number of times small; where that is too much, what is needed may still fit.
        const bool grown = (pages > missing && memory.grow(static_cast<std::uint32_t>(pages)))
                           || (missing <= 65'536 && memory.grow(static_cast<std::uint32_t>(missing)));
        if (!grown || needed > memory.bytes().size())
            return fail(AllocatorError::OutOfMemory, "memory is at " + std::to_string(pages) + " pages");
    }
    const auto header = static_cast<std::uint32_t>(bump_);
    bump_ = needed;
    return header;
}

Outcome<void> Allocator::try_free(LinearMemory& memory, std::uint32_t pointer)
{
    const auto bytes = memory.bytes();
    if (pointer < kHeaderSize || pointer > bytes.size())
        return fail(AllocatorError::BadPointer);
    const std::uint32_t at = pointer - kHeaderSize;
    const std::uint64_t header = read_header(bytes, at);
    const std::uint64_t order = header & ~kOccupied;
    if ((header & kOccupied) == 0 || order >= kOrders)
        return fail(AllocatorError::BadPointer);
    write_header(memory.bytes(), at, free_[order]);
    free_[order] = at;
    return {};
}

} // namespace phala::host
