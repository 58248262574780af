#pragma once
// A signature of any scheme the chain takes, with its scheme (spec substrate-host §3.2).
#include "base/bytes.hpp"
#include "scale/types.hpp"

namespace phala::crypto {

enum class Scheme : std::uint8_t { Ed25519, Sr25519, Ecdsa };

namespace signature {
struct Ed25519 {
    ByteArray<64> _0;
    friend bool operator==(const Ed25519&, const Ed25519&) = default;
};
struct Sr25519 {
    ByteArray<64> _0;
    friend bool operator==(const Sr25519&, const Sr25519&) = default;
};
struct Ecdsa {
    ByteArray<65> _0;
    friend bool operator==(const Ecdsa&, const Ecdsa&) = default;
};
} // namespace signature

struct MultiSignature {
    static constexpr auto path = "sp_runtime::MultiSignature";
    scale::Variant<scale::At<0, signature::Ed25519>, scale::At<1, signature::Sr25519>, scale::At<2, signature::Ecdsa>>
        scheme;
    friend bool operator==(const MultiSignature&, const MultiSignature&) = default;
};

/// Whether the owner of the account made this signature of the message. Native: the runtime asks its host.
bool verify(const MultiSignature& multi, ByteView message, const ByteArray<32>& account);

} // namespace phala::crypto
