#include "runtime/composition/apis.hpp"

#include "runtime/composition/composition.hpp"
#include "runtime/composition/metadata.hpp"
#include "runtime/composition/presets.hpp"
#include "runtime/frame/genesis.hpp"
#include "runtime/frame/host_io.hpp"
#include "runtime/pallets/system/system.hpp"

namespace phala::runtime::composition {
namespace {

namespace payment = transaction_payment;

payment::FeeDetails fee_details(const executive::Inspected& inspected, std::uint32_t length)
{
    if (inspected.is_bare)
        return {.inclusion_fee = std::nullopt, .tip = 0};
    return payment::fee_details(length, inspected.info, 0);
}

payment::RuntimeDispatchInfo dispatch_info(const executive::Inspected& inspected, std::uint32_t length)
{
    return {inspected.info.weight, inspected.info.class_, fee_details(inspected, length).total()};
}

/// The session keys of this chain: one, Aura's.
struct Keys {
    aura::AuthorityId aura;
};

constexpr KeyTypeId kAuraKeys{aura::kEngine};

} // namespace

RuntimeVersion Core::version_::answer()
{
    return runtime_version();
}

OpaqueMetadata Metadata::metadata::answer()
{
    return {encode_metadata(14).value_or(Bytes{})};
}

std::optional<OpaqueMetadata> Metadata::metadata_at_version::answer() const
{
    auto encoded = encode_metadata(version);
    return encoded ? std::optional{OpaqueMetadata{std::move(*encoded)}} : std::nullopt;
}

std::vector<std::uint32_t> Metadata::metadata_versions::answer()
{
    return {kMetadataVersions.begin(), kMetadataVersions.end()};
}

std::vector<UncheckedExtrinsic> BlockBuilder::inherent_extrinsics::answer() const
{
    std::vector<UncheckedExtrinsic> out;
    for (auto& extrinsic : executive::inherent_extrinsics(inherent))
        out.push_back({std::move(extrinsic)});
    return out;
}

Bytes SessionKeys::generate_session_keys::answer() const
{
    return scale::encode(Keys{{io::sr25519_generate(kAuraKeys._0, seed)}});
}

std::optional<std::vector<std::pair<Bytes, KeyTypeId>>> SessionKeys::decode_session_keys::answer() const
{
    const auto keys = scale::decode<Keys>(encoded);
    if (!keys)
        return std::nullopt;
    return std::vector<std::pair<Bytes, KeyTypeId>>{{to_bytes(keys->aura), kAuraKeys}};
}

Nonce AccountNonceApi::account_nonce::answer() const
{
    return system::Account::get(account).nonce;
}

payment::RuntimeDispatchInfo TransactionPaymentApi::query_info::answer() const
{
    return dispatch_info(executive::inspect(uxt._0), len);
}

payment::FeeDetails TransactionPaymentApi::query_fee_details::answer() const
{
    return fee_details(executive::inspect(uxt._0), len);
}

payment::RuntimeDispatchInfo TransactionPaymentCallApi::query_call_info::answer() const
{
    return dispatch_info({.info = call.info(), .is_bare = false}, len);
}

payment::FeeDetails TransactionPaymentCallApi::query_call_fee_details::answer() const
{
    return fee_details({.info = call.info(), .is_bare = false}, len);
}

std::expected<void, std::string> GenesisBuilder::build_state::answer() const
{
    const auto parsed = json::parse(text_of(json));
    if (!parsed)
        return std::unexpected{parsed.error().message()};
    const auto config = genesis_from_json<Runtime>(*parsed);
    if (!config)
        return std::unexpected{config.error().message()};
    Runtime::build_genesis(*config);
    return {};
}

std::optional<Bytes> GenesisBuilder::get_preset::answer() const
{
    const auto value = id ? preset(*id) : std::optional{genesis_to_json<Runtime>(GenesisConfig{})};
    return value ? std::optional{to_bytes(json::dump(*value))} : std::nullopt;
}

std::vector<std::string> GenesisBuilder::preset_names::answer()
{
    return composition::preset_names();
}

} // namespace phala::runtime::composition
