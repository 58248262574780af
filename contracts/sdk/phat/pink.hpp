#pragma once
// The pink chain extension as plain functions (spec contract-engine §4): what a confidential contract can do that
// a public one cannot. "In a transaction" means while all workers of the cluster execute the same command.
#include "phat/host.hpp"
#include "phat/types.hpp"
#include "primitives/pink.hpp"

namespace phat::pink {

using namespace phala::pink; // requests, answers and events

namespace detail {

/// Calls function `Id` with the encoded arguments and decodes what it wrote.
template <std::uint32_t Id, class R, class... Args>
R extension(const Args&... args)
{
    const Bytes input = phala::scale::encode(args...);
    std::uint32_t size = host::kBufferSize;
    host::phat_call_chain_extension(Id, input.data(), static_cast<std::uint32_t>(input.size()), host::buffer, &size);
    R result{};
    phala::scale::Reader in{ByteView{host::buffer, size}};
    if (!phala::scale::decode_from(in, result))
        host::trap();
    return result;
}

struct Unit {};

/// For functions whose status tells a failure: the status, and what was written.
template <std::uint32_t Id, class... Args>
std::pair<std::uint32_t, ByteView> checked_extension(const Args&... args)
{
    const Bytes input = phala::scale::encode(args...);
    std::uint32_t size = host::kBufferSize;
    const auto status = host::phat_call_chain_extension(Id, input.data(), static_cast<std::uint32_t>(input.size()),
                                                        host::buffer, &size);
    return {status, {host::buffer, size}};
}

} // namespace detail

/// Asks a server on the internet; in a transaction the answer is 523, "API Unavailable". The answer must fit a
/// contract's buffer of 16 KiB.
inline HttpResponse http_request(const HttpRequest& request)
{
    return detail::extension<1, HttpResponse>(request);
}
inline HttpResponse http_get(std::string url, std::vector<HttpHeader> headers = {})
{
    return http_request({.url = std::move(url), .method = "GET", .headers = std::move(headers), .body = {}});
}
inline HttpResponse http_post(std::string url, Bytes body, std::vector<HttpHeader> headers = {})
{
    return http_request({std::move(url), "POST", std::move(headers), std::move(body)});
}
/// Up to five requests at once, each with that much time at most; refused as a whole in a transaction.
inline std::expected<std::vector<HttpOutcome>, HttpRequestError>
batch_http_request(const std::vector<HttpRequest>& requests, std::uint64_t timeout_ms)
{
    const auto [status, answer] = detail::checked_extension<22>(requests, timeout_ms);
    if (status != 0)
        return std::unexpected{static_cast<HttpRequestError>(status - 1)};
    std::vector<HttpOutcome> outcomes;
    phala::scale::Reader in{answer};
    if (!phala::scale::decode_from(in, outcomes))
        host::trap();
    return outcomes;
}

/// A signature; sr25519 signatures are random and so empty in a transaction.
inline Bytes sign(SigType type, const Bytes& key, const Bytes& message)
{
    return detail::extension<2, Bytes>(type, key, message);
}
inline bool verify(SigType type, const Bytes& public_key, const Bytes& message, const Bytes& signature)
{
    return detail::extension<3, bool>(type, public_key, message, signature);
}
/// 64 secret bytes that only this contract can derive, the same on every worker of the cluster.
inline Bytes derive_sr25519_key(const Bytes& salt)
{
    return detail::extension<4, Bytes>(salt);
}
/// 64 bytes that nobody else can foretell and this contract can always make again.
inline Bytes vrf(const Bytes& salt)
{
    Bytes name = phala::to_bytes(std::string_view{"vrf:"});
    phala::append(name, salt);
    return derive_sr25519_key(name);
}
using EcdsaSignature = phala::ByteArray<65>; ///< r, s, and 0 or 1
inline EcdsaSignature ecdsa_sign_prehashed(const Bytes& key, const Hash& hash)
{
    return detail::extension<13, EcdsaSignature>(key, hash);
}
inline bool ecdsa_verify_prehashed(const EcdsaSignature& signature, const Hash& hash,
                                   const phala::ByteArray<33>& public_key)
{
    return detail::extension<14, bool>(signature, hash, public_key);
}
inline Bytes public_key(SigType type, const Bytes& key)
{
    return detail::extension<5, Bytes>(type, key);
}
/// Keeps a value in this worker's memory for up to seven days; false if the contract's quota is used up.
inline bool cache_set(const Bytes& key, const Bytes& value)
{
    return detail::checked_extension<6>(key, value).first == 0;
}
/// From now, in seconds; 0 removes the value.
inline void cache_set_expiration(const Bytes& key, std::uint64_t seconds)
{
    detail::extension<7, detail::Unit>(key, seconds);
}
/// Always empty in a transaction.
inline std::optional<Bytes> cache_get(const Bytes& key)
{
    return detail::extension<8, std::optional<Bytes>>(key);
}
inline std::optional<Bytes> cache_remove(const Bytes& key)
{
    return detail::extension<9, std::optional<Bytes>>(key);
}
/// A line for the log server. Anybody who can query the logger reads it: no amounts, no names.
enum class Level : std::uint8_t { Error = 1, Warn, Info, Debug, Trace };
inline void log(Level level, std::string_view text)
{
    detail::extension<10, detail::Unit>(level, text);
}
/// Random bytes; empty in a transaction.
inline Bytes random(std::uint8_t count)
{
    return detail::extension<11, Bytes>(count);
}
/// True while all workers execute a command, and while one estimates.
inline bool is_in_transaction()
{
    return detail::extension<12, bool>();
}
inline AccountId system_contract_id()
{
    return detail::extension<15, AccountId>();
}
struct ClusterBalance {
    Balance total, free;
};
inline ClusterBalance balance_of(const AccountId& account)
{
    return detail::extension<16, ClusterBalance>(account);
}
/// This worker's identity key; zeros in a transaction.
inline Hash worker_pubkey()
{
    return detail::extension<17, Hash>();
}
/// The worker's own clock, which nobody vouches for; 0 in a transaction.
inline Timestamp untrusted_millis()
{
    return detail::extension<18, Timestamp>();
}
enum class CodeType : std::uint8_t { Ink, Sidevm };
inline bool code_exists(const Hash& hash, CodeType type)
{
    return detail::extension<19, bool>(hash, type == CodeType::Sidevm);
}
inline std::pair<std::uint32_t, std::uint32_t> runtime_version()
{
    return detail::extension<21, std::pair<std::uint32_t, std::uint32_t>>();
}

/// For the system contract alone: uploads the chain's current system code to this cluster, where it is missing, at the
/// payer's expense.
inline std::optional<Hash> import_latest_system_code(const AccountId& payer)
{
    return detail::extension<20, std::optional<Hash>>(payer);
}
struct EventChainHead {
    std::uint64_t next_number;
    Hash last;
};
inline EventChainHead current_event_chain_head()
{
    return detail::extension<23, EventChainHead>();
}
/// Runs JavaScript, each piece in turn; an exception in a transaction.
inline JsValue js_eval(const std::vector<JsCode>& code, const std::vector<std::string>& arguments)
{
    return detail::extension<24, JsValue>(code, arguments);
}
/// This worker's attestation, if it has one; none in a transaction.
inline std::optional<SgxQuote> worker_sgx_quote()
{
    return detail::extension<25, std::optional<SgxQuote>>();
}

/// Tells the worker something by an event of its own kind. Most are honoured from the system contract alone.
template <class Event>
void tell_worker(const Event& event)
{
    const Bytes topics = phala::scale::encode(std::uint8_t{1 << 2}, pink_event_topic());
    Bytes data;
    PinkEvent::for_each([&]<std::uint8_t Index, class Alternative>() {
        if constexpr (std::is_same_v<Alternative, Event>)
            data = phala::scale::encode(Index, event);
    });
    static_assert(std::is_constructible_v<PinkEvent, Event>, "this is no pink event");
    host::phat_deposit_event(topics.data(), static_cast<std::uint32_t>(topics.size()), data.data(),
                             static_cast<std::uint32_t>(data.size()));
}

/// Which contract takes log records.
inline void set_log_handler(const AccountId& contract)
{
    tell_worker(SetLogHandler{contract});
}
/// Calls a contract's message at the end of each block, with that much gas, paid by the contract.
inline void set_hook(const AccountId& contract, std::uint32_t selector, std::uint64_t gas_limit)
{
    tell_worker(SetHook{HookPoint::OnBlockEnd, contract, selector, gas_limit});
}
/// A contract's share of the cache and of the time for queries.
inline void set_contract_weight(const AccountId& contract, std::uint32_t weight)
{
    tell_worker(SetContractWeight{contract, weight});
}

} // namespace phat::pink
