#include "examples/swap.hpp"

namespace phat::examples {

Swap::Result<> Swap::on(swap message, Env<Swap>& env)
{
    const AccountId me = env.caller();
    const auto paid =
        env.at<Token>(first).call(Token::transfer_from{.from = me, .to = message.with, .value = message.give});
    if (!succeeded(paid))
        return std::unexpected{Error::FirstLegFailed};
    const auto received =
        env.at<Token>(second).call(Token::transfer_from{.from = message.with, .to = me, .value = message.take});
    if (!succeeded(received))
        return std::unexpected{Error::SecondLegFailed}; // an error undoes the first leg too
    return {};
}

void Swap::on(try_swap message, Env<Swap>& env)
{
    const AccountId me = env.caller();
    const auto paid =
        env.at<Token>(first).call(Token::transfer_from{.from = me, .to = message.with, .value = message.give});
    if (succeeded(paid))
        (void)env.at<Token>(second).call(Token::transfer_from{.from = message.with, .to = me, .value = message.take});
}

std::pair<Balance, Balance> Swap::on(my_balances, const View<Swap>& view) const
{
    const auto balance = [&](const AccountId& token) -> Balance {
        const auto answer = view.at<Token>(token).call(Token::balance_of{.who = view.self()});
        return succeeded(answer) ? **answer : 0;
    };
    return {balance(first), balance(second)};
}

} // namespace phat::examples
