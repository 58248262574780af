#pragma once
// The identity of this runtime and the APIs that it exports, written down once: Core_version, the constant
// System.Version and the blob's custom sections all come from here (spec decisions §2, substrate-host §4.6, §4.7).
#include "primitives/version.hpp"

#include <array>
#include <string_view>

namespace phala::runtime::khala {

struct ApiDescription {
    std::string_view name; ///< exports are called <name>_<method>
    std::uint64_t id;      ///< BLAKE2b-64 of the name, its bytes read in writing order; checked by tests/blob
    std::uint32_t version;
};

inline constexpr std::string_view kSpecName =
    "khala"; // never `node` or `node-template`: clients attach old types to those
inline constexpr std::string_view kImplName = "khala-cpp";
inline constexpr std::uint32_t kAuthoringVersion = 1;
inline constexpr std::uint32_t kSpecVersion = 1;
inline constexpr std::uint32_t kImplVersion = 0;
inline constexpr std::uint32_t kTransactionVersion = 1;
inline constexpr std::uint8_t kStateVersion = 0;

inline constexpr auto kApis = std::to_array<ApiDescription>({
    {"Core", 0xdf6acb689907609b, 5},
    {"Metadata", 0x37e397fc7c91f5e4, 2},
    {"BlockBuilder", 0x40fe3ad401f8959a, 6},
    {"TaggedTransactionQueue", 0xd2bc9897eed08f15, 3},
    {"AccountNonceApi", 0xbc9d89904f5b923f, 1},
    {"TransactionPaymentApi", 0x37c8bb1350a9a2a8, 4},
    {"AuraApi", 0xdd718d5cc53262d4, 1},
    {"GenesisBuilder", 0xfbc577b9d747efd6, 1},
    {"SessionKeys", 0xab3c0572291feb8b, 1},
    {"OffchainWorkerApi", 0xf78b278be53f454c, 2},
    {"MqApi", 0x3e43e696bccaa34a, 1},
});

constexpr ByteArray<8> api_id_bytes(std::uint64_t id)
{
    ByteArray<8> out{};
    for (std::size_t i = 0; i < 8; ++i)
        out[i] = static_cast<std::uint8_t>(id >> (56 - 8 * i));
    return out;
}

inline RuntimeVersion runtime_version()
{
    RuntimeVersion out{
        .spec_name = std::string{kSpecName},
        .impl_name = std::string{kImplName},
        .authoring_version = kAuthoringVersion,
        .spec_version = kSpecVersion,
        .impl_version = kImplVersion,
        .apis = {},
        .transaction_version = kTransactionVersion,
        .state_version = kStateVersion,
    };
    for (const auto& api : kApis)
        out.apis.push_back({api_id_bytes(api.id), api.version});
    return out;
}

} // namespace phala::runtime::khala
