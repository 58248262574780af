#pragma once
// A key of any scheme, made from what a person writes: "//Alice", "twelve words …//stash///password", "0x…".
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/multi_signature.hpp"
#include "crypto/sr25519.hpp"

#include <variant>
#include <vector>

namespace phala::crypto {

/// One step of a derivation path.
struct Junction {
    enum class Kind : std::uint8_t { Soft, Hard };
    Kind kind;
    ByteArray<32> chain_code;
    friend bool operator==(const Junction&, const Junction&) = default;
};

/// The chain code of a junction's name: decimal digits that fit 64 bits are a number, else a text.
ByteArray<32> chain_code_of(std::string_view name);

struct SecretUri {
    Secret<32> seed; ///< before the junctions
    std::vector<Junction> junctions;
};

/// Fails with BadSecretUri, BadPhrase or PasswordWithoutPhrase; no message repeats any part of the text.
Outcome<SecretUri> parse_secret_uri(std::string_view uri);

class KeyPair {
public:
    explicit KeyPair(ed25519::KeyPair pair) : pair_{std::move(pair)} {}
    explicit KeyPair(sr25519::KeyPair pair) : pair_{std::move(pair)} {}
    explicit KeyPair(ecdsa::KeyPair pair) : pair_{std::move(pair)} {}

    /// Also fails with SoftJunction where the scheme has none.
    static Outcome<KeyPair> from_uri(std::string_view uri, Scheme scheme = Scheme::Sr25519);

    [[nodiscard]] Scheme scheme() const { return static_cast<Scheme>(pair_.index()); }
    /// 32 or, for ECDSA, 33 bytes.
    [[nodiscard]] Bytes public_key() const;
    [[nodiscard]] ByteArray<32> account() const;
    /// `randomness` hedges the nonce of sr25519; the other schemes do without.
    [[nodiscard]] MultiSignature sign(ByteView message, const ByteArray<32>& randomness) const;

    /// The pair, if it is an sr25519 one.
    [[nodiscard]] const sr25519::KeyPair* sr25519() const { return std::get_if<sr25519::KeyPair>(&pair_); }

private:
    std::variant<ed25519::KeyPair, sr25519::KeyPair, ecdsa::KeyPair> pair_; // in the order of Scheme
};

} // namespace phala::crypto
