//! Published crates behind a C ABI, and nothing else: what callers see is `include/phala_crypto.h` and Wasmtime's headers.

// exports every wasm_* and wasmtime_* symbol of Wasmtime's own C API
pub use wasmtime_c_api::*;

mod crypto;
