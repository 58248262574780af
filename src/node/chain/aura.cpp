#include "node/chain/aura.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <chrono>

namespace phala::node::aura {

std::uint64_t now_ms()
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

H256 hash_of(const Header& header)
{
    return {crypto::blake2_256(scale::encode(header))};
}

Outcome<Slot> slot_of(const Header& header)
{
    for (const auto& log : header.digest.logs)
        if (const auto* item = log.item.get_if<digest::PreRuntime>(); item != nullptr && item->_0 == kEngine) {
            auto slot = scale::decode<Slot>(item->_1);
            if (!slot)
                return fail(ChainError::BadDigest, "the Aura slot is no 64-bit number");
            return *slot;
        }
    return fail(ChainError::BadDigest, "there is no Aura slot");
}

DigestItem slot_item(Slot slot)
{
    return {digest::PreRuntime{kEngine, scale::encode(slot)}};
}

Outcome<Unsealed> unseal(Header sealed)
{
    if (sealed.digest.logs.empty())
        return fail(ChainError::BadDigest, "there is no seal");
    const auto* item = sealed.digest.logs.back().item.get_if<digest::Seal>();
    if (item == nullptr || item->_0 != kEngine || item->_1.size() != 64)
        return fail(ChainError::BadDigest, "the last item is no Aura seal");
    const crypto::sr25519::Signature signature{array_of<64>(item->_1)};
    sealed.digest.logs.pop_back();
    return Unsealed{std::move(sealed), signature};
}

Header seal(Header header, const crypto::sr25519::KeyPair& author)
{
    const auto signature = author.sign(hash_of(header), crypto::random_bytes<32>());
    header.digest.logs.push_back({digest::Seal{kEngine, to_bytes(signature)}});
    return header;
}

const crypto::sr25519::PublicKey* author_of(const Authorities& authorities, Slot slot)
{
    return authorities.empty() ? nullptr : &authorities[slot % authorities.size()];
}

Outcome<> verify(const Unsealed& block, std::optional<Slot> parent_slot, const Authorities& authorities)
{
    PHALA_TRY(const Slot slot, slot_of(block.header));
    if (parent_slot && slot <= *parent_slot)
        return fail(ChainError::BadSlot, std::to_string(slot) + " after " + std::to_string(*parent_slot));
    const auto* author = author_of(authorities, slot);
    if (author == nullptr)
        return fail(ChainError::BadSeal, "the chain has no Aura authorities");
    if (!crypto::sr25519::verify(block.seal, hash_of(block.header), *author))
        return fail(ChainError::BadSeal, "slot " + std::to_string(slot));
    return {};
}

} // namespace phala::node::aura
