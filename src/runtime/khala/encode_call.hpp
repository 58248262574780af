#pragma once
// Calls of the khala runtime as bytes, for programs that send transactions: from the same declarations, without the
// code that executes them.
#include "runtime/khala/runtime.hpp"

namespace phala::runtime::composition {

/// SCALE of the runtime's call: index of the pallet, index of the call, its fields. It does not compile for a call that
/// no pallet of the composition has.
template <class Call>
Bytes encode_call(const Call& call)
{
    constexpr int pallet = [] {
        int found = -1;
        Runtime::for_each([&]<std::uint8_t Index, class Pallet>() {
            if constexpr (std::is_same_v<Pallet, PalletOf<Call>>)
                found = Index;
        });
        return found;
    }();
    static_assert(pallet >= 0, "the pallet of this call is not part of the composition");
    return scale::encode(static_cast<std::uint8_t>(pallet), detail::index_in<typename PalletOf<Call>::Call, Call>(),
                         call);
}

} // namespace phala::runtime::composition
