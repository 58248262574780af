#include "scale/codec.hpp"

#include <string>

namespace phala::scale {
std::string_view describe(ScaleError error)
{
    switch (error) {
    case ScaleError::UnexpectedEnd: return "SCALE input ends too early";
    case ScaleError::TrailingBytes: return "SCALE input has bytes behind the value";
    case ScaleError::BadBool: return "SCALE boolean is neither 0 nor 1";
    case ScaleError::BadVariant: return "SCALE variant index is unknown";
    case ScaleError::BadEnumerator: return "SCALE enumerator is unknown";
    case ScaleError::NonMinimalCompact: return "SCALE compact integer is not in its shortest form";
    case ScaleError::CompactOverflow: return "SCALE compact integer is too large for its type";
    case ScaleError::LengthTooLarge: return "SCALE length claims more than the input holds";
    case ScaleError::BoundExceeded: return "SCALE sequence is longer than its type allows";
    case ScaleError::TooDeep: return "SCALE input nests too deeply";
    case ScaleError::BadUtf8: return "SCALE string is not UTF-8";
    case ScaleError::BadValue: return "SCALE value is out of range";
    }
    return "SCALE";
}

Error Reader::error() const
{
    return Error{error_.value_or(ScaleError::BadValue),
                 "at byte " + std::to_string(error_offset_) + " of " + std::to_string(size_)};
}

namespace detail {

// A number's bytes are stored as two words that overlap, so that none is written behind its end.

std::uint8_t* put_big_compact(std::uint8_t* at, std::uint64_t value)
{
    const std::size_t count = compact_size(value) - 1;
    *at = static_cast<std::uint8_t>((count - 4) << 2 | 3);
    const auto low = static_cast<std::uint32_t>(value);
    const auto high = static_cast<std::uint32_t>(value >> (8 * (count - 4)));
    std::memcpy(at + 1, &low, sizeof low);
    return put_bytes(at + 1 + count - sizeof high, &high, sizeof high);
}

std::uint8_t* put_big_compact(std::uint8_t* at, u128 value)
{
    if (value >> 64 == 0)
        return put_big_compact(at, static_cast<std::uint64_t>(value));
    const std::size_t count = compact_size(value) - 1;
    *at = static_cast<std::uint8_t>((count - 4) << 2 | 3);
    const auto low = static_cast<std::uint64_t>(value);
    const auto high = static_cast<std::uint64_t>(value >> (8 * (count - 8)));
    std::memcpy(at + 1, &low, sizeof low);
    return put_bytes(at + 1 + count - sizeof high, &high, sizeof high);
}

namespace {

/// `count` bytes, 4 to 8, as a number: one load where the input goes on far enough, which is nearly always.
bool read_u64(Reader& in, std::size_t count, std::uint64_t& value)
{
    value = 0;
    if (in.remaining() < sizeof value) [[unlikely]]
        return in.read(&value, count);
    std::memcpy(&value, in.rest().data(), sizeof value);
    value &= ~std::uint64_t{} >> (64 - 8 * count);
    ByteView read;
    return in.view(read, count);
}

/// The first byte tells how many follow.
template <class UInt>
bool decode_long(Reader& in, std::uint8_t first, UInt& value)
{
    ByteView rest;
    if ((first & 3) == 1) {
        if (!in.view(rest, 1))
            return false;
        value = static_cast<UInt>(first >> 2 | rest[0] << 6);
        return rest[0] != 0 || in.refuse(ScaleError::NonMinimalCompact);
    }
    if ((first & 3) == 2) {
        if (!in.view(rest, 3))
            return false;
        value = static_cast<UInt>(first >> 2 | rest[0] << 6 | rest[1] << 14) | static_cast<UInt>(rest[2]) << 22;
        return (rest[1] | rest[2]) != 0 || in.refuse(ScaleError::NonMinimalCompact);
    }
    const std::size_t count = (first >> 2) + 4U;
    if (count > sizeof value)
        return in.refuse(ScaleError::CompactOverflow);
    if (count <= 8) {
        std::uint64_t low = 0;
        if (!read_u64(in, count, low))
            return false;
        value = low;
        return (low >> (8 * (count - 1)) != 0 && low >= (1U << 30)) || in.refuse(ScaleError::NonMinimalCompact);
    }
    value = 0;
    return in.read(&value, count) && (value >> (8 * (count - 1)) != 0 || in.refuse(ScaleError::NonMinimalCompact));
}

} // namespace

bool decode_long_compact(Reader& in, std::uint8_t first, std::uint64_t& value)
{
    return decode_long(in, first, value);
}

bool decode_long_compact(Reader& in, std::uint8_t first, u128& value)
{
    return decode_long(in, first, value);
}

} // namespace detail
} // namespace phala::scale
