#pragma once
// Types as metadata describes them, derived from their declarations (spec substrate-host §4.2, §4.3).
// Everything here is constant tables: `type_of<T>` is one small function per type, and one ordinary function
// (registry.cpp) turns the tables into bytes. So a composition costs little to compile and little in the blob.
#include "base/name.hpp"
#include "base/reflect.hpp"
#include "runtime/frame/wire_name.hpp"
#include "scale/types.hpp"

#include <array>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>

namespace phala::runtime::metadata {

struct Type;
/// Types refer to each other by function, not by address: so they may contain each other.
using TypeRef = const Type& (*)();

struct Field {
    std::string_view name; ///< empty where the field has none
    TypeRef type;
};

struct VariantOf {
    std::string_view name;
    std::uint8_t index;
    std::span<const Field> fields;
    std::string_view docs;
};

struct Parameter {
    std::string_view name;
    TypeRef type; ///< null where the parameter is listed without a type
};

/// As numbered in metadata.
enum class Primitive : std::uint8_t { Bool, Char, Str, U8, U16, U32, U64, U128, U256, I8, I16, I32, I64, I128, I256 };

enum class Kind : std::uint8_t {
    Composite,
    Variant,
    Sequence,
    Array,
    Tuple,
    Primitive,
    Compact,
    Era, ///< a variant in metadata: Immortal, Mortal1(u8) … Mortal255(u8)
};

struct Type {
    Kind kind;
    std::string_view path{}; ///< "crate::module::Name", or empty
    std::span<const Parameter> params{};
    std::string_view docs{};         ///< lines separated by '\n'
    std::span<const Field> fields{}; ///< of a composite or a tuple; the element of a sequence, array or compact
    std::span<const VariantOf> variants{};
    std::uint32_t length{}; ///< of an array
    Primitive primitive{};
};

template <class T>
const Type& type_of();

/// How T is described. Specialise for a type whose metadata is not its C++ shape:
/// a member `static constexpr Type type`, or `using Same = U` for a type that metadata does not tell from U.
template <class T>
struct Describe;

namespace detail {

template <class T>
consteval std::string_view docs_of()
{
    if constexpr (requires { T::docs; })
        return T::docs;
    else
        return {};
}

template <class T>
consteval std::string_view path_of()
{
    if constexpr (std::is_enum_v<T>) {
        if constexpr (requires { metadata_path(T{}); })
            return metadata_path(T{});
        else
            return {};
    } else if constexpr (requires { T::path; }) {
        return T::path;
    } else {
        return {};
    }
}

template <class P>
consteval Parameter parameter()
{
    if constexpr (std::is_void_v<typename P::type>)
        return {P::name, nullptr};
    else
        return {P::name, type_of<typename P::type>};
}

template <class Tuple>
struct Parameters;
template <class... P>
struct Parameters<std::tuple<P...>> {
    static constexpr std::array<Parameter, sizeof...(P)> list{parameter<P>()...};
};

template <class T>
consteval std::span<const Parameter> params_of()
{
    if constexpr (requires { typename T::params; })
        return Parameters<typename T::params>::list;
    else
        return {};
}

/// A newtype over bytes has one field called `bytes`, without a name in metadata.
template <class T>
consteval std::string_view field_name(std::size_t index)
{
    const std::string_view name = reflect::field_names<T>[index];
    const bool newtype = reflect::field_count<T> == 1 && name == "bytes";
    return newtype || reflect::is_unnamed(name) ? std::string_view{} : wire_name(name);
}

template <class T>
consteval auto fields_of()
{
    return reflect::with_field_types<T>([]<class... F>() {
        std::size_t i = 0;
        return std::array<Field, sizeof...(F)>{Field{field_name<T>(i++), type_of<F>}...};
    });
}

template <class T>
struct Fields {
    static constexpr auto list = fields_of<T>();
};

template <class... T>
struct Elements {
    static constexpr std::array<Field, sizeof...(T)> list{Field{{}, type_of<T>}...};
};

template <class T>
struct Variants;
template <class... A>
struct Variants<scale::Variant<A...>> {
    static constexpr std::array<VariantOf, sizeof...(A)> list{VariantOf{wire_name(reflect::type_name<typename A::type>),
                                                                        A::index, Fields<typename A::type>::list,
                                                                        docs_of<typename A::type>()}...};
};
template <class E>
    requires std::is_enum_v<E>
struct Variants<E> {
    static consteval auto make()
    {
        std::array<VariantOf, reflect::enumerators<E>.size()> out{};
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = {wire_name(reflect::enumerators<E>[i].name),
                      static_cast<std::uint8_t>(reflect::enumerators<E>[i].value),
                      {},
                      {}};
            if constexpr (requires { enumerator_docs(E{}); })
                out[i].docs = enumerator_docs(reflect::enumerators<E>[i].value);
        }
        return out;
    }
    static constexpr auto list = make();
};

template <class T>
inline constexpr bool is_variant = false;
template <class... A>
inline constexpr bool is_variant<scale::Variant<A...>> = true;

template <class T>
struct OnlyField {
    using Type = void;
};
template <class T>
    requires(reflect::field_count<T> == 1)
struct OnlyField<T> {
    template <class F>
    struct Tag {
        using Type = F;
    };
    using Type = typename decltype(reflect::with_field_types<T>([]<class F>() { return Tag<F>{}; }))::Type;
};

template <class T>
consteval Type struct_type()
{
    using Only = typename OnlyField<T>::Type;
    Type type{.kind = Kind::Composite, .path = path_of<T>(), .params = params_of<T>()};
    if constexpr (is_variant<Only>) {
        type.kind = Kind::Variant;
        type.variants = Variants<Only>::list;
    } else {
        type.fields = Fields<T>::list;
    }
    if constexpr (requires { T::docs; })
        type.docs = T::docs;
    return type;
}

consteval Primitive integer(std::size_t size, bool is_signed)
{
    int order = 0;
    while ((std::size_t{1} << order) < size)
        ++order;
    return static_cast<Primitive>(static_cast<int>(is_signed ? Primitive::I8 : Primitive::U8) + order);
}

template <Primitive P>
struct PrimitiveTag {};

} // namespace detail

