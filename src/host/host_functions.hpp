#pragma once
// The functions a runtime may import, as a table (spec substrate-host §5.2). They know no engine: they act on a Guest.
#include "host/guest.hpp"

#include <span>

namespace phala::host {

enum class WasmType : std::uint8_t { I32, I64 };

struct HostFunction {
    std::string_view name; ///< in module `env`
    std::span<const WasmType> params;
    std::optional<WasmType> result;
    /// One argument per parameter; an error becomes a trap with its message.
    Outcome<std::uint64_t> (*invoke)(Guest& guest, std::span<const std::uint64_t> arguments);
};

/// Every function that works, in no order.
std::span<const HostFunction> host_functions();

/// True for functions that the host interface names but this host only refuses when they are called: modules that
/// import them load.
bool is_known_elsewhere(std::string_view name);

} // namespace phala::host
