#pragma once
#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace phala::crypto {

/// Base58 in Bitcoin's alphabet. The cost grows with the square of the length: bound it before.
std::string base58_encode(ByteView bytes);
std::optional<Bytes> base58_decode(std::string_view text);

} // namespace phala::crypto
