#pragma once
// Signatures that are believed at first and checked together later.
#include "crypto/sr25519.hpp"

#include <deque>
#include <vector>

namespace phala::crypto::sr25519 {

class Batch {
public:
    /// Copies the message.
    void add(const Signature& signature, ByteView message, const PublicKey& key);

    [[nodiscard]] std::size_t size() const { return claims_.size(); }

    /// Whether all that was added is valid.
    [[nodiscard]] bool verify() const;

private:
    std::deque<Bytes> messages_; ///< what the claims borrow; a deque never moves its items
    std::vector<Claim> claims_;
};

} // namespace phala::crypto::sr25519
