#include "cli/keystore.hpp"

#include "base/json.hpp"
#include "base/secret.hpp"
#include "crypto/random.hpp"
#include "crypto/ss58.hpp"

#include <sodium.h>

#include <algorithm>

namespace phala::cli {

namespace {

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::size_t kSaltSize = 32;
constexpr std::size_t kParametersSize = 12;
constexpr std::size_t kNonceSize = crypto_secretbox_NONCEBYTES;
// the only cost that anybody writes; others are refused, for they could ask for any amount of memory
constexpr std::uint32_t kScryptN = 32'768;
constexpr std::uint32_t kScryptP = 1;
constexpr std::uint32_t kScryptR = 8;
constexpr ByteArray<16> kHeader{48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32};
constexpr ByteArray<5> kDivider{161, 35, 3, 33, 0};

Secret<64> scrypt(ByteView password, ByteView salt)
{
    Secret<64> out;
    if (crypto_pwhash_scryptsalsa208sha256_ll(password.data(), password.size(), salt.data(), salt.size(), kScryptN,
                                              kScryptR, kScryptP, out.expose().data(), out.expose().size())
        != 0)
        std::abort(); // only when memory is exhausted
    return out;
}

// polkadot.js keeps the scalar of an sr25519 key times the cofactor 8, as ed25519 has it
Secret<64> times_cofactor(const Secret<64>& secret)
{
    Secret<64> out = secret.copy();
    std::uint8_t carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        const auto byte = out.expose()[i];
        out.expose()[i] = static_cast<std::uint8_t>(byte << 3 | carry);
        carry = static_cast<std::uint8_t>(byte >> 5);
    }
    return out;
}

Secret<64> without_cofactor(ByteView secret)
{
    Secret<64> out{array_of<64>(secret)};
    std::uint8_t carry = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const auto byte = out.expose()[i];
        out.expose()[i] = static_cast<std::uint8_t>(byte >> 3 | carry);
        carry = static_cast<std::uint8_t>(byte << 5);
    }
    return out;
}

struct Keystore {
    Bytes body;
    crypto::Scheme scheme;
    bool has_scrypt = false;
    bool is_encrypted = false;
};

/// The strings of an array, or the one string that stands in its place.
std::vector<std::string_view> words(const json::Value* value)
{
    std::vector<std::string_view> out;
    if (value == nullptr)
        return out;
    if (const auto* one = value->string())
        out.push_back(*one);
    if (const auto* many = value->array())
        for (const auto& element : *many)
            if (const auto* text = element.string())
                out.push_back(*text);
    return out;
}

bool has(const std::vector<std::string_view>& words, std::string_view word)
{
    return std::ranges::find(words, word) != words.end();
}

Outcome<Keystore> parse(std::string_view text)
{
    auto value = json::parse(text, {.depth = 8, .bytes = kMaxFile});
    if (!value)
        return fail(std::move(value), "a keystore is JSON");
    const auto* encoded = value->find("encoded");
    const auto* encoding = value->find("encoding");
    if (encoded == nullptr || encoded->string() == nullptr || encoding == nullptr)
        return fail(KeystoreError::NotAKeystore, "it has no encoded key");
    const auto* version = encoding->find("version");
    if (version == nullptr || !(*version == json::Value{"3"}))
        return fail(KeystoreError::UnknownForm, "version 3 is known");
    Keystore out;
    const auto content = words(encoding->find("content"));
    const auto kinds = words(encoding->find("type"));
    if (!has(content, "pkcs8"))
        return fail(KeystoreError::UnknownForm, "the content is not pkcs8");
    if (has(content, "sr25519"))
        out.scheme = crypto::Scheme::Sr25519;
    else if (has(content, "ed25519"))
        out.scheme = crypto::Scheme::Ed25519;
    else if (has(content, "ecdsa"))
        out.scheme = crypto::Scheme::Ecdsa;
    else
        return fail(KeystoreError::UnknownForm, "keys of sr25519, ed25519 and ecdsa are known");
    out.has_scrypt = has(kinds, "scrypt");
    out.is_encrypted = has(kinds, "xsalsa20-poly1305");
    if (out.has_scrypt != out.is_encrypted || (!out.is_encrypted && !has(kinds, "none")))
        return fail(KeystoreError::UnknownForm, "it is neither plain nor under scrypt and xsalsa20-poly1305");
    const auto& base64 = *encoded->string();
    out.body.resize(base64.size());
    std::size_t size = 0;
    if (sodium_base642bin(out.body.data(), out.body.size(), base64.data(), base64.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_ORIGINAL)
        != 0)
        return fail(KeystoreError::NotAKeystore, "its key is no base64");
    out.body.resize(size);
    return out;
}

std::uint32_t number_at(ByteView bytes, std::size_t at)
{
    std::uint32_t out = 0;
    for (std::size_t i = 4; i-- > 0;)
        out = out << 8 | bytes[at + i];
    return out;
}

