#pragma once
#include "base/bytes.hpp"

namespace phala::runtime::khala {

/// Metadata V14 of this runtime, with its magic number.
Bytes metadata_v14();

} // namespace phala::runtime::khala
