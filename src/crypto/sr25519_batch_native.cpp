#include "crypto/sr25519_batch.hpp"

#include <algorithm>
#include <future>
#include <utility>

namespace phala::crypto::sr25519 {

namespace {

constexpr std::size_t kAtOnce = 256; // twice as many are hardly cheaper, and need twice the memory

} // namespace

struct Batch::Checks {
    std::vector<std::future<bool>> results;
};

Batch::Batch() : checks_{std::make_unique<Checks>()} {}
Batch::~Batch() = default;

bool Batch::add(const Signature& signature, ByteView message, const PublicKey& key)
{
    constexpr std::size_t kEach = 100;
    if (message.size() > kMostBytes - bytes_ || kMostBytes - bytes_ - message.size() < kEach)
        return false;
    bytes_ += message.size() + kEach;
    claims_.push_back({signature, messages_.emplace_back(to_bytes(message)), key});
    ++size_;
    if (meanwhile_ && claims_.size() == kAtOnce) // on this thread, at the end, where there can be no other
        checks_->results.push_back(std::async([claims = std::exchange(claims_, {})] { return verify_all(claims); }));
    return true;
}

bool Batch::verify()
{
    bool valid = true;
    for (std::size_t first = 0; valid && first < claims_.size(); first += kAtOnce)
        valid = verify_all(std::span{claims_}.subspan(first, std::min(kAtOnce, claims_.size() - first)));
    for (auto& check : checks_->results)
        valid = check.get() && valid;
    checks_->results.clear();
    return valid;
}

} // namespace phala::crypto::sr25519
