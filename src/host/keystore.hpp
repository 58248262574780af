#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace phala::host {

/// Four letters that tell what a key is for, such as "aura".
using KeyType = ByteArray<4>;

enum class KeyScheme : std::uint8_t { Sr25519, Ed25519, Ecdsa };

/// The keys of a node. Public keys and signatures have the size of their scheme: 32 and 64 bytes, for Ecdsa 33 and 65.
struct Keystore {
    virtual ~Keystore() = default;

    [[nodiscard]] virtual Outcome<std::vector<Bytes>> public_keys(KeyScheme scheme, KeyType type) const = 0;

    /// Makes and keeps a key, from a secret URI if there is one; gives its public key.
    virtual Outcome<Bytes> generate(KeyScheme scheme, KeyType type, const std::optional<std::string>& uri) = 0;

    /// Nothing where the keystore does not have the key.
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> sign(KeyScheme scheme, KeyType type, ByteView public_key,
                                                             ByteView message) const = 0;

    /// As sign, of a digest; only for Ecdsa.
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> sign_digest(KeyType type, ByteView public_key,
                                                                    const ByteArray<32>& digest) const = 0;
};

} // namespace phala::host
