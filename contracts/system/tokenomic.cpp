#include "system/tokenomic.hpp"

#include "phat/pink.hpp"
#include "system/system.hpp"

#include <algorithm>
#include <limits>

namespace phat::system {

namespace {

constexpr Balance kStakeOfOneWeight = 10'000'000'000;

} // namespace

std::expected<void, DriverError> Tokenomic::on(change_deposit message, Env<Tokenomic>& env)
{
    const AccountId system = pink::system_contract_id();
    if (env.caller() != system)
        return std::unexpected{DriverError{BadOrigin{}}};
    const Balance weight =
        std::min(message.deposit / kStakeOfOneWeight, Balance{std::numeric_limits<std::uint32_t>::max()});
    const auto set = env.at<System>(system).call(
        System::set_contract_weight{message.contract_id, static_cast<std::uint32_t>(weight)});
    if (!set)
        return std::unexpected{DriverError{Other{"the system contract does not answer"}}};
    if (!*set)
        return std::unexpected{DriverError{SystemError{set->error()}}};
    return {};
}

} // namespace phat::system
