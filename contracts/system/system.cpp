#include "system/system.hpp"

namespace phat::system {

System::Result<> System::on(grant_admin message, Env<System>& env)
{
    if (env.caller() != owner_account)
        return std::unexpected{Error::PermisionDenied};
    administrators.set(message.contract_id, true);
    env.emit(AdministratorAdded{.user = message.contract_id});
    return {};
}

System::Result<> System::on(set_driver message, Env<System>& env)
{
    const AccountId caller = env.caller();
    if (caller != owner_account && !administrators.contains(caller))
        return std::unexpected{Error::PermisionDenied};
    if (message.name == "PinkLogger")
        pink::set_log_handler(message.contract_id); // also where it does not change: a worker may have lost it
    if (message.name == "JsRuntime")
        pink::tell_worker(pink::SetJsRuntime{Hash{message.contract_id.bytes}}); // no contract: a code's hash
    const auto previous = drivers.get(message.name);
    if (previous && previous->second == message.contract_id)
        return {};
    if (previous) {
        auto before = history.get_or(message.name, {});
        before.push_back(*previous);
        history.set(message.name, before);
    }
    drivers.set(message.name, {env.block_number(), message.contract_id});
    env.emit(DriverChanged{.name = message.name,
                           .previous = previous ? std::optional{previous->second} : std::nullopt,
                           .current = message.contract_id});
    return {};
}

std::optional<AccountId> System::on(get_driver message) const
{
    const auto driver = drivers.get(message.name);
    return driver ? std::optional{driver->second} : std::nullopt;
}

System::Result<> System::on(set_hook message, Env<System>& env)
{
    return as_admin(env, pink::SetHook{message.hook, message.contract, message.selector, message.gas_limit});
}

System::Result<> System::on(set_contract_weight message, Env<System>& env)
{
    return as_admin(env, pink::SetContractWeight{message.contract_id, message.weight});
}

System::Result<> System::on(deploy_sidevm_to message, Env<System>& env)
{
    return as_admin(env, pink::DeploySidevmTo{message.contract_id, message.code_hash});
}

System::Result<> System::on(stop_sidevm_at message, Env<System>& env)
{
    return as_admin(env, pink::ForceStopSidevm{message.contract_id});
}

System::Result<> System::on(deploy_sidevm_to_workers message, Env<System>& env)
{
    return as_admin(
        env, pink::SidevmOperation{pink::SidevmStart{message.contract_id, message.code_hash,
                                                     pink::ListedWorkers{std::move(message.workers)}, message.config}});
}

System::Result<> System::on(set_sidevm_deadline message, Env<System>& env)
{
    return as_admin(env, pink::SidevmOperation{pink::SidevmSetDeadline{message.contract_id, message.deadline}});
}

System::Result<> System::on(upgrade_system_contract, Env<System>& env)
{
    if (env.caller() != owner_account)
        return std::unexpected{Error::PermisionDenied};
    const auto code = pink::import_latest_system_code(owner_account);
    if (!code)
        return std::unexpected{Error::CodeNotFound};
    const AccountId self = env.self();
    if (env.code_hash(self) == code)
        return {};
    if (!env.set_code(*code))
        return std::unexpected{Error::CodeNotFound};
    const auto upgraded = env.at<System>(self).call(do_upgrade{kVersion}, {.allow_reentry = true});
    if (!succeeded(upgraded))
        host::trap(); // the old code stays
    return {};
}

System::Result<> System::on(do_upgrade message, Env<System>& env)
{
    if (env.caller() != env.self())
        return std::unexpected{Error::PermisionDenied};
    if (pink::runtime_version() < std::pair<std::uint32_t, std::uint32_t>{1, 0} || message.from_version >= kVersion)
        return std::unexpected{Error::ConditionNotMet};
    return {};
}

System::Result<> System::on(upgrade_runtime message, Env<System>& env)
{
    if (env.caller() != owner_account)
        return std::unexpected{Error::PermisionDenied};
    pink::tell_worker(pink::UpgradeRuntimeTo{message.version.first, message.version.second});
    return {};
}

std::pair<std::uint64_t, Hash> System::on(current_event_chain_head) const
{
    const auto head = pink::current_event_chain_head();
    return {head.next_number, head.last};
}

std::expected<void, DriverError> System::on(change_deposit message, Env<System>& env)
{
    if (env.caller() != env.self()) // what a pallet says comes in this contract's own name
        return std::unexpected{DriverError{BadOrigin{}}};
    const auto driver = drivers.get("ContractDeposit");
    if (!driver)
        return std::unexpected{DriverError{SystemError{Error::DriverNotFound}}};
    const auto told = env.at<ContractDeposit>(driver->second).call(message, {.allow_reentry = true});
    if (!told)
        return std::unexpected{DriverError{Other{"the driver does not answer"}}};
    return *told;
}

} // namespace phat::system
