#include "examples/usd.hpp"

namespace phat::examples {

std::optional<std::uint64_t> Usd::on(parse_usd message) const
{
    constexpr std::string_view kField = "\"usd\":";
    const auto at = message.json.find(kField);
    if (at == std::string::npos)
        return std::nullopt;
    double value = 0;
    double scale = 0; // of the next digit behind the point
    bool has_digits = false;
    for (const char c : std::string_view{message.json}.substr(at + kField.size())) {
        if (c == '.' && scale == 0) {
            scale = 0.1;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        has_digits = true;
        if (scale == 0) {
            value = value * 10 + (c - '0');
        } else {
            value += scale * (c - '0');
            scale /= 10;
        }
    }
    constexpr double kMost = 1e12;
    if (!has_digits || value > kMost)
        return std::nullopt;
    return static_cast<std::uint64_t>(value * 100 + 0.5);
}

} // namespace phat::examples
