#pragma once
#include <string_view>

namespace phala::runtime {

/// A name as others see it: what is a keyword in C++, or taken, ends in an underscore here.
consteval std::string_view wire_name(std::string_view name)
{
    return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}

} // namespace phala::runtime
