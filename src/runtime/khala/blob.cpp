// The exports of the runtime blob: <Api>_<method>, arguments in SCALE one after the other, result as address and length
// (spec substrate-host §4.6, §5.1). The APIs and their versions are listed in version.hpp.
#include "runtime/frame/executive.hpp"
#include "runtime/frame/genesis.hpp"
#include "runtime/khala/apis.hpp"
#include "runtime/khala/metadata.hpp"
#include "runtime/khala/presets.hpp"
#include "runtime/khala/runtime.hpp"
#include "runtime/log.hpp"
#include "runtime/wasm/keystore.hpp"

namespace phala::runtime::khala {
namespace {

// How an export is made of a function: its parameters are the arguments to decode.

template <class T>
struct Owned {
    using Type = std::remove_cvref_t<T>;
};
template <>
struct Owned<ByteView> {
    using Type = Bytes;
};

template <class R, class... A>
Bytes answer(R (*function)(A...), ByteView input, std::string_view name)
{
    scale::Reader in{input};
    std::tuple<typename Owned<A>::Type...> arguments{};
    if (!decode_from(in, arguments) || (in.remaining() != 0 && !in.refuse(scale::ScaleError::TrailingBytes)))
        panic("arguments of " + std::string{name} + ": " + in.error().message());
    if constexpr (std::is_void_v<R>) {
        std::apply(function, arguments);
        return {};
    } else {
        return scale::encode(std::apply(function, arguments));
    }
}

/// Hands bytes to the host. They stay allocated: the instance ends with the call.
std::uint64_t give(Bytes&& bytes)
{
    const auto& kept = *new Bytes{std::move(bytes)};
    return static_cast<std::uint64_t>(kept.size()) << 32 | reinterpret_cast<std::uintptr_t>(kept.data());
}

// Metadata

Bytes metadata()
{
    return metadata_v14();
}

std::optional<Bytes> metadata_at_version(std::uint32_t version)
{
    return version == 14 ? std::optional{metadata_v14()} : std::nullopt;
}

std::vector<std::uint32_t> metadata_versions()
{
    return {14};
}

// GenesisBuilder

std::expected<void, std::string> build_state(const Bytes& text)
{
    const auto parsed = json::parse(text_of(text));
    if (!parsed)
        return std::unexpected{parsed.error().message()};
    const auto config = genesis_from_json<Runtime>(*parsed);
    if (!config)
        return std::unexpected{config.error().message()};
    Runtime::build_genesis(*config);
    return {};
}

std::optional<Bytes> get_preset(const std::optional<std::string>& name)
{
    const auto value = name ? preset(*name) : std::optional{genesis_to_json<Runtime>(GenesisConfig{})};
    return value ? std::optional{to_bytes(json::dump(*value))} : std::nullopt;
}

// Aura and session keys

std::uint64_t slot_duration()
{
    return aura::SlotDuration::value();
}

std::vector<aura::AuthorityId> authorities()
{
    return aura::Authorities::get().items;
}

/// The session keys of this chain: one, Aura's.
struct SessionKeys {
    aura::AuthorityId aura;
};

using KeyTypeId = ByteArray<4>;
constexpr KeyTypeId kAuraKeys = engine_id("aura");

Bytes generate_session_keys(const std::optional<Bytes>& seed)
{
    return scale::encode(SessionKeys{{keystore::generate_sr25519(kAuraKeys, seed)}});
}

std::optional<std::vector<std::pair<Bytes, KeyTypeId>>> decode_session_keys(const Bytes& encoded)
{
    const auto keys = scale::decode<SessionKeys>(encoded);
    if (!keys)
        return std::nullopt;
    return std::vector<std::pair<Bytes, KeyTypeId>>{{to_bytes(keys->aura), kAuraKeys}};
}

/// Nothing of this runtime works off-chain.
void offchain_worker(const Header&) {}

} // namespace
} // namespace phala::runtime::khala

using namespace phala;
using namespace phala::runtime;
using namespace phala::runtime::khala;

#define PHALA_EXPORT(name, function)                                                                                   \
    extern "C" __attribute__((export_name(#name))) std::uint64_t export_##name(const std::uint8_t* data,               \
                                                                               std::uint32_t size)                     \
    {                                                                                                                  \
        return give(answer(function, ByteView{data, size}, #name));                                                    \
    }

PHALA_EXPORT(Core_version, khala::runtime_version)
PHALA_EXPORT(Core_initialize_block, executive::initialize_block)
PHALA_EXPORT(Core_execute_block, executive::execute_block)

PHALA_EXPORT(Metadata_metadata, metadata)
PHALA_EXPORT(Metadata_metadata_at_version, metadata_at_version)
PHALA_EXPORT(Metadata_metadata_versions, metadata_versions)

PHALA_EXPORT(BlockBuilder_apply_extrinsic, executive::apply_extrinsic)
PHALA_EXPORT(BlockBuilder_finalize_block, executive::finalize_block)
PHALA_EXPORT(BlockBuilder_inherent_extrinsics, executive::inherent_extrinsics)
PHALA_EXPORT(BlockBuilder_check_inherents, executive::check_inherents)

PHALA_EXPORT(TaggedTransactionQueue_validate_transaction, executive::validate_transaction)

PHALA_EXPORT(AccountNonceApi_account_nonce, account_nonce)

PHALA_EXPORT(TransactionPaymentApi_query_info, query_info)
PHALA_EXPORT(TransactionPaymentApi_query_fee_details, query_fee_details)
PHALA_EXPORT(TransactionPaymentApi_query_weight_to_fee, query_weight_to_fee)
PHALA_EXPORT(TransactionPaymentApi_query_length_to_fee, query_length_to_fee)

PHALA_EXPORT(AuraApi_slot_duration, slot_duration)
PHALA_EXPORT(AuraApi_authorities, authorities)

PHALA_EXPORT(GenesisBuilder_build_state, build_state)
PHALA_EXPORT(GenesisBuilder_get_preset, get_preset)
PHALA_EXPORT(GenesisBuilder_preset_names, preset_names)

PHALA_EXPORT(SessionKeys_generate_session_keys, generate_session_keys)
PHALA_EXPORT(SessionKeys_decode_session_keys, decode_session_keys)

PHALA_EXPORT(OffchainWorkerApi_offchain_worker, offchain_worker)

PHALA_EXPORT(MqApi_sender_sequence, phala_mq::sender_sequence)
PHALA_EXPORT(MqApi_block_log, phala_mq::block_log)
