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

void encode_compact(Writer& out, u128 value)
{
    if (value < (1U << 6)) {
        out.byte(static_cast<std::uint8_t>(value << 2));
    } else if (value < (1U << 14)) {
        out.write(le_bytes(static_cast<std::uint16_t>(value << 2 | 1)));
    } else if (value < (1U << 30)) {
        out.write(le_bytes(static_cast<std::uint32_t>(value << 2 | 2)));
    } else {
        auto bytes = le_bytes(value);
        std::size_t count = bytes.size();
        while (bytes[count - 1] == 0)
            --count;
        out.byte(static_cast<std::uint8_t>((count - 4) << 2 | 3));
        out.write(ByteView{bytes}.first(count));
    }
}

bool decode_compact(Reader& in, u128& value)
{
    std::uint8_t first = 0;
    if (!in.read(&first, 1))
        return false;
    if ((first & 3) != 3) {
        const std::size_t more = (first & 3) == 2 ? 3 : first & 3;
        ByteArray<4> raw{first};
        if (!in.read(raw.data() + 1, more))
            return false;
        value = from_le<std::uint32_t>(raw) >> 2;
        constexpr std::uint32_t minimum[] = {0, 1U << 6, 0, 1U << 14};
        return value >= minimum[more] || in.refuse(ScaleError::NonMinimalCompact);
    }
    const std::size_t count = (first >> 2) + 4U;
    if (count > 16)
        return in.refuse(ScaleError::CompactOverflow);
    ByteArray<16> raw{};
    if (!in.read(raw.data(), count))
        return false;
    value = from_le<u128>(raw);
    return (raw[count - 1] != 0 && value >= (1U << 30)) || in.refuse(ScaleError::NonMinimalCompact);
}

} // namespace phala::scale
