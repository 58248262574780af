#include "examples/flipper.hpp"
