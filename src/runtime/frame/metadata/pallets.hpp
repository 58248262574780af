#pragma once
// A composition as metadata describes it: tables of its pallets, made from Construct (frame/construct.hpp).
// Include it in one translation unit of the composition: it instantiates a description of everything.
#include "primitives/header.hpp"
#include "runtime/frame/api.hpp"
#include "runtime/frame/metadata/metadata.hpp"
#include "runtime/frame/unchecked_extrinsic.hpp"

#include <algorithm>

namespace phala::runtime::metadata {

namespace detail {

template <class Keys>
struct KeyType {
    static constexpr TypeRef type = type_of<Keys>; // several keys are a tuple
};
template <>
struct KeyType<std::tuple<>> {
    static constexpr TypeRef type = nullptr;
};
template <class K>
struct KeyType<std::tuple<K>> {
    static constexpr TypeRef type = type_of<K>;
};

template <class S>
consteval StorageEntry storage_entry()
{
    return {.name = S::item,
            .modifier = S::modifier,
            .hashers = S::hashers,
            .key = KeyType<typename S::Keys>::type,
            .value = type_of<typename S::Value>,
            .default_bytes = [] { return S::default_bytes(); },
            .docs = docs_of<S>()};
}

template <class C>
consteval Constant constant()
{
    return {.name = C::name,
            .type = type_of<std::remove_cvref_t<decltype(C::value())>>,
            .value = [] { return scale::encode(C::value()); },
            .docs = docs_of<C>()};
}

template <class List>
struct Entries {
    static constexpr std::array<StorageEntry, 0> storage{};
    static constexpr std::array<Constant, 0> constants{};
};
template <class... Item>
struct Entries<std::tuple<Item...>> {
    static constexpr auto storage = [] {
        if constexpr ((requires { Item::item; } && ...))
            return std::array<StorageEntry, sizeof...(Item)>{storage_entry<Item>()...};
        else
            return std::array<StorageEntry, 0>{};
    }();
    static constexpr auto constants = [] {
        if constexpr ((requires { Item::value(); } && ...))
            return std::array<Constant, sizeof...(Item)>{constant<Item>()...};
        else
            return std::array<Constant, 0>{};
    }();
};

/// "<crate>::pallet::<name>", kept for as long as the program.
template <class P, Name What>
struct PalletPath {
    static constexpr std::string_view infix = "::pallet::";
    static constexpr std::size_t size = P::crate.size() + infix.size() + What.view().size();
    static constexpr auto text = runtime::detail::joined<size>({P::crate, infix, What.view()});
    static constexpr std::string_view view{text.data(), size};
};

/// The three enums of a pallet are types of their own, even where two pallets have the same variants.
struct PalletT {
    static constexpr std::array params{Parameter{"T", nullptr}};
};

template <class P>
struct CallOf {};
template <class P>
struct EventOf {};
template <class P>
struct ErrorOf {};

template <class Variant>
inline constexpr bool has_variants = true;
template <>
inline constexpr bool has_variants<scale::Variant<>> = false;

} // namespace detail

template <class P>
struct Describe<detail::CallOf<P>> {
    static constexpr Type type{.kind = Kind::Variant,
                               .path = detail::PalletPath<P, "Call">::view,
                               .params = detail::PalletT::params,
                               .docs = "Contains a variant per dispatchable extrinsic that this pallet has.",
                               .variants = detail::Variants<typename P::Call>::list};
};
template <class P>
struct Describe<detail::EventOf<P>> {
    static constexpr Type type{.kind = Kind::Variant,
                               .path = detail::PalletPath<P, "Event">::view,
                               .params = detail::PalletT::params,
                               .docs = "The `Event` enum of this pallet",
                               .variants = detail::Variants<typename P::Event>::list};
};
template <class P>
struct Describe<detail::ErrorOf<P>> {
    static constexpr Type type{.kind = Kind::Variant,
                               .path = detail::PalletPath<P, "Error">::view,
                               .params = detail::PalletT::params,
                               .docs = "The `Error` enum of this pallet.",
                               .variants = detail::Variants<typename P::Error>::list};
};

namespace detail {

template <std::uint8_t Index, class P>
consteval PalletDescription pallet_description()
{
    PalletDescription out{.name = P::name, .index = Index};
    if constexpr (requires { typename P::Storage; })
        out.storage = Entries<typename P::Storage>::storage;
    if constexpr (requires { typename P::Call; })
        if constexpr (has_variants<typename P::Call>)
            out.calls = type_of<CallOf<P>>;
    if constexpr (requires { typename P::Event; })
        if constexpr (has_variants<typename P::Event>)
            out.event = type_of<EventOf<P>>;
    if constexpr (requires { typename P::Error; }) {
        out.error = type_of<ErrorOf<P>>;
        static_assert(std::ranges::all_of(Variants<typename P::Error>::list,
                                          [](const VariantOf& error) { return !error.docs.empty(); }),
                      "people read what an error means: each needs a line in enumerator_docs(Error)");
    }
    if constexpr (requires { typename P::Constants; })
        out.constants = Entries<typename P::Constants>::constants;
    out.docs = docs_of<P>();
    return out;
}

template <class Ext>
consteval Extension extension()
{
    return {.identifier = reflect::type_name<Ext>, .type = type_of<Ext>, .implicit = type_of<typename Ext::Implicit>};
}

} // namespace detail

/// The pallets of a composition.
template <class Composition>
struct Pallets;
template <template <class...> class Construct, class... At>
struct Pallets<Construct<At...>> {
    static constexpr std::array<PalletDescription, sizeof...(At)> list{
        detail::pallet_description<At::index, typename At::type>()...};
};

/// The transaction extensions listed in a tuple.
template <class Tuple>
struct Extensions;
template <class... Ext>
struct Extensions<std::tuple<Ext...>> {
    static constexpr std::array<Extension, sizeof...(Ext)> list{detail::extension<Ext>()...};
};

/// An outer enum: for each pallet that has one, its name and index with the pallet's enum as content.
template <std::size_t N>
class OuterEnum {
public:
    constexpr OuterEnum(std::span<const PalletDescription> pallets, TypeRef PalletDescription::* which)
    {
        for (const auto& pallet : pallets)
            if (pallet.*which != nullptr)
                contents_[count_++] = {{}, pallet.*which};
        std::size_t at = 0;
        for (const auto& pallet : pallets)
            if (pallet.*which != nullptr) {
                variants_[at] = {pallet.name, pallet.index, std::span{&contents_[at], 1}, {}};
                ++at;
            }
    }
    OuterEnum(const OuterEnum&) = delete; // variants point into it
    OuterEnum& operator=(const OuterEnum&) = delete;

