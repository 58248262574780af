#pragma once
// How long a transaction is valid (spec substrate-host §3.4).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

namespace phala {

/// Immortal, or valid in the period of blocks that began at its birth.
struct Era {
    static constexpr auto path = "sp_runtime::generic::era::Era"; // metadata lists Immortal, Mortal1 … Mortal255
    std::uint16_t bits = 0; ///< 0 when immortal, else the two bytes of the encoding

    static constexpr Era immortal() { return {}; }

    /// Born at `current` or shortly before it; `period` is rounded up to a power of two in 4 … 65536.
    static Era mortal(std::uint64_t period, std::uint64_t current);

    [[nodiscard]] bool is_immortal() const { return bits == 0; }
    [[nodiscard]] std::uint64_t period() const;
    [[nodiscard]] std::uint64_t phase() const;

    /// First block of the era that holds `current`; 0 when immortal.
    [[nodiscard]] std::uint64_t birth(std::uint64_t current) const;
    /// First block after that era; the largest number when immortal.
    [[nodiscard]] std::uint64_t death(std::uint64_t current) const;

    friend bool operator==(const Era&, const Era&) = default;
};

namespace scale {
template <>
struct Codec<Era> {
    static constexpr std::size_t min_size = 1;
    static constexpr std::size_t size(const Era& era) { return era.is_immortal() ? 1 : 2; }
    static std::uint8_t* put(std::uint8_t* at, const Era& era)
    {
        *at = static_cast<std::uint8_t>(era.bits);
        if (era.is_immortal())
            return at + 1;
        at[1] = static_cast<std::uint8_t>(era.bits >> 8);
        return at + 2;
    }
    static bool decode(Reader& in, Era& era);
};
} // namespace scale

} // namespace phala
