#pragma once
// Decimal text of 128-bit integers: neither standard library has it.
#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace phala {

std::string to_decimal(u128 value);

/// Digits only, at least one, at most 2^128 - 1.
std::optional<u128> from_decimal(std::string_view digits);

} // namespace phala
