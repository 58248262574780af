#pragma once
// JSON from declarations: the same members that SCALE encodes, by name (ARCHITECTURE D2).
//
//   integers                     integers of any size up to 128 bits
//   byte vectors and arrays,     "0x…"
//   structs of one `bytes`
//   enums                        the enumerator's name
//   Variant                      {"Name": content}, or "Name" where there is no content
//   structs                      objects; a struct of one unnamed member is that member, of several an array
//   optional                     null or the value (a missing member is null)
//   maps, pairs, tuples, sets    arrays
//
// A type with a form of its own specialises JsonCodec<T>.
#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/reflect.hpp"
#include "scale/types.hpp"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace phala::json {

enum class ShapeError : std::uint8_t {
    WrongKind,
    OutOfRange,
    UnknownName,
    MissingMember,
    UnknownMember,
    WrongLength,
    BadText
};
std::string_view describe(ShapeError error);

/// How members are called in JSON: as in C++, or camelCase as chain specifications have it.
enum class Naming : std::uint8_t { SnakeCase, CamelCase };

struct Options {
    Naming naming = Naming::SnakeCase;
    /// Read and print accounts as addresses; without them accounts are 0x hex. (The runtime has no hash for checksums.)
    Outcome<ByteArray<32>> (*read_address)(std::string_view) = nullptr;
    std::string (*print_address)(const ByteArray<32>&) = nullptr;
};

/// snake_case as camelCase: spec_version → specVersion.
std::string camel_case(std::string_view name);

template <class T>
struct JsonCodec;

/// The JSON form of a value.
template <class T>
Value to_json(const T& value, const Options& options = {})
{
    return JsonCodec<T>::print(value, options);
}

/// The value that a JSON form describes. Errors name the place: "balances: balances: [3]: [1]: …".
template <class T>
Outcome<T> from_json(const Value& value, const Options& options = {})
{
    Outcome<T> out{T{}};
    if (auto read = JsonCodec<T>::read(value, *out, options); !read)
        return std::unexpected<Error>{std::move(read.error())};
    return out;
}

namespace detail {

std::unexpected<Error> wrong_kind(std::string_view expected, const Value& got);

/// Adds where it happened in front of an error.
std::unexpected<Error> inside(std::string_view place, Error error);
std::unexpected<Error> inside(std::size_t index, Error error);

Outcome<u128> read_unsigned(const Value& value, u128 max);
Outcome<i128> read_signed(const Value& value, i128 min, i128 max);
Outcome<> read_bytes(const Value& value, std::span<std::uint8_t> out);
Outcome<const Array*> array_of(const Value& value, std::optional<std::size_t> size = std::nullopt);
Outcome<const Object*> object_of(const Value& value);

/// Member name as options want it.
std::string name_of(std::string_view field, const Options& options);

template <class T>
Outcome<> read_into(const Value& value, T& out, const Options& options)
{
    return JsonCodec<T>::read(value, out, options);
}

template <class Items>
Value print_items(const Items& items, const Options& options)
{
    Array out;
    for (const auto& item : items)
        out.push_back(to_json(item, options));
    return out;
}

template <class T>
Outcome<> read_items(const Value& value, std::vector<T>& items, const Options& options)
{
    PHALA_TRY(const Array* array, array_of(value));
    items.clear();
    items.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i)
        if (auto read = read_into((*array)[i], items.emplace_back(), options); !read)
            return inside(i, std::move(read.error()));
    return {};
}

/// Reads the elements of an array of fixed size, one into each argument.
template <class... T>
Outcome<> read_each(const Value& value, const Options& options, T&... items)
{
    PHALA_TRY(const Array* array, array_of(value, sizeof...(T)));
    Outcome<> result{};
    std::size_t i = 0;
    const auto one = [&](auto& item) {
        if (auto read = read_into((*array)[i], item, options); !read) {
            result = inside(i, std::move(read.error()));
            return false;
        }
        ++i;
        return true;
    };
    (void)(one(items) && ...);
    return result;
}