    [[nodiscard]] constexpr Type type(std::string_view path) const
    {
        return {.kind = Kind::Variant, .path = path, .variants = std::span{variants_}.first(count_)};
    }

private:
    std::array<Field, N> contents_{};
    std::array<VariantOf, N> variants_{};
    std::size_t count_ = 0;
};

/// The methods of runtime APIs (frame/api.hpp).
template <class Methods>
struct ApiMethods;
template <class... Method>
struct ApiMethods<std::tuple<Method...>> {
    static constexpr std::array<ApiMethod, sizeof...(Method)> list{
        ApiMethod{.name = method_name<Method>,
                  .inputs = detail::Fields<Method>::list,
                  .output = type_of<std::remove_cvref_t<decltype(std::declval<const Method&>().answer())>>,
                  .docs = detail::docs_of<Method>()}...};
};

/// The APIs of a composition.
template <class List>
struct Apis;
template <class... A>
struct Apis<ApiList<A...>> {
    static constexpr std::array<Api, sizeof...(A)> list{Api{.name = api_name<A>,
                                                            .version = A::version,
                                                            .methods = ApiMethods<typename A::Methods>::list,
                                                            .docs = detail::docs_of<A>()}...};
};

/// A block as metadata shows it: its extrinsics are UncheckedExtrinsic.
struct OpaqueBlock {
    static constexpr auto path = Block::path;
    using params = std::tuple<Param<"Header", Header>, Param<"Extrinsic", UncheckedExtrinsic>>;
    Header header;
    std::vector<UncheckedExtrinsic> extrinsics;
};
template <>
struct Describe<Block> {
    using Same = OpaqueBlock;
};

template <>
struct Describe<Era> {
    static constexpr Type type{.kind = Kind::Era, .path = Era::path};
};

} // namespace phala::runtime::metadata
