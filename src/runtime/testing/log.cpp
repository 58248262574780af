#include "runtime/log.hpp"

#include <cstdio>
#include <cstdlib>

namespace phala::runtime {

bool logs(LogLevel level)
{
    return level <= LogLevel::Warn;
}

void log(LogLevel level, std::string_view target, std::string_view message)
{
    if (logs(level))
        std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(target.size()), target.data(),
                     static_cast<int>(message.size()), message.data());
}

void panic(std::string_view message)
{
    std::fprintf(stderr, "runtime panic: %.*s\n", static_cast<int>(message.size()), message.data());
    std::abort();
}

} // namespace phala::runtime
