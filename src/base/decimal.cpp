#include "base/decimal.hpp"

#include <algorithm>

namespace phala {

std::string to_decimal(u128 value)
{
    std::string out;
    do {
        out.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    std::reverse(out.begin(), out.end());
    return out;
}

std::optional<u128> from_decimal(std::string_view digits)
{
    constexpr u128 max = ~u128{0};
    if (digits.empty())
        return std::nullopt;
    u128 value = 0;
    for (char c : digits) {
        if (c < '0' || c > '9')
            return std::nullopt;
        const auto digit = static_cast<unsigned>(c - '0');
        if (value > (max - digit) / 10)
            return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

} // namespace phala
