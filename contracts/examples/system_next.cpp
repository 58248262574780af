#include "examples/system_next.hpp"

namespace phat::examples::next {

std::expected<void, std::uint8_t> System::on(do_upgrade message, Env<System>& env)
{
    if (env.caller() != env.self() || message.from_version >= on(version{}))
        return std::unexpected{std::uint8_t{0}};
    return {};
}

} // namespace phat::examples::next
