#pragma once
// Identifiers that follow from others, alike on the chain, in workers and in contracts (spec sdk-wire §4.8).
#include "primitives/types.hpp"

namespace phala {

/// blake2_256 of a contract's Wasm.
H256 code_hash(ByteView code);

/// The id of the contract that `deployer` makes of this code. Parts are joined without lengths.
H256 contract_id(const AccountId& deployer, ByteView code_hash, const H256& cluster, ByteView salt);

/// The id of the n-th cluster, big-endian; the first is 1. Cluster 0 holds removed workers.
H256 cluster_id(std::uint64_t counter);

/// The chain account that holds what has been moved into a cluster. Nobody has its key.
AccountId cluster_account(const H256& cluster);

} // namespace phala
