// The exports of the runtime blob: <Api>_<method>, arguments in SCALE one after the other, result as address and length.
#include "runtime/khala/metadata.hpp"
#include "runtime/khala/version.hpp"
#include "scale/codec.hpp"

namespace phala::runtime::khala {
namespace {

/// Hands bytes to the host. They stay allocated: the instance ends with the call.
std::uint64_t give(Bytes&& bytes)
{
    const auto& kept = *new Bytes{std::move(bytes)};
    return static_cast<std::uint64_t>(kept.size()) << 32 | reinterpret_cast<std::uintptr_t>(kept.data());
}

} // namespace
} // namespace phala::runtime::khala

using namespace phala;
using namespace phala::runtime::khala;

#define PHALA_EXPORT(name) extern "C" __attribute__((export_name(#name))) std::uint64_t name([[maybe_unused]] const std::uint8_t* data, [[maybe_unused]] std::uint32_t size)

PHALA_EXPORT(Core_version)
{
    return give(scale::encode(runtime_version()));
}

PHALA_EXPORT(Metadata_metadata)
{
    return give(scale::encode(metadata_v14()));
}
