#include "crypto/certificate.hpp"

#include "base/hex.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/sr25519.hpp"
#include "scale/codec.hpp"

#include <deque>
#include <map>
#include <mutex>

namespace phala::crypto {

namespace {

using Hash = ByteArray<32>;

/// How a SignatureType treats the message, the key and the account.
struct Rule {
    enum class Check : std::uint8_t { Ed25519, Sr25519, Ecdsa, Eip712 };
    Check check;
    bool wrapped;
    bool evm_account;
};

std::optional<Rule> rule_of(std::uint32_t type)
{
    using enum Rule::Check;
    if (type > static_cast<std::uint32_t>(SignatureType::EvmEcdsaWrapBytes))
        return std::nullopt;
    switch (static_cast<SignatureType>(type)) {
    case SignatureType::Ed25519: return Rule{Ed25519, false, false};
    case SignatureType::Sr25519: return Rule{Sr25519, false, false};
    case SignatureType::Ecdsa: return Rule{Ecdsa, false, false};
    case SignatureType::Ed25519WrapBytes: return Rule{Ed25519, true, false};
    case SignatureType::Sr25519WrapBytes: return Rule{Sr25519, true, false};
    case SignatureType::EcdsaWrapBytes: return Rule{Ecdsa, true, false};
    case SignatureType::Eip712: return Rule{Eip712, false, true};
    case SignatureType::EvmEcdsa: return Rule{Ecdsa, false, true};
    case SignatureType::EvmEcdsaWrapBytes: return Rule{Ecdsa, true, true};
    }
    return std::nullopt;
}

Hash keccak_of(std::string_view text)
{
    return keccak_256(bytes_of(text));
}

// The sentences themselves are fixed by their hashes (spec phala-sdk-wire V14, V15).
constexpr std::string_view kCertificateDescription = "6cb6166a14596f4996335040d98f61a866522010d0b7462cb013f7ff3a87eb33";
constexpr std::string_view kQueryDescription = "98d6647850935d10000f213d58180516ae46f64596aa8b383708e8a03590e8ea";

Hash description_hash(std::string_view digits)
{
    return *array_from_hex<32>(digits);
}

Hash domain_separator(std::string_view name)
{
    static const Hash type = keccak_of("EIP712Domain(string name,string version,bytes32 salt)");
    static const Hash version = keccak_of("1");
    static const Hash salt = keccak_of("phala/phat-contract");
    return keccak_256(concat(type, keccak_of(name), version, salt));
}

Hash typed_data_digest(const Hash& domain, const Hash& structure)
{
    return keccak_256(concat(bytes_of("\x19\x01"), domain, structure));
}

Outcome<Hash> account_of_secp256k1(const ByteArray<33>& key, bool evm)
{
    if (!evm)
        return ecdsa::account_of({key});
    const auto address = ecdsa::evm_address_of({key});
    if (!address)
        return fail(CertificateError::InvalidPublicKey);
    return account_of_evm_address(*address);
}

template <std::size_t KeySize, std::size_t SignatureSize>
Outcome<> check_sizes(ByteView pubkey, ByteView signature)
{
    if (pubkey.size() != KeySize)
        return fail(CertificateError::InvalidPublicKey);
    if (signature.size() != SignatureSize)
        return fail(CertificateError::InvalidSignature);
    return {};
}

} // namespace

std::string_view describe(CertificateError error)
{
    // clients compare these texts, so they are names and not sentences
    return reflect::enumerator_name(error);
}

Bytes wrap_bytes(ByteView message)
{
    return concat(bytes_of("<Bytes>"), message, bytes_of("</Bytes>"));
}

Hash eip712_digest(SignedMessageBytes message)
{
    if (message.certificate_ttl) {
        static const Hash domain = domain_separator("Phat Query Certificate");
        static const Hash type =
            keccak_of("IssueQueryCertificate(string description,string timeToLive,bytes encodedCert)");
        static const Hash description = description_hash(kCertificateDescription);
        const auto ttl =
            keccak_of("The Certificate will be valid till block " + std::to_string(*message.certificate_ttl) + ".");
        return typed_data_digest(domain, keccak_256(concat(type, description, ttl, keccak_256(message.bytes))));
    }
    static const Hash domain = domain_separator("Phat Contract Query");
    static const Hash type = keccak_of("PhatContractQuery(string description,bytes encodedQuery)");
    static const Hash description = description_hash(kQueryDescription);
    return typed_data_digest(domain, keccak_256(concat(type, description, keccak_256(message.bytes))));
}

Hash account_of_evm_address(const ByteArray<20>& address)
{
    return array_of<32>(concat(address, bytes_of("@evm_address")));
}

Outcome<Hash> verify_signature(std::uint32_t type, ByteView signature, SignedMessageBytes message, ByteView pubkey)
{
    const auto rule = rule_of(type);
    if (!rule)
        return fail(CertificateError::InvalidSignatureType);
    const Bytes wrapped = rule->wrapped ? wrap_bytes(message.bytes) : Bytes{};
    const ByteView bytes = rule->wrapped ? ByteView{wrapped} : message.bytes;

    switch (rule->check) {
    case Rule::Check::Ed25519: {
        PHALA_CHECK((check_sizes<32, 64>(pubkey, signature)));
        const ed25519::PublicKey key{array_of<32>(pubkey)};
        if (!ed25519::verify({array_of<64>(signature)}, bytes, key))
            return fail(CertificateError::InvalidSignature);
        return key.bytes;
    }
    case Rule::Check::Sr25519: {
        PHALA_CHECK((check_sizes<32, 64>(pubkey, signature)));
        const sr25519::PublicKey key{array_of<32>(pubkey)};
        if (!sr25519::verify({array_of<64>(signature)}, bytes, key))
            return fail(CertificateError::InvalidSignature);
        return key.bytes;
    }
    case Rule::Check::Ecdsa:
    case Rule::Check::Eip712: break;
    }
    PHALA_CHECK((check_sizes<33, 65>(pubkey, signature)));
    const auto digest = rule->check == Rule::Check::Eip712 ? eip712_digest(message) : blake2_256(bytes);
    const ecdsa::PublicKey key{array_of<33>(pubkey)};
    if (ecdsa::recover({array_of<65>(signature)}, digest) != key)
        return fail(CertificateError::InvalidSignature);
    return account_of_secp256k1(key.bytes, rule->evm_account);
}

struct CertificateCache::Impl {
    std::size_t capacity;
    std::mutex mutex;
    std::map<Hash, Hash> signers; ///< of what was signed how
    std::deque<Hash> by_age;
};

CertificateCache::CertificateCache(std::size_t capacity) : impl_{new Impl{.capacity = capacity}} {}
CertificateCache::~CertificateCache() = default;

Outcome<Hash> CertificateCache::verify(std::uint32_t type, ByteView signature, SignedMessageBytes certificate,
                                       ByteView pubkey)
{
    const Hash key = blake2_256(scale::encode(type, to_bytes(signature), to_bytes(certificate.bytes),
                                              certificate.certificate_ttl, to_bytes(pubkey)));
    {
        const std::scoped_lock lock{impl_->mutex};
        if (const auto known = impl_->signers.find(key); known != impl_->signers.end())
            return known->second;
    }
    PHALA_TRY(const Hash signer, verify_signature(type, signature, certificate, pubkey));
    const std::scoped_lock lock{impl_->mutex};
    if (impl_->signers.emplace(key, signer).second)
        impl_->by_age.push_back(key);
    if (impl_->by_age.size() > impl_->capacity) {
        impl_->signers.erase(impl_->by_age.front());
        impl_->by_age.pop_front();
    }
    return signer;
}

Outcome<std::vector<Hash>> verify_chain(std::span<const CertifiedSignature> chain, ByteView query,
                                        std::uint32_t current_block, CertificateCache* cache)
{
    if (chain.empty())
        return fail(CertificateError::CertificateMissing);
    std::vector<Hash> signers;
    Bytes signed_body;
    SignedMessageBytes message{query, std::nullopt};
    for (const auto& link : chain) {
        if (signers.size() == kMaxChainLength)
            return fail(CertificateError::TooLongCertificateChain);
        if (!rule_of(link.type))
            return fail(CertificateError::InvalidSignatureType);
        if (!link.encoded_body)
            return fail(CertificateError::CertificateMissing);
        auto body = scale::decode<CertificateBody>(*link.encoded_body);
        if (!body)
            return fail(CertificateError::DecodeFailed, body.error().message());
        if (body->ttl < current_block)
            return fail(CertificateError::CertificateExpired);
        const bool is_known_kind = cache != nullptr && message.certificate_ttl;
        PHALA_TRY(const auto signer, is_known_kind
                                         ? cache->verify(link.type, link.signature, message, body->pubkey)
                                         : verify_signature(link.type, link.signature, message, body->pubkey));
        signers.insert(signers.begin(), signer);
        signed_body = scale::encode(*body);
        message = {signed_body, body->ttl};
    }
    return signers;
}

} // namespace phala::crypto
