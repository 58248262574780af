// The pink extension natively (spec contract-engine §4): as in a worker, with the test as the world around it.
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/sr25519.hpp"
#include "testing/host_access.hpp"

namespace phat::testing {

namespace {

using pink::SigType;

constexpr std::size_t kMaxBatchRequests = 5;
constexpr Timestamp kCacheLifetime = Timestamp{7} * 24 * 3'600 * 1'000;

/// The arguments of a function; anything else than these traps.
template <class... T>
std::tuple<T...> arguments(ByteView input)
{
    return storage::decode_own<std::tuple<T...>>(input);
}

/// Status and output.
struct Reply {
    std::uint32_t status = 0;
    Bytes data;
};

template <class... T>
Reply reply(const T&... values)
{
    return {0, phala::scale::encode(values...)};
}

/// The value, or the end of the call where there is none: "Invalid key".
template <class T>
T must(std::optional<T> value)
{
    if (!value)
        host::trap();
    return std::move(*value);
}

phala::crypto::sr25519::KeyPair sr25519_key(ByteView key)
{
    using phala::crypto::sr25519::KeyPair;
    if (key.size() == 32)
        return KeyPair{phala::Secret<32>{phala::array_of<32>(key)}};
    if (key.size() != 64)
        host::trap();
    auto pair = KeyPair::from_secret(phala::Secret<64>{phala::array_of<64>(key)});
    return must(pair ? std::optional{std::move(*pair)} : std::nullopt);
}

phala::crypto::ed25519::KeyPair ed25519_key(ByteView key)
{
    if (key.size() != 32)
        host::trap();
    return phala::crypto::ed25519::KeyPair{phala::Secret<32>{phala::array_of<32>(key)}};
}

phala::crypto::ecdsa::KeyPair ecdsa_key(ByteView key)
{
    if (key.size() != 32)
        host::trap();
    auto pair = phala::crypto::ecdsa::KeyPair::from_seed(phala::Secret<32>{phala::array_of<32>(key)});
    return must(pair ? std::optional{std::move(*pair)} : std::nullopt);
}

Reply sign(ByteView input)
{
    const auto [type, key, message] = arguments<SigType, Bytes, Bytes>(input);
    switch (type) {
    case SigType::Ed25519: return reply(phala::to_bytes(ed25519_key(key).sign(message)));
    case SigType::Ecdsa: return reply(phala::to_bytes(ecdsa_key(key).sign(message)));
    case SigType::Sr25519: break;
    }
    if (!Host::is_query())
        return reply(Bytes{});
    return reply(phala::to_bytes(sr25519_key(key).sign(message, phala::array_of<32>(Host::random(32)))));
}

Reply verify(ByteView input)
{
    const auto [type, key, message, signature] = arguments<SigType, Bytes, Bytes, Bytes>(input);
    const bool is_ecdsa = type == SigType::Ecdsa;
    if (key.size() != (is_ecdsa ? 33u : 32u) || signature.size() != (is_ecdsa ? 65u : 64u))
        host::trap();
    namespace crypto = phala::crypto;
    switch (type) {
    case SigType::Sr25519:
        return reply(crypto::sr25519::verify({phala::array_of<64>(signature)}, message, {phala::array_of<32>(key)}));
    case SigType::Ed25519:
        return reply(crypto::ed25519::verify({phala::array_of<64>(signature)}, message, {phala::array_of<32>(key)}));
    case SigType::Ecdsa: break;
    }
    return reply(crypto::ecdsa::verify({phala::array_of<65>(signature)}, message, {phala::array_of<33>(key)}));
}

/// A key that follows from the contract and the salt; not the one that a real cluster derives.
Reply derive_key(ByteView input)
{
    const auto [salt] = arguments<Bytes>(input);
    const auto seed = phala::crypto::blake2_256(phala::scale::encode(Host::frame().self, salt));
    const phala::crypto::sr25519::KeyPair pair{phala::Secret<32>{seed}};
    return reply(phala::to_bytes(pair.secret().expose()));
}

Reply public_key(ByteView input)
{
    const auto [type, key] = arguments<SigType, Bytes>(input);
    switch (type) {
    case SigType::Ed25519: return reply(phala::to_bytes(ed25519_key(key).public_key()));
    case SigType::Sr25519: return reply(phala::to_bytes(sr25519_key(key).public_key()));
    case SigType::Ecdsa: break;
    }
    return reply(phala::to_bytes(ecdsa_key(key).public_key()));
}

pink::HttpResponse http(const pink::HttpRequest& request)
{
    const auto& answer = Host::chain().on_http;
    return answer ? answer(request) : pink::HttpResponse{523, "Unreachable", {}, {}};
}

Reply batch_http(ByteView input)
{
    const auto status = [](pink::HttpRequestError error) { return Reply{static_cast<std::uint32_t>(error) + 1, {}}; };
    const auto [requests, timeout] = arguments<std::vector<pink::HttpRequest>, std::uint64_t>(input);
    if (!Host::is_query())
        return status(pink::HttpRequestError::NotAllowed);
    if (requests.size() > kMaxBatchRequests)
        return status(pink::HttpRequestError::TooManyRequests);
    std::vector<pink::HttpOutcome> outcomes;
    for (const auto& request : requests)
        outcomes.emplace_back(timeout == 0 ? pink::HttpOutcome{std::unexpected{pink::HttpRequestError::Timeout}}
                                           : pink::HttpOutcome{http(request)});
    return reply(outcomes);
}

// ---- the cache: queries reach it, commands only ask for changes

void tell(pink::CacheOp operation)
{
    Host::state().events.push_back(
        {Host::frame().self, {pink::pink_event_topic()}, phala::scale::encode(pink::PinkEvent{std::move(operation)})});
}

Reply cache_set(ByteView input)
{
    auto [key, value] = arguments<Bytes, Bytes>(input);
    if (!Host::is_query()) {
        tell({pink::CacheSet{std::move(key), std::move(value)}});
        return {};
    }
    auto& cache = Host::cache();
    cache.erase(key);
    std::size_t used = key.size() + value.size();
    for (const auto& [other, entry] : cache)
        used += other.size() + entry.value.size();
    if (used > Host::chain().cache_quota)
        return {1, {}};
    cache[key] = {std::move(value), Host::chain().now() + kCacheLifetime};
    return {};
}

Reply cache_set_expiration(ByteView input)
{
    auto [key, seconds] = arguments<Bytes, std::uint64_t>(input);
    if (!Host::is_query()) {
        tell({pink::CacheSetExpiration{std::move(key), seconds}});
        return {};
    }
    auto& cache = Host::cache();
    const auto found = cache.find(key);
    if (found == cache.end())
        return {};
    const Timestamp now = Host::chain().now();
    if (seconds == 0 || found->second.expires <= now)
        cache.erase(found);
    else
        found->second.expires = now + seconds * 1'000;
    return {};
}

Reply cache_get(ByteView input)
{
    const auto [key] = arguments<Bytes>(input);
    std::optional<Bytes> value;
    if (Host::is_query()) {
        const auto found = Host::cache().find(key);
        if (found != Host::cache().end() && found->second.expires > Host::chain().now())
            value = found->second.value;
    }
    return reply(value);
}

Reply cache_remove(ByteView input)
{
    auto [key] = arguments<Bytes>(input);
    std::optional<Bytes> value;
    if (Host::is_query()) {
        if (auto node = Host::cache().extract(key))
            value = std::move(node.mapped().value);
    } else {
        tell({pink::CacheRemove{std::move(key)}});
    }
    return reply(value);
}

Reply dispatch(std::uint32_t function, ByteView input)
{
    const bool is_query = Host::is_query();
    Chain& chain = Host::chain();
    switch (function) {
    case 1: {
        const auto [request] = arguments<pink::HttpRequest>(input);
        return reply(is_query ? http(request)
                              : pink::HttpResponse{523,
                                                   "API Unavailable",
                                                   {},
                                                   phala::to_bytes("HTTP request is not supported in transaction")});
    }
    case 2: return sign(input);
    case 3: return verify(input);
    case 4: return derive_key(input);
    case 5: return public_key(input);
    case 6: return cache_set(input);
    case 7: return cache_set_expiration(input);
    case 8: return cache_get(input);
    case 9: return cache_remove(input);
    case 10: {
        auto [level, text] = arguments<std::uint8_t, std::string>(input);
        Host::logs().push_back({Host::frame().self, level, std::move(text)});
        return {};
    }
    case 11: return reply(is_query ? Host::random(std::get<0>(arguments<std::uint8_t>(input))) : Bytes{});
    case 12: return reply(!is_query);
    case 13: {
        const auto [key, hash] = arguments<Bytes, Hash>(input);
        return reply(ecdsa_key(key).sign_digest(hash.bytes));
    }
    case 14: {
        const auto [signature, hash, key] = arguments<pink::EcdsaSignature, Hash, phala::ByteArray<33>>(input);
        const auto signer = phala::crypto::ecdsa::recover({signature}, hash.bytes);
        return reply(signer && signer->bytes == key);
    }
    case 15: return reply(chain.system_contract);
    case 16: {
        const Balance balance = chain.balance(std::get<0>(arguments<AccountId>(input)));
        return reply(balance, balance);
    }
    case 17: return reply(is_query ? chain.worker_public_key : Hash{});
    case 18: return reply(is_query ? chain.now() : Timestamp{0});
    case 19: {
        const auto [hash, sidevm] = arguments<Hash, bool>(input);
        return reply(!sidevm && Host::codes().contains(hash));
    }
    case 20: return reply(std::optional<Hash>{});
    case 21: return reply(std::uint32_t{1}, std::uint32_t{2});
    case 22: return batch_http(input);
    case 23: return reply(std::uint64_t{1}, Hash{});
    case 24: {
        const auto [code, args] = arguments<std::vector<pink::JsCode>, std::vector<std::string>>(input);
        if (is_query && chain.on_js)
            return reply(chain.on_js(code, args));
        return reply(pink::JsValue{
            pink::JsException{is_query ? "No js runtime" : "Js evaluation is not supported in transaction"}});
    }
    case 25: return reply(std::optional<pink::SgxQuote>{});
    default: host::trap();
    }
}

} // namespace
} // namespace phat::testing

extern "C" std::uint32_t phat::host::phat_call_chain_extension(std::uint32_t id, const void* input, std::uint32_t size,
                                                               void* out, std::uint32_t* out_size)
{
    const auto answer = testing::dispatch(id, {static_cast<const std::uint8_t*>(input), size});
    testing::give(answer.data, out, out_size);
    return answer.status;
}
