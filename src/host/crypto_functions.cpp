#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/sr25519.hpp"
#include "host/bind.hpp"

namespace phala::host {

namespace {

namespace ecdsa = crypto::ecdsa;
namespace ed25519 = crypto::ed25519;
namespace sr25519 = crypto::sr25519;

constexpr std::size_t public_key_size(KeyScheme scheme)
{
    return scheme == KeyScheme::Ecdsa ? 33 : 32;
}
constexpr std::size_t signature_size(KeyScheme scheme)
{
    return scheme == KeyScheme::Ecdsa ? 65 : 64;
}

/// What a keystore gives must have the size that the runtime was compiled for.
template <std::size_t N>
Outcome<ByteArray<N>> exactly(ByteView bytes)
{
    if (bytes.size() != N)
        return fail(HostError::Trap,
                    "keystore gave " + std::to_string(bytes.size()) + " bytes in place of " + std::to_string(N));
    return array_of<N>(bytes);
}

template <KeyScheme Scheme>
Outcome<std::vector<ByteArray<public_key_size(Scheme)>>> public_keys(Guest& guest, Fixed<4> type)
{
    PHALA_TRY(const auto* keystore, guest.keystore());
    PHALA_TRY(const auto keys, keystore->public_keys(Scheme, type.array()));
    std::vector<ByteArray<public_key_size(Scheme)>> out;
    for (const auto& key : keys) {
        PHALA_TRY(const auto array, exactly<public_key_size(Scheme)>(key));
        out.push_back(array);
    }
    return out;
}

template <KeyScheme Scheme>
Outcome<ByteArray<public_key_size(Scheme)>> generate(Guest& guest, Fixed<4> type,
                                                     Scaled<std::optional<std::string>> uri)
{
    PHALA_TRY(auto* keystore, guest.keystore());
    PHALA_TRY(const Bytes key, keystore->generate(Scheme, type.array(), uri.value));
    return exactly<public_key_size(Scheme)>(key);
}

template <KeyScheme Scheme>
using MaybeSignature = std::optional<ByteArray<signature_size(Scheme)>>;

template <KeyScheme Scheme>
Outcome<MaybeSignature<Scheme>> maybe_signature(Outcome<std::optional<Bytes>> signature)
{
    if (!signature)
        return fail(std::move(signature));
    if (!*signature)
        return std::nullopt;
    PHALA_TRY(const auto array, exactly<signature_size(Scheme)>(**signature));
    return array;
}

template <KeyScheme Scheme>
Outcome<MaybeSignature<Scheme>> sign(Guest& guest, Fixed<4> type, Fixed<public_key_size(Scheme)> key, ByteView message)
{
    PHALA_TRY(const auto* keystore, guest.keystore());
    return maybe_signature<Scheme>(keystore->sign(Scheme, type.array(), key.bytes, message));
}

Outcome<MaybeSignature<KeyScheme::Ecdsa>> ecdsa_sign_prehashed(Guest& guest, Fixed<4> type, Fixed<33> key,
                                                               Fixed<32> digest)
{
    PHALA_TRY(const auto* keystore, guest.keystore());
    return maybe_signature<KeyScheme::Ecdsa>(keystore->sign_digest(type.array(), key.bytes, digest.array()));
}

Outcome<bool> ed25519_verify(Guest&, Fixed<64> signature, ByteView message, Fixed<32> key)
{
    return ed25519::verify({signature.array()}, message, {key.array()});
}

Outcome<bool> sr25519_verify_old(Guest&, Fixed<64> signature, ByteView message, Fixed<32> key)
{
    return sr25519::verify_deprecated({signature.array()}, message, {key.array()});
}

Outcome<bool> sr25519_verify(Guest& guest, Fixed<64> signature, ByteView message, Fixed<32> key)
{
    if (auto* batch = guest.context().deferred;
        batch != nullptr && batch->add({signature.array()}, message, {key.array()}))
        return true;
    return sr25519::verify({signature.array()}, message, {key.array()});
}

constexpr ByteArray<32> kGroupOrder = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                                       0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};

bool overflows(ByteView number)
{
    return !ByteLess{}(number, kGroupOrder);
}

/// The first versions of these functions take r and s modulo the group order, later ones refuse what is not below it.
Fixed<65> tolerated(Fixed<65> signature, ByteArray<65>& reduced)
{
    reduced = signature.array();
    for (const std::size_t begin : {0, 32}) {
        if (!overflows(ByteView{reduced}.subspan(begin, 32)))
            continue;
        unsigned borrow = 0;
        for (std::size_t i = 32; i-- > 0;) {
            const unsigned digit = 256u + reduced[begin + i] - kGroupOrder[i] - borrow;
            reduced[begin + i] = static_cast<std::uint8_t>(digit);
            borrow = digit < 256 ? 1 : 0;
        }
    }
    return {reduced};
}

Outcome<bool> ecdsa_verify(Guest&, Fixed<65> signature, ByteView message, Fixed<33> key)
{
    return ecdsa::verify({signature.array()}, message, {key.array()});
}

Outcome<bool> ecdsa_verify_tolerant(Guest& guest, Fixed<65> signature, ByteView message, Fixed<33> key)
{
    ByteArray<65> reduced;
    return ecdsa_verify(guest, tolerated(signature, reduced), message, key);
}

Outcome<bool> ecdsa_verify_prehashed(Guest&, Fixed<65> signature, Fixed<32> digest, Fixed<33> key)
{
    const auto signer = ecdsa::recover({signature.array()}, digest.array());
    return signer && *signer == ecdsa::PublicKey{key.array()};
}

/// Within a batch a check answers true and the batch remembers; outside one it answers for itself.
template <auto Verify, std::size_t SignatureSize, std::size_t KeySize>
Outcome<bool> batched(Guest& guest, Fixed<SignatureSize> signature, ByteView message, Fixed<KeySize> key)
{
    PHALA_TRY(const bool good, Verify(guest, signature, message, key));
    if (!guest.batch)
        return good;
    guest.batch = *guest.batch && good;
    return true;
}

Outcome<void> start_batch_verify(Guest& guest)
{
    if (guest.batch)
        return fail(HostError::Trap, "a batch of signature checks is already open");
    guest.batch = true;
    return {};
}

Outcome<bool> finish_batch_verify(Guest& guest)
{
    if (!guest.batch)
        return fail(HostError::Trap, "no batch of signature checks is open");
    return *std::exchange(guest.batch, std::nullopt);
}

/// EcdsaVerifyError, in the order in which a signature is looked at.
enum class RecoverError : std::uint8_t { BadRS = 0, BadV = 1, BadSignature = 2 };

RecoverError why_not_recovered(ByteView signature)
{
    const std::uint8_t v = signature[64] > 26 ? static_cast<std::uint8_t>(signature[64] - 27) : signature[64];
    if (v > 3)
        return RecoverError::BadV;
    if (overflows(signature.first(32)) || overflows(signature.subspan(32, 32)))
        return RecoverError::BadRS;
    return RecoverError::BadSignature;
}

/// Result<key, EcdsaVerifyError>.
template <std::size_t N>
Raw recovered(ByteView signature, const std::optional<ByteArray<N>>& key)
{
    constexpr std::uint8_t kOk = 0;
    constexpr std::uint8_t kError = 1;
    if (key)
        return {concat(ByteArray<1>{kOk}, *key)};
    return {{kError, static_cast<std::uint8_t>(why_not_recovered(signature))}};
}

Outcome<Raw> ecdsa_recover(Guest&, Fixed<65> signature, Fixed<32> digest)
{
    return recovered(signature.bytes, ecdsa::recover_uncompressed({signature.array()}, digest.array()));
}

Outcome<Raw> ecdsa_recover_compressed(Guest&, Fixed<65> signature, Fixed<32> digest)
{
    const auto key = ecdsa::recover({signature.array()}, digest.array());
    return recovered(signature.bytes, key ? std::optional{key->bytes} : std::nullopt);
}

template <auto Recover>
Outcome<Raw> recover_tolerant(Guest& guest, Fixed<65> signature, Fixed<32> digest)
{
    ByteArray<65> reduced;
    return Recover(guest, tolerated(signature, reduced), digest);
}

constexpr HostFunction kFunctions[] = {
    host_function<&public_keys<KeyScheme::Ed25519>>("ext_crypto_ed25519_public_keys_version_1"),
    host_function<&generate<KeyScheme::Ed25519>>("ext_crypto_ed25519_generate_version_1"),
    host_function<&sign<KeyScheme::Ed25519>>("ext_crypto_ed25519_sign_version_1"),
    host_function<&ed25519_verify>("ext_crypto_ed25519_verify_version_1"),
    host_function<&batched<&ed25519_verify, 64, 32>>("ext_crypto_ed25519_batch_verify_version_1"),
    host_function<&public_keys<KeyScheme::Sr25519>>("ext_crypto_sr25519_public_keys_version_1"),
    host_function<&generate<KeyScheme::Sr25519>>("ext_crypto_sr25519_generate_version_1"),
    host_function<&sign<KeyScheme::Sr25519>>("ext_crypto_sr25519_sign_version_1"),
    host_function<&sr25519_verify_old>("ext_crypto_sr25519_verify_version_1"),
    host_function<&sr25519_verify>("ext_crypto_sr25519_verify_version_2"),
    host_function<&batched<&sr25519_verify, 64, 32>>("ext_crypto_sr25519_batch_verify_version_1"),
    host_function<&public_keys<KeyScheme::Ecdsa>>("ext_crypto_ecdsa_public_keys_version_1"),
    host_function<&generate<KeyScheme::Ecdsa>>("ext_crypto_ecdsa_generate_version_1"),
    host_function<&sign<KeyScheme::Ecdsa>>("ext_crypto_ecdsa_sign_version_1"),
    host_function<&ecdsa_sign_prehashed>("ext_crypto_ecdsa_sign_prehashed_version_1"),
    host_function<&ecdsa_verify_tolerant>("ext_crypto_ecdsa_verify_version_1"),
    host_function<&ecdsa_verify>("ext_crypto_ecdsa_verify_version_2"),
    host_function<&ecdsa_verify_prehashed>("ext_crypto_ecdsa_verify_prehashed_version_1"),
    host_function<&batched<&ecdsa_verify, 65, 33>>("ext_crypto_ecdsa_batch_verify_version_1"),
    host_function<&recover_tolerant<&ecdsa_recover>>("ext_crypto_secp256k1_ecdsa_recover_version_1"),
    host_function<&ecdsa_recover>("ext_crypto_secp256k1_ecdsa_recover_version_2"),
    host_function<&recover_tolerant<&ecdsa_recover_compressed>>(
        "ext_crypto_secp256k1_ecdsa_recover_compressed_version_1"),
    host_function<&ecdsa_recover_compressed>("ext_crypto_secp256k1_ecdsa_recover_compressed_version_2"),
    host_function<&start_batch_verify>("ext_crypto_start_batch_verify_version_1"),
    host_function<&finish_batch_verify>("ext_crypto_finish_batch_verify_version_1"),
};

} // namespace

std::span<const HostFunction> crypto_functions()
{
    return kFunctions;
}

} // namespace phala::host
