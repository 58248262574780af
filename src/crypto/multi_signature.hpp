#pragma once
// A signature of any scheme the chain takes, with its scheme (spec substrate-host §3.2).
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/sr25519.hpp"
#include "scale/codec.hpp"

namespace phala::crypto {

enum class Scheme : std::uint8_t { Ed25519, Sr25519, Ecdsa };

namespace multi_signature {

struct Ed25519 {
    ed25519::Signature _0;
    friend bool operator==(const Ed25519&, const Ed25519&) = default;
};
struct Sr25519 {
    sr25519::Signature _0;
    friend bool operator==(const Sr25519&, const Sr25519&) = default;
};
struct Ecdsa {
    ecdsa::Signature _0;
    friend bool operator==(const Ecdsa&, const Ecdsa&) = default;
};

} // namespace multi_signature

struct MultiSignature {
    static constexpr auto path = "sp_runtime::MultiSignature";
    scale::Variant<scale::At<0, multi_signature::Ed25519>, scale::At<1, multi_signature::Sr25519>, scale::At<2, multi_signature::Ecdsa>> of;
    friend bool operator==(const MultiSignature&, const MultiSignature&) = default;
};

/// Whether the owner of the account made this signature of the message.
bool verify(const MultiSignature& signature, ByteView message, const ByteArray<32>& account);

} // namespace phala::crypto
