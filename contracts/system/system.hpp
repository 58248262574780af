#pragma once
#include "phat/contract.hpp"
#include "phat/pink.hpp"
#include "system/contract_deposit.hpp"

namespace phat::system {

/// The contract that each cluster starts with (spec contract-engine §6.4, decisions §6.1). `@phala/sdk` talks to it
/// with an ABI of its own: selectors, arguments and answers are fixed.
struct System {
    static constexpr auto docs = "The cluster's own contract: administrators, drivers and balances.";
    static constexpr std::string_view kTrait = "System";
    static constexpr std::string_view kNamespace = "pink_system";

    using Error = system::Error;
    template <class T = void>
    using Result = std::expected<T, Error>;

    using Version = std::tuple<std::uint16_t, std::uint16_t, std::uint16_t>;
    static constexpr Version kVersion{1, 2, 0};

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
    struct set_hook {
        pink::HookPoint hook;
        AccountId contract;
        std::uint32_t selector;
        std::uint64_t gas_limit;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Call a contract at each block's end. For administrators.";
    };
    struct set_contract_weight {
        AccountId contract_id;
        std::uint32_t weight;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "A contract's share of cache and time. For administrators.";
    };
    struct deploy_sidevm_to {
        AccountId contract_id;
        Hash code_hash;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Run a program beside a contract. For administrators.";
    };
    struct stop_sidevm_at {
        AccountId contract_id;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "End the program beside a contract. For administrators.";
    };
    struct deploy_sidevm_to_workers {
        AccountId contract_id;
        Hash code_hash;
        std::vector<Hash> workers;
        pink::SidevmConfig config;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Run a program beside a contract on some workers. For administrators.";
    };
    struct set_sidevm_deadline {
        AccountId contract_id;
        std::uint32_t deadline;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Until which block the program beside a contract runs. For administrators.";
    };
    struct upgrade_system_contract {
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Run the chain's current system code from now on. For the owner.";
    };
    struct do_upgrade {
        Version from_version;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "What new code does first. For this contract itself.";
    };
    struct upgrade_runtime {
        std::pair<std::uint32_t, std::uint32_t> version;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Run contracts by a newer version of the engine. For the owner.";
    };
    struct current_event_chain_head {
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "The next number of the event chain, and the last block's hash.";
    };
    using change_deposit = system::change_deposit;
    using Messages =
        phat::Messages<owner, version, grant_admin, is_admin, set_driver, get_driver, get_driver2, driver_history,
                       total_balance_of, free_balance_of, code_exists, code_hash, set_hook, set_contract_weight,
                       deploy_sidevm_to, stop_sidevm_at, deploy_sidevm_to_workers, set_sidevm_deadline,
                       upgrade_system_contract, do_upgrade, upgrade_runtime, current_event_chain_head, change_deposit>;

    AccountId on(owner) const { return owner_account; }
    Version on(version) const { return kVersion; }
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
    Result<> on(set_hook message, Env<System>& env);
    Result<> on(set_contract_weight message, Env<System>& env);
    Result<> on(deploy_sidevm_to message, Env<System>& env);
    Result<> on(stop_sidevm_at message, Env<System>& env);
    Result<> on(deploy_sidevm_to_workers message, Env<System>& env);
    Result<> on(set_sidevm_deadline message, Env<System>& env);
    Result<> on(upgrade_system_contract, Env<System>& env);
    Result<> on(do_upgrade message, Env<System>& env);
    Result<> on(upgrade_runtime message, Env<System>& env);
    std::pair<std::uint64_t, Hash> on(current_event_chain_head) const;
    std::expected<void, DriverError> on(change_deposit message, Env<System>& env);

    /// Tells the workers, where an administrator asks for it.
    template <class Event>
    Result<> as_admin(const Env<System>& env, const Event& event)
    {
        if (!administrators.contains(env.caller()))
            return std::unexpected{Error::PermisionDenied};
        pink::tell_worker(event);
        return {};
    }
};

} // namespace phat::system
