#include "examples/relay.hpp"

namespace phat::examples {

Relay::Result<bool> Relay::on(flip, Env<Relay>& env)
{
    if (!env.at<Flipper>(flipper).call(Flipper::flip{}))
        return std::unexpected{Error::NoAnswer};
    const auto is_on = env.at<Flipper>(flipper).call(Flipper::get{});
    return is_on ? Result<bool>{*is_on} : std::unexpected{Error::NoAnswer};
}

Relay::Result<> Relay::on(pay message, Env<Relay>& env)
{
    const auto paid = env.at<Psp22>(token).call(Psp22::transfer{.to = message.to, .value = message.value, .data = {}});
    if (!paid)
        return std::unexpected{Error::NoAnswer};
    if (!*paid)
        return std::unexpected{Error::Refused};
    return {};
}

Relay::Result<Balance> Relay::on(holds, const View<Relay>& view) const
{
    const auto balance = view.at<Psp22>(token).call(Psp22::balance_of{.owner = view.self()});
    return balance ? Result<Balance>{*balance} : std::unexpected{Error::NoAnswer};
}

} // namespace phat::examples
