#pragma once
// What is particular to the khala runtime, parachain 2004 of Kusama and development chains (decisions §2). What all runtimes share: runtime/config.hpp.
#include "primitives/types.hpp"

namespace phala::runtime::config {

inline constexpr std::string_view kSpecName =
    "khala"; // never `node` or `node-template`: clients attach old types to those
inline constexpr std::string_view kImplName = "khala-cpp";
inline constexpr std::string_view kCrate = "khala_runtime"; ///< where metadata places the outer types
inline constexpr std::uint32_t kSpecVersion = 1;
inline constexpr std::uint32_t kImplVersion = 0;
inline constexpr std::uint32_t kTransactionVersion = 1;

inline constexpr std::uint32_t kParaId = 2004;

// a development chain takes workers without attestation (decisions §4.5)
inline constexpr bool kNoneAttestationEnabled = true;
inline constexpr bool kVerifyPRuntime = false;
inline constexpr bool kVerifyRelaychainGenesisBlockHash = false;

inline constexpr std::uint64_t kSlotDuration = 1000; ///< ms

} // namespace phala::runtime::config
