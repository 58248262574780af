#pragma once
#include <cstdint>
#include <string_view>

namespace phala::host {

enum class HostError : std::uint8_t {
    BadBlob,       ///< code that is no runtime: malformed, too large, or with imports this host does not have
    MissingExport, ///< the runtime does not offer that function
    Trap,          ///< the runtime stopped by itself: panic, out of memory, stack overflow, a host function refused
    BadResult,     ///< the runtime returned what does not lie in its memory or does not decode
    NoTransaction, ///< a storage transaction is ended that was not begun
    Unavailable,   ///< the engine itself cannot run: memory or pool exhausted
};

std::string_view describe(HostError error);

} // namespace phala::host
