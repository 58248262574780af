#pragma once
// Hashes of many messages at once, natively.
#include "base/bytes.hpp"

namespace phala::crypto {

/// BLAKE2b-256 of each message, as many digests. Where the machine can, several at a time.
void blake2_256_all(std::span<const ByteView> messages, std::span<ByteArray<32>> digests);

} // namespace phala::crypto
