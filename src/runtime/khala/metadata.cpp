// The one translation unit that describes the composition's types.
#include "runtime/khala/metadata.hpp"

#include "runtime/frame/metadata/pallets.hpp"
#include "runtime/khala/runtime.hpp"

namespace phala::runtime::metadata {

namespace {
constexpr std::span<const PalletDescription> kPallets = Pallets<khala::Runtime>::list;
constexpr OuterEnum<kPallets.size()> kCalls{kPallets, &PalletDescription::calls};
constexpr OuterEnum<kPallets.size()> kEvents{kPallets, &PalletDescription::event};
} // namespace

template <>
struct Describe<RuntimeCall> {
    static constexpr Type type = kCalls.type(RuntimeCall::path);
};
template <>
struct Describe<RuntimeEvent> {
    static constexpr Type type = kEvents.type(RuntimeEvent::path);
};

} // namespace phala::runtime::metadata

namespace phala::runtime::khala {
namespace {

struct RuntimeType {
    static constexpr auto path = "khala_runtime::Runtime";
};

} // namespace

Bytes metadata_v14()
{
    return metadata::encode_v14({
        .pallets = metadata::kPallets,
        .extrinsic = metadata::type_of<metadata::UncheckedExtrinsic>,
        .extrinsic_version = 4,
        .extensions = metadata::Extensions<TxExtensions>::list,
        .runtime = metadata::type_of<RuntimeType>,
    });
}

} // namespace phala::runtime::khala
