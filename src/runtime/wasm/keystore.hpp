#pragma once
#include "base/bytes.hpp"

#include <optional>

namespace phala::runtime::keystore {

/// Makes a key in the host's keystore and gives its public part. `seed` is a secret URI in UTF-8.
/// Only where the host has a keystore at hand (spec substrate-host §5.4); elsewhere the call ends.
ByteArray<32> generate_sr25519(const ByteArray<4>& key_type, const std::optional<Bytes>& seed);

} // namespace phala::runtime::keystore
