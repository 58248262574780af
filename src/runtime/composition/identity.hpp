#pragma once
// The version of this blob. A blob of a later version, for tests of upgrades, is made by defining PHALA_SPEC_VERSION for
// the sources that are compiled for each blob.
#include "runtime/config.hpp"

namespace phala::runtime::composition {

#ifdef PHALA_SPEC_VERSION
inline constexpr std::uint32_t kThisSpecVersion = PHALA_SPEC_VERSION;
#else
inline constexpr std::uint32_t kThisSpecVersion = config::kSpecVersion;
#endif

} // namespace phala::runtime::composition
