#pragma once
// The host functions that contracts of this library import (spec contract-engine §1.5).
// Lengths behind an `out` pointer hold the capacity before the call and the true length after it.
#include <cstdint>

#ifdef __wasm__
#define PHAT_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#else
#define PHAT_IMPORT(module, name)
#endif

namespace phat::host {

extern "C" {
PHAT_IMPORT("seal1", "get_storage")
std::uint32_t phat_get_storage(const void* key, std::uint32_t key_size, void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal2", "set_storage")
std::uint32_t phat_set_storage(const void* key, std::uint32_t key_size, const void* value, std::uint32_t size);
PHAT_IMPORT("seal1", "clear_storage")
std::uint32_t phat_clear_storage(const void* key, std::uint32_t key_size);
PHAT_IMPORT("seal1", "contains_storage")
std::uint32_t phat_contains_storage(const void* key, std::uint32_t key_size);
PHAT_IMPORT("seal0", "input")
void phat_input(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "seal_return")
[[noreturn]] void phat_return(std::uint32_t flags, const void* data, std::uint32_t size);
PHAT_IMPORT("seal0", "caller")
void phat_caller(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "address")
void phat_address(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "value_transferred")
void phat_value_transferred(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "balance")
void phat_balance(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "now")
void phat_now(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "block_number")
void phat_block_number(void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "transfer")
std::uint32_t phat_transfer(const void* account, std::uint32_t account_size, const void* value, std::uint32_t size);
PHAT_IMPORT("seal1", "call")
std::uint32_t phat_call(std::uint32_t flags, const void* callee, std::uint64_t gas, const void* value,
                        const void* input, std::uint32_t input_size, void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal1", "instantiate")
std::uint32_t phat_instantiate(const void* code_hash, std::uint64_t gas, const void* value, const void* input,
                               std::uint32_t input_size, void* address, std::uint32_t* address_size, void* out,
                               std::uint32_t* out_size, const void* salt, std::uint32_t salt_size);
PHAT_IMPORT("seal0", "delegate_call")
std::uint32_t phat_delegate_call(std::uint32_t flags, const void* code_hash, const void* input,
                                 std::uint32_t input_size, void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal1", "terminate")
[[noreturn]] void phat_terminate(const void* beneficiary);
PHAT_IMPORT("seal0", "deposit_event")
void phat_deposit_event(const void* topics, std::uint32_t topics_size, const void* data, std::uint32_t size);
PHAT_IMPORT("seal0", "hash_blake2_256")
void phat_hash_blake2_256(const void* input, std::uint32_t size, void* out);
PHAT_IMPORT("seal0", "debug_message")
std::uint32_t phat_debug_message(const void* text, std::uint32_t size);
PHAT_IMPORT("seal0", "code_hash")
std::uint32_t phat_code_hash(const void* account, void* out, std::uint32_t* out_size);
PHAT_IMPORT("seal0", "set_code_hash")
std::uint32_t phat_set_code_hash(const void* code_hash);
PHAT_IMPORT("seal0", "call_chain_extension")
std::uint32_t phat_call_chain_extension(std::uint32_t id, const void* input, std::uint32_t size, void* out,
                                        std::uint32_t* out_size);
}

/// What host functions that return a code can answer (spec contract-engine §1.6).
enum class ReturnCode : std::uint32_t {
    Success = 0,
    CalleeTrapped = 1,
    CalleeReverted = 2,
    KeyNotFound = 3,
    TransferFailed = 5,
    CodeNotFound = 7,
    NotCallable = 8,
};

inline constexpr std::uint32_t kRevert = 1;          ///< return flag: undo everything this frame did
inline constexpr std::uint32_t kAllowReentry = 8;    ///< call flag: the callee may call back into this contract
inline constexpr std::uint32_t kBufferSize = 16'384; ///< the most that one input, stored value or result can be

/// Ends the call; all it did is undone. Natively the test host (testing/chain.hpp) ends it.
#ifdef __wasm__
[[noreturn]] inline void trap()
{
    __builtin_trap();
}
#else
[[noreturn]] void trap();
#endif

/// One buffer for everything the host writes. Its content lasts until the next host call that uses it.
extern std::uint8_t buffer[kBufferSize];

} // namespace phat::host
