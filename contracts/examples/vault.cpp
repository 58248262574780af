#include "examples/vault.hpp"

namespace phat::examples {

void Vault::on(pay_in, Env<Vault>& env)
{
    const AccountId saver = env.caller();
    savings.set(saver, savings.get_or(saver, 0) + env.value());
}

Vault::Result<> Vault::on(pay_out message, Env<Vault>& env)
{
    const AccountId saver = env.caller();
    const Balance has = savings.get_or(saver, 0);
    if (has < message.value)
        return std::unexpected{Error::NotThatMuch};
    if (has == message.value)
        savings.remove(saver);
    else
        savings.set(saver, has - message.value);
    if (!env.transfer(saver, message.value))
        return std::unexpected{Error::NotThatMuch};
    return {};
}

Vault::Result<Vault::Savings> Vault::on(all, const View<Vault>& view) const
{
    if (view.caller() != owner)
        return std::unexpected{Error::NotYours};
    Savings out;
    savings.for_each([&](const AccountId& saver, Balance value) { out.emplace_back(saver, value); });
    return out;
}

Vault::Result<> Vault::on(set_motto message, Env<Vault>& env)
{
    if (env.caller() != owner)
        return std::unexpected{Error::NotYours};
    motto.set(message.text);
    return {};
}

Vault::Result<> Vault::on(upgrade message, Env<Vault>& env)
{
    if (env.caller() != owner)
        return std::unexpected{Error::NotYours};
    if (!env.set_code(message.code_hash))
        return std::unexpected{Error::NoSuchCode};
    return {};
}

} // namespace phat::examples
