#pragma once
// Phala's derived keys (spec trust-and-keys §2.1, §2.2, phala-sdk-wire §4.8).
#include "crypto/aead.hpp"
#include "crypto/sr25519.hpp"

#include <initializer_list>

namespace phala::crypto {

/// HKDF of the pair's secret with these parts one after the other as info, taken as the seed of a new pair.
sr25519::KeyPair derive_pair(const sr25519::KeyPair& from, std::initializer_list<ByteView> info);

/// Of the master key: what a cluster's messages are signed with and its contracts' keys derive from.
sr25519::KeyPair cluster_key(const sr25519::KeyPair& master, const ByteArray<32>& cluster);
/// Of a cluster key: what encrypted commands to a contract are agreed with.
sr25519::KeyPair contract_key(const sr25519::KeyPair& cluster, const ByteArray<32>& contract);
/// Of the master key: the senders of grants to gatekeepers and to the workers of a cluster.
sr25519::KeyPair master_key_sharing_key(const sr25519::KeyPair& master);
sr25519::KeyPair cluster_key_sharing_key(const sr25519::KeyPair& master);
/// Of a worker's identity key: the sender of a handover.
sr25519::KeyPair handover_key(const sr25519::KeyPair& identity);
/// Of a cluster key: the 64-byte secret that a contract gets for a salt.
sr25519::KeyPair contract_derived_key(const sr25519::KeyPair& cluster, const ByteArray<32>& contract, ByteView salt);

/// The iv of a gatekeeper's n-th grant in a block.
AeadIv grant_iv(const sr25519::KeyPair& master, std::uint32_t block, std::uint64_t sequence);
/// The next value of the public random beacon.
ByteArray<32> random_number(const sr25519::KeyPair& master, std::uint32_t block, const ByteArray<32>& previous);
/// The AES-128 key of a worker's checkpoint.
Secret<16> checkpoint_key(const sr25519::KeyPair& identity);

} // namespace phala::crypto