/// Any aggregate, enum or bare variant: its members are its description.
template <class T>
    requires reflect::Struct<T>
struct Describe<T> {
    static constexpr Type type = detail::struct_type<T>();
};
template <class E>
    requires std::is_enum_v<E>
struct Describe<E> {
    static constexpr Type type{
        .kind = Kind::Variant, .path = detail::path_of<E>(), .variants = detail::Variants<E>::list};
};
template <class... A>
struct Describe<scale::Variant<A...>> {
    static constexpr Type type{.kind = Kind::Variant, .variants = detail::Variants<scale::Variant<A...>>::list};
};

template <Primitive P>
struct Describe<detail::PrimitiveTag<P>> {
    static constexpr Type type{.kind = Kind::Primitive, .primitive = P};
};
template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
struct Describe<T> {
    using Same = detail::PrimitiveTag<detail::integer(sizeof(T), std::is_signed_v<T>)>;
};
template <>
struct Describe<bool> {
    using Same = detail::PrimitiveTag<Primitive::Bool>;
};
template <>
struct Describe<std::string> {
    using Same = detail::PrimitiveTag<Primitive::Str>;
};

template <class T>
struct Describe<std::vector<T>> {
    static constexpr Type type{.kind = Kind::Sequence, .fields = detail::Elements<T>::list};
};
template <class T, std::size_t N>
struct Describe<std::array<T, N>> {
    static constexpr Type type{.kind = Kind::Array, .fields = detail::Elements<T>::list, .length = N};
};
template <class... T>
struct Describe<std::tuple<T...>> {
    static constexpr Type type{.kind = Kind::Tuple, .fields = detail::Elements<T...>::list};
};
template <class A, class B>
struct Describe<std::pair<A, B>> {
    using Same = std::tuple<A, B>;
};
template <>
struct Describe<void> {
    using Same = std::tuple<>;
};
template <class T>
struct Describe<scale::Box<T>> {
    using Same = T;
};
template <class T>
struct Describe<scale::Compact<T>> {
    static constexpr Type type{.kind = Kind::Compact, .fields = detail::Elements<T>::list};
};

template <class T>
struct Describe<std::optional<T>> {
    static constexpr std::array params{Parameter{"T", type_of<T>}};
    static constexpr std::array variants{VariantOf{"None", 0, {}, {}},
                                         VariantOf{"Some", 1, detail::Elements<T>::list, {}}};
    static constexpr Type type{.kind = Kind::Variant, .path = "Option", .params = params, .variants = variants};
};
template <class T, class E>
struct Describe<std::expected<T, E>> {
    static constexpr std::array params{Parameter{"T", type_of<T>}, Parameter{"E", type_of<E>}};
    static constexpr std::array variants{VariantOf{"Ok", 0, detail::Elements<T>::list, {}},
                                         VariantOf{"Err", 1, detail::Elements<E>::list, {}}};
    static constexpr Type type{.kind = Kind::Variant, .path = "Result", .params = params, .variants = variants};
};
template <class K, class V>
struct Describe<std::map<K, V>> {
    static constexpr std::array params{Parameter{"K", type_of<K>}, Parameter{"V", type_of<V>}};
    static constexpr Type type{.kind = Kind::Composite,
                               .path = "BTreeMap",
                               .params = params,
                               .fields = detail::Elements<std::vector<std::pair<K, V>>>::list};
};
template <class T>
struct Describe<std::set<T>> {
    static constexpr std::array params{Parameter{"T", type_of<T>}};
    static constexpr Type type{.kind = Kind::Composite,
                               .path = "BTreeSet",
                               .params = params,
                               .fields = detail::Elements<std::vector<T>>::list};
};
template <class T, std::uint32_t Max>
struct Describe<scale::BoundedVec<T, Max>> {
    static constexpr std::array params{Parameter{"T", type_of<T>}, Parameter{"S", nullptr}};
    static constexpr Type type{.kind = Kind::Composite,
                               .path = "bounded_collections::bounded_vec::BoundedVec",
                               .params = params,
                               .fields = detail::Elements<std::vector<T>>::list};
};

template <class T>
const Type& type_of()
{
    if constexpr (requires { typename Describe<T>::Same; })
        return type_of<typename Describe<T>::Same>();
    else if constexpr (requires { Describe<T>::get(); })
        return Describe<T>::get();
    else
        return Describe<T>::type;
}

} // namespace phala::runtime::metadata
