#include "host/host_functions.hpp"

#include "host/bind.hpp"

#include <vector>

namespace phala::host {

std::span<const HostFunction> host_functions()
{
    static const std::vector<HostFunction> all = [] {
        std::vector<HostFunction> out;
        for (const auto part : {storage_functions(), crypto_functions(), hashing_functions(), misc_functions()})
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }();
    return all;
}

bool is_known_elsewhere(std::string_view name)
{
    // Groups of the interface that need what a plain call does not have: child tries, the offchain worker, proofs in
    // the form of other hosts, transaction indexing, tracing, and experiments.
    constexpr std::string_view kGroups[] = {
        "ext_default_child_storage_", "ext_offchain_", "ext_trie_",   "ext_transaction_index_",
        "ext_wasm_tracing_",          "ext_sandbox_",  "ext_crypto_", "ext_elliptic_curves_",
    };
    return std::ranges::any_of(kGroups, [&](std::string_view group) { return name.starts_with(group); });
}

} // namespace phala::host
