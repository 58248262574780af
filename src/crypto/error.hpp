#pragma once
#include "base/result.hpp"

#include <cstdint>

namespace phala::crypto {

/// What can be wrong with keys, addresses and ciphertexts that come from outside.
enum class CryptoError : std::uint8_t {
    BadSecretKey,
    BadPublicKey,
    BadPhrase,
    BadSecretUri,
    SoftJunction,
    PasswordWithoutPhrase,
    BadAddress,
    BadAddressChecksum,
    BadAddressPrefix,
    WrongAddressPrefix,
    AeadDecryptError, ///< the worker's HTTP interface answers with this name (spec phala-sdk-wire §3.4)
};

std::string_view describe(CryptoError error);

} // namespace phala::crypto
