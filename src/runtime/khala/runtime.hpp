#pragma once
// The pallets of the khala runtime with their indexes (decisions §2). Frozen by runtime_test.cpp.
#include "runtime/frame/construct.hpp"
#include "runtime/pallets/system/system.hpp"

namespace phala::runtime::khala {

using Runtime = Construct<At<0, system::Pallet>>;

using GenesisConfig = Runtime::GenesisConfig;

} // namespace phala::runtime::khala
