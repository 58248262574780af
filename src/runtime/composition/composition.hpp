#pragma once
// The composition that is being built: its list of pallets, called Runtime, and its migrations.
#ifdef PHALA_COMPOSITION_PHALA
#include "runtime/phala/runtime.hpp"
#else
#include "runtime/khala/runtime.hpp"
#endif

namespace phala::runtime::composition {

using GenesisConfig = Runtime::GenesisConfig;

} // namespace phala::runtime::composition
