#pragma once
// What a call gives back, and how an error of a pallet becomes the chain's DispatchError (spec substrate-host §4.4).
#include "primitives/dispatch_error.hpp"
#include "primitives/weight.hpp"
#include "runtime/frame/origin.hpp"

#include <concepts>
#include <expected>

namespace phala::runtime {

/// What a call turned out to cost, where that differs from what it announced.
struct PostDispatchInfo {
    std::optional<Weight> actual_weight;
    Pays pays_fee = Pays::Yes;
};

struct DispatchFailure {
    DispatchError error;
    PostDispatchInfo post;

    DispatchFailure(DispatchError e, PostDispatchInfo p = {})
        : error{std::move(e)}, post{p} {} // implicit: `fail(...)` serves both results
};

using DispatchResult = std::expected<void, DispatchError>;
using DispatchResultWithPostInfo = std::expected<PostDispatchInfo, DispatchFailure>;

/// Index of the pallet with that name in the running composition; it must be there.
std::uint8_t pallet_index(std::string_view name);

/// The pallet descriptor that belongs to the namespace of T: each pallet declares `Pallet pallet_of(const T&)` once.
template <class T>
using PalletOf = decltype(pallet_of(std::declval<const T&>()));

/// A type that lives in a pallet's namespace.
template <class T>
concept PalletItem = requires { typename PalletOf<T>; };

/// The index of the pallet in whose namespace T lives. It is looked up once.
template <class T>
std::uint8_t pallet_index_of()
{
    static const std::uint8_t index = pallet_index(PalletOf<T>::name);
    return index;
}

/// An enumerator of a pallet's `enum class Error` as DispatchError::Module.
template <class E>
    requires std::is_enum_v<E>
DispatchError to_dispatch_error(E error)
{
    return {dispatch_error::Module{{pallet_index_of<E>(), {static_cast<std::uint8_t>(error), 0, 0, 0}}}};
}
inline DispatchError to_dispatch_error(TokenError error)
{
    return {dispatch_error::Token{error}};
}
inline DispatchError to_dispatch_error(ArithmeticError error)
{
    return {dispatch_error::Arithmetic{error}};
}
inline DispatchError to_dispatch_error(TransactionalError error)
{
    return {dispatch_error::Transactional{error}};
}
/// The plain variants: dispatch_error::BadOrigin{} and its like.
template <class V>
    requires std::constructible_from<decltype(DispatchError::what), V>
DispatchError to_dispatch_error(V variant)
{
    return {std::move(variant)};
}
inline DispatchError to_dispatch_error(DispatchError error)
{
    return error;
}

/// `return fail(Error::TooSmall);` in a call.
template <class E>
std::unexpected<DispatchError> fail(E error)
{
    return std::unexpected<DispatchError>{to_dispatch_error(std::move(error))};
}

// The enums of namespace phala by name: phala::fail, which gives an Outcome's error, would be as good a match.
inline std::unexpected<DispatchError> fail(TokenError error)
{
    return std::unexpected<DispatchError>{to_dispatch_error(error)};
}
inline std::unexpected<DispatchError> fail(ArithmeticError error)
{
    return std::unexpected<DispatchError>{to_dispatch_error(error)};
}
inline std::unexpected<DispatchError> fail(TransactionalError error)
{
    return std::unexpected<DispatchError>{to_dispatch_error(error)};
}

/// Fails with `error` unless `condition` holds: PHALA_CHECK(ensure(amount >= minimum, Error::TooSmall));
template <class E>
DispatchResult ensure(bool condition, E error)
{
    if (!condition)
        return fail(error);
    return {};
}

} // namespace phala::runtime
