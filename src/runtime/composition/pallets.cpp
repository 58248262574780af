// The one translation unit that instantiates the composition.
#include "runtime/composition/composition.hpp"

namespace phala::runtime {

std::span<const PalletEntry> pallets()
{
    return composition::Runtime::table;
}

} // namespace phala::runtime
