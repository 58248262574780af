#include "crypto/sr25519_batch.hpp"

#include <algorithm>

namespace phala::crypto::sr25519 {

bool Batch::add(const Signature& signature, ByteView message, const PublicKey& key)
{
    constexpr std::size_t kEach = 100;
    if (message.size() > kMostBytes - bytes_ || kMostBytes - bytes_ - message.size() < kEach)
        return false;
    bytes_ += message.size() + kEach;
    claims_.push_back({signature, messages_.emplace_back(to_bytes(message)), key});
    return true;
}

bool Batch::verify() const
{
    constexpr std::size_t kAtOnce = 256; // twice as many are hardly cheaper, and need twice the memory
    for (std::size_t first = 0; first < claims_.size(); first += kAtOnce)
        if (!verify_all(std::span{claims_}.subspan(first, std::min(kAtOnce, claims_.size() - first))))
            return false;
    return true;
}

} // namespace phala::crypto::sr25519
