#pragma once
#include "phat/contract.hpp"

namespace phat::system {

/// The contract that stands for the log server. Records are kept by the worker itself; clients ask for them with
/// SidevmMessage queries to this contract's address (spec decisions §6.2).
struct LogServer {
    static constexpr auto docs = "Stands for the log server: ask it with SidevmMessage queries.";

    AccountId owner_account{};

    struct create {
        static constexpr std::string_view label = "default";
        static constexpr auto docs = "Owned by who creates it.";
    };
    void on(create, Env<LogServer>& env) { owner_account = env.caller(); }
    using Constructors = phat::Messages<create>;

    struct version {
        static constexpr auto docs = "Version of this contract.";
    };
    struct owner {
        static constexpr auto docs = "Who created it.";
    };
    using Messages = phat::Messages<version, owner>;

    std::tuple<std::uint16_t, std::uint16_t, std::uint16_t> on(version) const { return {1, 0, 0}; }
    AccountId on(owner) const { return owner_account; }
};

} // namespace phat::system
