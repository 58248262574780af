/* Published Rust crates behind a C ABI: sr25519 (schnorrkel), ed25519 by ZIP-215 (ed25519-zebra), ECDSA (Bitcoin Core's
 * secp256k1), BLAKE2b (blake2b_simd), Keccak (sha3), BIP39 word lists (bip39). Pointers name as many bytes as the array
 * says; functions keep none of them. bool results: true is success, and outputs are written only then. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A secret is schnorrkel's own 64 bytes: canonical scalar, then nonce. */
void phala_sr25519_from_seed(const uint8_t seed[32], uint8_t secret[64]);
bool phala_sr25519_public(const uint8_t secret[64], uint8_t public_key[32]);
/* `entropy` hedges the nonce; equal inputs give equal signatures. */
bool phala_sr25519_sign(const uint8_t secret[64], const uint8_t public_key[32], const uint8_t* message, size_t size,
                        const uint8_t entropy[32], uint8_t signature[64]);
bool phala_sr25519_verify(const uint8_t public_key[32], const uint8_t* message, size_t size,
                          const uint8_t signature[64]);
/* Whether all are valid; cheaper than one after the other. */
typedef struct {
    const uint8_t* public_key; /* 32 bytes */
    const uint8_t* message;
    size_t size;
    const uint8_t* signature; /* 64 bytes */
} phala_sr25519_claim;
bool phala_sr25519_verify_all(const phala_sr25519_claim* claims, size_t count);
/* Also accepts signatures from before schnorrkel 0.8 (without the marker bit). */
bool phala_sr25519_verify_deprecated(const uint8_t public_key[32], const uint8_t* message, size_t size,
                                     const uint8_t signature[64]);
bool phala_sr25519_derive_hard(const uint8_t secret[64], const uint8_t chain_code[32], uint8_t derived[64]);
bool phala_sr25519_derive_soft(const uint8_t secret[64], const uint8_t chain_code[32], uint8_t derived[64]);
bool phala_sr25519_derive_public_soft(const uint8_t public_key[32], const uint8_t chain_code[32], uint8_t derived[32]);
/* compress(scalar * point); false for a bad point or an identity result. */
bool phala_sr25519_agree(const uint8_t secret[64], const uint8_t public_key[32], uint8_t shared[32]);

/* ZIP-215 rules, as current Substrate hosts. */
bool phala_ed25519_verify(const uint8_t public_key[32], const uint8_t* message, size_t size,
                          const uint8_t signature[64]);

/* ECDSA on secp256k1. A public key is compressed, a point is x and y; the last byte of a signature is 0 to 3. */
bool phala_ecdsa_public(const uint8_t secret[32], uint8_t public_key[33]);
bool phala_ecdsa_sign(const uint8_t secret[32], const uint8_t digest[32], uint8_t signature[65]);
bool phala_ecdsa_recover(const uint8_t signature[65], const uint8_t digest[32], uint8_t public_key[33]);
bool phala_ecdsa_recover_point(const uint8_t signature[65], const uint8_t digest[32], uint8_t point[64]);
bool phala_ecdsa_uncompress(const uint8_t public_key[33], uint8_t point[64]);

/* BLAKE2b without key; 1 to 64 bytes of digest. */
void phala_blake2b(const uint8_t* bytes, size_t size, uint8_t* digest, size_t digest_size);
typedef struct {
    const uint8_t* bytes;
    size_t size;
} phala_bytes;
/* BLAKE2b-256 of each; several at once where the machine can. `digests` has 32 bytes for each. */
void phala_blake2b_256_all(const phala_bytes* messages, size_t count, uint8_t* digests);

/* Original Keccak padding. */
void phala_keccak_256(const uint8_t* bytes, size_t size, uint8_t digest[32]);
void phala_keccak_512(const uint8_t* bytes, size_t size, uint8_t digest[64]);

/* English BIP39. Entropy of 16, 20, 24, 28 or 32 bytes; returns its size, or 0 for a phrase that is none. */
size_t phala_bip39_to_entropy(const char* phrase, size_t size, uint8_t entropy[32]);
/* Writes the words, separated by blanks and without terminator, and returns their length; 0 if it does not fit. */
size_t phala_bip39_from_entropy(const uint8_t* entropy, size_t size, char* phrase, size_t capacity);

#ifdef __cplusplus
}
#endif
