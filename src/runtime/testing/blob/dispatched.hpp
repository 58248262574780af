#pragma once
#include "runtime/frame/dispatch.hpp"

namespace phala::runtime::testing {

/// What Testing_dispatch answers: DispatchResultWithPostInfo as it travels.
struct Dispatched {
    std::optional<DispatchError> error;
    std::optional<Weight> actual_weight;
    Pays pays_fee;
};

} // namespace phala::runtime::testing
