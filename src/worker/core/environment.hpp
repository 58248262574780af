#pragma once
#include "primitives/types.hpp"

namespace phala::worker {

/// What a message executes in: that of its leaf, the same on every replica (class L of spec trust-and-keys §5.4.1).
struct Environment {
    BlockNumber block = 0;
    std::uint64_t time_ms = 0;
    std::uint64_t clock_ms = 0;   ///< this worker's clock: for log records alone
    std::uint64_t iterations = 0; ///< this worker's: for its benchmark alone
};

} // namespace phala::worker
