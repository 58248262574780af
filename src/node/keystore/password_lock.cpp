#include "node/keystore/password_lock.hpp"

#include "crypto/random.hpp"
#include "scale/json.hpp"

#include <sodium.h>

namespace phala::node {

namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kKdf = "argon2id";
constexpr std::string_view kCipher = "xchacha20-poly1305";
// RFC 9106 §4, second recommended option; libsodium computes with one lane
constexpr std::uint64_t kOperations = 3;
constexpr std::uint64_t kMemory = 64U << 20U;
// what a file may make the reader spend
constexpr std::uint64_t kMostOperations = 16;
constexpr std::uint64_t kMostMemory = 1U << 30U;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

constexpr json::Options kJson{.naming = json::Naming::CamelCase};

bool is_supported(const LockedText& locked)
{
    return locked.version == kVersion && locked.kdf == kKdf && locked.cipher == kCipher
           && locked.operations >= crypto_pwhash_argon2id_OPSLIMIT_MIN && locked.operations <= kMostOperations
           && locked.memory >= crypto_pwhash_argon2id_MEMLIMIT_MIN && locked.memory <= kMostMemory
           && locked.sealed.size() >= kTag;
}

} // namespace

Outcome<LockedText> read_locked(const json::Value& json)
{
    auto locked = json::from_json<LockedText>(json, kJson);
    if (!locked)
        return fail(KeystoreError::Malformed, locked.error().message());
    if (!is_supported(*locked))
        return fail(KeystoreError::Malformed, "it is locked in a way that this version does not know");
    return locked;
}

json::Value print_locked(const LockedText& locked)
{
    return json::to_json(locked, kJson);
}

PasswordLock::PasswordLock(SecretBytes password) : password_{std::move(password)}, salt_{crypto::random_bytes<16>()} {}

Outcome<const Secret<32>*> PasswordLock::key(const ByteArray<16>& salt, std::uint64_t operations, std::uint64_t memory)
{
    const auto [at, made] = keys_.try_emplace({salt, operations, memory});
    if (made) {
        const auto password = text_of(password_.expose());
        if (crypto_pwhash(at->second.expose().data(), 32, password.data(), password.size(), salt.data(), operations,
                          memory, crypto_pwhash_ALG_ARGON2ID13)
            != 0) {
            keys_.erase(at);
            return fail(KeystoreError::CannotRead,
                        "making a key of the password takes " + std::to_string(memory >> 20U) + " MiB of memory");
        }
    }
    return &at->second;
}

Outcome<LockedText> PasswordLock::lock(ByteView text, std::string_view name)
{
    PHALA_TRY(const auto* secret, key(salt_, kOperations, kMemory));
    LockedText out{kVersion,
                   std::string{kKdf},
                   kOperations,
                   kMemory,
                   salt_,
                   std::string{kCipher},
                   crypto::random_bytes<24>(),
                   Bytes(text.size() + kTag)};
    const auto bound = bytes_of(name);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.sealed.data(), nullptr, text.data(), text.size(), bound.data(),
                                               bound.size(), nullptr, out.nonce.data(), secret->expose().data());
    return out;
}

Outcome<SecretBytes> PasswordLock::open(const LockedText& locked, std::string_view name)
{
    PHALA_TRY(const auto* secret, key(locked.salt, locked.operations, locked.memory));
    Bytes text(locked.sealed.size() - kTag);
    const auto bound = bytes_of(name);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(text.data(), nullptr, nullptr, locked.sealed.data(),
                                                   locked.sealed.size(), bound.data(), bound.size(),
                                                   locked.nonce.data(), secret->expose().data())
        != 0)
        return fail(KeystoreError::WrongPassword);
    return SecretBytes{std::move(text)};
}

} // namespace phala::node