/// A struct without names of its own: one wrapped value, or a tuple.
template <class T>
consteval bool all_unnamed()
{
    for (auto name : reflect::field_names<T>)
        if (!reflect::is_unnamed(name))
            return false;
    return reflect::field_count<T> != 0;
}

template <class T>
inline constexpr bool is_variant = false;
template <class... A>
inline constexpr bool is_variant<scale::Variant<A...>> = true;

template <class T>
consteval bool wraps_variant()
{
    if constexpr (reflect::field_count<T> != 1)
        return false;
    else
        return reflect::with_field_types<T>([]<class Only>() { return is_variant<Only>; });
}

/// A hash, a key, an account: bytes of fixed size and nothing else.
template <class T>
consteval bool is_bytes_struct()
{
    if constexpr (reflect::field_count<T> != 1)
        return false;
    else
        return reflect::field_names<T>[0] == "bytes";
}

template <class T>
concept AccountLike = requires { T::is_account; };

} // namespace detail

template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
struct JsonCodec<T> {
    static Value print(T value, const Options&) { return value; }
    static Outcome<> read(const Value& value, T& out, const Options&)
    {
        if constexpr (std::is_unsigned_v<T>) {
            PHALA_TRY(const u128 wide, detail::read_unsigned(value, std::numeric_limits<T>::max()));
            out = static_cast<T>(wide);
        } else {
            PHALA_TRY(const i128 wide,
                      detail::read_signed(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
            out = static_cast<T>(wide);
        }
        return {};
    }
};

template <>
struct JsonCodec<bool> {
    static Value print(bool value, const Options&) { return value; }
    static Outcome<> read(const Value& value, bool& out, const Options&)
    {
        if (value.boolean() == nullptr)
            return detail::wrong_kind("a boolean", value);
        out = *value.boolean();
        return {};
    }
};

template <>
struct JsonCodec<std::string> {
    static Value print(const std::string& value, const Options&) { return value; }
    static Outcome<> read(const Value& value, std::string& out, const Options&)
    {
        if (value.string() == nullptr)
            return detail::wrong_kind("a string", value);
        out = *value.string();
        return {};
    }
};

template <class E>
    requires std::is_enum_v<E>
struct JsonCodec<E> {
    static Value print(E value, const Options&) { return reflect::enumerator_name(value); }
    static Outcome<> read(const Value& value, E& out, const Options&)
    {
        if (value.string() == nullptr)
            return detail::wrong_kind("a name", value);
        for (const auto& [enumerator, name] : reflect::enumerators<E>) {
            if (name == *value.string()) {
                out = enumerator;
                return {};
            }
        }
        return fail(ShapeError::UnknownName, *value.string());
    }
};

template <>
struct JsonCodec<Bytes> {
    static Value print(const Bytes& value, const Options&) { return to_hex0x(value); }
    static Outcome<> read(const Value& value, Bytes& out, const Options&)
    {
        if (value.string() == nullptr)
            return detail::wrong_kind("bytes as 0x hex", value);
        PHALA_TRY(out, from_hex(*value.string()));
        return {};
    }
};

template <std::size_t N>
struct JsonCodec<ByteArray<N>> {
    static Value print(const ByteArray<N>& value, const Options&) { return to_hex0x(value); }
    static Outcome<> read(const Value& value, ByteArray<N>& out, const Options&)
    {
        return detail::read_bytes(value, out);
    }
};

template <class T>
struct JsonCodec<std::vector<T>> {
    static Value print(const std::vector<T>& value, const Options& options)
    {
        return detail::print_items(value, options);
    }
    static Outcome<> read(const Value& value, std::vector<T>& out, const Options& options)
    {
        return detail::read_items(value, out, options);
    }
};

template <class T, std::uint32_t Max>
struct JsonCodec<scale::BoundedVec<T, Max>> {
    static Value print(const scale::BoundedVec<T, Max>& value, const Options& options)
    {
        return to_json(value.items, options);
    }
    static Outcome<> read(const Value& value, scale::BoundedVec<T, Max>& out, const Options& options)
    {
        PHALA_CHECK(JsonCodec<std::vector<T>>::read(value, out.items, options));
        if (out.items.size() > Max)
            return fail(ShapeError::WrongLength, std::to_string(out.items.size()) + ", at most " + std::to_string(Max));
        return {};
    }
};

template <class T, std::size_t N>
struct JsonCodec<std::array<T, N>> {
    static Value print(const std::array<T, N>& value, const Options& options)
    {
        return detail::print_items(value, options);
    }
    static Outcome<> read(const Value& value, std::array<T, N>& out, const Options& options)
    {
        return std::apply([&](auto&... item) { return detail::read_each(value, options, item...); }, out);
    }
};

template <class T>
struct JsonCodec<std::set<T>> {
    static Value print(const std::set<T>& value, const Options& options) { return detail::print_items(value, options); }
    static Outcome<> read(const Value& value, std::set<T>& out, const Options& options)
    {
        std::vector<T> items;
        PHALA_CHECK(detail::read_items(value, items, options));
        out = std::set<T>(items.begin(), items.end());
        return {};
    }
};

template <class K, class V>
struct JsonCodec<std::map<K, V>> {
    static Value print(const std::map<K, V>& value, const Options& options)
    {
        Array out;
        for (const auto& [key, item] : value)
            out.push_back(Array{to_json(key, options), to_json(item, options)});
        return out;
    }
    static Outcome<> read(const Value& value, std::map<K, V>& out, const Options& options)
    {
        std::vector<std::pair<K, V>> items;
        PHALA_CHECK(detail::read_items(value, items, options));
        out = std::map<K, V>(items.begin(), items.end());
        return {};
    }
};

template <class A, class B>
struct JsonCodec<std::pair<A, B>> {
    static Value print(const std::pair<A, B>& value, const Options& options)
    {
        return Array{to_json(value.first, options), to_json(value.second, options)};
    }
    static Outcome<> read(const Value& value, std::pair<A, B>& out, const Options& options)
    {
        return detail::read_each(value, options, out.first, out.second);
    }
};

template <class... T>
struct JsonCodec<std::tuple<T...>> {
    static Value print(const std::tuple<T...>& value, const Options& options)
    {
        return std::apply([&](const auto&... item) { return Value{Array{to_json(item, options)...}}; }, value);
    }
    static Outcome<> read(const Value& value, std::tuple<T...>& out, const Options& options)
    {
        return std::apply([&](auto&... item) { return detail::read_each(value, options, item...); }, out);
    }
};

template <class T>
struct JsonCodec<std::optional<T>> {
    static Value print(const std::optional<T>& value, const Options& options)
    {
        return value ? to_json(*value, options) : Value{};
    }
    static Outcome<> read(const Value& value, std::optional<T>& out, const Options& options)
    {
        out.reset();
        return value.is_null() ? Outcome<>{} : detail::read_into(value, out.emplace(), options);
    }
};

template <class T>
struct JsonCodec<scale::Compact<T>> {
    static Value print(const scale::Compact<T>& value, const Options& options) { return to_json(value.value, options); }
    static Outcome<> read(const Value& value, scale::Compact<T>& out, const Options& options)
    {
        return detail::read_into(value, out.value, options);
    }
};

template <class T>
struct JsonCodec<scale::Box<T>> {
    static Value print(const scale::Box<T>& value, const Options& options) { return to_json(*value, options); }
    static Outcome<> read(const Value& value, scale::Box<T>& out, const Options& options)
    {
        return detail::read_into(value, *out, options);
    }
};

template <class... Alternatives>
struct JsonCodec<scale::Variant<Alternatives...>> {
    using Union = scale::Variant<Alternatives...>;
    static Value print(const Union& value, const Options& options)
    {
        return value.visit([&]<class T>(const T& alternative) -> Value {
            if constexpr (std::is_empty_v<T>)
                return reflect::type_name<T>;
            else
                return Object{{std::string{reflect::type_name<T>}, to_json(alternative, options)}};
        });
    }
    static Outcome<> read(const Value& value, Union& out, const Options& options)
    {
        std::string_view name;
        Value content = Object{};
        if (value.string() != nullptr) {
            name = *value.string();
        } else if (value.object() != nullptr && value.object()->size() == 1) {
            name = value.object()->front().name;
            if (!value.object()->front().value.is_null())
                content = value.object()->front().value;
        } else {
            return detail::wrong_kind("an object with one member, the variant's name", value);
        }
        bool known = false;
        Outcome<> result{};
        const auto one = [&]<class T>() {
            if (reflect::type_name<T> != name)
                return false;
            known = true;
            T alternative{};
            result = detail::read_into(content, alternative, options);
            if (result)
                out = Union{std::move(alternative)};
            else
                result = detail::inside(name, std::move(result.error()));
            return true;
        };
        (void)(one.template operator()<typename Alternatives::type>() || ...);
        return known ? std::move(result) : fail(ShapeError::UnknownName, std::string{name});
    }
};

template <class T>
    requires(reflect::Struct<T>)
struct JsonCodec<T> {
    static Value print(const T& value, const Options& options)
    {
        return reflect::with_fields(value, [&](const auto&... field) -> Value {
            if constexpr (detail::AccountLike<T>) {
                if (options.print_address != nullptr)
                    return options.print_address(value.bytes);
            }
            if constexpr (detail::is_bytes_struct<T>() || detail::wraps_variant<T>()
                          || (detail::all_unnamed<T>() && sizeof...(field) == 1)) {
                return (to_json(field, options), ...);
            } else if constexpr (detail::all_unnamed<T>()) {
                return Array{to_json(field, options)...};
            } else {
                Object out;
                std::size_t i = 0;
                (out.push_back({detail::name_of(reflect::field_names<T>[i++], options), to_json(field, options)}), ...);
                return out;
            }
        });
    }

    static Outcome<> read(const Value& value, T& out, const Options& options)
    {
        return reflect::with_fields(out, [&](auto&... field) -> Outcome<> {
            if constexpr (detail::AccountLike<T>) {
                if (options.read_address != nullptr && value.string() != nullptr
                    && !value.string()->starts_with("0x")) {
                    PHALA_TRY(out.bytes, options.read_address(*value.string()));
                    return {};
                }
            }
            if constexpr (detail::is_bytes_struct<T>() || detail::wraps_variant<T>()
                          || (detail::all_unnamed<T>() && sizeof...(field) == 1))
                return (detail::read_into(value, field, options), ...);
            else if constexpr (detail::all_unnamed<T>())
                return detail::read_each(value, options, field...);
            else
                return read_members(value, options, field...);
        });
    }

private:
    template <class... Field>
    static Outcome<> read_members(const Value& value, const Options& options, Field&... fields)
    {
        PHALA_TRY(const Object* object, detail::object_of(value));
        Outcome<> result{};
        std::size_t i = 0;
        std::size_t found = 0;
        const auto one = [&]<class F>(F& field) {
            const std::string name = detail::name_of(reflect::field_names<T>[i++], options);
            const Value* member = value.find(name);
            found += member != nullptr;
            static const Value nothing;
            if (member == nullptr && !is_optional<F>) {
                result = fail(ShapeError::MissingMember, name);
                return false;
            }
            if (auto read = detail::read_into(member != nullptr ? *member : nothing, field, options); !read) {
                result = detail::inside(name, std::move(read.error()));
                return false;
            }
            return true;
        };
        if ((one(fields) && ...) && found != object->size())
            return unknown_member(*object, options);
        return result;
    }

    static Outcome<> unknown_member(const Object& object, const Options& options)
    {
        for (const auto& member : object) {
            bool known = false;
            for (auto field : reflect::field_names<T>)
                known |= detail::name_of(field, options) == member.name;
            if (!known)
                return fail(ShapeError::UnknownMember, member.name);
        }
        return {};
    }

    template <class F>
    static constexpr bool is_optional = false;
    template <class F>
    static constexpr bool is_optional<std::optional<F>> = true;
};

} // namespace phala::json
