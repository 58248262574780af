#include "worker/relay/chain_client.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/ss58.hpp"
#include "worker/relay/answers.hpp"

namespace phala::worker {

namespace {

constexpr std::uint64_t kEraPeriod = 64; ///< blocks that a transaction stays valid

std::unexpected<Error> bad(std::string_view what)
{
    return fail(NodeError::BadAnswer, std::string{what});
}

Outcome<std::uint32_t> number_member(const json::Value& object, std::string_view name)
{
    const auto* value = object.find(name);
    if (value == nullptr || value->integer() == nullptr || value->integer()->negative
        || value->integer()->magnitude > UINT32_MAX)
        return bad(name);
    return static_cast<std::uint32_t>(value->integer()->magnitude);
}

} // namespace

Outcome<ChainClient> ChainClient::open(NodeClient node)
{
    ChainIdentity identity{};
    PHALA_TRY(const auto genesis, node.call("chain_getBlockHash", {0}));
    PHALA_TRY(identity.genesis_hash, hash_of_json(&genesis, "chain_getBlockHash(0)"));
    PHALA_TRY(const auto version, node.call("state_getRuntimeVersion"));
    PHALA_TRY(identity.spec_version, number_member(version, "specVersion"));
    PHALA_TRY(identity.transaction_version, number_member(version, "transactionVersion"));
    return ChainClient{std::move(node), identity};
}

Outcome<ChainClient::Finalized> ChainClient::finalized_head()
{
    PHALA_TRY(const auto hash_text, node_.call("chain_getFinalizedHead"));
    PHALA_TRY(const auto hash, hash_of_json(&hash_text, "chain_getFinalizedHead"));
    return header(hash);
}

Outcome<ChainClient::Finalized> ChainClient::header(const H256& hash)
{
    PHALA_TRY(const auto value, node_.call("chain_getHeader", {to_hex0x(hash)}));
    if (value.is_null())
        return fail(NodeError::UnknownBlock, to_hex0x(hash));
    PHALA_TRY(const auto decoded, header_of_json(value));
    Bytes encoded = scale::encode(decoded);
    if (crypto::blake2_256(encoded) != hash.bytes)
        return bad("chain_getHeader: the header is not the one that was asked for");
    return Finalized{hash, std::move(encoded), decoded.number};
}

Outcome<H256> ChainClient::hash_at(BlockNumber number)
{
    PHALA_TRY(const auto hash_text, node_.call("chain_getBlockHash", {number}));
    if (hash_text.is_null())
        return fail(NodeError::UnknownBlock, std::to_string(number));
    return hash_of_json(&hash_text, "chain_getBlockHash");
}

Outcome<ChainClient::Finalized> ChainClient::header_at(BlockNumber number)
{
    PHALA_TRY(const auto hash, hash_at(number));
    return header(hash);
}

Outcome<Bytes> ChainClient::sign(ByteView call, const crypto::KeyPair& signer, Balance tip)
{
    const AccountId account{signer.account()};
    PHALA_TRY(const auto nonce, node_.call("system_accountNextIndex", {crypto::address_of(account.bytes)}));
    if (nonce.integer() == nullptr)
        return bad("system_accountNextIndex");
    PHALA_TRY(const auto head, finalized_head());
    const Era era = Era::mortal(kEraPeriod, head.number);
    const auto extensions = tx_extensions(era, static_cast<Nonce>(nonce.integer()->magnitude), tip);
    return sign_extrinsic(call, account, extensions, implicit_bytes(identity_, head.hash),
                          [&](ByteView payload) { return signer.sign(payload, crypto::random_bytes<32>()); });
}

Outcome<H256> ChainClient::submit(ByteView call, const crypto::KeyPair& signer, Balance tip)
{
    PHALA_TRY(const auto extrinsic, sign(call, signer, tip));
    PHALA_TRY(const auto hash, node_.call("author_submitExtrinsic", {to_hex0x(extrinsic)}));
    return hash_of_json(&hash, "author_submitExtrinsic");
}

} // namespace phala::worker
