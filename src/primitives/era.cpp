#include "primitives/era.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace phala {
namespace {

constexpr std::uint64_t kShortest = 4;
constexpr std::uint64_t kLongest = 1 << 16;

constexpr std::uint64_t quantum(std::uint64_t period)
{
    return std::max<std::uint64_t>(period >> 12, 1);
}

} // namespace

Era Era::mortal(std::uint64_t period, std::uint64_t current)
{
    period = std::clamp(std::bit_ceil(std::min(period, kLongest)), kShortest, kLongest);
    const std::uint64_t quantised_phase = current % period / quantum(period);
    const auto exponent = std::clamp(std::countr_zero(period) - 1, 1, 15);
    return {static_cast<std::uint16_t>(static_cast<std::uint64_t>(exponent) | quantised_phase << 4)};
}

std::uint64_t Era::period() const
{
    return std::uint64_t{2} << (bits % 16);
}

std::uint64_t Era::phase() const
{
    return (bits >> 4) * quantum(period());
}

std::uint64_t Era::birth(std::uint64_t current) const
{
    if (is_immortal())
        return 0;
    return (std::max(current, phase()) - phase()) / period() * period() + phase();
}

std::uint64_t Era::death(std::uint64_t current) const
{
    return is_immortal() ? std::numeric_limits<std::uint64_t>::max() : birth(current) + period();
}

namespace scale {

bool Codec<Era>::decode(Reader& in, Era& era)
{
    ByteArray<2> bytes{};
    if (!in.read(bytes.data(), 1))
        return false;
    era.bits = 0;
    if (bytes[0] == 0)
        return true;
    if (!in.read(bytes.data() + 1, 1))
        return false;
    era.bits = from_le<std::uint16_t>(bytes);
    return (era.period() >= kShortest && era.phase() < era.period()) || in.refuse(ScaleError::BadValue);
}

} // namespace scale
} // namespace phala
