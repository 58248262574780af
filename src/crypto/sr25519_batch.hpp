#pragma once
// Signatures that are believed at first and checked together later.
#include "crypto/sr25519.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace phala::crypto::sr25519 {

class Batch {
public:
    Batch();
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// Bytes that a batch holds at most, 100 for each signature beside its message: what fills it comes from others.
    static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

    /// Copies the message. False where there is no room: then the signature is not added.
    [[nodiscard]] bool add(const Signature& signature, ByteView message, const PublicKey& key);

    [[nodiscard]] std::size_t size() const { return size_; }

    /// Whether all that was added is valid.
    [[nodiscard]] bool verify();

    /// Has what was added so far checked by another thread meanwhile, each time that enough has come together. From then
    /// on verify() waits for it.
    void check_meanwhile() { meanwhile_ = true; }

private:
    std::deque<Bytes> messages_; ///< what the claims borrow; a deque never moves its items
    std::vector<Claim> claims_;  ///< those whose check has not begun
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
    bool meanwhile_ = false;
    struct Checks;
    std::unique_ptr<Checks> checks_; ///< last, so that they end before what they borrow
};

} // namespace phala::crypto::sr25519
