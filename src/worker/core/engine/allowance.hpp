#pragma once
// What one call from outside may make its worker keep and do beyond what gas pays for. Gas prices follow the reference
// to the unit, and there a megabyte of events costs next to nothing and a signature nothing at all. These bounds are
// part of the protocol: replicas must agree where a call ends.
#include <cstdint>

namespace phala::worker::engine {

/// Bytes of changed storage and of events, each with what a record takes besides.
inline constexpr std::uint64_t kMaxKeptBytes = std::uint64_t{64} << 20;
inline constexpr std::uint64_t kRecordOverhead = 256;

/// Work of functions without a price, in units of about a microsecond.
inline constexpr std::uint64_t kMaxFreeWork = 2'000'000;
inline constexpr std::uint64_t kBytesPerWork = 2'000;

/// An allowance that is used up. What asks for more than is left ends the call as if gas were exhausted.
class Allowance {
public:
    explicit constexpr Allowance(std::uint64_t amount) : left_{amount} {}

    /// False where it is not enough; then nothing is left.
    [[nodiscard]] constexpr bool use(std::uint64_t amount)
    {
        const bool enough = amount <= left_;
        left_ = enough ? left_ - amount : 0;
        return enough;
    }

private:
    std::uint64_t left_;
};

} // namespace phala::worker::engine
