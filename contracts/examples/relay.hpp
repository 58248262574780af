#pragma once
#include "examples/flipper.hpp"
#include "examples/psp22.hpp"

namespace phat::examples {

/// Calls contracts that may be written in another language: a switch and a PSP22 token.
struct Relay {
    static constexpr auto docs = "Calls a switch and a PSP22 token, whatever language they are written in.";

    enum class Error : std::uint8_t { NoAnswer, Refused };
    template <class T = void>
    using Result = std::expected<T, Error>;

    AccountId flipper{}, token{};

    struct create {
        AccountId flipper, token;
        static constexpr std::string_view label = "new";
        static constexpr auto docs = "For this switch and this token.";
    };
    void on(create message) { flipper = message.flipper, token = message.token; }
    using Constructors = phat::Messages<create>;

    struct flip {
        static constexpr auto docs = "Turn the switch. Answers whether it is on now.";
    };
    struct pay {
        AccountId to;
        Balance value;
        static constexpr auto docs = "Pay from what this contract itself has of the token.";
    };
    struct holds {
        static constexpr auto docs = "What this contract itself has of the token.";
    };
    using Messages = phat::Messages<flip, pay, holds>;

    Result<bool> on(flip, Env<Relay>& env);
    Result<> on(pay message, Env<Relay>& env);
    Result<Balance> on(holds, const View<Relay>& view) const;
};

} // namespace phat::examples
