#pragma once
// What running something costs, and in which class it runs (spec substrate-host §4.4, §6.4).
#include "base/bytes.hpp"
#include "scale/types.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace phala {

/// Execution time in picoseconds and bytes of storage proof. Both saturate.
struct Weight {
    static constexpr auto path = "sp_weights::weight_v2::Weight";
    scale::Compact<std::uint64_t> ref_time;
    scale::Compact<std::uint64_t> proof_size;

    friend bool operator==(const Weight&, const Weight&) = default;

    /// True if this weight exceeds `limit` in any dimension.
    [[nodiscard]] constexpr bool any_greater(const Weight& limit) const
    {
        return ref_time.value > limit.ref_time.value || proof_size.value > limit.proof_size.value;
    }
};

namespace detail {
constexpr std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}
} // namespace detail

constexpr Weight operator+(const Weight& a, const Weight& b)
{
    return {detail::saturating_add(a.ref_time.value, b.ref_time.value),
            detail::saturating_add(a.proof_size.value, b.proof_size.value)};
}

/// Saturates at zero.
constexpr Weight operator-(const Weight& a, const Weight& b)
{
    return {a.ref_time.value - std::min(a.ref_time.value, b.ref_time.value),
            a.proof_size.value - std::min(a.proof_size.value, b.proof_size.value)};
}

constexpr Weight min(const Weight& a, const Weight& b)
{
    return {std::min(a.ref_time.value, b.ref_time.value), std::min(a.proof_size.value, b.proof_size.value)};
}

enum class DispatchClass : std::uint8_t { Normal, Operational, Mandatory };
constexpr std::string_view metadata_path(DispatchClass)
{
    return "frame_support::dispatch::DispatchClass";
}

enum class Pays : std::uint8_t { Yes, No };
constexpr std::string_view metadata_path(Pays)
{
    return "frame_support::dispatch::Pays";
}

struct DispatchInfo {
    static constexpr auto path = "frame_support::dispatch::DispatchInfo";
    Weight weight;
    DispatchClass class_{};
    Pays pays_fee{};
    friend bool operator==(const DispatchInfo&, const DispatchInfo&) = default;
};

} // namespace phala
