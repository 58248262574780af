#pragma once
// Errors are values (ARCHITECTURE D4). Each module has one small enum of what can go wrong and a
// `describe` overload that says it in words; Outcome<T> carries either a T or such an error with detail.
#include "base/reflect.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace phala {

/// What went wrong: an enumerator of some module's error enum, and optionally where and with what.
class [[nodiscard]] Error {
public:
    template <class E>
        requires std::is_enum_v<E>
    Error(E code, std::string detail = {}) // implicit: `return std::unexpected(Error{...})` and fail(code) read alike
        : domain_{&kDomain<E>}, code_{static_cast<int>(code)}, text_{describe(code)}, detail_{std::move(detail)}
    {
    }

    /// True if this error is that enumerator.
    template <class E>
        requires std::is_enum_v<E>
    [[nodiscard]] bool is(E code) const
    {
        return domain_ == &kDomain<E> && code_ == static_cast<int>(code);
    }

    /// True if this error is any enumerator of E.
    template <class E>
    [[nodiscard]] bool of() const
    {
        return domain_ == &kDomain<E>;
    }

    template <class E>
    [[nodiscard]] E as() const
    {
        return static_cast<E>(code_);
    }

    /// The sentence for a person: what went wrong, then where.
    [[nodiscard]] std::string message() const
    {
        std::string out{text_};
        if (!detail_.empty())
            out.append(": ").append(detail_);
        return out;
    }

    [[nodiscard]] const std::string& detail() const { return detail_; }

    /// The same error, with more about where in front of its detail.
    [[nodiscard]] Error at(std::string_view where) &&
    {
        detail_ = detail_.empty() ? std::string{where} : std::string{where} + ": " + detail_;
        return std::move(*this);
    }

private:
    template <class E>
    static constexpr char kDomain = 0; // its address identifies the enum

    const char* domain_;
    int code_;
    std::string_view text_;
    std::string detail_;
};

template <class T = void>
using Outcome = std::expected<T, Error>;

/// An error of enum E, ready to return from a function that gives an Outcome.
template <class E>
    requires std::is_enum_v<E>
std::unexpected<Error> fail(E code, std::string detail = {})
{
    return std::unexpected<Error>{Error{code, std::move(detail)}};
}

/// Passes the error of one outcome on as the error of another.
template <class T>
std::unexpected<Error> fail(std::expected<T, Error>&& outcome)
{
    return std::unexpected<Error>{std::move(outcome.error())};
}

template <class T>
std::unexpected<Error> fail(std::expected<T, Error>&& outcome, std::string_view where)
{
    return std::unexpected<Error>{std::move(outcome.error()).at(where)};
}

} // namespace phala

/// Leaves the enclosing function with the error of `outcome` if it has one.
#define PHALA_CHECK(outcome)                                                                                           \
    do {                                                                                                               \
        if (auto phala_outcome = (outcome); !phala_outcome)                                                            \
            return std::unexpected{std::move(phala_outcome.error())};                                                  \
    } while (false)

/// `PHALA_TRY(auto value, f())`: the value of an outcome, or leave the enclosing function with its error.
#define PHALA_TRY(declaration, outcome) PHALA_TRY_AT_(declaration, outcome, __COUNTER__)
#define PHALA_TRY_AT_(declaration, outcome, n) PHALA_TRY_NAMED_(declaration, outcome, n)
#define PHALA_TRY_NAMED_(declaration, outcome, n)                                                                      \
    auto phala_try_##n = (outcome);                                                                                    \
    if (!phala_try_##n)                                                                                                \
        return std::unexpected{std::move(phala_try_##n.error())};                                                      \
    declaration = std::move(*phala_try_##n)
