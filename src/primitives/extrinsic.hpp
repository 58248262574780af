#pragma once
// Extrinsics, V4 and V5 (spec substrate-host §3.2, §3.3). A call is opaque bytes here; the runtime gives it meaning.
#include "primitives/address.hpp"
#include "primitives/extensions.hpp"

#include <optional>

namespace phala {

inline constexpr std::uint8_t kBareV4 = 0x04;
inline constexpr std::uint8_t kSignedV4 = 0x84;
inline constexpr std::uint8_t kBareV5 = 0x05;
inline constexpr std::uint8_t kGeneralV5 = 0x45;

/// Versions of the format.
enum class ExtrinsicVersion : std::uint8_t { V4 = 4, V5 = 5 };

/// Longer payloads are hashed before signing.
inline constexpr std::size_t kMaxRawPayload = 256;

/// The part of a signed extrinsic before its call.
struct SignedPreamble {
    MultiAddress address;
    MultiSignature signature;
    TxExtensions extensions;
};

/// The part of a V5 general extrinsic before its call. Who sent it is what its extensions say.
struct GeneralPreamble {
    std::uint8_t extension_version = 0; ///< which set of extensions follows; there is one, 0
    TxExtensions extensions;
};

/// What a signature covers: call, explicit and implicit bytes, or their BLAKE2b-256 where they exceed 256 bytes.
Bytes signing_payload(ByteView call, const TxExtensions& extensions, ByteView implicit);

/// The full extrinsics, with length prefix.
Bytes signed_extrinsic(const SignedPreamble& preamble, ByteView call);
Bytes bare_extrinsic(ByteView call, ExtrinsicVersion version = ExtrinsicVersion::V4);
Bytes general_extrinsic(const TxExtensions& extensions, ByteView call);

/// What is signed is handed to `sign`, which knows the key and gives the MultiSignature.
template <class Sign>
Bytes sign_extrinsic(ByteView call, const AccountId& signer, const TxExtensions& extensions, ByteView implicit,
                     Sign&& sign)
{
    const Bytes payload = signing_payload(call, extensions, implicit);
    return signed_extrinsic({MultiAddress::of(signer), MultiSignature{sign(ByteView{payload})}, extensions}, call);
}

/// BLAKE2b-256 of the full bytes.
H256 extrinsic_hash(ByteView extrinsic);

/// An extrinsic taken apart up to its call: bare when there is neither preamble.
struct ExtrinsicParts {
    ExtrinsicVersion version = ExtrinsicVersion::V4;
    std::optional<SignedPreamble> preamble; ///< of a signed one: V4
    std::optional<GeneralPreamble> general; ///< of a general one: V5
    ByteView call;                          ///< borrowed from the input; nothing follows it
};
/// `bytes` is what follows the length prefix. Versions above `newest` are errors, as is what no version has: signed V5.
Outcome<ExtrinsicParts> split_extrinsic(ByteView bytes, ExtrinsicVersion newest = ExtrinsicVersion::V4);

/// The bytes behind the length prefix, which must match.
Outcome<ByteView> unwrap_extrinsic(ByteView full);

} // namespace phala
