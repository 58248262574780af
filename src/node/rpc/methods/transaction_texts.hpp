#pragma once
#include "node/chain/chain.hpp"
#include "node/pool/pool.hpp"

namespace phala::node::rpc {

/// In which words a watcher of a transaction is told.
enum class WatchForm : std::uint8_t {
    Legacy, ///< author_extrinsicUpdate (spec substrate-host §7)
    V1      ///< transactionWatch_v1_watchEvent (§8.4)
};

/// The JSON of an event; empty: this form has no words for it. `chain` tells where in a block a transaction is.
std::string transaction_text(const TransactionEvent& event, WatchForm form, const Chain& chain);

/// No event follows this one.
bool is_last(TransactionStatus status);

} // namespace phala::node::rpc
