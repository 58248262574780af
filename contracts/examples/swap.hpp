#pragma once
#include "examples/token.hpp"

namespace phat::examples {

/// Swaps two tokens between two people who both approved it: both legs happen or none.
struct Swap {
    static constexpr auto docs = "Swaps two confidential tokens: both legs happen or none.";

    enum class Error : std::uint8_t { FirstLegFailed, SecondLegFailed };
    template <class T = void>
    using Result = std::expected<T, Error>;

    AccountId first{}, second{}; ///< the two tokens

    struct create {
        AccountId first, second;
        static constexpr auto docs = "A place to swap these two tokens.";
    };
    void on(create message) { first = message.first, second = message.second; }
    using Constructors = phat::Messages<create>;

    struct swap {
        AccountId with;
        Balance give, take;
        static constexpr auto docs = "Give the first token and take the second. A failing leg undoes the other.";
    };
    struct try_swap {
        AccountId with;
        Balance give, take;
        static constexpr auto docs = "As swap, but the first leg stays when the second fails.";
    };
    struct my_balances {
        static constexpr auto docs = "What this contract itself holds of the two tokens.";
    };
    using Messages = phat::Messages<swap, try_swap, my_balances>;

    Result<> on(swap message, Env<Swap>& env);
    void on(try_swap message, Env<Swap>& env);
    std::pair<Balance, Balance> on(my_balances, const View<Swap>& view) const;
};

} // namespace phat::examples
