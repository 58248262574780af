#include "examples/probe.hpp"

namespace phat::examples {

namespace {

/// A recursion that the compiler cannot turn into a loop.
__attribute__((noinline)) std::uint32_t descend(std::uint32_t levels, volatile std::uint32_t* above)
{
    volatile std::uint32_t here = *above + 1;
    return levels == 0 ? here : descend(levels - 1, &here) + here;
}

} // namespace

Probe::Result<> Probe::on(create_or_fail message)
{
    if (message.fail)
        return std::unexpected{Error::WithDetail};
    return {};
}

void Probe::on(note message, Env<Probe>& env)
{
    last_note = message.text;
    ++counter;
    env.emit(Noted{.by = env.caller(), .number = counter});
}

std::tuple<AccountId, AccountId, Balance> Probe::on(who, const View<Probe>& view) const
{
    return {view.caller(), view.self(), view.value()};
}

Probe::Result<> Probe::on(change_and_refuse)
{
    ++counter;
    entries.set("refused", {1});
    return std::unexpected{Error::Refused};
}

void Probe::on(trap) const
{
    host::trap();
}

void Probe::on(change_and_trap)
{
    entries.set("trapped", {1});
    host::trap();
}

void Probe::on(loop) const
{
    volatile std::uint32_t turns = 0;
    for (;;)
        turns = turns + 1;
}

void Probe::on(recurse message, Env<Probe>& env)
{
    (void)env.at<Probe>(message.self).call(recurse{message.self}, {.allow_reentry = true});
}

std::uint32_t Probe::on(deep message) const
{
    volatile std::uint32_t start = 0;
    return descend(message.levels, &start);
}

void Probe::on(hoard) const
{
    for (;;) {
        volatile auto* memory = new std::uint8_t[65'536];
        memory[0] = 1;
    }
}

void Probe::on(flood, Env<Probe>& env)
{
    for (;;)
        env.emit(Quiet{0});
}

Bytes Probe::on(derive message) const
{
    return pink::public_key(pink::SigType::Sr25519, pink::derive_sr25519_key(message.salt));
}

} // namespace phat::examples
