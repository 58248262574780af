#pragma once
#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <string_view>

namespace phala::crypto {

/// HKDF-SHA256, extract and expand, 32 bytes.
Secret<32> hkdf_sha256(ByteView key, ByteView salt, ByteView info);

/// PBKDF2-HMAC-SHA512, 64 bytes.
Secret<64> pbkdf2_sha512(ByteView password, ByteView salt, unsigned rounds);

} // namespace phala::crypto
