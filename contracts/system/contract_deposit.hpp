#pragma once
#include "phat/contract.hpp"

namespace phat::system {

enum class Error : std::uint8_t { PermisionDenied, DriverNotFound, CodeNotFound, ConditionNotMet };

struct Other {
    std::string reason;
};
struct SystemError {
    Error error;
};
struct BadOrigin {};
/// How a driver refuses (spec contract-engine §6.4).
using DriverError =
    phala::scale::Variant<phala::scale::At<0, Other>, phala::scale::At<1, SystemError>, phala::scale::At<2, BadOrigin>>;

/// The stake on a contract changed: what the chain tells the system contract, and that the driver "ContractDeposit".
struct change_deposit {
    AccountId contract_id;
    Balance deposit;
    static constexpr std::string_view trait = "ContractDeposit";
    static constexpr auto docs = "The stake on a contract is now this.";
};

/// A driver as the system contract calls it.
struct ContractDeposit {
    using Messages = phat::Messages<change_deposit>;
    std::expected<void, DriverError> on(change_deposit message, Env<ContractDeposit>& env);
};

} // namespace phat::system
