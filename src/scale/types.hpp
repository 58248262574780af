#pragma once
// Types that exist because of their encoding: compact integers, variants with written-down indexes, bounds, boxes.
#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace phala::scale {

/// An integer (or a one-field struct of one) in SCALE's compact form.
template <class T>
struct Compact {
    T value{};

    constexpr Compact() = default;
    constexpr Compact(T v) : value{std::move(v)} {} // implicit: a Compact<T> stands wherever a T is meant
    constexpr operator const T&() const { return value; }
    friend bool operator==(const Compact&, const Compact&) = default;
};

/// A value on the heap, for types that contain themselves. Transparent in the encoding.
template <class T>
class Box {
public:
    Box();
    Box(T value);
    Box(const Box& other);
    Box(Box&&) noexcept = default;
    Box& operator=(const Box& other);
    Box& operator=(Box&&) noexcept = default;
    ~Box() = default;

    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }

private:
    std::unique_ptr<T> value_;
};

template <class T>
Box<T>::Box() : value_{std::make_unique<T>()}
{
}
template <class T>
Box<T>::Box(T value) : value_{std::make_unique<T>(std::move(value))}
{
}
template <class T>
Box<T>::Box(const Box& other) : value_{std::make_unique<T>(*other)}
{
}
template <class T>
Box<T>& Box<T>::operator=(const Box& other)
{
    if (this != &other)
        value_ = std::make_unique<T>(*other);
    return *this;
}

/// A sequence of at most Max elements; more is a decoding error.
template <class T, std::uint32_t Max>
struct BoundedVec {
    static constexpr std::uint32_t max = Max;
    std::vector<T> items;
    friend bool operator==(const BoundedVec&, const BoundedVec&) = default;
};

/// "T has index Index": an alternative of a Variant, with its wire index written beside it.
template <std::uint8_t Index, class T>
struct At {
    static constexpr std::uint8_t index = Index;
    using type = T;
};

/// A tagged union in SCALE's sense: one byte of index, then the fields of that alternative.
/// Alternatives are structs; their type names are the variant names in metadata and JSON.
template <class... Alternatives>
class Variant {
public:
    using Storage = std::variant<typename Alternatives::type...>;

    Variant() = default;

    template <class T>
        requires(std::is_same_v<std::remove_cvref_t<T>, typename Alternatives::type> || ...)
    Variant(T&& alternative) : value_{std::forward<T>(alternative)} // implicit: an alternative is a value of the union
    {
    }

    /// The wire index of the alternative that is held.
    [[nodiscard]] std::uint8_t index() const
    {
        constexpr std::uint8_t indexes[] = {Alternatives::index...};
        return indexes[value_.index()];
    }

    template <class T>
    [[nodiscard]] const T* get_if() const
    {
        return std::get_if<T>(&value_);
    }
    template <class T>
    [[nodiscard]] T* get_if()
    {
        return std::get_if<T>(&value_);
    }
    template <class T>
    [[nodiscard]] bool is() const
    {
        return std::holds_alternative<T>(value_);
    }

    /// Replaces what is held with a value-initialised T.
    template <class T>
    T& emplace()
    {
        return value_.template emplace<T>();
    }

    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor) const
    {
        return visit_from<0>(value_, visitor);
    }
    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor)
    {
        return visit_from<0>(value_, visitor);
    }

    /// Calls visit.template operator()<Alternative::index, Alternative::type>() for each alternative.
    template <class Visit>
    static constexpr void for_each(Visit&& visit)
    {
        (visit.template operator()<Alternatives::index, typename Alternatives::type>(), ...);
    }

    friend bool operator==(const Variant&, const Variant&) = default;

private:
    /// Comparisons that become a switch: std::visit calls through a table, which keeps codecs from being inlined.
    template <std::size_t I, class Held, class Visitor>
    static decltype(auto) visit_from(Held& held, Visitor&& visitor)
    {
        if constexpr (I + 1 < sizeof...(Alternatives))
            if (held.index() != I)
                return visit_from<I + 1>(held, visitor);
        return visitor(*std::get_if<I>(&held));
    }

    Storage value_;
};

} // namespace phala::scale
