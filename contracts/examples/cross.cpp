#include "examples/cross.hpp"

namespace phat::examples {

Cross::Result<> Cross::on(create message, Env<Cross>& env)
{
    constexpr std::uint8_t salt[] = {0};
    const auto made =
        env.create<Flipper>(message.flipper_code, Flipper::create{message.value}, salt, {.value = kEndowment});
    if (!made)
        return std::unexpected{Error::NotMade};
    flipper = *made;
    return {};
}

Cross::Result<bool> Cross::on(call_other, const View<Cross>& view) const
{
    const auto answer = view.at<Flipper>(flipper).call(Flipper::get{});
    if (!answer)
        return std::unexpected{Error::NoAnswer};
    return *answer;
}

} // namespace phat::examples
