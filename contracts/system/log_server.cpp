#include "system/log_server.hpp"
