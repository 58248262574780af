#pragma once
// A type is described once, by its declaration (ARCHITECTURE D2). This header reads that declaration:
// the fields of an aggregate with their names, the enumerators of an enum, the name of a type.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace phala::reflect {

namespace detail {

/// Storage for a T that is never made: only addresses of its members are taken, at compile time.
template <class T>
union Unmade {
    char none;
    T value;
    constexpr Unmade() : none{} {}
    constexpr ~Unmade() {}
};

template <class T>
inline constexpr Unmade<T> unmade{};

template <class T>
struct Address {
    const T* pointer;
};

template <auto V>
consteval std::string_view pretty_value()
{
    return __PRETTY_FUNCTION__;
}

template <class T>
consteval std::string_view pretty_type()
{
    return __PRETTY_FUNCTION__;
}

consteval bool is_identifier(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The last identifier in a text, or nothing where the text does not end in one.
consteval std::string_view last_identifier(std::string_view text)
{
    std::size_t end = text.size();
    std::size_t begin = end;
    while (begin > 0 && is_identifier(text[begin - 1]))
        --begin;
    return text.substr(begin, end - begin);
}

/// What stands behind "V = " or "T = " in a pretty function, without the closing bracket.
consteval std::string_view argument(std::string_view pretty)
{
    auto at = pretty.find(" = ");
    return pretty.substr(at + 3, pretty.size() - at - 4);
}

template <auto A>
consteval std::string_view member_name()
{
    std::string_view text = argument(pretty_value<A>()); // Address<F>{&unmade.value.field}
    while (!text.empty() && !is_identifier(text.back()))
        text.remove_suffix(1);
    text = last_identifier(text);
    if (text.size() > 1 && text.back() == '_') // a wire name that is a keyword in C++: operator_ stands for "operator"
        text.remove_suffix(1);
    return text;
}

template <class T, auto V>
consteval std::string_view enumerator_text()
{
    std::string_view text = argument(pretty_value<V>()); // ns::E::Name, or (ns::E)7 when there is none
    return text.front() == '(' ? std::string_view{} : last_identifier(text);
}

/// The characters of a name alone, so that the long pretty text does not end up in the program.
template <std::size_t N>
struct Characters {
    char text[N == 0 ? 1 : N];
};

template <std::size_t N>
consteval Characters<N> copy_name(std::string_view name)
{
    Characters<N> out{};
    for (std::size_t i = 0; i < N; ++i)
        out.text[i] = name[i];
    return out;
}

template <auto A>
inline constexpr auto stored_member = copy_name<member_name<A>().size()>(member_name<A>());

template <class T, auto V>
inline constexpr auto stored_enumerator = copy_name<enumerator_text<T, V>().size()>(enumerator_text<T, V>());

template <auto A>
consteval std::string_view field_name()
{
    return {stored_member<A>.text, member_name<A>().size()};
}

template <class T, auto V>
consteval std::string_view enumerator_name()
{
    return {stored_enumerator<T, V>.text, enumerator_text<T, V>().size()};
}

} // namespace detail

/// An aggregate whose members can be listed. Members of a base class cannot: use a member instead.
template <class T>
concept Struct = std::is_aggregate_v<T> && std::is_class_v<T>;

/// The members of an aggregate as arguments of `visit`, in declaration order.
template <class T, class Visit>
constexpr decltype(auto) with_fields(T& value, Visit&& visit)
{
    if constexpr (std::is_empty_v<T>) {
        return std::forward<Visit>(visit)();
    } else {
        auto& [... field] = value;
        return std::forward<Visit>(visit)(field...);
    }
}

/// Member types of an aggregate as arguments of a template lambda: visit.template operator()<F...>().
template <class T, class Visit>
constexpr decltype(auto) with_field_types(Visit&& visit)
{
    if constexpr (std::is_empty_v<T>) {
        return std::forward<Visit>(visit).template operator()<>();
    } else {
        auto& [... field] = detail::unmade<T>.value;
        return std::forward<Visit>(visit).template operator()<std::remove_cvref_t<decltype(field)>...>();
    }
}

template <class T>
consteval std::size_t field_count_of()
{
    if constexpr (std::is_empty_v<T>) {
        return 0;
    } else {
        auto& [... field] = detail::unmade<T>.value;
        return sizeof...(field);
    }
}

template <class T>
inline constexpr std::size_t field_count = field_count_of<T>();

template <class T>
consteval auto field_names_of()
{
    if constexpr (std::is_empty_v<T>) {
        return std::array<std::string_view, 0>{};
    } else {
        auto& [... field] = detail::unmade<T>.value;
        return std::array<std::string_view, sizeof...(field)>{
            detail::field_name<detail::Address<std::remove_cvref_t<decltype(field)>>{&field}>()...};
    }
}

/// Names of the members of an aggregate, in declaration order.
template <class T>
inline constexpr auto field_names = field_names_of<T>();

/// A member called _0, _1, … has a place but no name (a tuple variant of an enum in other languages).
constexpr bool is_unnamed(std::string_view field)
{
    return field.size() >= 2 && field[0] == '_' && field[1] >= '0' && field[1] <= '9';
}

/// Name of a type without namespaces and template arguments.
template <class T>
consteval std::string_view type_name_of()
{
    std::string_view text = detail::argument(detail::pretty_type<T>());
    if (auto bracket = text.find('<'); bracket != std::string_view::npos)
        text = text.substr(0, bracket);
    return detail::last_identifier(text);
}

namespace detail {
template <class T>
inline constexpr auto stored_type = copy_name<type_name_of<T>().size()>(type_name_of<T>());
} // namespace detail

template <class T>
inline constexpr std::string_view type_name{detail::stored_type<T>.text, type_name_of<T>().size()};

/// Enumerators are looked for among the values 0 … kMaxEnumerator.
inline constexpr std::size_t kMaxEnumerator = 80;

template <class E>
struct Enumerator {
    E value;
    std::string_view name;
};

namespace detail {

template <class E>
consteval auto all_names()
{
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<std::string_view, sizeof...(I)>{detail::enumerator_name<E, static_cast<E>(I)>()...};
    }(std::make_index_sequence<kMaxEnumerator + 1>{});
}

template <class E>
inline constexpr auto names_by_value = all_names<E>();

} // namespace detail

/// Name of an enumerator, empty where the value has none.
template <class E>
    requires std::is_enum_v<E>
constexpr std::string_view enumerator_name(E value)
{
    auto index = static_cast<std::size_t>(value);
    return index < detail::names_by_value<E>.size() ? detail::names_by_value<E>[index] : std::string_view{};
}

template <class E>
consteval std::size_t enumerator_count_of()
{
    std::size_t count = 0;
    for (auto name : detail::names_by_value<E>)
        count += !name.empty();
    return count;
}

template <class E>
consteval auto enumerators_of()
{
    std::array<Enumerator<E>, enumerator_count_of<E>()> out{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < detail::names_by_value<E>.size(); ++i)
        if (!detail::names_by_value<E>[i].empty())
            out[at++] = {static_cast<E>(i), detail::names_by_value<E>[i]};
    return out;
}

/// The enumerators of an enum in ascending order of value.
template <class E>
inline constexpr auto enumerators = enumerators_of<E>();

} // namespace phala::reflect
