#pragma once
// What functions of the state and of child tries share.
#include "host/bind.hpp"

namespace phala::host {

/// Copies what a value holds behind `offset` as far as it fits; gives its whole size, or nothing where there is no value.
inline std::optional<std::uint32_t> read_value(const std::optional<Bytes>& value, Output out, std::uint32_t offset)
{
    if (!value)
        return std::nullopt;
    const ByteView rest = ByteView{*value}.subspan(std::min<std::size_t>(offset, value->size()));
    if (const std::size_t size = std::min(rest.size(), out.bytes.size()); size != 0)
        std::memcpy(out.bytes.data(), rest.data(), size);
    return static_cast<std::uint32_t>(rest.size());
}

/// KillStorageResult: AllRemoved and SomeRemaining, each with the number of keys of the base that were walked.
struct Cleared {
    std::uint8_t remaining = 0;
    std::uint32_t count = 0;

    static Cleared of(const ClearedPrefix& cleared)
    {
        return {static_cast<std::uint8_t>(cleared.all ? 0 : 1), cleared.removed};
    }
};

} // namespace phala::host
