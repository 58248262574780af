#pragma once
// What is particular to the phala runtime, parachain 2035 of Polkadot (decisions §2). What all runtimes share: runtime/config.hpp.
#include "primitives/types.hpp"

namespace phala::runtime::config {

inline constexpr std::string_view kSpecName =
    "phala"; // never `node` or `node-template`: clients attach old types to those
inline constexpr std::string_view kImplName = "phala-cpp";
inline constexpr std::string_view kCrate = "phala_runtime"; ///< where metadata places the outer types
inline constexpr std::uint32_t kSpecVersion = 1;
inline constexpr std::uint32_t kImplVersion = 0;
inline constexpr std::uint32_t kTransactionVersion = 1;

inline constexpr std::uint32_t kParaId = 2035;

// workers prove what they are (spec trust-and-keys §2.9)
inline constexpr bool kNoneAttestationEnabled = false;
inline constexpr bool kVerifyPRuntime = true;
inline constexpr bool kVerifyRelaychainGenesisBlockHash = true;

inline constexpr std::uint64_t kSlotDuration = 12'000; ///< ms

} // namespace phala::runtime::config
