#pragma once
// The keys that a node signs with. One file for each key, named as this ecosystem's tools expect it: hex digits of the
// key type and the public key. The content is the key's secret URI as a JSON string or, with a password, the same
// locked (password_lock.hpp). A crash leaves every key as it was or as it was to be.
#include "crypto/key_pair.hpp"
#include "host/keystore.hpp"
#include "node/keystore/password_lock.hpp"

#include <filesystem>
#include <mutex>

namespace phala::node {

/// Four characters, such as "aura". Fails with BadKeyType.
Outcome<host::KeyType> parse_key_type(std::string_view text);

/// Safe from any thread.
class Keystore final : public host::Keystore {
public:
    /// Opens the folder, or makes it. Fails with PasswordNeeded and WrongPassword where its keys are locked otherwise.
    static Outcome<std::unique_ptr<Keystore>> open(std::filesystem::path folder, std::optional<SecretBytes> password);

    /// Keeps a key whose public key is known, of whichever scheme. Fails with WrongKey if it is another's.
    Outcome<> insert(host::KeyType type, std::string_view uri, ByteView public_key);

    [[nodiscard]] bool has(host::KeyType type, ByteView public_key) const;

    /// All public keys of a type, of all schemes, in byte order.
    [[nodiscard]] Outcome<std::vector<Bytes>> keys(host::KeyType type) const;

    /// Fails with NotFound, and with WrongKey where the file belongs to a key of another scheme.
    [[nodiscard]] Outcome<crypto::KeyPair> load(host::KeyType type, ByteView public_key, crypto::Scheme scheme) const;

    // What a runtime may ask for (host/keystore.hpp); its schemes that have keys of one size are not told apart

    [[nodiscard]] Outcome<std::vector<Bytes>> public_keys(host::KeyScheme scheme, host::KeyType type) const override;
    Outcome<Bytes> generate(host::KeyScheme scheme, host::KeyType type, const std::optional<std::string>& uri) override;
    [[nodiscard]] Outcome<std::optional<Bytes>> sign(host::KeyScheme scheme, host::KeyType type, ByteView public_key,
                                                     ByteView message) const override;
    [[nodiscard]] Outcome<std::optional<Bytes>> sign_digest(host::KeyType type, ByteView public_key,
                                                            const ByteArray<32>& digest) const override;

private:
    Keystore(std::filesystem::path folder, std::optional<SecretBytes> password);

    [[nodiscard]] std::filesystem::path file_of(host::KeyType type, ByteView public_key) const;
    Outcome<> check_password();
    Outcome<> write(host::KeyType type, ByteView public_key, std::string_view uri);
    [[nodiscard]] Outcome<SecretBytes> uri_of(const std::filesystem::path& file) const;
    /// The URI that gives the public key: as written, or with the password in its place, as the reference writes them.
    [[nodiscard]] Outcome<SecretBytes> uri_for(const std::filesystem::path& file, ByteView public_key,
                                               crypto::Scheme scheme) const;

    const std::filesystem::path folder_;
    const std::optional<SecretBytes> password_;
    mutable std::mutex mutex_; // guards the lock
    mutable std::optional<PasswordLock> lock_;
};

/// What a file of the keystore says: a secret URI, or one that is locked. Fails with Malformed.
using KeyFile = std::variant<SecretBytes, LockedText>;
Outcome<KeyFile> parse_key_file(ByteView content);

} // namespace phala::node
