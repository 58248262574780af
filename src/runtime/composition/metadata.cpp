// The one translation unit that describes the composition's types.
#include "runtime/composition/metadata.hpp"

#include "runtime/composition/apis.hpp"
#include "runtime/composition/composition.hpp"
#include "runtime/frame/metadata/pallets.hpp"

namespace phala::runtime::metadata {

namespace {

constexpr std::span<const PalletDescription> kPallets = Pallets<composition::Runtime>::list;
constexpr OuterEnum<kPallets.size()> kCalls{kPallets, &PalletDescription::calls};
constexpr OuterEnum<kPallets.size()> kEvents{kPallets, &PalletDescription::event};
constexpr OuterEnum<kPallets.size()> kErrors{kPallets, &PalletDescription::error};

struct RuntimeType {
    static constexpr auto path = runtime_path<"Runtime">;
};
struct RuntimeError {};

} // namespace

template <>
struct Describe<RuntimeCall> {
    static constexpr Type type = kCalls.type(RuntimeCall::path);
};
template <>
struct Describe<RuntimeEvent> {
    static constexpr Type type = kEvents.type(RuntimeEvent::path);
};
template <>
struct Describe<RuntimeError> {
    static constexpr Type type = kErrors.type(runtime_path<"RuntimeError">);
};

} // namespace phala::runtime::metadata

namespace phala::runtime::composition {

std::optional<Bytes> encode_metadata(std::uint32_t version)
{
    using metadata::type_of;
    static constexpr std::uint8_t extrinsic_versions[] = {4, 5};
    return metadata::encode(
        {
            .pallets = metadata::kPallets,
            .extrinsic = {.type = type_of<UncheckedExtrinsic>,
                          .address = type_of<MultiAddress>,
                          .call = type_of<RuntimeCall>,
                          .signature = type_of<MultiSignature>,
                          .extra = type_of<TxExtensions>,
                          .versions = extrinsic_versions,
                          .extensions = metadata::Extensions<TxExtensions>::list},
            .runtime = type_of<metadata::RuntimeType>,
            .apis = metadata::Apis<Apis>::list,
            .call = type_of<RuntimeCall>,
            .event = type_of<RuntimeEvent>,
            .error = type_of<metadata::RuntimeError>,
        },
        version);
}

} // namespace phala::runtime::composition
