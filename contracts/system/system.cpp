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

} // namespace phat::system
