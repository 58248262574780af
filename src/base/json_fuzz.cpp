// Whatever text comes, parsing gives a value or an error, and what was read prints and reads back as the same value.
#include "base/json.hpp"

#include <cstdlib>

namespace {

// plain bytes rarely make JSON, so each input is also read with its bytes taken as pieces of JSON
std::string pieces(phala::ByteView input)
{
    constexpr std::string_view parts[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\"", "1", "-", "null", "0"};
    std::string out;
    for (auto byte : input)
        out += parts[byte % std::size(parts)];
    return out;
}

void check(std::string_view text)
{
    const auto value = phala::json::parse(text);
    if (!value)
        return;
    for (auto style : {phala::json::Style::Compact, phala::json::Style::Indented}) {
        const auto again = phala::json::parse(phala::json::dump(*value, style));
        if (!again || !(*again == *value))
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    check(phala::text_of({data, size}));
    check(pieces({data, size}));
    return 0;
}
