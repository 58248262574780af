#include "cli/amount.hpp"

#include "base/json.hpp"

namespace phala::cli {

namespace {
constexpr unsigned kDecimals = 12;
} // namespace

std::string_view describe(AmountError error)
{
    switch (error) {
    case AmountError::BadAmount: return "an amount is a number of PHA with at most 12 decimals, for example 1.5";
    }
    return "amount";
}

Outcome<Balance> parse_amount(const std::string& text)
{
    Balance out = 0;
    unsigned decimals = 0;
    bool point = false;
    bool digits = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9' && decimals < kDecimals && out < (~Balance{0} - 9) / 10) {
            out = out * 10 + static_cast<unsigned>(c - '0');
            decimals += point ? 1 : 0;
            digits = true;
        } else {
            return fail(AmountError::BadAmount, text);
        }
    }
    if (!digits)
        return fail(AmountError::BadAmount, text);
    for (; decimals < kDecimals; ++decimals) {
        if (out > ~Balance{0} / 10)
            return fail(AmountError::BadAmount, text);
        out *= 10;
    }
    return out;
}

std::string amount_text(Balance amount)
{
    std::string digits = json::dump(json::Value{json::Integer{amount}});
    if (digits.size() <= kDecimals)
        digits.insert(0, kDecimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - kDecimals, ".");
    while (digits.back() == '0')
        digits.pop_back();
    if (digits.back() == '.')
        digits.pop_back();
    return digits + " PHA";
}

} // namespace phala::cli
