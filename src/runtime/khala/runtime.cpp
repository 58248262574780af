// The one translation unit that instantiates the composition.
#include "runtime/khala/runtime.hpp"

namespace phala::runtime {

std::span<const PalletEntry> pallets()
{
    return khala::Runtime::table;
}

RuntimeVersion runtime_version()
{
    return khala::runtime_version();
}

} // namespace phala::runtime
