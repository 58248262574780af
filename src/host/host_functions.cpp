#include "host/host_functions.hpp"

#include "host/bind.hpp"

#include <vector>

namespace phala::host {

std::span<const HostFunction> host_functions()
{
    static const std::vector<HostFunction> all = [] {
        std::vector<HostFunction> out;
        for (const auto part : {storage_functions(), child_storage_functions(), crypto_functions(), hashing_functions(),
                                offchain_functions(), misc_functions()})
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }();
    return all;
}

bool is_known_elsewhere(std::string_view name)
{
    // Groups of the interface of which this host does not have all: the peers of offchain workers, transaction indexing,
    // tracing, contracts of 2020 and experiments. No runtime in production calls those (spec substrate-host §5.2).
    constexpr std::string_view kGroups[] = {
        "ext_offchain_", "ext_transaction_index_", "ext_wasm_tracing_", "ext_sandbox_",
        "ext_crypto_",   "ext_elliptic_curves_",
    };
    return std::ranges::any_of(kGroups, [&](std::string_view group) { return name.starts_with(group); });
}

} // namespace phala::host
