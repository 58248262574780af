#pragma once
// What contracts tell their worker (spec contract-engine §5) and ask of it (§4): the pink events and the types of the
// pink extension. Contracts write them and the engine reads them, from these declarations.
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <algorithm>
#include <expected>
#include <string>
#include <vector>

namespace phala::pink {

using scale::At;
using scale::Variant;

/// The one topic that marks a contract's event as meant for the worker: its name as SCALE text, padded with zeros (§5.1).
constexpr H256 pink_event_topic()
{
    constexpr std::string_view kName = "phala.pink.event";
    H256 topic{};
    topic.bytes[0] = static_cast<std::uint8_t>(kName.size() << 2); // the compact length
    std::copy(kName.begin(), kName.end(), topic.bytes.begin() + 1);
    return topic;
}

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

// ---- the extension

enum class SigType : std::uint8_t { Ed25519, Sr25519, Ecdsa };

using HttpHeader = std::pair<std::string, std::string>;
struct HttpRequest {
    std::string url;
    std::string method;
    std::vector<HttpHeader> headers;
    Bytes body;
};
struct HttpResponse {
    std::uint16_t status_code;
    std::string reason_phrase;
    std::vector<HttpHeader> headers;
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
struct JsUndefined {};
struct JsNull {};
struct JsString {
    std::string text;
};
struct JsBytes {
    Bytes bytes;
};
struct JsOther {
    std::string text;
};
struct JsException {
    std::string message;
};
/// What evaluating gives.
using JsValue =
    Variant<At<0, JsUndefined>, At<1, JsNull>, At<2, JsString>, At<3, JsBytes>, At<4, JsOther>, At<5, JsException>>;

enum class AttestationType : std::uint8_t { Epid, Dcap };
struct SgxQuote {
    AttestationType attestation_type;
    Bytes quote;
};

} // namespace phala::pink
