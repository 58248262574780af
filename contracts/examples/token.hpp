#pragma once
#include "phat/contract.hpp"

namespace phat::examples {

/// A token whose balances only their owners can read. Its commands return nothing but success or failure and log
/// nothing: what a command returns and logs can be read by anybody.
struct Token {
    static constexpr auto docs = "A confidential token: a balance is shown to its owner alone.";

    enum class Error : std::uint8_t { InsufficientBalance, InsufficientAllowance, NotYours };
    template <class T = void>
    using Result = std::expected<T, Error>;

    Balance total_supply{};
    Mapping<AccountId, Balance> balances;
    Mapping<std::pair<AccountId, AccountId>, Balance> allowances;

    struct create {
        Balance supply;
        static constexpr auto docs = "The whole supply belongs to who creates the token.";
    };
    void on(create message, Env<Token>& env);
    using Constructors = phat::Messages<create>;

    struct transfer {
        AccountId to;
        Balance value;
        static constexpr auto docs = "Move tokens of the caller.";
    };
    struct approve {
        AccountId spender;
        Balance value;
        static constexpr auto docs = "Let a spender move up to this much.";
    };
    struct transfer_from {
        AccountId from, to;
        Balance value;
        static constexpr auto docs = "Move tokens that their owner approved.";
    };
    struct balance_of {
        AccountId who;
        static constexpr auto docs = "A balance, for its owner alone.";
    };
    struct allowance {
        AccountId owner, spender;
        static constexpr auto docs = "What a spender may still move, for these two alone.";
    };
    struct supply {
        static constexpr auto docs = "All tokens there are. No secret.";
    };
    using Messages = phat::Messages<transfer, approve, transfer_from, balance_of, allowance, supply>;

    Result<> on(transfer message, Env<Token>& env);
    Result<> on(approve message, Env<Token>& env);
    Result<> on(transfer_from message, Env<Token>& env);
    Result<Balance> on(balance_of message, const View<Token>& view) const;
    Result<Balance> on(allowance message, const View<Token>& view) const;
    Balance on(supply) const { return total_supply; }

    Result<> move(const AccountId& from, const AccountId& to, Balance value);
};

} // namespace phat::examples
