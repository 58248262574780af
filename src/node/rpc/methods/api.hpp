#pragma once
// All methods of the node, by the parts of it that they speak for.
#include "node/chain/chain.hpp"
#include "node/consensus/dev_sealer.hpp"
#include "node/pool/pool.hpp"
#include "node/rpc/methods.hpp"
#include "node/rpc/methods/notifier.hpp"

namespace phala::node {
class Keystore;
}

namespace phala::node::rpc {

/// What the methods work on; all of it outlives the table.
struct Api {
    Chain& chain;
    Pool& pool;
    DevSealer& sealer;
    Notifier& notifier;
    Keystore& keystore;
    const ChainSpec& spec;
    std::string node_version;
    std::string peer_id;
};

void add_chain_methods(Methods& methods, const Api& api);
void add_state_methods(Methods& methods, const Api& api);
void add_child_state_methods(Methods& methods, const Api& api);
void add_trace_methods(Methods& methods, const Api& api);
void add_offchain_methods(Methods& methods, const Api& api);
void add_author_methods(Methods& methods, const Api& api);
void add_key_methods(Methods& methods, const Api& api);
void add_system_methods(Methods& methods, const Api& api);
void add_payment_methods(Methods& methods, const Api& api);
void add_phala_methods(Methods& methods, const Api& api);
/// pha_*: what existing relayers of workers ask.
void add_pha_methods(Methods& methods, const Api& api);
void add_transaction_methods(Methods& methods, const Api& api);
/// chainHead_v1, chainSpec_v1, archive_v1 and the transaction groups (spec substrate-host §8.3, §8.4).
void add_new_api_methods(Methods& methods, const Api& api);

void add_all_methods(Methods& methods, const Api& api);

} // namespace phala::node::rpc
