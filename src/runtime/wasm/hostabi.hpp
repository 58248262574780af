#pragma once
// What the runtime asks of its host (spec substrate-host §5.2), and the two shapes in which bytes cross.
// Only this folder includes this file: the rest of the runtime knows storage_io.hpp, crypto and log.hpp.
#include "base/bytes.hpp"

#include <cstdint>

namespace phala::runtime::host {

/// Length in the high, address in the low half.
using Fat = std::uint64_t;

inline Fat fat(ByteView bytes)
{
    return static_cast<Fat>(bytes.size()) << 32 | reinterpret_cast<std::uintptr_t>(bytes.data());
}

inline std::uint32_t address(const void* pointer)
{
    return reinterpret_cast<std::uintptr_t>(pointer);
}

#define PHALA_HOST(name) __attribute__((import_module("env"), import_name("ext_" #name))) ext_##name
extern "C" {
std::uint32_t PHALA_HOST(allocator_malloc_version_1)(std::uint32_t size);
void PHALA_HOST(allocator_free_version_1)(std::uint32_t pointer);

void PHALA_HOST(logging_log_version_1)(std::uint32_t level, Fat target, Fat message);
std::uint32_t PHALA_HOST(logging_max_level_version_1)();

void PHALA_HOST(storage_set_version_1)(Fat key, Fat value);
Fat PHALA_HOST(storage_get_version_1)(Fat key);
Fat PHALA_HOST(storage_read_version_1)(Fat key, Fat out, std::uint32_t offset);
void PHALA_HOST(storage_clear_version_1)(Fat key);
std::uint32_t PHALA_HOST(storage_exists_version_1)(Fat key);
Fat PHALA_HOST(storage_clear_prefix_version_2)(Fat prefix, Fat limit);
void PHALA_HOST(storage_append_version_1)(Fat key, Fat item);
Fat PHALA_HOST(storage_root_version_2)(std::uint32_t version);
Fat PHALA_HOST(storage_next_key_version_1)(Fat key);
void PHALA_HOST(storage_start_transaction_version_1)();
void PHALA_HOST(storage_rollback_transaction_version_1)();
void PHALA_HOST(storage_commit_transaction_version_1)();

std::uint32_t PHALA_HOST(hashing_keccak_256_version_1)(Fat data);
std::uint32_t PHALA_HOST(hashing_sha2_256_version_1)(Fat data);
std::uint32_t PHALA_HOST(hashing_blake2_128_version_1)(Fat data);
std::uint32_t PHALA_HOST(hashing_blake2_256_version_1)(Fat data);
std::uint32_t PHALA_HOST(hashing_twox_128_version_1)(Fat data);
std::uint32_t PHALA_HOST(hashing_twox_256_version_1)(Fat data);

std::uint32_t PHALA_HOST(crypto_ed25519_verify_version_1)(std::uint32_t signature, Fat message, std::uint32_t key);
std::uint32_t PHALA_HOST(crypto_sr25519_verify_version_2)(std::uint32_t signature, Fat message, std::uint32_t key);
Fat PHALA_HOST(crypto_secp256k1_ecdsa_recover_compressed_version_2)(std::uint32_t signature, std::uint32_t hash);
std::uint32_t PHALA_HOST(crypto_sr25519_generate_version_1)(std::uint32_t key_type, Fat seed);

std::uint32_t PHALA_HOST(trie_blake2_256_ordered_root_version_2)(Fat items, std::uint32_t version);
Fat PHALA_HOST(misc_runtime_version_version_1)(Fat blob);
}
#undef PHALA_HOST

/// A result that the host allocated: ours to read, and given back to its allocator at the end.
class Returned {
public:
    explicit Returned(Fat result)
        : data_{static_cast<std::uint32_t>(result)}, size_{static_cast<std::uint32_t>(result >> 32)}
    {
    }
    Returned(std::uint32_t pointer, std::uint32_t size) : data_{pointer}, size_{size} {}
    Returned(const Returned&) = delete;
    Returned& operator=(const Returned&) = delete;
    ~Returned() { ext_allocator_free_version_1(data_); }

    [[nodiscard]] ByteView bytes() const { return {reinterpret_cast<const std::uint8_t*>(data_), size_}; }

private:
    std::uint32_t data_;
    std::uint32_t size_;
};

} // namespace phala::runtime::host
