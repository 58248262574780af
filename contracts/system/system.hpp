#pragma once
#include "phat/contract.hpp"
#include "phat/pink.hpp"

namespace phat::system {

/// The contract that each cluster starts with (spec contract-engine §6.4, decisions §6.1). `@phala/sdk` talks to it
/// with an ABI of its own: selectors, arguments and answers are fixed.
struct System {
    static constexpr auto docs = "The cluster's own contract: administrators, drivers and balances.";
    static constexpr std::string_view kTrait = "System";
    static constexpr std::string_view kNamespace = "pink_system";

    enum class Error : std::uint8_t { PermisionDenied, DriverNotFound, CodeNotFound, ConditionNotMet };
    template <class T = void>
    using Result = std::expected<T, Error>;

    /// A driver and the block since which it is that.
    using Driver = std::pair<BlockNumber, AccountId>;

    AccountId owner_account{};
    Mapping<AccountId, bool> administrators;
    Mapping<std::string, Driver> drivers;
    Mapping<std::string, std::vector<Driver>> history;

    struct AdministratorAdded {
        Topic<AccountId> user;
    };
    struct DriverChanged {
        Topic<std::string> name;
        std::optional<AccountId> previous;
        AccountId current;
    };
    using Events = phat::Events<DriverChanged, AdministratorAdded>;

    struct create {
        static constexpr std::string_view label = "default";
        static constexpr auto docs = "Owned by the cluster's owner.";
    };
    void on(create, Env<System>& env) { owner_account = env.caller(); }
    using Constructors = phat::Messages<create>;

    struct owner {
        static constexpr auto docs = "The cluster's owner.";
    };
    struct version {
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Version of this contract.";
    };
    struct grant_admin {
        AccountId contract_id;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Make an account an administrator. For the owner.";
    };
    struct is_admin {
        AccountId contract_id;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Whether an account is an administrator.";
    };
    struct set_driver {
        std::string name;
        AccountId contract_id;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Set the contract that does a job. For the owner and administrators.";
    };
    struct get_driver {
        std::string name;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "The contract that does a job.";
    };
    struct get_driver2 {
        std::string name;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "The contract that does a job, and since which block.";
    };
    struct driver_history {
        std::string name;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Those that did a job before.";
    };
    struct total_balance_of {
        AccountId account;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "All an account has in this cluster.";
    };
    struct free_balance_of {
        AccountId account;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "What an account can spend in this cluster.";
    };
    struct code_exists {
        Hash code_hash;
        pink::CodeType code_type;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Whether code was uploaded to this cluster.";
    };
    struct code_hash {
        AccountId account;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "The code of a contract.";
    };
    using Messages = phat::Messages<owner, version, grant_admin, is_admin, set_driver, get_driver, get_driver2,
                                    driver_history, total_balance_of, free_balance_of, code_exists, code_hash>;

    AccountId on(owner) const { return owner_account; }
    std::tuple<std::uint16_t, std::uint16_t, std::uint16_t> on(version) const { return {1, 2, 0}; }
    Result<> on(grant_admin message, Env<System>& env);
    bool on(is_admin message) const { return administrators.contains(message.contract_id); }
    Result<> on(set_driver message, Env<System>& env);
    std::optional<AccountId> on(get_driver message) const;
    std::optional<Driver> on(get_driver2 message) const { return drivers.get(message.name); }
    std::optional<std::vector<Driver>> on(driver_history message) const { return history.get(message.name); }
    Balance on(total_balance_of message) const { return pink::balance_of(message.account).total; }
    Balance on(free_balance_of message) const { return pink::balance_of(message.account).free; }
    bool on(code_exists message) const { return pink::code_exists(message.code_hash, message.code_type); }
    std::optional<Hash> on(code_hash message, const View<System>& view) const
    {
        return view.code_hash(message.account);
    }
};

} // namespace phat::system
