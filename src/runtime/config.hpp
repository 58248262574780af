#pragma once
// The constants of the composition that is being built: the one place where pallets meet their configuration.
#include "runtime/khala/config.hpp"
