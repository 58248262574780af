/* sr25519 (schnorrkel) over a C ABI. Wasmtime's own C and C++ headers stand beside this file's build output.
 *
 * All functions return 1 on success and 0 otherwise; after 0 no output buffer holds a result to be used.
 * A null pointer is refused (0), except for an empty message. Nothing is kept or allocated for the caller, and
 * input and output buffers may be the same. Functions may be called from any thread.
 *
 * secret: 64 bytes, scalar (little endian, canonical) || nonce seed: schnorrkel's own form, the one in key files.
 * public: 32 bytes, a canonical ristretto255 encoding.
 * Where randomness is used it is the operating system's; a system without it ends the process. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Expands a 32-byte mini secret in Ed25519 mode, as every Substrate key does. */
int32_t phala_sr25519_keypair_from_seed(const uint8_t seed[32], uint8_t secret[64], uint8_t public_key[32]);

/* 0 if the scalar is not canonical. */
int32_t phala_sr25519_public_from_secret(const uint8_t secret[64], uint8_t public_key[32]);

/* 1 if the bytes are the canonical encoding of a point. */
int32_t phala_sr25519_public_is_valid(const uint8_t public_key[32]);

/* polkadot-js keeps secrets with the scalar multiplied by eight ("half ed25519"): the way in and back. */
int32_t phala_sr25519_secret_from_ed25519_form(const uint8_t form[64], uint8_t secret[64]);
int32_t phala_sr25519_secret_to_ed25519_form(const uint8_t secret[64], uint8_t form[64]);

/* Signs in context "substrate"; randomised. public_key must belong to secret, else the signature does not verify. */
int32_t phala_sr25519_sign(const uint8_t secret[64], const uint8_t public_key[32], const uint8_t* message,
                           size_t length, uint8_t signature[64]);

/* Context "substrate". The marker bit of schnorrkel 0.8 and later is required. */
int32_t phala_sr25519_verify(const uint8_t public_key[32], const uint8_t* message, size_t length,
                             const uint8_t signature[64]);

/* As above, and accepts signatures from before schnorrkel 0.8 too (ext_crypto_sr25519_verify_version_1). */
int32_t phala_sr25519_verify_legacy(const uint8_t public_key[32], const uint8_t* message, size_t length,
                                    const uint8_t signature[64]);

/* One hard junction: gives the mini secret to pass to phala_sr25519_keypair_from_seed. */
int32_t phala_sr25519_derive_hard(const uint8_t secret[64], const uint8_t chain_code[32], uint8_t seed[32]);

/* One soft junction. The derived nonce seed is random, the scalar and so the public key are determined. */
int32_t phala_sr25519_derive_soft(const uint8_t secret[64], const uint8_t chain_code[32], uint8_t derived[64]);
int32_t phala_sr25519_derive_soft_public(const uint8_t public_key[32], const uint8_t chain_code[32],
                                         uint8_t derived[32]);

/* Phala's key agreement: the encoding of (scalar of secret) * (peer's point), not hashed. 0 if the peer's key is no
 * canonical point or the result is the identity. */
int32_t phala_sr25519_agree(const uint8_t secret[64], const uint8_t peer_public[32], uint8_t key[32]);

#ifdef __cplusplus
}
#endif
