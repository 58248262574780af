#pragma once
// A short secret locked with a password, as JSON (docs/run-a-node.md tells the format). Argon2id makes the key of
// password and salt, XChaCha20-Poly1305 seals the text and binds it to a name, so that files cannot be exchanged.
#include "base/json.hpp"
#include "base/secret.hpp"
#include "node/keystore/error.hpp"

#include <map>
#include <optional>

namespace phala::node {

/// What a locked file holds; its JSON members are these.
struct LockedText {
    std::uint32_t version = 0;
    std::string kdf;
    std::uint64_t operations = 0; ///< passes over the memory
    std::uint64_t memory = 0;     ///< bytes
    ByteArray<16> salt{};
    std::string cipher;
    ByteArray<24> nonce{};
    Bytes sealed; ///< ciphertext and tag
};

/// Reads one that this version can open. Fails with Malformed, also where opening would cost out of proportion.
Outcome<LockedText> read_locked(const json::Value& json);
json::Value print_locked(const LockedText& locked);

/// Not for use by two threads at once.
class PasswordLock {
public:
    explicit PasswordLock(SecretBytes password);

    Outcome<LockedText> lock(ByteView text, std::string_view name);
    /// Fails with WrongPassword: another password, another name, or a changed file.
    Outcome<SecretBytes> open(const LockedText& locked, std::string_view name);

    /// Locks with the salt of what was opened: a key is made of the password once, not for each file.
    void adopt(const LockedText& locked) { salt_ = locked.salt; }

private:
    Outcome<const Secret<32>*> key(const ByteArray<16>& salt, std::uint64_t operations, std::uint64_t memory);

    SecretBytes password_;
    ByteArray<16> salt_{};
    std::map<std::tuple<ByteArray<16>, std::uint64_t, std::uint64_t>, Secret<32>> keys_;
};

} // namespace phala::node
