#pragma once
// Who asks: certificates and signatures of queries (spec phala-sdk-wire §4.4).
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace phala::crypto {

/// The enumerators' names are the texts clients see (spec phala-sdk-wire §3.4).
enum class CertificateError : std::uint8_t {
    InvalidSignatureType,
    InvalidSignature,
    CertificateMissing,
    CertificateExpired,
    TooLongCertificateChain,
    DecodeFailed,
    InvalidPublicKey,
};
std::string_view describe(CertificateError error);

/// On the wire a number; types 0 to 6 are sent by @phala/sdk 0.5.10.
enum class SignatureType : std::uint8_t {
    Ed25519,
    Sr25519,
    Ecdsa,
    Ed25519WrapBytes,
    Sr25519WrapBytes,
    EcdsaWrapBytes,
    Eip712,
    EvmEcdsa,
    EvmEcdsaWrapBytes,
};

/// What a certificate says: this key speaks, up to and including block `ttl`.
struct CertificateBody {
    Bytes pubkey; ///< 32 bytes, or 33 of secp256k1
    std::uint32_t ttl;
    std::uint32_t config_bits;
    friend bool operator==(const CertificateBody&, const CertificateBody&) = default;
};

/// One signature and the body of the certificate that it was made under. A chain is a list of these: the first signs
/// the message, each further one the body of the one before; the body of the last is the root, which nobody signs.
struct CertifiedSignature {
    std::uint32_t type; ///< a SignatureType, not yet checked
    Bytes signature;
    std::optional<Bytes> encoded_body; ///< SCALE of CertificateBody; absent where the client sent no certificate
};

/// What is signed. Wallets show certificates and queries differently (EIP-712).
struct SignedMessageBytes {
    ByteView bytes;
    std::optional<std::uint32_t> certificate_ttl; ///< of the body that the bytes are; nothing for a query
};

/// How many signatures a chain may have: one by a throw-away key, one that certifies this key.
inline constexpr std::size_t kMaxChainLength = 2;

/// Remembers which certificates are signed, and by whom: clients send the same one with each query. The oldest is
/// forgotten where it grows too large. Safe from any thread.
class CertificateCache {
public:
    explicit CertificateCache(std::size_t capacity = 4096);
    ~CertificateCache();
    CertificateCache(const CertificateCache&) = delete;
    CertificateCache& operator=(const CertificateCache&) = delete;

    /// As verify_signature over a certificate's body.
    Outcome<ByteArray<32>> verify(std::uint32_t type, ByteView signature, SignedMessageBytes certificate,
                                  ByteView pubkey);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Checks a chain over an encoded query at the given block and returns the accounts of the signers, the root first:
/// that is the origin. Certificates that `cache` knows are not checked again, but for their end. Fails with
/// CertificateError.
Outcome<std::vector<ByteArray<32>>> verify_chain(std::span<const CertifiedSignature> chain, ByteView query,
                                                 std::uint32_t current_block, CertificateCache* cache = nullptr);

/// Checks one signature under a public key and returns the signer's account.
Outcome<ByteArray<32>> verify_signature(std::uint32_t type, ByteView signature, SignedMessageBytes message,
                                        ByteView pubkey);

/// What wallets sign for raw bytes: <Bytes>…</Bytes>.
Bytes wrap_bytes(ByteView message);

ByteArray<32> eip712_digest(SignedMessageBytes message);

/// The account of an Ethereum address: the address, then "@evm_address".
ByteArray<32> account_of_evm_address(const ByteArray<20>& address);

} // namespace phala::crypto
