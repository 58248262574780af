#pragma once
#include "base/result.hpp"

namespace phala::scale {

/// Why bytes are not the encoding of a value (spec substrate-host §1.1).
enum class ScaleError : std::uint8_t {
    UnexpectedEnd,
    TrailingBytes,
    BadBool,
    BadVariant,
    BadEnumerator,
    NonMinimalCompact,
    CompactOverflow,
    LengthTooLarge,
    BoundExceeded,
    TooDeep,
    BadUtf8,
    BadValue,
};

std::string_view describe(ScaleError error);

} // namespace phala::scale
