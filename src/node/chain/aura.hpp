#pragma once
// Aura (spec substrate-host §10.1): whose turn a slot is, and the seal that proves it.
#include "crypto/sr25519.hpp"
#include "node/chain/error.hpp"
#include "primitives/header.hpp"

namespace phala::node::aura {

using Slot = std::uint64_t;
using Authorities = std::vector<crypto::sr25519::PublicKey>;

inline constexpr EngineId kEngine = engine_id("aura");

/// This machine's time, in milliseconds of Unix time.
std::uint64_t now_ms();

H256 hash_of(const Header& header);

/// The slot that a header's digest names.
Outcome<Slot> slot_of(const Header& header);
DigestItem slot_item(Slot slot);

/// A sealed header taken apart.
struct Unsealed {
    Header header;
    crypto::sr25519::Signature seal;
};
Outcome<Unsealed> unseal(Header sealed);
Header seal(Header header, const crypto::sr25519::KeyPair& author);

/// Who may author in a slot; none if there are no authorities.
const crypto::sr25519::PublicKey* author_of(const Authorities& authorities, Slot slot);

/// Checks slot and seal against the authorities at the parent. `parent_slot` is none for genesis.
Outcome<> verify(const Unsealed& block, std::optional<Slot> parent_slot, const Authorities& authorities);

} // namespace phala::node::aura
