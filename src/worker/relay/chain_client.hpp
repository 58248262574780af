#pragma once
// What a person's or a worker's program does with a chain through a node: read headers, submit signed transactions.
#include "worker/relay/node_client.hpp"

#include "base/hex.hpp"
#include "crypto/key_pair.hpp"
#include "primitives/extrinsic.hpp"
#include "primitives/header.hpp"

namespace phala::worker {

class ChainClient {
public:
    /// Reads the chain's identity: genesis hash and versions.
    static Outcome<ChainClient> open(NodeClient node);

    [[nodiscard]] NodeClient& node() { return node_; }
    [[nodiscard]] const ChainIdentity& identity() const { return identity_; }

    struct Finalized {
        H256 hash;
        Bytes header; ///< SCALE
        BlockNumber number;
    };
    Outcome<Finalized> finalized_head();
    Outcome<Finalized> header(const H256& hash);
    Outcome<H256> hash_at(BlockNumber number);
    /// The block of that number on the chain that the node calls the best.
    Outcome<Finalized> header_at(BlockNumber number);

    /// What the node says of a storage item now, unproven.
    template <class T>
    Outcome<std::optional<T>> storage(const Bytes& key)
    {
        PHALA_TRY(const auto bytes, node_.call_bytes("state_getStorage", {to_hex0x(key)}));
        if (!bytes)
            return std::optional<T>{};
        auto value = scale::decode<T>(*bytes);
        if (!value)
            return fail(NodeError::BadAnswer, "state_getStorage: " + value.error().message());
        return std::optional<T>{std::move(*value)};
    }

    /// Signs the call with a mortal era and the account's next nonce, counting what waits in the pool, and submits it.
    /// Returns the extrinsic's hash. `call` is SCALE of the runtime's call.
    Outcome<H256> submit(ByteView call, const crypto::KeyPair& signer, Balance tip = 0);

    /// As submit, without sending.
    Outcome<Bytes> sign(ByteView call, const crypto::KeyPair& signer, Balance tip = 0);

private:
    ChainClient(NodeClient node, const ChainIdentity& identity) : node_{std::move(node)}, identity_{identity} {}

    NodeClient node_;
    ChainIdentity identity_;
};

} // namespace phala::worker
