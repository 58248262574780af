#pragma once
// Private queries (spec sdk-wire §3.4, §4.5, contract-engine §7): decrypted with the worker's key, run on a snapshot,
// answered to the asker's key alone. Nothing a query does is kept.
#include "worker/core/error.hpp"

#include "crypto/certificate.hpp"
#include "primitives/lanes.hpp"

#include <functional>

namespace phala::worker {

/// The state that queries see: contracts, balances and logs as of one complete block. Immutable.
struct Snapshot;

struct QueryInput {
    Bytes encrypted;                                         ///< SCALE(EncryptedData)
    std::vector<crypto::CertifiedSignature> signature_chain; ///< empty: nobody signed
    std::uint64_t now_ms = 0;
    ByteArray<32> entropy{};
};

/// Has work done soon, on whatever thread there is for it. May drop the work where the program ends.
using RunLater = std::function<void(std::move_only_function<void()>)>;

struct QueryAnswer {
    Bytes encrypted;        ///< SCALE(EncryptedData) to the asker's key
    BlockNumber blocknum{}; ///< last block whose effects the answer shows
};

// ---- What is inside the envelopes ---------------------------------------------------------------------------

/// SCALE of the decrypted request: which contract, and a nonce that the answer repeats; then the query.
struct InkQuery {
    struct Head {
        H256 id;
        ByteArray<32> nonce;
    };
    struct InkMessage {
        Bytes payload; ///< selector and arguments
        Balance deposit;
        Balance transfer;
        bool estimating;
    };
    struct SidevmMessage {
        Bytes _0;
    };
    struct InkInstantiate {
        H256 code_hash;
        Bytes salt;
        Bytes instantiate_data;
        Balance deposit;
        Balance transfer;
    };
    Head head;
    scale::Variant<scale::At<0, InkMessage>, scale::At<1, SidevmMessage>, scale::At<2, InkInstantiate>> data;
};

/// Refusals that only the asker sees.
struct InkQueryError {
    struct BadOrigin {};
    struct RuntimeError {
        std::string _0;
    };
    struct SidevmNotFound {};
    struct NoResponse {};
    struct ServiceUnavailable {};
    struct Timeout {};
    scale::Variant<scale::At<0, BadOrigin>, scale::At<1, RuntimeError>, scale::At<2, SidevmNotFound>,
                   scale::At<3, NoResponse>, scale::At<4, ServiceUnavailable>, scale::At<5, Timeout>>
        error;
};

struct InkQueryResponse {
    struct Payload {
        Bytes _0; ///< SCALE of ContractExecResult or ContractInstantiateResult, or the log server's text
    };
    scale::Variant<scale::At<0, Payload>> response;
};

struct InkResponse {
    ByteArray<32> nonce;
    std::expected<InkQueryResponse, InkQueryError> result;
};

} // namespace phala::worker
