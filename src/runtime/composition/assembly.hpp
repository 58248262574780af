#pragma once
// Text for the assembler, built at compile time: `asm((text))` takes any constant that has data() and size().
#include "runtime/config.hpp"

#include <string_view>

namespace phala::runtime::composition {

template <std::size_t Room>
struct Assembly {
    char text[Room]{};
    std::size_t length = 0;

    consteval Assembly& operator<<(std::string_view more)
    {
        for (char c : more)
            text[length++] = c;
        return *this;
    }
    consteval Assembly& operator<<(std::uint32_t number)
    {
        char digits[10]{};
        std::size_t count = 0;
        do
            digits[count++] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
        while (count > 0)
            text[length++] = digits[--count];
        return *this;
    }

    [[nodiscard]] constexpr std::size_t size() const { return length; }
    [[nodiscard]] constexpr const char* data() const { return text; }
};

} // namespace phala::runtime::composition
