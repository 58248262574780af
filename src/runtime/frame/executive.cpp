#include "runtime/frame/executive.hpp"

#include "base/hex.hpp"
#include "runtime/frame/composition.hpp"
#include "runtime/frame/decoded_extrinsic.hpp"
#include "runtime/frame/extensions.hpp"
#include "runtime/frame/host_io.hpp"
#include "runtime/pallets/system/system.hpp"

namespace phala::runtime::executive {
namespace {

std::uint32_t full_length(ByteView body)
{
    const std::size_t prefix = scale::encode(scale::Compact<std::uint64_t>{body.size()}).size();
    return static_cast<std::uint32_t>(prefix + body.size());
}

bool verify(const MultiSignature& signature, ByteView payload, const AccountId& who)
{
    namespace kind = crypto::signature;
    if (const auto* sr25519 = signature.scheme.get_if<kind::Sr25519>())
        return io::sr25519_verify(sr25519->_0, payload, who.bytes);
    if (const auto* ed25519 = signature.scheme.get_if<kind::Ed25519>())
        return io::ed25519_verify(ed25519->_0, payload, who.bytes);
    const auto key = io::secp256k1_recover(signature.scheme.get_if<kind::Ecdsa>()->_0, crypto::blake2_256(payload));
    return key && crypto::blake2_256(*key) == who.bytes;
}

/// Who signed, if the signature is right for this chain and time.
std::expected<CheckedTransaction, TransactionValidityError> check(Extrinsic&& extrinsic, std::uint32_t length)
{
    const AccountId* who = extrinsic.preamble->address.account();
    if (who == nullptr)
        return unknown_because(unknown::CannotLookup{});
    const TxExtensions& extensions = extrinsic.preamble->extensions;
    PHALA_TRY(const Bytes implicit, implicit_of(extensions));
    if (!verify(extrinsic.preamble->signature, signing_payload(extrinsic.call_bytes, extensions, implicit), *who))
        return invalid_because(invalid::BadProof{});
    const DispatchInfo info = extrinsic.call.info();
    return CheckedTransaction{*who, extensions, std::move(extrinsic.call), info, length};
}

/// The pallet's answer to a bare extrinsic that is no inherent; NoUnsignedValidator where no pallet takes it.
TransactionValidity validate_unsigned(TransactionSource source, const RuntimeCall& call)
{
    for (const auto& pallet : pallets())
        if (pallet.index == call.pallet() && pallet.validate_unsigned != nullptr)
            return pallet.validate_unsigned(source, call);
    return unknown_because(unknown::NoUnsignedValidator{});
}

bool is_inherent(const RuntimeCall& call)
{
    for (const auto& pallet : pallets())
        if (pallet.index == call.pallet())
            return pallet.is_inherent != nullptr && pallet.is_inherent(call);
    return false;
}

std::expected<DispatchResultWithPostInfo, TransactionValidityError> apply_signed(Extrinsic&& extrinsic,
                                                                                 std::uint32_t length)
{
    PHALA_TRY(const CheckedTransaction transaction, check(std::move(extrinsic), length));
    PHALA_TRY(const PreparedTransaction prepared, prepare(transaction));
    auto result = transaction.call.dispatch({Signed{transaction.who}});
    settle(transaction, prepared, result);
    return result;
}

std::expected<DispatchResultWithPostInfo, TransactionValidityError> apply_bare(const RuntimeCall& call,
                                                                               std::uint32_t length)
{
    if (!is_inherent(call))
        PHALA_CHECK(validate_unsigned(TransactionSource::InBlock, call));
    const DispatchInfo info = call.info();
    PHALA_CHECK(prepare_bare(info, length));
    auto result = call.dispatch({None{}});
    settle_bare(info, result);
    return result;
}

ApplyResult apply(ByteView body)
{
    Extrinsic extrinsic = decode_extrinsic(body);
    const DispatchInfo info = extrinsic.call.info();
    const std::uint32_t length = full_length(body);
    if (info.class_ != DispatchClass::Mandatory && !system::InherentsApplied::get())
        system::note_inherents_applied();
    system::note_extrinsic(scale::encode(body));

    if (extrinsic.general)
        return std::unexpected{refusal_of_general(extrinsic.general->extensions, extrinsic.call, info, length)};
    auto applied = extrinsic.preamble ? apply_signed(std::move(extrinsic), length) : apply_bare(extrinsic.call, length);
    if (!applied)
        return std::unexpected{std::move(applied.error())};
    if (!*applied && info.class_ == DispatchClass::Mandatory)
        return invalid_because(invalid::BadMandatory{});
    system::note_applied_extrinsic(*applied, info);
    if (!*applied)
        return DispatchResult{std::unexpected{std::move(applied->error().error)}};
    return DispatchResult{};
}

bool upgraded()
{
    const auto last = system::LastRuntimeUpgrade::get();
    return !last || spec_version() > last->spec_version.value || last->spec_name != config::kSpecName;
}

Weight on_runtime_upgrade()
{
    Weight used = run_migrations();
    for (const auto& pallet : pallets())
        if (pallet.on_runtime_upgrade != nullptr)
            used = used + pallet.on_runtime_upgrade();
    system::LastRuntimeUpgrade::put({spec_version(), std::string{config::kSpecName}});
    return used;
}

void on_idle(BlockNumber number)
{
    for (const auto& pallet : pallets()) {
        if (pallet.on_idle == nullptr)
            continue;
        const Weight remaining = config::kBlockWeights.max_block - total(system::BlockWeight::get());
        system::register_weight(pallet.on_idle(number, remaining), DispatchClass::Mandatory);
    }
}

void check_inherents_come_first(const Block& block)
{
    bool transactions = false;
    for (const auto& body : block.extrinsics) {
        // only what may be one is decoded here: all are when they are applied
        const bool bare = !body.empty() && (body.front() == kBareV4 || body.front() == kBareV5);
        const bool inherent = bare && is_inherent(decode_extrinsic(body).call);
        if (inherent && transactions)
            panic("Invalid inherent position for extrinsic: inherents come first");
        transactions = transactions || !inherent;
    }
}

void compare(const Header& computed, const Header& claimed)
{
    if (computed.digest != claimed.digest)
        panic("Digest item must match that calculated.");
    if (computed.state_root != claimed.state_root)
        panic("Storage root must match that calculated.");
    if (computed.extrinsics_root != claimed.extrinsics_root)
        panic("Transaction trie must be valid.");
}

} // namespace

InclusionMode initialize_block(const Header& header)
{
    system::reset_events();
    const Weight migrations = upgraded() ? on_runtime_upgrade() : Weight{};
    system::initialize(header.number, header.parent_hash, header.digest);
    Weight used = migrations + config::kBlockWeights.base_block;
    for (const auto& pallet : pallets())
        if (pallet.on_initialize != nullptr)
            used = used + pallet.on_initialize(header.number);
    system::register_weight(used, DispatchClass::Mandatory);
    system::note_finished_initialize();
    return InclusionMode::AllExtrinsics;
}

ApplyResult apply_extrinsic(ByteView extrinsic)
{
    io::start_transaction();
    ApplyResult result = apply(extrinsic);
    if (result)
        io::commit_transaction();
    else
        io::rollback_transaction(); // what may not be in the block leaves nothing behind
    return result;
}

Header finalize_block()
{
    system::note_finished_extrinsics();
    const BlockNumber number = system::block_number();
    on_idle(number);
    for (const auto& pallet : pallets())
        if (pallet.on_finalize != nullptr)
            pallet.on_finalize(number);
    for (const auto& pallet : pallets())
        if (pallet.seal != nullptr)
            pallet.seal(number);
    return system::finalize();
}

void execute_block(const Block& block)
{
    const Header& header = block.header;
    if (header.number.value == 0 || header.number.value != system::block_number() + 1)
        panic("Block number must follow its parent's");
    initialize_block(header);
    check_inherents_come_first(block);
    for (const auto& extrinsic : block.extrinsics)
        if (const auto result = apply_extrinsic(extrinsic); !result)
            panic("an extrinsic of the block is not valid: " + to_hex0x(scale::encode(result.error())));
    compare(finalize_block(), header);
}

std::vector<Bytes> inherent_extrinsics(const InherentData& data)
{
    std::vector<Bytes> inherents;
    for (const auto& pallet : pallets())
        if (pallet.create_inherent != nullptr)
            if (const auto call = pallet.create_inherent(data))
                inherents.push_back(scale::encode(kBareV4, *call));
    return inherents;
}

CheckInherentsResult check_inherents(const Block& block, const InherentData& data)
{
    CheckInherentsResult result;
    for (const auto& body : block.extrinsics) {
        const Extrinsic extrinsic = decode_extrinsic(body);
        if (!extrinsic.is_bare() || !is_inherent(extrinsic.call))
            continue;
        for (const auto& pallet : pallets())
            if (pallet.index == extrinsic.call.pallet())
                pallet.check_inherent(extrinsic.call, data, result);
    }
    return result;
}

TransactionValidity validate_transaction(TransactionSource source, ByteView body, const H256& at)
{
    system::initialize(system::block_number() + 1, at, {});
    Extrinsic extrinsic = decode_extrinsic(body);
    const DispatchInfo info = extrinsic.call.info();
    const bool mandatory = info.class_ == DispatchClass::Mandatory;
    if (mandatory && !extrinsic.preamble)
        return invalid_because(invalid::MandatoryValidation{});
    if (extrinsic.is_bare())
        return validate_unsigned(source, extrinsic.call);
    if (extrinsic.general)
        return std::unexpected{
            refusal_of_general(extrinsic.general->extensions, extrinsic.call, info, full_length(body))};
    PHALA_TRY(const CheckedTransaction transaction, check(std::move(extrinsic), full_length(body)));
    if (mandatory)
        return invalid_because(invalid::MandatoryValidation{});
    return validate(transaction);
}

} // namespace phala::runtime::executive
