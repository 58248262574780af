//! sr25519 by schnorrkel. Contracts of these functions: `include/phala_native.h`.
//!
//! No pointer is kept, no memory changes hands and nothing here panics on any input.

use core::slice;
use curve25519_dalek::{ristretto::CompressedRistretto, scalar::Scalar, traits::IsIdentity};
use schnorrkel::derive::{ChainCode, Derivation};
use schnorrkel::{ExpansionMode, MiniSecretKey, PublicKey, SecretKey, Signature};
use zeroize::Zeroizing;

const CONTEXT: &[u8] = b"substrate";

/// The bytes behind an argument; None for a null pointer.
unsafe fn array<'a, const N: usize>(pointer: *const u8) -> Option<&'a [u8; N]> {
    unsafe { pointer.cast::<[u8; N]>().as_ref() }
}

/// A message; a null pointer stands for the empty one only.
unsafe fn message<'a>(pointer: *const u8, length: usize) -> Option<&'a [u8]> {
    match (pointer.is_null(), length) {
        (_, 0) => Some(&[]),
        (true, _) => None,
        (false, length) if length > isize::MAX as usize => None,
        (false, length) => Some(unsafe { slice::from_raw_parts(pointer, length) }),
    }
}

/// Writes a result; None for a null pointer.
unsafe fn store<const N: usize>(pointer: *mut u8, value: &[u8; N]) -> Option<()> {
    if pointer.is_null() {
        return None;
    }
    // not through a reference: the caller's buffer may hold no value yet, or be the one just read
    unsafe { pointer.cast::<[u8; N]>().write(*value) };
    Some(())
}

unsafe fn secret_key(pointer: *const u8) -> Option<SecretKey> {
    SecretKey::from_bytes(unsafe { array::<64>(pointer) }?).ok()
}

unsafe fn public_key(pointer: *const u8) -> Option<PublicKey> {
    PublicKey::from_bytes(unsafe { array::<32>(pointer) }?).ok()
}

unsafe fn store_secret(pointer: *mut u8, secret: &SecretKey) -> Option<()> {
    unsafe { store(pointer, &*Zeroizing::new(secret.to_bytes())) }
}

fn status(done: Option<()>) -> i32 {
    done.is_some() as i32
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_keypair_from_seed(seed: *const u8, secret: *mut u8, public: *mut u8) -> i32 {
    let run = || unsafe {
        let key = MiniSecretKey::from_bytes(array::<32>(seed)?).ok()?.expand(ExpansionMode::Ed25519);
        store_secret(secret, &key)?;
        store(public, &key.to_public().to_bytes())
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_public_from_secret(secret: *const u8, public: *mut u8) -> i32 {
    let run = || unsafe { store(public, &secret_key(secret)?.to_public().to_bytes()) };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_public_is_valid(public: *const u8) -> i32 {
    status(unsafe { public_key(public) }.map(|_| ()))
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_secret_from_ed25519_form(form: *const u8, secret: *mut u8) -> i32 {
    let run = || unsafe { store_secret(secret, &SecretKey::from_ed25519_bytes(array::<64>(form)?).ok()?) };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_secret_to_ed25519_form(secret: *const u8, form: *mut u8) -> i32 {
    let run = || unsafe { store(form, &*Zeroizing::new(secret_key(secret)?.to_ed25519_bytes())) };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_sign(
    secret: *const u8,
    public: *const u8,
    data: *const u8,
    length: usize,
    signature: *mut u8,
) -> i32 {
    let run = || unsafe {
        let made = secret_key(secret)?.sign_simple(CONTEXT, message(data, length)?, &public_key(public)?);
        store(signature, &made.to_bytes())
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_verify(
    public: *const u8,
    data: *const u8,
    length: usize,
    signature: *const u8,
) -> i32 {
    let run = || unsafe {
        let signature = Signature::from_bytes(array::<64>(signature)?).ok()?;
        public_key(public)?.verify_simple(CONTEXT, message(data, length)?, &signature).ok()
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_verify_legacy(
    public: *const u8,
    data: *const u8,
    length: usize,
    signature: *const u8,
) -> i32 {
    let run = || unsafe {
        let signature = array::<64>(signature)?;
        public_key(public)?.verify_simple_preaudit_deprecated(CONTEXT, message(data, length)?, signature).ok()
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_derive_hard(secret: *const u8, chain_code: *const u8, seed: *mut u8) -> i32 {
    let run = || unsafe {
        let code = ChainCode(*array::<32>(chain_code)?);
        let (derived, _) = secret_key(secret)?.hard_derive_mini_secret_key(Some(code), b"");
        store(seed, derived.as_bytes())
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_derive_soft(secret: *const u8, chain_code: *const u8, derived: *mut u8) -> i32 {
    let run = || unsafe {
        let code = ChainCode(*array::<32>(chain_code)?);
        store_secret(derived, &secret_key(secret)?.derived_key_simple(code, b"").0)
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_derive_soft_public(
    public: *const u8,
    chain_code: *const u8,
    derived: *mut u8,
) -> i32 {
    let run = || unsafe {
        let code = ChainCode(*array::<32>(chain_code)?);
        store(derived, &public_key(public)?.derived_key_simple(code, b"").0.to_bytes())
    };
    status(run())
}

#[no_mangle]
pub unsafe extern "C" fn phala_sr25519_agree(secret: *const u8, public: *const u8, key: *mut u8) -> i32 {
    let run = || unsafe {
        let (scalar, _nonce) = array::<64>(secret)?.split_first_chunk::<32>()?;
        let scalar = Zeroizing::new(Option::<Scalar>::from(Scalar::from_canonical_bytes(*scalar))?);
        let peer = CompressedRistretto(*array::<32>(public)?).decompress()?;
        let shared = Zeroizing::new(*scalar * peer);
        if shared.is_identity() {
            return None;
        }
        store(key, &*Zeroizing::new(shared.compress().to_bytes()))
    };
    status(run())
}
