#pragma once
#include "phat/contract.hpp"
#include "system/contract_deposit.hpp"

namespace phat::system {

/// Turns the stake on a contract into its weight: its share of the workers' cache and time. The cluster's owner makes it
/// an administrator and the driver "ContractDeposit".
struct Tokenomic {
    static constexpr auto docs = "Gives contracts weight by the stake on them.";

    struct create {
        static constexpr std::string_view label = "default";
        static constexpr auto docs = "Works for the cluster's system contract.";
    };
    void on(create) {}
    using Constructors = phat::Messages<create>;

    struct version {
        static constexpr auto docs = "Version of this contract.";
    };
    using Messages = phat::Messages<version, change_deposit>;

    std::tuple<std::uint16_t, std::uint16_t, std::uint16_t> on(version) const { return {1, 0, 0}; }
    std::expected<void, DriverError> on(change_deposit message, Env<Tokenomic>& env);
};

} // namespace phat::system
