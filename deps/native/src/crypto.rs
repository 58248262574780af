//! The C ABI of include/phala_crypto.h. A C pointer to a fixed number of bytes is a reference to an array here.

use bip39::{Language, Mnemonic};
use blake2b_simd::many::{hash_many, HashManyJob};
use curve25519_dalek::{ristretto::CompressedRistretto, scalar::Scalar, traits::IsIdentity};
use merlin::Transcript;
use schnorrkel::{
    context::{attach_rng, signing_context},
    derive::{ChainCode, Derivation},
    verify_batch, ExpansionMode, MiniSecretKey, PublicKey, SecretKey, Signature,
};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use sha3::{Digest, Keccak256, Keccak512};
use zeroize::Zeroize;

const CONTEXT: &[u8] = b"substrate";

/// Randomness that the caller chose: a source of one block of 32 bytes, repeated.
struct Given([u8; 32]);

impl rand_core::RngCore for Given {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }
    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }
    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            chunk.copy_from_slice(&self.0[..chunk.len()]);
        }
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl rand_core::CryptoRng for Given {}

unsafe fn slice<'a>(bytes: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        &[]
    } else {
        std::slice::from_raw_parts(bytes, size)
    }
}

fn secret_of(secret: &[u8; 64]) -> Option<SecretKey> {
    SecretKey::from_bytes(&secret[..]).ok()
}

fn write_secret(key: &SecretKey, out: &mut [u8; 64]) {
    let mut bytes = key.to_bytes();
    *out = bytes;
    bytes.zeroize();
}

fn derivation_transcript() -> Transcript {
    let mut transcript = Transcript::new(b"SchnorrRistrettoHDKD");
    transcript.append_message(b"sign-bytes", b"");
    transcript
}

#[no_mangle]
pub extern "C" fn phala_sr25519_from_seed(seed: &[u8; 32], secret: &mut [u8; 64]) {
    if let Ok(mini) = MiniSecretKey::from_bytes(&seed[..]) {
        write_secret(&mini.expand(ExpansionMode::Ed25519), secret);
    }
}

