#pragma once
// The heap of a runtime, kept by the host (spec substrate-host §5.1): blocks of 8·2^k bytes, each behind a header.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <array>

namespace phala::host {

enum class AllocatorError : std::uint8_t { TooLarge, OutOfMemory, BadPointer, Poisoned };
std::string_view describe(AllocatorError error);

inline constexpr std::uint32_t kPageSize = 64 * 1024;

/// The memory of an instance.
struct LinearMemory {
    virtual ~LinearMemory() = default;
    /// All of it now; valid until it grows.
    [[nodiscard]] virtual std::span<std::uint8_t> bytes() = 0;
    /// False where the limit of the instance or of the machine forbids it.
    virtual bool grow(std::uint32_t pages) = 0;
};

/// Everything it relies on lies in memory that the runtime can overwrite, so all of it is checked. After an error it
/// refuses every further request.
class Allocator {
public:
    explicit Allocator(std::uint32_t heap_base) : bump_{(std::uint64_t{heap_base} + 7) / 8 * 8} { free_.fill(kNil); }

    Outcome<std::uint32_t> allocate(LinearMemory& memory, std::uint32_t size);
    Outcome<void> free(LinearMemory& memory, std::uint32_t pointer);

private:
    static constexpr std::size_t kOrders = 23;
    static constexpr std::uint32_t kNil = 0xffff'ffff;

    Outcome<std::uint32_t> try_allocate(LinearMemory& memory, std::uint32_t size);
    Outcome<void> try_free(LinearMemory& memory, std::uint32_t pointer);
    Outcome<std::uint32_t> take_fresh(LinearMemory& memory, std::uint64_t size);

    std::uint64_t bump_;
    std::array<std::uint32_t, kOrders> free_; // per order, the header of the first free block
    bool poisoned_ = false;
};

} // namespace phala::host
