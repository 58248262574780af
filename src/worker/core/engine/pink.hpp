#pragma once
// What contracts tell their worker (spec contract-engine §5) and ask of it (§4): the pink events and the types of
// the pink extension.
#include "worker/core/engine/types.hpp"

namespace phala::worker::engine {

enum class HookPoint : std::uint8_t { OnBlockEnd };

struct SetHook {
    HookPoint hook;
    AccountId contract;
    std::uint32_t selector;
    std::uint64_t gas_limit;
};
struct DeploySidevmTo {
    AccountId contract;
    H256 code_hash;
};
struct SidevmMessage {
    Bytes message;
};
struct CacheSet {
    Bytes key;
    Bytes value;
};
struct CacheSetExpiration {
    Bytes key;
    std::uint64_t expiration; ///< seconds from now; 0 removes
};
struct CacheRemove {
    Bytes key;
};
struct CacheOp {
    Variant<At<0, CacheSet>, At<1, CacheSetExpiration>, At<2, CacheRemove>> op;
};
struct StopSidevm {};
struct ForceStopSidevm {
    AccountId contract;
};
struct SetLogHandler {
    AccountId contract;
};
struct SetContractWeight {
    AccountId contract;
    std::uint32_t weight;
};
struct UpgradeRuntimeTo {
    std::uint32_t major;
    std::uint32_t minor;
};
struct SidevmConfig {
    std::uint32_t max_code_size;
    std::uint32_t max_memory_pages;
    std::uint64_t vital_capacity;
    std::uint32_t deadline;
};
struct AllWorkers {};
struct ListedWorkers {
    std::vector<H256> workers;
};
struct SidevmStart {
    AccountId contract;
    H256 code_hash;
    Variant<At<0, AllWorkers>, At<1, ListedWorkers>> workers;
    SidevmConfig config;
};
struct SidevmSetDeadline {
    AccountId contract;
    std::uint32_t deadline;
};
struct SidevmOperation {
    Variant<At<0, SidevmStart>, At<1, SidevmSetDeadline>> operation;
};
struct SetJsRuntime {
    H256 code_hash;
};

using PinkEvent = Variant<At<2, SetHook>, At<3, DeploySidevmTo>, At<4, SidevmMessage>, At<5, CacheOp>,
                          At<6, StopSidevm>, At<7, ForceStopSidevm>, At<8, SetLogHandler>, At<9, SetContractWeight>,
                          At<10, UpgradeRuntimeTo>, At<11, SidevmOperation>, At<12, SetJsRuntime>>;

/// The one topic that marks a contract's event as meant for the worker.
H256 pink_event_topic();
/// A pink event as a contract's event data has it; bytes behind it are ignored.
std::optional<PinkEvent> decode_pink_event(ByteView data);
/// Honoured only when the cluster's system contract says it.
bool is_for_system_contract(const PinkEvent& event);
/// Acted upon also when a query produced it.
bool is_allowed_in_query(const PinkEvent& event);
/// Kept out of the event chain.
bool is_private(const PinkEvent& event);

/// The version whose behaviour this is: major, minor.
inline constexpr std::pair<std::uint32_t, std::uint32_t> kRuntimeVersion{1, 2};

// ---- the extension

enum class SigType : std::uint8_t { Ed25519, Sr25519, Ecdsa };

using Header = std::pair<std::string, std::string>;
struct HttpRequest {
    std::string url;
    std::string method;
    std::vector<Header> headers;
    Bytes body;
};
struct HttpResponse {
    std::uint16_t status_code;
    std::string reason_phrase;
    std::vector<Header> headers;
    Bytes body;
};
enum class HttpRequestError : std::uint8_t {
    InvalidUrl,
    InvalidMethod,
    InvalidHeaderName,
    InvalidHeaderValue,
    FailedToCreateClient,
    Timeout,
    NotAllowed,
    TooManyRequests,
    NetworkError,
    ResponseTooLarge,
    TooManyHeaders,
};
using HttpOutcome = std::expected<HttpResponse, HttpRequestError>;

struct JsSource {
    std::string text;
};
struct JsBytecode {
    Bytes code;
};
using JsCode = Variant<At<0, JsSource>, At<1, JsBytecode>>;
struct JsException {
    std::string message;
};
/// What evaluating gives; so far there is no JavaScript runtime, so it is always an exception.
using JsValue = Variant<At<5, JsException>>;

enum class AttestationType : std::uint8_t { Epid, Dcap };
struct SgxQuote {
    AttestationType attestation_type;
    Bytes quote;
};

/// What a query may ask of the world around the engine. Implementations must be safe to call from several queries at
/// once; transactions and estimations never reach them.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    virtual std::uint64_t wall_clock_ms() = 0; ///< since the Unix epoch
    virtual void fill_random(std::span<std::uint8_t> out) = 0;
    virtual ByteArray<32> worker_public_key() = 0;
    virtual HttpOutcome http_request(const AccountId& contract, const HttpRequest& request) = 0;
    /// One outcome per request, in order.
    virtual std::vector<HttpOutcome> batch_http_request(const AccountId& contract,
                                                        const std::vector<HttpRequest>& requests,
                                                        std::uint64_t timeout_ms) = 0;

    /// The local cache (§4.6). False: over quota.
    virtual bool cache_set(const AccountId& contract, ByteView key, ByteView value) = 0;
    virtual void cache_set_expiration(const AccountId& contract, ByteView key, std::uint64_t seconds) = 0;
    virtual std::optional<Bytes> cache_get(const AccountId& contract, ByteView key) = 0;
    virtual std::optional<Bytes> cache_remove(const AccountId& contract, ByteView key) = 0;
};

} // namespace phala::worker::engine
