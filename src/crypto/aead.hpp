#pragma once
// AES-256-GCM as Phala uses it: 12-byte iv, tag of 16 bytes behind the ciphertext (spec phala-sdk-wire §4.3).
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <memory>

namespace phala::crypto {

using AeadIv = ByteArray<12>;
inline constexpr std::size_t kAeadTagSize = 16;

/// A key set up once for many messages. Not for use by two threads at once. The same iv must never seal two texts.
class Aes256Gcm {
public:
    explicit Aes256Gcm(const Secret<32>& key);
    Aes256Gcm(Aes256Gcm&&) noexcept;
    Aes256Gcm& operator=(Aes256Gcm&&) noexcept;
    ~Aes256Gcm();

    /// The ciphertext and its tag. `associated` is authenticated, not encrypted, and not part of the result.
    [[nodiscard]] Bytes seal(const AeadIv& iv, ByteView text, ByteView associated = {});
    /// As seal, into `out`, which must have room for exactly the text and the tag.
    void seal_into(std::span<std::uint8_t> out, const AeadIv& iv, ByteView text, ByteView associated = {});
    /// Fails with AeadDecryptError, and then gives nothing of the text away.
    [[nodiscard]] Outcome<Bytes> open(const AeadIv& iv, ByteView sealed, ByteView associated = {});

private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
};

} // namespace phala::crypto
