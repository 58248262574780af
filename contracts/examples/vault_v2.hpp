#pragma once
#include "phat/contract.hpp"

namespace phat::examples::v2 {

/// What a Vault can be upgraded to: the same name and members, so that it finds all that the first one kept.
struct Vault {
    static constexpr auto docs = "A vault that only pays out, all at once.";

    AccountId owner{};
    IterableMapping<AccountId, Balance> savings;
    Lazy<std::string> motto;

    struct create {
        static constexpr std::string_view label = "new";
        static constexpr auto docs = "Owned by who creates it.";
    };
    void on(create, Env<Vault>& env) { owner = env.caller(); }
    using Constructors = phat::Messages<create>;

    struct close {
        static constexpr auto docs = "Pay everybody out. Answers how many were paid.";
    };
    struct get_motto {
        static constexpr auto docs = "What the owner said.";
    };
    struct version {
        static constexpr auto docs = "Which code this is.";
    };
    using Messages = phat::Messages<close, get_motto, version>;

    std::uint32_t on(close, Env<Vault>& env);
    std::string on(get_motto) const { return motto.get_or({}); }
    std::uint32_t on(version) const { return 2; }
};

} // namespace phat::examples::v2
