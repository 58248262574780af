#pragma once
#include "phat/contract.hpp"

namespace phat::examples {

/// Keeps what people pay in. It shows messages that take value, entries that can be walked through, a value that is read
/// only when asked for, and code that its owner can replace.
struct Vault {
    static constexpr auto docs = "Keeps what people pay in, and pays it out again.";

    enum class Error : std::uint8_t { NotYours, NotThatMuch, NoSuchCode };
    template <class T = void>
    using Result = std::expected<T, Error>;
    using Savings = std::vector<std::pair<AccountId, Balance>>;

    AccountId owner{};
    IterableMapping<AccountId, Balance> savings;
    Lazy<std::string> motto;

    struct create {
        static constexpr std::string_view label = "new";
        static constexpr auto docs = "Owned by who creates it.";
    };
    void on(create, Env<Vault>& env) { owner = env.caller(); }
    using Constructors = phat::Messages<create>;

    struct pay_in {
        static constexpr bool payable = true;
        static constexpr auto docs = "Keep the value that comes with the call.";
    };
    struct pay_out {
        Balance value;
        static constexpr auto docs = "Get some of one's savings back.";
    };
    struct mine {
        static constexpr auto docs = "The caller's savings.";
    };
    struct all {
        static constexpr auto docs = "All savings, for the owner alone.";
    };
    struct set_motto {
        std::string text;
        static constexpr auto docs = "Say something, for the owner alone.";
    };
    struct get_motto {
        static constexpr auto docs = "What the owner said.";
    };
    struct upgrade {
        Hash code_hash;
        static constexpr auto docs = "Replace the code, for the owner alone; everything that is kept stays.";
    };
    struct version {
        static constexpr auto docs = "Which code this is.";
    };
    using Messages = phat::Messages<pay_in, pay_out, mine, all, set_motto, get_motto, upgrade, version>;

    void on(pay_in, Env<Vault>& env);
    Result<> on(pay_out message, Env<Vault>& env);
    Balance on(mine, const View<Vault>& view) const { return savings.get_or(view.caller(), 0); }
    Result<Savings> on(all, const View<Vault>& view) const;
    Result<> on(set_motto message, Env<Vault>& env);
    std::string on(get_motto) const { return motto.get_or({}); }
    Result<> on(upgrade message, Env<Vault>& env);
    std::uint32_t on(version) const { return 1; }
};

} // namespace phat::examples
