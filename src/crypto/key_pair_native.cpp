#include "crypto/key_pair.hpp"

#include "base/hex.hpp"
#include "crypto/error.hpp"
#include "crypto/hash.hpp"
#include "crypto/mnemonic.hpp"
#include "scale/codec.hpp"

#include <charconv>

namespace phala::crypto {

namespace {

constexpr std::size_t kMaxUriLength = 4096;

std::optional<std::uint64_t> parse_number(std::string_view digits)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return number;
}

Outcome<ed25519::KeyPair> ed25519_pair(const SecretUri& uri)
{
    ed25519::KeyPair pair{uri.seed};
    for (const auto& junction : uri.junctions) {
        if (junction.kind == Junction::Kind::Soft)
            return fail(CryptoError::SoftJunction);
        pair = pair.derive_hard(junction.chain_code);
    }
    return pair;
}

sr25519::KeyPair sr25519_pair(const SecretUri& uri)
{
    sr25519::KeyPair pair{uri.seed};
    for (const auto& junction : uri.junctions)
        pair = junction.kind == Junction::Kind::Hard ? pair.derive_hard(junction.chain_code)
                                                     : pair.derive_soft(junction.chain_code);
    return pair;
}

Outcome<ecdsa::KeyPair> ecdsa_pair(const SecretUri& uri)
{
    PHALA_TRY(auto pair, ecdsa::KeyPair::from_seed(uri.seed));
    for (const auto& junction : uri.junctions) {
        if (junction.kind == Junction::Kind::Soft)
            return fail(CryptoError::SoftJunction);
        PHALA_TRY(pair, pair.derive_hard(junction.chain_code));
    }
    return pair;
}

} // namespace

ByteArray<32> chain_code_of(std::string_view name)
{
    Bytes code;
    if (const auto number = parse_number(name))
        code = to_bytes(ByteView{le_bytes(*number)});
    else
        code = scale::encode(std::string{name});
    if (code.size() > 32)
        return blake2_256(code);
    code.resize(32);
    return array_of<32>(code);
}

Outcome<SecretUri> parse_secret_uri(std::string_view uri)
{
    if (uri.size() > kMaxUriLength)
        return fail(CryptoError::BadSecretUri, "it is too long");
    const std::string_view secret = uri.substr(0, uri.find('/'));
    std::string_view rest = uri.substr(secret.size());

    SecretUri out;
    std::optional<std::string_view> password;
    while (!rest.empty()) {
        if (rest.starts_with("///")) {
            password = rest.substr(3);
            break;
        }
        const bool hard = rest.starts_with("//");
        rest.remove_prefix(hard ? 2 : 1);
        const std::string_view name = rest.substr(0, rest.find('/'));
        if (name.empty())
            return fail(CryptoError::BadSecretUri, "a junction has no name");
        out.junctions.push_back({hard ? Junction::Kind::Hard : Junction::Kind::Soft, chain_code_of(name)});
        rest.remove_prefix(name.size());
    }

    if (secret.starts_with("0x")) {
        if (password)
            return fail(CryptoError::PasswordWithoutPhrase);
        const auto seed = array_from_hex<32>(secret);
        if (!seed)
            return fail(CryptoError::BadSecretUri, "the seed is not 64 hex digits");
        out.seed = Secret<32>{*seed};
        return out;
    }
    PHALA_TRY(out.seed, phrase_to_seed(secret.empty() ? kDevPhrase : secret, password.value_or("")));
    return out;
}

Outcome<KeyPair> KeyPair::from_uri(std::string_view text, Scheme scheme)
{
    PHALA_TRY(const auto uri, parse_secret_uri(text));
    switch (scheme) {
    case Scheme::Ed25519: {
        PHALA_TRY(auto pair, ed25519_pair(uri));
        return KeyPair{std::move(pair)};
    }
    case Scheme::Ecdsa: {
        PHALA_TRY(auto pair, ecdsa_pair(uri));
        return KeyPair{std::move(pair)};
    }
    case Scheme::Sr25519: break;
    }
    return KeyPair{sr25519_pair(uri)};
}

Bytes KeyPair::public_key() const
{
    return std::visit([](const auto& pair) { return to_bytes(ByteView{pair.public_key()}); }, pair_);
}

ByteArray<32> KeyPair::account() const
{
    if (const auto* pair = std::get_if<ecdsa::KeyPair>(&pair_))
        return ecdsa::account_of(pair->public_key());
    return array_of<32>(public_key());
}

MultiSignature KeyPair::sign(ByteView message, const ByteArray<32>& randomness) const
{
    if (const auto* pair = sr25519())
        return {signature::Sr25519{pair->sign(message, randomness).bytes}};
    if (const auto* pair = std::get_if<ed25519::KeyPair>(&pair_))
        return {signature::Ed25519{pair->sign(message).bytes}};
    return {signature::Ecdsa{std::get<ecdsa::KeyPair>(pair_).sign(message).bytes}};
}

} // namespace phala::crypto
