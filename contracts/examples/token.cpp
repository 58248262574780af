#include "examples/token.hpp"

namespace phat::examples {

void Token::on(create message, Env<Token>& env)
{
    total_supply = message.supply;
    balances.set(env.caller(), message.supply);
}

Token::Result<> Token::on(transfer message, Env<Token>& env)
{
    return move(env.caller(), message.to, message.value);
}

Token::Result<> Token::on(approve message, Env<Token>& env)
{
    allowances.set({env.caller(), message.spender}, message.value);
    return {};
}

Token::Result<> Token::on(transfer_from message, Env<Token>& env)
{
    const std::pair pair{message.from, env.caller()};
    const Balance allowed = allowances.get_or(pair, 0);
    if (allowed < message.value)
        return std::unexpected{Error::InsufficientAllowance};
    allowances.set(pair, allowed - message.value);
    return move(message.from, message.to, message.value);
}

Token::Result<Balance> Token::on(balance_of message, const View<Token>& view) const
{
    if (view.caller() != message.who)
        return std::unexpected{Error::NotYours};
    return balances.get_or(message.who, 0);
}

Token::Result<Balance> Token::on(allowance message, const View<Token>& view) const
{
    const AccountId caller = view.caller();
    if (caller != message.owner && caller != message.spender)
        return std::unexpected{Error::NotYours};
    return allowances.get_or({message.owner, message.spender}, 0);
}

Token::Result<> Token::move(const AccountId& from, const AccountId& to, Balance value)
{
    const Balance has = balances.get_or(from, 0);
    if (has < value)
        return std::unexpected{Error::InsufficientBalance};
    balances.set(from, has - value);
    balances.set(to, balances.get_or(to, 0) + value); // read after the write: `to` may be `from`
    return {};
}

} // namespace phat::examples