#[no_mangle]
pub extern "C" fn phala_sr25519_public(secret: &[u8; 64], public_key: &mut [u8; 32]) -> bool {
    let Some(secret) = secret_of(secret) else { return false };
    *public_key = secret.to_public().to_bytes();
    true
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_sign(
    secret: &[u8; 64],
    public_key: &[u8; 32],
    message: *const u8,
    size: usize,
    entropy: &[u8; 32],
    signature: &mut [u8; 64],
) -> bool {
    let Some(secret) = secret_of(secret) else { return false };
    let Ok(public) = PublicKey::from_bytes(&public_key[..]) else { return false };
    let transcript = signing_context(CONTEXT).bytes(slice(message, size));
    *signature = secret.sign(attach_rng(transcript, Given(*entropy)), &public).to_bytes();
    true
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_verify(
    public_key: &[u8; 32],
    message: *const u8,
    size: usize,
    signature: &[u8; 64],
) -> bool {
    let Ok(signature) = Signature::from_bytes(&signature[..]) else { return false };
    let Ok(public) = PublicKey::from_bytes(&public_key[..]) else { return false };
    public.verify_simple(CONTEXT, slice(message, size), &signature).is_ok()
}

/// What phala_sr25519_verify takes, as an item of a list.
#[repr(C)]
pub struct Sr25519Claim {
    public_key: *const [u8; 32],
    message: *const u8,
    size: usize,
    signature: *const [u8; 64],
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_verify_all(claims: *const Sr25519Claim, count: usize) -> bool {
    if count == 0 {
        return true;
    }
    let claims = std::slice::from_raw_parts(claims, count);
    let context = signing_context(CONTEXT);
    let mut keys = Vec::with_capacity(count);
    let mut signatures = Vec::with_capacity(count);
    for claim in claims {
        let Ok(key) = PublicKey::from_bytes(&*claim.public_key) else { return false };
        let Ok(signature) = Signature::from_bytes(&*claim.signature) else { return false };
        keys.push(key);
        signatures.push(signature);
    }
    let transcripts = claims.iter().map(|claim| context.bytes(slice(claim.message, claim.size)));
    verify_batch(transcripts, &signatures, &keys, false).is_ok()
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_verify_deprecated(
    public_key: &[u8; 32],
    message: *const u8,
    size: usize,
    signature: &[u8; 64],
) -> bool {
    let Ok(public) = PublicKey::from_bytes(&public_key[..]) else { return false };
    public.verify_simple_preaudit_deprecated(CONTEXT, slice(message, size), &signature[..]).is_ok()
}

#[no_mangle]
pub extern "C" fn phala_sr25519_derive_hard(
    secret: &[u8; 64],
    chain_code: &[u8; 32],
    derived: &mut [u8; 64],
) -> bool {
    let Some(secret) = secret_of(secret) else { return false };
    let (mini, _) = secret.hard_derive_mini_secret_key(Some(ChainCode(*chain_code)), b"");
    write_secret(&mini.expand(ExpansionMode::Ed25519), derived);
    true
}

#[no_mangle]
pub extern "C" fn phala_sr25519_derive_soft(
    secret: &[u8; 64],
    chain_code: &[u8; 32],
    derived: &mut [u8; 64],
) -> bool {
    let Some(secret) = secret_of(secret) else { return false };
    // the derived nonce mixes the old one with randomness; none is given, so that a path names one secret
    let (key, _) = secret.derived_key(attach_rng(derivation_transcript(), Given([0; 32])), ChainCode(*chain_code));
    write_secret(&key, derived);
    true
}

#[no_mangle]
pub extern "C" fn phala_sr25519_derive_public_soft(
    public_key: &[u8; 32],
    chain_code: &[u8; 32],
    derived: &mut [u8; 32],
) -> bool {
    let Ok(public) = PublicKey::from_bytes(&public_key[..]) else { return false };
    let (key, _) = public.derived_key(derivation_transcript(), ChainCode(*chain_code));
    *derived = key.to_bytes();
    true
}

#[no_mangle]
pub extern "C" fn phala_sr25519_agree(
    secret: &[u8; 64],
    public_key: &[u8; 32],
    shared: &mut [u8; 32],
) -> bool {
    let mut bytes = [0u8; 32];
    bytes.copy_from_slice(&secret[..32]);
    let scalar: Option<Scalar> = Scalar::from_canonical_bytes(bytes).into();
    bytes.zeroize();
    let Some(mut scalar) = scalar else { return false };
    let Some(point) = CompressedRistretto(*public_key).decompress() else { return false };
    let product = point * scalar;
    scalar.zeroize();
    if product.is_identity() {
        return false;
    }
    *shared = product.compress().to_bytes();
    true
}

#[no_mangle]
pub unsafe extern "C" fn phala_ed25519_verify(
    public_key: &[u8; 32],
    message: *const u8,
    size: usize,
    signature: &[u8; 64],
) -> bool {
    let Ok(key) = ed25519_zebra::VerificationKey::try_from(*public_key) else { return false };
    key.verify(&ed25519_zebra::Signature::from(*signature), slice(message, size)).is_ok()
}

static SECP256K1: std::sync::OnceLock<secp256k1::Secp256k1<secp256k1::All>> = std::sync::OnceLock::new();

#[no_mangle]
pub extern "C" fn phala_ecdsa_public(secret: &[u8; 32], public_key: &mut [u8; 33]) -> bool {
    let Ok(mut secret) = secp256k1::SecretKey::from_slice(&secret[..]) else { return false };
    *public_key = secret.public_key(blinded()).serialize();
    secret.non_secure_erase();
    true
}

/// Its blinding hides the timing of what is done with secrets.
fn blinded() -> &'static secp256k1::Secp256k1<secp256k1::All> {
    SECP256K1.get_or_init(|| {
        let mut seed = [0u8; 32];
        rand_core::RngCore::fill_bytes(&mut rand_core::OsRng, &mut seed);
        let mut context = secp256k1::Secp256k1::new();
        context.seeded_randomize(&seed);
        seed.zeroize();
        context
    })
}

#[no_mangle]
pub extern "C" fn phala_ecdsa_sign(secret: &[u8; 32], digest: &[u8; 32], signature: &mut [u8; 65]) -> bool {
    let Ok(mut secret) = secp256k1::SecretKey::from_slice(&secret[..]) else { return false };
    let made = blinded().sign_ecdsa_recoverable(&secp256k1::Message::from_digest(*digest), &secret);
    secret.non_secure_erase();
    let (recovery, compact) = made.serialize_compact();
    signature[..64].copy_from_slice(&compact);
    signature[64] = i32::from(recovery) as u8;
    true
}

fn recover(signature: &[u8; 65], digest: &[u8; 32]) -> Option<secp256k1::PublicKey> {
    let recovery = RecoveryId::try_from(i32::from(signature[64])).ok()?;
    let signature = RecoverableSignature::from_compact(&signature[..64], recovery).ok()?;
    blinded().recover_ecdsa(&secp256k1::Message::from_digest(*digest), &signature).ok()
}

#[no_mangle]
pub extern "C" fn phala_ecdsa_recover(signature: &[u8; 65], digest: &[u8; 32], public_key: &mut [u8; 33]) -> bool {
    let Some(key) = recover(signature, digest) else { return false };
    *public_key = key.serialize();
    true
}

#[no_mangle]
pub extern "C" fn phala_ecdsa_recover_point(signature: &[u8; 65], digest: &[u8; 32], point: &mut [u8; 64]) -> bool {
    let Some(key) = recover(signature, digest) else { return false };
    point.copy_from_slice(&key.serialize_uncompressed()[1..]);
    true
}

#[no_mangle]
pub extern "C" fn phala_ecdsa_uncompress(public_key: &[u8; 33], point: &mut [u8; 64]) -> bool {
    let Ok(key) = secp256k1::PublicKey::from_slice(&public_key[..]) else { return false };
    point.copy_from_slice(&key.serialize_uncompressed()[1..]);
    true
}

#[no_mangle]
pub unsafe extern "C" fn phala_blake2b(bytes: *const u8, size: usize, digest: *mut u8, digest_size: usize) {
    let hash = blake2b_simd::Params::new().hash_length(digest_size).hash(slice(bytes, size));
    std::ptr::copy_nonoverlapping(hash.as_bytes().as_ptr(), digest, digest_size);
}

/// phala_bytes: what is hashed together with others.
#[repr(C)]
pub struct Message {
    bytes: *const u8,
    size: usize,
}

#[no_mangle]
pub unsafe extern "C" fn phala_blake2b_256_all(messages: *const Message, count: usize, digests: *mut [u8; 32]) {
    if count == 0 {
        return;
    }
    let messages = std::slice::from_raw_parts(messages, count);
    let digests = std::slice::from_raw_parts_mut(digests, count);
    let mut params = blake2b_simd::Params::new();
    params.hash_length(32);
    let mut jobs: Vec<_> =
        messages.iter().map(|message| HashManyJob::new(&params, slice(message.bytes, message.size))).collect();
    hash_many(jobs.iter_mut());
    for (job, digest) in jobs.iter().zip(digests) {
        digest.copy_from_slice(job.to_hash().as_bytes());
    }
}

#[no_mangle]
pub unsafe extern "C" fn phala_keccak_256(bytes: *const u8, size: usize, digest: &mut [u8; 32]) {
    *digest = Keccak256::digest(slice(bytes, size)).into();
}

#[no_mangle]
pub unsafe extern "C" fn phala_keccak_512(bytes: *const u8, size: usize, digest: &mut [u8; 64]) {
    *digest = Keccak512::digest(slice(bytes, size)).into();
}

#[no_mangle]
pub unsafe extern "C" fn phala_bip39_to_entropy(phrase: *const u8, size: usize, entropy: &mut [u8; 32]) -> usize {
    let Ok(text) = std::str::from_utf8(slice(phrase, size)) else { return 0 };
    let Ok(mnemonic) = Mnemonic::parse_in_normalized(Language::English, text) else { return 0 };
    let (mut bytes, count) = mnemonic.to_entropy_array();
    entropy[..count].copy_from_slice(&bytes[..count]);
    bytes.zeroize();
    count
}

#[no_mangle]
pub unsafe extern "C" fn phala_bip39_from_entropy(
    entropy: *const u8,
    size: usize,
    phrase: *mut u8,
    capacity: usize,
) -> usize {
    let Ok(mnemonic) = Mnemonic::from_entropy_in(Language::English, slice(entropy, size)) else { return 0 };
    let mut text = mnemonic.words().collect::<Vec<_>>().join(" ");
    let count = if text.len() <= capacity { text.len() } else { 0 };
    std::ptr::copy_nonoverlapping(text.as_ptr(), phrase, count);
    text.zeroize();
    count
}
