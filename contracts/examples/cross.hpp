#pragma once
#include "examples/flipper.hpp"

namespace phat::examples {

/// Makes a Flipper of its own when it is made itself, with an endowment and a salt: contracts that instantiate contracts.
struct Cross {
    static constexpr auto docs = "A contract that makes another.";
    static constexpr Balance kEndowment = 100'000'000'000;

    enum class Error : std::uint8_t { NotMade, NoAnswer };
    template <class T = void>
    using Result = std::expected<T, Error>;

    AccountId flipper{};

    struct create {
        Hash flipper_code;
        bool value;
        static constexpr bool payable = true;
        static constexpr std::string_view label = "new";
        static constexpr auto docs = "Makes the flipper, which begins on or off.";
    };
    Result<> on(create message, Env<Cross>& env);
    using Constructors = phat::Messages<create>;

    struct call_other {
        static constexpr auto docs = "Whether the flipper is on.";
    };
    struct other {
        static constexpr auto docs = "Where the flipper is.";
    };
    using Messages = phat::Messages<call_other, other>;

    Result<bool> on(call_other, const View<Cross>& view) const;
    AccountId on(other) const { return flipper; }
};

} // namespace phat::examples
