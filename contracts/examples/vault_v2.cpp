#include "examples/vault_v2.hpp"

namespace phat::examples::v2 {

std::uint32_t Vault::on(close, Env<Vault>& env)
{
    std::uint32_t paid = 0;
    while (savings.size() != 0) {
        const AccountId saver = savings.key_at(savings.size() - 1);
        if (!env.transfer(saver, savings.get_or(saver, 0)))
            host::trap(); // everybody or nobody
        savings.remove(saver);
        ++paid;
    }
    return paid;
}

} // namespace phat::examples::v2
