#pragma once
// Amounts as people write them: "1.5" is 1.5 PHA.
#include "primitives/types.hpp"

#include <string>

namespace phala::cli {

enum class AmountError : std::uint8_t { BadAmount };
std::string_view describe(AmountError error);

/// Digits with at most one point and 12 decimals after it; no sign, no exponent, no more than a Balance holds.
Outcome<Balance> parse_amount(const std::string& text);

/// "1.5 PHA": exact, without zeros at the end.
std::string amount_text(Balance amount);

} // namespace phala::cli
