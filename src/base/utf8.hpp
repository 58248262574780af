#pragma once
#include "base/bytes.hpp"

namespace phala {

/// True for well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(ByteView text);

} // namespace phala
