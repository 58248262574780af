#include "examples/hazard.hpp"

namespace phat::examples {

Hazard::Result<std::uint32_t> Hazard::on(ask message, Env<Hazard>& env)
{
    return env.at<Hazard>(message.other).call(count{});
}

Hazard::Result<std::uint32_t> Hazard::on(end_and_ask message, Env<Hazard>& env)
{
    // a contract that ends answers nothing at all
    (void)env.at<Hazard>(message.other).call(end{env.self()});
    return env.at<Hazard>(message.other).call(count{});
}

Hazard::Result<std::uint32_t> Hazard::on(call_back message, Env<Hazard>& env)
{
    return env.at<Hazard>(message.self).call(count{}, {.allow_reentry = message.allowed});
}

Hazard::Result<> Hazard::on(end_from_within message, Env<Hazard>& env)
{
    return env.at<Hazard>(message.self).call(end{message.self}, {.allow_reentry = true});
}

Hazard::Result<std::uint32_t> Hazard::on(dig message, Env<Hazard>& env)
{
    if (message.levels == 0)
        return 0;
    const auto below = env.delegate<Hazard>(message.code, dig{message.code, message.levels - 1});
    if (!below)
        return std::unexpected{below.error()};
    if (!*below)
        return std::unexpected{below->error()};
    return **below + 1;
}

} // namespace phat::examples