Outcome<SecretBytes> decrypt(const Keystore& keystore, ByteView password)
{
    if (!keystore.is_encrypted)
        return SecretBytes{Bytes{keystore.body}};
    if (password.empty())
        return fail(KeystoreError::NoPassword);
    ByteView rest{keystore.body};
    if (rest.size() < kSaltSize + kParametersSize + kNonceSize + crypto_secretbox_MACBYTES)
        return fail(KeystoreError::NotAKeystore, "its key is too short");
    const auto salt = rest.first(kSaltSize);
    if (number_at(rest, kSaltSize) != kScryptN || number_at(rest, kSaltSize + 4) != kScryptP
        || number_at(rest, kSaltSize + 8) != kScryptR)
        return fail(KeystoreError::UnknownForm, "scrypt is to cost 32768, 8, 1");
    rest = rest.subspan(kSaltSize + kParametersSize);
    const auto nonce = rest.first(kNonceSize);
    const auto sealed = rest.subspan(kNonceSize);
    const auto key = scrypt(password, salt);
    Bytes plain(sealed.size() - crypto_secretbox_MACBYTES);
    if (crypto_secretbox_open_easy(plain.data(), sealed.data(), sealed.size(), nonce.data(), key.expose().data()) != 0)
        return fail(KeystoreError::WrongPassword);
    return SecretBytes{std::move(plain)};
}

Outcome<crypto::KeyPair> pair_of(crypto::Scheme scheme, ByteView secret)
{
    switch (scheme) {
    case crypto::Scheme::Ed25519:
        return crypto::KeyPair{crypto::ed25519::KeyPair{Secret<32>{array_of<32>(secret.first(32))}}};
    case crypto::Scheme::Ecdsa: {
        PHALA_TRY(auto pair, crypto::ecdsa::KeyPair::from_seed(Secret<32>{array_of<32>(secret.first(32))}));
        return crypto::KeyPair{std::move(pair)};
    }
    case crypto::Scheme::Sr25519: break;
    }
    if (secret.size() == 32) // as the oldest files have it
        return crypto::KeyPair{crypto::sr25519::KeyPair{Secret<32>{array_of<32>(secret)}}};
    PHALA_TRY(auto pair, crypto::sr25519::KeyPair::from_secret(without_cofactor(secret)));
    return crypto::KeyPair{std::move(pair)};
}

} // namespace

std::string_view describe(KeystoreError error)
{
    switch (error) {
    case KeystoreError::NotAKeystore: return "this is no keystore of polkadot.js";
    case KeystoreError::UnknownForm: return "a keystore of a form that is not known";
    case KeystoreError::NoPassword: return "the keystore needs its password: --password-file, or a terminal to ask on";
    case KeystoreError::WrongPassword: return "wrong password for the keystore";
    case KeystoreError::CannotExport: return "only sr25519 keys are written to keystores";
    }
    return "keystore";
}

bool is_keystore(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
}

Outcome<bool> needs_password(std::string_view text)
{
    PHALA_TRY(const auto keystore, parse(text));
    return keystore.is_encrypted;
}

Outcome<crypto::KeyPair> open_keystore(std::string_view text, ByteView password)
{
    PHALA_TRY(const auto keystore, parse(text));
    PHALA_TRY(const auto opened, decrypt(keystore, password));
    ByteView rest = opened.expose();
    if (rest.size() < kHeader.size() || !std::ranges::equal(rest.first(kHeader.size()), kHeader))
        return fail(KeystoreError::NotAKeystore, "no PKCS#8 header");
    rest = rest.subspan(kHeader.size());
    for (const std::size_t size : {std::size_t{64}, std::size_t{32}}) {
        if (rest.size() < size + kDivider.size() || !std::ranges::equal(rest.subspan(size, kDivider.size()), kDivider))
            continue;
        PHALA_TRY(auto pair, pair_of(keystore.scheme, rest.first(size)));
        const auto public_key = rest.subspan(size + kDivider.size());
        if (!std::ranges::equal(public_key, ByteView{pair.public_key()}))
            return fail(KeystoreError::NotAKeystore, "its public key belongs to another secret");
        return pair;
    }
    return fail(KeystoreError::NotAKeystore, "no secret in its PKCS#8 body");
}

Outcome<std::string> make_keystore(const crypto::KeyPair& pair, ByteView password, std::string_view name)
{
    const auto* sr25519 = pair.sr25519();
    if (sr25519 == nullptr)
        return fail(KeystoreError::CannotExport);
    if (password.empty())
        return fail(KeystoreError::NoPassword);
    const auto secret = times_cofactor(sr25519->secret());
    Bytes text;
    text.reserve(kHeader.size() + 64 + kDivider.size() + 32); // no copies of it stay behind
    for (const ByteView part :
         {ByteView{kHeader}, ByteView{secret.expose()}, ByteView{kDivider}, ByteView{sr25519->public_key()}})
        append(text, part);
    const SecretBytes plain{std::move(text)};
    const auto salt = crypto::random_bytes<kSaltSize>();
    const auto nonce = crypto::random_bytes<kNonceSize>();
    const auto key = scrypt(password, salt);
    Bytes sealed(plain.expose().size() + crypto_secretbox_MACBYTES);
    crypto_secretbox_easy(sealed.data(), plain.expose().data(), plain.expose().size(), nonce.data(),
                          key.expose().data());
    const auto body = concat(salt, le_bytes(kScryptN), le_bytes(kScryptP), le_bytes(kScryptR), nonce, sealed);
    std::string base64(sodium_base64_encoded_len(body.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(base64.data(), base64.size(), body.data(), body.size(), sodium_base64_VARIANT_ORIGINAL);
    base64.pop_back(); // the zero at its end
    json::Value out;
    out["encoded"] = std::move(base64);
    out["encoding"]["content"] = json::Array{"pkcs8", "sr25519"};
    out["encoding"]["type"] = json::Array{"scrypt", "xsalsa20-poly1305"};
    out["encoding"]["version"] = "3";
    out["address"] = crypto::address_of(pair.account());
    out["meta"]["name"] = name;
    return json::dump(out);
}

} // namespace phala::cli
