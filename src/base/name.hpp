#pragma once
// Text as a template argument: names of pallets, storage items and type parameters are part of types.
#include <cstddef>
#include <string_view>

namespace phala {

template <std::size_t N>
struct Name {
    char text[N]{};

    consteval Name(const char (&literal)[N]) // implicit: a literal stands where a name is meant
    {
        for (std::size_t i = 0; i < N; ++i)
            text[i] = literal[i];
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
    constexpr operator std::string_view() const { return view(); }
};

/// A named type parameter of a described type, for metadata: `using params = std::tuple<Param<"E", E>, …>;`
template <Name Label, class T>
struct Param {
    static constexpr std::string_view name = Label.view();
    using type = T;
};

} // namespace phala
