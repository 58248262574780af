#pragma once
#include "base/name.hpp"
#include "runtime/config.hpp"

#include <array>

namespace phala::runtime {

namespace detail {

/// Texts put together at compile time and kept for as long as the program.
template <std::size_t Size>
consteval std::array<char, Size> joined(std::initializer_list<std::string_view> parts)
{
    std::array<char, Size> out{};
    std::size_t at = 0;
    for (auto part : parts)
        for (char c : part)
            out[at++] = c;
    return out;
}

template <Name What>
inline constexpr auto runtime_path_text =
    joined<config::kCrate.size() + 2 + What.view().size()>({config::kCrate, "::", What.view()});

} // namespace detail

/// The path in metadata of a type that belongs to the composition: "khala_runtime::RuntimeCall".
template <Name What>
inline constexpr std::string_view runtime_path{detail::runtime_path_text<What>.data(),
                                               detail::runtime_path_text<What>.size()};

} // namespace phala::runtime
