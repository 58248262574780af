#pragma once
// Why a dispatched call failed, as clients decode it (spec substrate-host §4.4).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <string_view>

namespace phala {

enum class TokenError : std::uint8_t {
    FundsUnavailable,
    OnlyProvider,
    BelowMinimum,
    CannotCreate,
    UnknownAsset,
    Frozen,
    Unsupported,
    CannotCreateHold,
    NotExpendable,
    Blocked,
};
constexpr std::string_view metadata_path(TokenError)
{
    return "sp_runtime::TokenError";
}

enum class ArithmeticError : std::uint8_t { Underflow, Overflow, DivisionByZero };
constexpr std::string_view metadata_path(ArithmeticError)
{
    return "sp_arithmetic::ArithmeticError";
}

enum class TransactionalError : std::uint8_t { LimitReached, NoLayer };
constexpr std::string_view metadata_path(TransactionalError)
{
    return "sp_runtime::TransactionalError";
}

enum class TrieError : std::uint8_t {
    InvalidStateRoot,
    IncompleteDatabase,
    ValueAtIncompleteKey,
    DecoderError,
    InvalidHash,
    DuplicateKey,
    ExtraneousNode,
    ExtraneousValue,
    ExtraneousHashReference,
    InvalidChildReference,
    ValueMismatch,
    IncompleteProof,
    RootMismatch,
    DecodeError,
};
constexpr std::string_view metadata_path(TrieError)
{
    return "sp_runtime::proving_trie::TrieError";
}

/// An error of a pallet: the pallet's index and the error's, with room for nested ones.
struct ModuleError {
    static constexpr auto path = "sp_runtime::ModuleError";
    std::uint8_t index;
    ByteArray<4> error;
    friend bool operator==(const ModuleError&, const ModuleError&) = default;
};

namespace dispatch_error {
struct Other {
    friend bool operator==(const Other&, const Other&) = default;
};
struct CannotLookup {
    friend bool operator==(const CannotLookup&, const CannotLookup&) = default;
};
struct BadOrigin {
    friend bool operator==(const BadOrigin&, const BadOrigin&) = default;
};
struct Module {
    ModuleError _0;
    friend bool operator==(const Module&, const Module&) = default;
};
struct ConsumerRemaining {
    friend bool operator==(const ConsumerRemaining&, const ConsumerRemaining&) = default;
};
struct NoProviders {
    friend bool operator==(const NoProviders&, const NoProviders&) = default;
};
struct TooManyConsumers {
    friend bool operator==(const TooManyConsumers&, const TooManyConsumers&) = default;
};
struct Token {
    TokenError _0;
    friend bool operator==(const Token&, const Token&) = default;
};
struct Arithmetic {
    ArithmeticError _0;
    friend bool operator==(const Arithmetic&, const Arithmetic&) = default;
};
struct Transactional {
    TransactionalError _0;
    friend bool operator==(const Transactional&, const Transactional&) = default;
};
struct Exhausted {
    friend bool operator==(const Exhausted&, const Exhausted&) = default;
};
struct Corruption {
    friend bool operator==(const Corruption&, const Corruption&) = default;
};
struct Unavailable {
    friend bool operator==(const Unavailable&, const Unavailable&) = default;
};
struct RootNotAllowed {
    friend bool operator==(const RootNotAllowed&, const RootNotAllowed&) = default;
};
struct Trie {
    TrieError _0;
    friend bool operator==(const Trie&, const Trie&) = default;
};
} // namespace dispatch_error

struct DispatchError {
    static constexpr auto path = "sp_runtime::DispatchError";
    scale::Variant<scale::At<0, dispatch_error::Other>, scale::At<1, dispatch_error::CannotLookup>,
                   scale::At<2, dispatch_error::BadOrigin>, scale::At<3, dispatch_error::Module>,
                   scale::At<4, dispatch_error::ConsumerRemaining>, scale::At<5, dispatch_error::NoProviders>,
                   scale::At<6, dispatch_error::TooManyConsumers>, scale::At<7, dispatch_error::Token>,
                   scale::At<8, dispatch_error::Arithmetic>, scale::At<9, dispatch_error::Transactional>,
                   scale::At<10, dispatch_error::Exhausted>, scale::At<11, dispatch_error::Corruption>,
                   scale::At<12, dispatch_error::Unavailable>, scale::At<13, dispatch_error::RootNotAllowed>,
                   scale::At<14, dispatch_error::Trie>>
        what;
    friend bool operator==(const DispatchError&, const DispatchError&) = default;
};

} // namespace phala
