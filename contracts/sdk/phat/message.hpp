#pragma once
// What a message is: a struct whose fields are its arguments, handled by an overload of `on` of its contract.
//
//   struct transfer { AccountId to; Balance value; static constexpr auto docs = "Move tokens of the caller."; };
//
// Optional static members: docs; payable (takes value, false if absent); trait ("System": the label becomes
// System::name); trait_namespace (part of the selector only); label (where the name is no C++ identifier); selector (std::uint32_t, written big-endian).
#include "base/reflect.hpp"
#include "phat/selector.hpp"

#include <expected>
#include <string_view>
#include <type_traits>

namespace phat {

template <class Contract>
class Env;
template <class Contract>
class View;

/// A list of messages or constructors.
template <class... M>
struct Messages {
    template <class Visit>
    static constexpr void for_each(Visit&& visit)
    {
        (visit.template operator()<M>(), ...);
    }
    template <class Visit> // stops at the first that returns true
    static constexpr bool any(Visit&& visit)
    {
        return (visit.template operator()<M>() || ...);
    }
    template <class T>
    static constexpr bool holds = (std::is_same_v<T, M> || ...);
};

/// A list of events; the place in it is the event's index.
template <class... E>
struct Events {
    template <class Visit>
    static constexpr void for_each(Visit&& visit)
    {
        (visit.template operator()<E>(), ...);
    }
    template <class T>
    static consteval std::uint8_t index_of()
    {
        std::uint8_t index = 0;
        bool found = false;
        ((found = found || std::is_same_v<T, E>, index = static_cast<std::uint8_t>(index + (found ? 0 : 1))), ...);
        return index;
    }
    template <class T>
    static constexpr bool holds = (std::is_same_v<T, E> || ...);
};

namespace detail {

template <std::size_t N>
struct Text {
    char characters[N + 1]{};
    std::size_t size = 0;
    consteval void add(std::string_view text)
    {
        for (char c : text)
            characters[size++] = c;
    }
    [[nodiscard]] constexpr std::string_view view() const { return {characters, size}; }
};

template <class M>
consteval std::string_view short_label()
{
    if constexpr (requires { M::label; })
        return M::label;
    else
        return phala::reflect::type_name<M>;
}

template <class M, bool WithNamespace = false>
consteval auto make_label()
{
    Text<128> out;
    if constexpr (WithNamespace && requires { M::trait_namespace; }) {
        out.add(M::trait_namespace);
        out.add("::");
    }
    if constexpr (requires { M::trait; }) {
        out.add(M::trait);
        out.add("::");
    }
    out.add(short_label<M>());
    return out;
}

template <class M>
inline constexpr auto label_text = make_label<M>();

} // namespace detail

/// The name of a message as clients see it, with its trait if it has one.
template <class M>
inline constexpr std::string_view label = detail::label_text<M>.view();

template <class M>
consteval std::array<std::uint8_t, 4> selector_of()
{
    // a constant: a field of that name is an argument
    if constexpr (requires { std::integral_constant<std::uint32_t, M::selector>{}; })
        return {static_cast<std::uint8_t>(M::selector >> 24), static_cast<std::uint8_t>(M::selector >> 16),
                static_cast<std::uint8_t>(M::selector >> 8), static_cast<std::uint8_t>(M::selector)};
    else
        return name_hash(detail::make_label<M, true>().view());
}

/// The four bytes that an input for this message begins with.
template <class M>
inline constexpr std::array<std::uint8_t, 4> selector = selector_of<M>();

template <class M>
consteval bool is_payable()
{
    if constexpr (requires { M::payable; })
        return M::payable;
    else
        return false;
}

template <class T>
consteval std::string_view docs_of()
{
    if constexpr (requires { T::docs; })
        return T::docs;
    else
        return {};
}

/// How contract C handles message M: with or without an environment, reading only or writing.
template <class C, class M>
struct Handler {
    static constexpr bool reads_plain = requires(const C& c, M m) { c.on(m); };
    static constexpr bool reads_env = requires(const C& c, M m, const View<C>& view) { c.on(m, view); };
    static constexpr bool writes_plain = !reads_plain && requires(C& c, M m) { c.on(m); };
    static constexpr bool writes_env = !reads_env && requires(C& c, M m, Env<C>& env) { c.on(m, env); };
    static constexpr bool mutates = writes_plain || writes_env;
    static_assert(reads_plain + reads_env + writes_plain + writes_env == 1,
                  "a message needs one handler: on(message) or on(message, Env&), or const with View");

    static decltype(auto) run(C& contract, M message, Env<C>& env)
    {
        if constexpr (reads_plain)
            return std::as_const(contract).on(std::move(message));
        else if constexpr (reads_env)
            return std::as_const(contract).on(std::move(message), static_cast<const View<C>&>(env));
        else if constexpr (writes_plain)
            return contract.on(std::move(message));
        else
            return contract.on(std::move(message), env);
    }
    using Result = decltype(run(std::declval<C&>(), std::declval<M>(), std::declval<Env<C>&>()));
};

/// What contract C answers to message M.
template <class C, class M>
using ResultOf = typename Handler<C, M>::Result;

template <class T>
inline constexpr bool is_result = false;
template <class T, class E>
inline constexpr bool is_result<std::expected<T, E>> = true;

} // namespace phat
