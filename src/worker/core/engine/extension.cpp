#include "worker/core/engine/extension.hpp"

#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/phala_keys.hpp"
#include "worker/core/engine/code_cache.hpp"

namespace phala::worker::engine {

namespace {

enum class Function : std::uint16_t {
    HttpRequest = 1,
    Sign = 2,
    Verify = 3,
    DeriveSr25519Key = 4,
    GetPublicKey = 5,
    CacheSet = 6,
    CacheSetExpiration = 7,
    CacheGet = 8,
    CacheRemove = 9,
    Log = 10,
    GetRandom = 11,
    IsInTransaction = 12,
    EcdsaSignPrehashed = 13,
    EcdsaVerifyPrehashed = 14,
    SystemContractId = 15,
    BalanceOf = 16,
    WorkerPublicKey = 17,
    UntrustedMillis = 18,
    CodeExists = 19,
    ImportLatestSystemCode = 20,
    RuntimeVersion = 21,
    BatchHttpRequest = 22,
    CurrentEventChainHead = 23,
    JsEval = 24,
    WorkerSgxQuote = 25,
};

// work units (allowance.hpp)
constexpr std::uint64_t kOneCurveOperation = 50;
constexpr std::uint64_t kCheckOfASignature = 100;
constexpr std::uint64_t kImportOfCode = 100'000;
constexpr std::uint64_t kHashing = 10; // times what copying a byte takes
constexpr std::size_t kMaxBatchRequests = 5;
constexpr std::uint16_t kStatusUnavailable = 523;
constexpr std::uint16_t kStatusIoError = 524;

using Reply = Extension::Reply;

std::unexpected<DispatchError> other()
{
    return std::unexpected{DispatchError{Other{}}};
}

template <class... T>
Reply reply(const T&... values)
{
    return {0, scale::encode(values...)};
}

std::optional<crypto::sr25519::KeyPair> sr25519_key(ByteView key)
{
    if (key.size() == 32)
        return crypto::sr25519::KeyPair{Secret<32>{array_of<32>(key)}};
    if (key.size() != 64)
        return std::nullopt;
    auto pair = crypto::sr25519::KeyPair::from_secret(Secret<64>{array_of<64>(key)});
    return pair ? std::optional{std::move(*pair)} : std::nullopt;
}

std::optional<crypto::ecdsa::KeyPair> ecdsa_key(ByteView key)
{
    if (key.size() != 32)
        return std::nullopt;
    auto pair = crypto::ecdsa::KeyPair::from_seed(Secret<32>{array_of<32>(key)});
    return pair ? std::optional{std::move(*pair)} : std::nullopt;
}

std::string_view http_error_name(HttpRequestError error)
{
    return reflect::enumerator_name(error);
}

} // namespace

Balance gas_fee(const ClusterParameters& parameters, std::uint64_t ref_time)
{
    const Balance price = parameters.gas_price;
    return ref_time != 0 && price > ~Balance{0} / ref_time ? ~Balance{0} : price * ref_time;
}

Dispatched<Balance> store_code(Storage& storage, const AccountId& owner, const H256& hash, ByteView code,
                               Determinism determinism)
{
    if (storage.code_info(hash))
        return Balance{0};
    const auto deposit = code_deposit(storage.parameters(), code.size());
    if (!storage.transfer_and_hold(HoldReason::CodeUpload, owner, owner, deposit))
        return refuse(ContractsError::StorageDepositNotEnoughFunds);
    storage.set_code(hash, to_bytes(code));
    storage.set_code_info(hash, {owner, deposit, 0, static_cast<std::uint32_t>(code.size()), determinism});
    storage.emit(ContractsEvent{CodeStored{hash, deposit, owner}}, {hash});
    return deposit;
}

bool Extension::is_query() const
{
    return execution_.context_.mode == Mode::Query && execution_.context_.surroundings != nullptr;
}

template <class... Args, class Handler>
Dispatched<Reply> Extension::with(ByteView input, Handler handler)
{
    auto args = scale::decode<std::tuple<Args...>>(input);
    if (!args)
        return refuse(ContractsError::DecodingFailed);
    return std::apply(handler, std::move(*args));
}

Dispatched<Reply> Extension::call(std::uint32_t id, ByteView input)
{
    if (id >> 16 != 0)
        return refuse(PinkError::UnknownChainExtensionId);
    const auto& context = execution_.context_;
    auto& storage = execution_.storage_;
    using enum Function;
    switch (const auto function = static_cast<Function>(id); function) {
    case Function::HttpRequest: return http_request(input);
    case BatchHttpRequest: return batch_http_request(input);
    case Sign: return sign(input);
    case Verify: return verify(input);
    case DeriveSr25519Key: return derive_sr25519_key(input);
    case GetPublicKey: return get_public_key(input);
    case Function::CacheSet:
    case Function::CacheSetExpiration:
    case CacheGet:
    case Function::CacheRemove: return cache(static_cast<std::uint16_t>(function), input);
    case Log:
        return with<std::uint8_t, std::string>(input,
                                               [&](std::uint8_t level, std::string message) -> Dispatched<Reply> {
                                                   execution_.log(frame_, level, std::move(message));
                                                   return reply();
                                               });
    case GetRandom:
        return with<std::uint8_t>(input, [&](std::uint8_t size) -> Dispatched<Reply> {
            Bytes random;
            if (is_query()) {
                random.resize(size);
                context.surroundings->fill_random(random);
            }
            return reply(random);
        });
    case IsInTransaction:
        return with<>(input, [&]() -> Dispatched<Reply> { return reply(context.mode != Mode::Query); });
    case EcdsaSignPrehashed: return ecdsa_sign_prehashed(input);
    case EcdsaVerifyPrehashed: return ecdsa_verify_prehashed(input);
    case SystemContractId:
        return with<>(input, [&]() -> Dispatched<Reply> {
            const auto contract = storage.system_contract();
            if (!contract)
                return refuse(PinkError::SystemContractMissing);
            return reply(*contract);
        });
    case BalanceOf:
        return with<AccountId>(input, [&](const AccountId& who) -> Dispatched<Reply> {
            const auto account = storage.account(who);
            return reply(account.total(), account.free);
        });
    case WorkerPublicKey:
        return with<>(input, [&]() -> Dispatched<Reply> {
            return reply(is_query() ? context.surroundings->worker_public_key() : ByteArray<32>{});
        });
    case UntrustedMillis:
        return with<>(input, [&]() -> Dispatched<Reply> {
            return reply(is_query() ? context.surroundings->wall_clock_ms() : std::uint64_t{0});
        });
    case CodeExists:
        return with<H256, bool>(input, [&](const H256& hash, bool sidevm) -> Dispatched<Reply> {
            return reply(sidevm ? storage.has_sidevm_code(hash) : storage.code_info(hash).has_value());
        });
    case ImportLatestSystemCode: return import_latest_system_code(input);
    case RuntimeVersion: return with<>(input, [&]() -> Dispatched<Reply> { return reply(kRuntimeVersion); });
    case CurrentEventChainHead:
        return with<>(input, [&]() -> Dispatched<Reply> {
            const auto head = storage.event_chain();
            return reply(head.next_number, head.last_hash);
        });
    case JsEval:
        return with<std::vector<JsCode>, std::vector<std::string>>(
            input, [&](const auto&, const auto&) -> Dispatched<Reply> {
                const bool is_transaction = context.mode != Mode::Query;
                return reply(JsValue{
                    JsException{is_transaction ? "Js evaluation is not supported in transaction" : "No js runtime"}});
            });
    case WorkerSgxQuote: return with<>(input, [&]() -> Dispatched<Reply> { return reply(std::optional<SgxQuote>{}); });
    }
    return refuse(PinkError::UnknownChainExtensionFunction);
}

Dispatched<Reply> Extension::http_request(ByteView input)
{
    return with<engine::HttpRequest>(input, [&](const engine::HttpRequest& request) -> Dispatched<Reply> {
        if (!is_query())
            return reply(HttpResponse{
                kStatusUnavailable, "API Unavailable", {}, to_bytes("HTTP request is not supported in transaction")});
        const auto outcome = execution_.context_.surroundings->http_request(frame_.account, request);
        if (outcome)
            return reply(*outcome);
        if (outcome.error() <= HttpRequestError::Timeout)
            return other();
        return reply(HttpResponse{kStatusIoError, "IO Error", {}, to_bytes(http_error_name(outcome.error()))});
    });
}

Dispatched<Reply> Extension::batch_http_request(ByteView input)
{
    const auto status = [](HttpRequestError error) { return Reply{static_cast<std::uint32_t>(error) + 1, {}}; };
    return with<std::vector<engine::HttpRequest>, std::uint64_t>(
        input, [&](const std::vector<engine::HttpRequest>& requests, std::uint64_t timeout) -> Dispatched<Reply> {
            if (!is_query())
                return status(HttpRequestError::NotAllowed);
            if (requests.size() > kMaxBatchRequests)
                return status(HttpRequestError::TooManyRequests);
            return reply(execution_.context_.surroundings->batch_http_request(frame_.account, requests, timeout));
        });
}

Dispatched<Reply> Extension::sign(ByteView input)
{
    return with<SigType, Bytes, Bytes>(
        input, [&](SigType type, const Bytes& key, const Bytes& message) -> Dispatched<Reply> {
            if (auto paid = pay(2 * kOneCurveOperation, kHashing * message.size()); !paid)
                return std::unexpected{paid.error()};
            switch (type) {
            case SigType::Sr25519: {
                if (!is_query())
                    return reply(Bytes{}); // its signatures are random: replicas would disagree
                const auto pair = sr25519_key(key);
                if (!pair)
                    return other();
                ByteArray<32> randomness;
                execution_.context_.surroundings->fill_random(randomness);
                return reply(to_bytes(pair->sign(message, randomness)));
            }
            case SigType::Ed25519:
                if (key.size() != 32)
                    return other();
                return reply(to_bytes(crypto::ed25519::KeyPair{Secret<32>{array_of<32>(key)}}.sign(message)));
            case SigType::Ecdsa: {
                const auto pair = ecdsa_key(key);
                if (!pair)
                    return other();
                return reply(to_bytes(pair->sign(message)));
            }
            }
            return other();
        });
}

Dispatched<Reply> Extension::verify(ByteView input)
{
    return with<SigType, Bytes, Bytes, Bytes>(
        input, [&](SigType type, const Bytes& key, const Bytes& message, const Bytes& signature) -> Dispatched<Reply> {
            if (auto paid = pay(kCheckOfASignature, kHashing * message.size()); !paid)
                return std::unexpected{paid.error()};
            const bool is_ecdsa = type == SigType::Ecdsa;
            if (key.size() != (is_ecdsa ? 33 : 32) || signature.size() != (is_ecdsa ? 65 : 64))
                return other();
            switch (type) {
            case SigType::Sr25519:
                return reply(crypto::sr25519::verify({array_of<64>(signature)}, message, {array_of<32>(key)}));
            case SigType::Ed25519:
                return reply(crypto::ed25519::verify({array_of<64>(signature)}, message, {array_of<32>(key)}));
            case SigType::Ecdsa:
                return reply(crypto::ecdsa::verify({array_of<65>(signature)}, message, {array_of<33>(key)}));
            }
            return other();
        });
}

Dispatched<Reply> Extension::derive_sr25519_key(ByteView input)
{
    return with<Bytes>(input, [&](const Bytes& salt) -> Dispatched<Reply> {
        const auto* cluster = execution_.context_.cluster_key;
        if (cluster == nullptr)
            return refuse(PinkError::KeySeedMissing);
        if (auto paid = pay(2 * kOneCurveOperation); !paid)
            return std::unexpected{paid.error()};
        const auto derived = crypto::contract_derived_key(*cluster, frame_.account.bytes, salt);
        return reply(to_bytes(derived.secret().expose()));
    });
}

Dispatched<Reply> Extension::get_public_key(ByteView input)
{
    return with<SigType, Bytes>(input, [&](SigType type, const Bytes& key) -> Dispatched<Reply> {
        if (auto paid = pay(kOneCurveOperation); !paid)
            return std::unexpected{paid.error()};
        switch (type) {
        case SigType::Sr25519:
            if (const auto pair = sr25519_key(key))
                return reply(to_bytes(pair->public_key()));
            break;
        case SigType::Ed25519:
            if (key.size() == 32)
                return reply(to_bytes(crypto::ed25519::KeyPair{Secret<32>{array_of<32>(key)}}.public_key()));
            break;
        case SigType::Ecdsa:
            if (const auto pair = ecdsa_key(key))
                return reply(to_bytes(pair->public_key()));
            break;
        }
        return other();
    });
}

Dispatched<> Extension::emit(CacheOp operation)
{
    return execution_.emit({frame_.account, scale::encode(PinkEvent{std::move(operation)})}, {pink_event_topic()});
}

Dispatched<Reply> Extension::cache(std::uint16_t function, ByteView input)
{
    auto* live = is_query() ? execution_.context_.surroundings : nullptr;
    switch (static_cast<Function>(function)) {
    case Function::CacheSet:
        return with<Bytes, Bytes>(input, [&](Bytes key, Bytes value) -> Dispatched<Reply> {
            if (live != nullptr)
                return Reply{live->cache_set(frame_.account, key, value) ? 0u : 1u, {}};
            if (auto emitted = emit({engine::CacheSet{std::move(key), std::move(value)}}); !emitted)
                return std::unexpected{emitted.error()};
            return reply();
        });
    case Function::CacheSetExpiration:
        return with<Bytes, std::uint64_t>(input, [&](Bytes key, std::uint64_t seconds) -> Dispatched<Reply> {
            if (live != nullptr)
                live->cache_set_expiration(frame_.account, key, seconds);
            else if (auto emitted = emit({engine::CacheSetExpiration{std::move(key), seconds}}); !emitted)
                return std::unexpected{emitted.error()};
            return reply();
        });
    case Function::CacheGet:
        return with<Bytes>(input, [&](const Bytes& key) -> Dispatched<Reply> {
            return reply(live != nullptr ? live->cache_get(frame_.account, key) : std::optional<Bytes>{});
        });
    default:
        return with<Bytes>(input, [&](Bytes key) -> Dispatched<Reply> {
            if (live != nullptr)
                return reply(live->cache_remove(frame_.account, key));
            if (auto emitted = emit({engine::CacheRemove{std::move(key)}}); !emitted)
                return std::unexpected{emitted.error()};
            return reply(std::optional<Bytes>{});
        });
    }
}

Dispatched<Reply> Extension::ecdsa_sign_prehashed(ByteView input)
{
    return with<Bytes, ByteArray<32>>(input, [&](const Bytes& key, const ByteArray<32>& digest) -> Dispatched<Reply> {
        if (auto paid = pay(2 * kOneCurveOperation); !paid)
            return std::unexpected{paid.error()};
        const auto pair = ecdsa_key(key);
        if (!pair)
            return other();
        return reply(pair->sign_digest(digest));
    });
}

Dispatched<Reply> Extension::ecdsa_verify_prehashed(ByteView input)
{
    using crypto::ecdsa::PublicKey;
    using crypto::ecdsa::Signature;
    return with<Signature, ByteArray<32>, PublicKey>(
        input, [&](const Signature& signature, const ByteArray<32>& digest, const PublicKey& key) -> Dispatched<Reply> {
            if (auto paid = pay(kCheckOfASignature); !paid)
                return std::unexpected{paid.error()};
            const auto signer = crypto::ecdsa::recover(signature, digest);
            return reply(signer && *signer == key);
        });
}

Dispatched<Reply> Extension::import_latest_system_code(ByteView input)
{
    return with<AccountId>(input, [&](const AccountId& payer) -> Dispatched<Reply> {
        auto& storage = execution_.storage_;
        if (storage.system_contract() != frame_.account)
            return std::unexpected{DispatchError{BadOrigin{}}};
        const auto code = execution_.context_.latest_system_code;
        if (code.empty())
            return reply(std::optional<H256>{});
        const H256 hash{crypto::blake2_256(code)};
        if (!storage.code_info(hash)) {
            if (auto paid = pay(kImportOfCode); !paid)
                return std::unexpected{paid.error()};
            auto built = execution_.codes_.build(code, Determinism::Enforced);
            if (!built)
                return refuse(ContractsError::CodeRejected);
            if (auto stored = store_code(storage, payer, hash, code, Determinism::Enforced); !stored)
                return std::unexpected{stored.error()};
            execution_.codes_.insert(hash, std::move(*built));
        }
        return reply(std::optional{hash});
    });
}

} // namespace phala::worker::engine
