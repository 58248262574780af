#pragma once
// A contract as clients see it: tables made from its class, as metadata/type.hpp makes them from types. Native only.
#include "phat/contract.hpp"
#include "runtime/frame/metadata/type.hpp"

#include <string>

namespace phat::metadata {

namespace types = phala::runtime::metadata;

struct Argument {
    std::string_view label;
    types::TypeRef type;
    bool indexed; ///< of events: a topic
};

struct Callable {
    std::string_view label;
    std::array<std::uint8_t, 4> selector;
    std::vector<Argument> arguments;
    types::TypeRef result;
    bool mutates;
    bool payable;
    std::string_view docs;
};

struct EventDescription {
    std::string_view label;
    std::vector<Argument> arguments;
    std::string_view docs;
};

struct StoredField {
    std::string_view name;
    types::TypeRef type;             ///< of a mapping or a lazy value: of what it holds
    std::array<std::uint8_t, 4> key; ///< where it is; the root key for plain members
    bool placed;                     ///< has a place of its own
};

struct ContractDescription {
    std::string_view name;
    std::string_view docs;
    std::vector<Callable> constructors;
    std::vector<Callable> messages;
    std::vector<EventDescription> events;
    std::vector<StoredField> storage;
};

/// The `.contract` bundle in the form of ink! 4 metadata, with the code inside (spec contract-engine §3.4).
std::string bundle(const ContractDescription& contract, phala::ByteView wasm);

/// What a describing program does: reads the code, writes the bundle. Returns the exit code.
int write_bundle(const ContractDescription& contract, int argc, char** argv);

} // namespace phat::metadata

namespace phala::runtime::metadata {

template <class T>
struct Describe<phat::Topic<T>> {
    using Same = T;
};
template <>
struct Describe<phat::LangError> {
    static constexpr std::array variants{VariantOf{"CouldNotReadInput", 1, {}, {}}};
    static constexpr Type type{.kind = Kind::Variant, .path = "ink_primitives::LangError", .variants = variants};
};

} // namespace phala::runtime::metadata

namespace phat::metadata {

namespace detail {

template <class M>
std::vector<Argument> arguments_of()
{
    return phala::reflect::with_field_types<M>([]<class... F>() {
        std::vector<Argument> out;
        std::size_t at = 0;
        (out.push_back({phala::reflect::field_names<M>[at++], types::type_of<F>, phat::detail::is_topic<F>}), ...);
        return out;
    });
}

/// A constructor answers as if it gave nothing, or its error.
template <class R>
struct ConstructorResult {
    using Type = std::expected<void, LangError>;
};
template <class E>
struct ConstructorResult<std::expected<void, E>> {
    using Type = std::expected<std::expected<void, E>, LangError>;
};

template <class C, class M, class Result>
Callable callable(bool mutates)
{
    return {label<M>, selector<M>, arguments_of<M>(), types::type_of<Result>, mutates, is_payable<M>(), docs_of<M>()};
}

template <class C>
std::vector<StoredField> storage_of()
{
    std::vector<StoredField> out;
    phala::reflect::with_field_types<C>([&]<class... F>() {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (
                [&]<class Member, std::size_t Index>() {
                    constexpr auto name = phala::reflect::field_names<C>[Index];
                    if constexpr (phat::detail::is_placed<Member>)
                        out.push_back({name, types::type_of<typename Member::value_type>,
                                       phat::detail::field_key<C, Index>(), true});
                    else
                        out.push_back({name, types::type_of<Member>, {}, false});
                }.template operator()<F, I>(),
                ...);
        }(std::index_sequence_for<F...>{});
    });
    return out;
}

} // namespace detail

/// The description of a contract class.
template <class C>
ContractDescription describe()
{
    ContractDescription out{phala::reflect::type_name<C>, docs_of<C>(), {}, {}, {}, detail::storage_of<C>()};
    C::Constructors::for_each([&]<class M>() {
        out.constructors.push_back(
            detail::callable<C, M, typename detail::ConstructorResult<ResultOf<C, M>>::Type>(true));
    });
    C::Messages::for_each([&]<class M>() {
        out.messages.push_back(
            detail::callable<C, M, std::expected<ResultOf<C, M>, LangError>>(Handler<C, M>::mutates));
    });
    if constexpr (requires { typename C::Events; })
        C::Events::for_each([&]<class E>() {
            out.events.push_back({phala::reflect::type_name<E>, detail::arguments_of<E>(), docs_of<E>()});
        });
    return out;
}

} // namespace phat::metadata
