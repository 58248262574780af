#pragma once
// Signatures that are believed at first and checked together later.
#include "crypto/sr25519.hpp"

#include <deque>
#include <vector>

namespace phala::crypto::sr25519 {

class Batch {
public:
    /// Bytes that a batch holds at most, 100 for each signature beside its message: what fills it comes from others.
    static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

    /// Copies the message. False where there is no room: then the signature is not added.
    [[nodiscard]] bool add(const Signature& signature, ByteView message, const PublicKey& key);

    [[nodiscard]] std::size_t size() const { return claims_.size(); }

    /// Whether all that was added is valid.
    [[nodiscard]] bool verify() const;

private:
    std::deque<Bytes> messages_; ///< what the claims borrow; a deque never moves its items
    std::vector<Claim> claims_;
    std::size_t bytes_ = 0;
};

} // namespace phala::crypto::sr25519
