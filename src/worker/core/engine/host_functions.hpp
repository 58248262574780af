#pragma once
// What a contract may import (spec contract-engine §1.5): one table that both the check at upload and the
// linking before execution read.
#include "host/wasm/module.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace phala::worker::engine {

enum class HostFunction : std::uint8_t {
    SetStorage0,
    SetStorage1,
    SetStorage2,
    ClearStorage0,
    ClearStorage1,
    GetStorage0,
    GetStorage1,
    ContainsStorage0,
    ContainsStorage1,
    TakeStorage0,
    Transfer,
    Call0,
    Call1,
    DelegateCall,
    Instantiate0,
    Instantiate1,
    Terminate0,
    Terminate1,
    Input,
    Return,
    Caller,
    IsContract,
    CodeHash,
    OwnCodeHash,
    CallerIsOrigin,
    Address,
    WeightToFee,
    GasLeft,
    BalanceOfSelf,
    ValueTransferred,
    Now,
    BlockNumber,
    MinimumBalance,
    DepositEvent,
    HashSha2_256,
    HashKeccak256,
    HashBlake2_256,
    HashBlake2_128,
    CallChainExtension,
    DebugMessage,
    CallRuntime,
    EcdsaRecover,
    EcdsaToEthAddress,
    SetCodeHash,
    InstantiationNonce,
};

/// The most parameters a host function has.
inline constexpr std::size_t kMaxHostParams = 13;

struct HostImport {
    HostFunction function;
    std::string_view module;
    std::string_view name;
    std::string_view params; ///< 'i' for i32, 'L' for i64
    char result;             ///< 'i', 'L' or '-' for none
    bool prefixed = true;    ///< also importable as "seal_" + name
};

inline constexpr std::array kHostImports = std::to_array<HostImport>({
    {HostFunction::SetStorage0, "seal0", "set_storage", "iii", '-'},
    {HostFunction::SetStorage1, "seal1", "set_storage", "iii", 'i'},
    {HostFunction::SetStorage2, "seal2", "set_storage", "iiii", 'i'},
    {HostFunction::ClearStorage0, "seal0", "clear_storage", "i", '-'},
    {HostFunction::ClearStorage1, "seal1", "clear_storage", "ii", 'i'},
    {HostFunction::GetStorage0, "seal0", "get_storage", "iii", 'i'},
    {HostFunction::GetStorage1, "seal1", "get_storage", "iiii", 'i'},
    {HostFunction::ContainsStorage0, "seal0", "contains_storage", "i", 'i'},
    {HostFunction::ContainsStorage1, "seal1", "contains_storage", "ii", 'i'},
    {HostFunction::TakeStorage0, "seal0", "take_storage", "iiii", 'i'},
    {HostFunction::Transfer, "seal0", "transfer", "iiii", 'i'},
    {HostFunction::Call0, "seal0", "call", "iiLiiiiii", 'i'},
    {HostFunction::Call1, "seal1", "call", "iiLiiiii", 'i'},
    {HostFunction::DelegateCall, "seal0", "delegate_call", "iiiiii", 'i'},
    {HostFunction::Instantiate0, "seal0", "instantiate", "iiLiiiiiiiiii", 'i'},
    {HostFunction::Instantiate1, "seal1", "instantiate", "iLiiiiiiiii", 'i'},
    {HostFunction::Terminate0, "seal0", "terminate", "ii", '-'},
    {HostFunction::Terminate1, "seal1", "terminate", "i", '-'},
    {HostFunction::Input, "seal0", "input", "ii", '-'},
    {HostFunction::Return, "seal0", "seal_return", "iii", '-', false},
    {HostFunction::Caller, "seal0", "caller", "ii", '-'},
    {HostFunction::IsContract, "seal0", "is_contract", "i", 'i'},
    {HostFunction::CodeHash, "seal0", "code_hash", "iii", 'i'},
    {HostFunction::OwnCodeHash, "seal0", "own_code_hash", "ii", '-'},
    {HostFunction::CallerIsOrigin, "seal0", "caller_is_origin", "", 'i'},
    {HostFunction::Address, "seal0", "address", "ii", '-'},
    {HostFunction::WeightToFee, "seal0", "weight_to_fee", "Lii", '-'},
    {HostFunction::GasLeft, "seal0", "gas_left", "ii", '-'},
    {HostFunction::BalanceOfSelf, "seal0", "balance", "ii", '-'},
    {HostFunction::ValueTransferred, "seal0", "value_transferred", "ii", '-'},
    {HostFunction::Now, "seal0", "now", "ii", '-'},
    {HostFunction::BlockNumber, "seal0", "block_number", "ii", '-'},
    {HostFunction::MinimumBalance, "seal0", "minimum_balance", "ii", '-'},
    {HostFunction::DepositEvent, "seal0", "deposit_event", "iiii", '-'},
    {HostFunction::HashSha2_256, "seal0", "hash_sha2_256", "iii", '-'},
    {HostFunction::HashKeccak256, "seal0", "hash_keccak_256", "iii", '-'},
    {HostFunction::HashBlake2_256, "seal0", "hash_blake2_256", "iii", '-'},
    {HostFunction::HashBlake2_128, "seal0", "hash_blake2_128", "iii", '-'},
    {HostFunction::CallChainExtension, "seal0", "call_chain_extension", "iiiii", 'i'},
    {HostFunction::DebugMessage, "seal0", "debug_message", "ii", 'i'},
    {HostFunction::CallRuntime, "seal0", "call_runtime", "ii", 'i', false},
    {HostFunction::EcdsaRecover, "seal0", "ecdsa_recover", "iii", 'i'},
    {HostFunction::EcdsaToEthAddress, "seal0", "ecdsa_to_eth_address", "ii", 'i'},
    {HostFunction::SetCodeHash, "seal0", "set_code_hash", "i", 'i'},
    {HostFunction::InstantiationNonce, "seal0", "instantiation_nonce", "", 'L', false},
});

/// The host function behind an import, nothing where there is none of that name.
const HostImport* find_host_import(std::string_view module, std::string_view name);

/// The Wasm type of a host function.
host::wasm::FunctionType type_of(const HostImport& import);

} // namespace phala::worker::engine
