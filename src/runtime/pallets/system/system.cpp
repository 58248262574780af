#include "runtime/pallets/system/system.hpp"

#include "runtime/frame/composition.hpp"
#include "runtime/frame/host_io.hpp"

namespace phala::runtime::system {
namespace {

constexpr std::string_view kCodeKey = ":code";
constexpr std::string_view kHeapPagesKey = ":heappages";
constexpr std::string_view kExtrinsicIndexKey = ":extrinsic_index";

/// Stands for the parent of block 0 until block 1 begins (spec §6.7).
constexpr H256 kGenesisPlaceholder = [] {
    H256 hash{};
    hash.bytes.fill(0x45);
    return hash;
}();

void put_extrinsic_index(std::uint32_t index)
{
    io::set(bytes_of(kExtrinsicIndexKey), le_bytes(index));
    ExecutionPhase::put({ApplyExtrinsic{index}});
}

/// The authorization that `code` fulfils.
std::expected<CodeUpgradeAuthorization, DispatchError> check_authorized(ByteView code)
{
    const auto authorized = AuthorizedUpgrade::get();
    if (!authorized)
        return fail(Error::NothingAuthorized);
    if (authorized->code_hash.bytes != crypto::blake2_256(code))
        return fail(Error::Unauthorized);
    return *authorized;
}

} // namespace

BlockNumber block_number()
{
    return Number::get();
}

std::optional<std::uint32_t> extrinsic_index()
{
    const auto bytes = io::get(bytes_of(kExtrinsicIndexKey));
    if (!bytes)
        return std::nullopt;
    return detail::decode_stored<std::uint32_t>(bytes_of(kExtrinsicIndexKey), *bytes);
}

void deposit_log(DigestItem item)
{
    CurrentDigest::append(item);
}

void inc_account_nonce(const AccountId& who)
{
    Account::mutate(who, [](AccountInfo& account) { ++account.nonce; });
}

void inc_providers(const AccountId& who)
{
    AccountInfo account = Account::get(who);
    const bool created = account.providers == 0 && account.sufficients == 0;
    ++account.providers;
    Account::insert(who, account);
    if (created)
        deposit_event(NewAccount{who});
}

bool can_dec_provider(const AccountId& who)
{
    const AccountInfo account = Account::get(who);
    return account.consumers == 0 || account.providers > 1;
}

DispatchResult dec_providers(const AccountId& who)
{
    AccountInfo account = Account::get(who);
    if (account.providers <= 1 && account.sufficients == 0) {
        if (account.consumers > 0)
            return fail(dispatch_error::ConsumerRemaining{});
        Account::remove(who);
        deposit_event(KilledAccount{who});
        return {};
    }
    if (account.providers == 1 && account.consumers > 0)
        return fail(dispatch_error::ConsumerRemaining{});
    if (account.providers > 0)
        --account.providers;
    Account::insert(who, account);
    return {};
}

DispatchResult inc_consumers(const AccountId& who)
{
    AccountInfo account = Account::get(who);
    if (account.providers == 0)
        return fail(dispatch_error::NoProviders{});
    if (account.consumers >= config::kMaxConsumers)
        return fail(dispatch_error::TooManyConsumers{});
    ++account.consumers;
    Account::insert(who, account);
    return {};
}

void dec_consumers(const AccountId& who)
{
    Account::mutate(who, [](AccountInfo& account) {
        if (account.consumers > 0)
            --account.consumers;
    });
}

void register_weight(const Weight& weight, DispatchClass dispatch_class)
{
    BlockWeight::mutate(
        [&](ConsumedWeight& consumed) { consumed.of(dispatch_class) = consumed.of(dispatch_class) + weight; });
}

std::expected<AccountId, DispatchError> lookup(const MultiAddress& address)
{
    const auto* account = address.account();
    if (account == nullptr)
        return fail(dispatch_error::CannotLookup{});
    return *account;
}

DispatchResult can_set_code(ByteView code, bool check_version)
{
    if (!check_version)
        return {};
    const auto encoded = io::runtime_version(code);
    if (!encoded)
        return fail(Error::FailedToExtractRuntimeVersion);
    const auto version = scale::decode<RuntimeVersion>(*encoded);
    if (!version)
        return fail(Error::FailedToExtractRuntimeVersion);
    PHALA_CHECK(ensure(version->spec_name == config::kSpecName, Error::InvalidSpecName));
    return ensure(version->spec_version > spec_version(), Error::SpecVersionNeedsToIncrease);
}

void update_code(ByteView code)
{
    io::set(bytes_of(kCodeKey), code);
    deposit_log({digest::RuntimeEnvironmentUpdated{}});
    deposit_event(CodeUpdated{});
}

// Calls

DispatchResult remark::dispatch(const Origin&) const
{
    return {};
}

DispatchResult set_heap_pages::dispatch(Root) const
{
    io::set(bytes_of(kHeapPagesKey), le_bytes(pages));
    deposit_log({digest::RuntimeEnvironmentUpdated{}});
    return {};
}

DispatchResultWithPostInfo set_code::dispatch(Root) const
{
    PHALA_CHECK(can_set_code(code, true));
    update_code(code);
    return PostDispatchInfo{};
}

DispatchResultWithPostInfo set_code_without_checks::dispatch(Root) const
{
    update_code(code);
    return PostDispatchInfo{};
}

DispatchResult set_storage::dispatch(Root) const
{
    for (const auto& [key, value] : items)
        io::set(key, value);
    return {};
}

DispatchResult kill_storage::dispatch(Root) const
{
    for (const auto& key : keys)
        io::clear(key);
    return {};
}

DispatchResult kill_prefix::dispatch(Root) const
{
    io::clear_prefix(prefix, subkeys);
    return {};
}

DispatchResult remark_with_event::dispatch(Signed caller) const
{
    deposit_event(Remarked{caller.who(), {crypto::blake2_256(remark)}});
    return {};
}

DispatchResult authorize_upgrade::dispatch(Root) const
{
    AuthorizedUpgrade::put({code_hash, true});
    deposit_event(UpgradeAuthorized{code_hash, true});
    return {};
}

DispatchResult authorize_upgrade_without_checks::dispatch(Root) const
{
    AuthorizedUpgrade::put({code_hash, false});
    deposit_event(UpgradeAuthorized{code_hash, false});
    return {};
}

DispatchResultWithPostInfo apply_authorized_upgrade::dispatch(const Origin&) const
{
    PHALA_TRY(const auto authorized, check_authorized(code));
    PHALA_CHECK(can_set_code(code, authorized.check_version));
    update_code(code);
    AuthorizedUpgrade::kill();
    return PostDispatchInfo{.actual_weight = std::nullopt, .pays_fee = Pays::No};
}

RuntimeVersion Version::value()
{
    return runtime_version();
}

TransactionValidity Pallet::validate_unsigned(TransactionSource, const RuntimeCall& call)
{
    const auto* upgrade = call.get_if<apply_authorized_upgrade>();
    const auto authorized = upgrade == nullptr ? std::nullopt : std::optional{check_authorized(upgrade->code)};
    // it pays no fee, so one that would fail may not even enter a block
    if (!authorized || !*authorized || !can_set_code(upgrade->code, (*authorized)->check_version))
        return std::unexpected<TransactionValidityError>{{validity::Invalid{{invalid::Call{}}}}};
    const auto hash = crypto::blake2_256(upgrade->code);
    return ValidTransaction{.priority = upgrade->weight().ref_time.value,
                            .requires_ = {},
                            .provides = {Bytes{hash.begin(), hash.end()}},
                            .longevity = std::numeric_limits<std::uint64_t>::max(),
                            .propagate = true};
}

void Pallet::build_genesis(const GenesisConfig&)
{
    BlockHash::insert(0, kGenesisPlaceholder);
    ParentHash::put(kGenesisPlaceholder);
    LastRuntimeUpgrade::put({spec_version(), std::string{config::kSpecName}});
    UpgradedToU32RefCount::put(true);
    UpgradedToTripleRefCount::put(true);
    io::set(bytes_of(kExtrinsicIndexKey), le_bytes(std::uint32_t{0}));
}

// For the executive

void reset_events()
{
    Events::kill();
    EventCount::kill();
    EventTopics::clear();
}

void initialize(BlockNumber number, const H256& parent_hash, const Digest& digest)
{
    ExecutionPhase::put({Initialization{}});
    io::set(bytes_of(kExtrinsicIndexKey), le_bytes(std::uint32_t{0}));
    Number::put(number);
    Digest kept;
    for (const auto& log : digest.logs)
        if (log.item.is<digest::PreRuntime>())
            kept.logs.push_back(log);
    CurrentDigest::put(kept);
    ParentHash::put(parent_hash);
    BlockHash::insert(number - 1, parent_hash);
    BlockWeight::kill();
    InherentsApplied::kill();
}

void note_finished_initialize()
{
    ExecutionPhase::put({ApplyExtrinsic{0}});
}

void note_extrinsic(ByteView encoded)
{
    ExtrinsicData::insert(extrinsic_index().value_or(0), to_bytes(encoded));
}

void note_inherents_applied()
{
    InherentsApplied::put(true);
}

Weight actual_weight(const DispatchResultWithPostInfo& result, const DispatchInfo& info)
{
    const auto& post = result ? *result : result.error().post;
    return min(post.actual_weight.value_or(info.weight), info.weight);
}

Pays actual_pays(const DispatchResultWithPostInfo& result, const DispatchInfo& info)
{
    const auto& post = result ? *result : result.error().post;
    return info.pays_fee == Pays::No ? Pays::No : post.pays_fee;
}

void note_applied_extrinsic(const DispatchResultWithPostInfo& result, DispatchInfo info)
{
    info.pays_fee = actual_pays(result, info);
    info.weight = actual_weight(result, info) + config::kBlockWeights.per_class.of(info.class_).base_extrinsic;
    if (result)
        deposit_event(ExtrinsicSuccess{info});
    else
        deposit_event(ExtrinsicFailed{result.error().error, info});
    put_extrinsic_index(extrinsic_index().value_or(0) + 1);
}

void note_finished_extrinsics()
{
    ExtrinsicCount::put(extrinsic_index().value_or(0));
    io::clear(bytes_of(kExtrinsicIndexKey));
    ExecutionPhase::put({Finalization{}});
}

Header finalize()
{
    ExecutionPhase::kill();
    AllExtrinsicsLen::kill();
    InherentsApplied::kill();

    const BlockNumber number = Number::get();
    std::vector<Bytes> extrinsics;
    const std::uint32_t count = ExtrinsicCount::take().value_or(0);
    extrinsics.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i)
        extrinsics.push_back(ExtrinsicData::take(i));

    // block 0 keeps its hash for ever: clients read it (spec §0.12)
    if (number > config::kBlockHashCount + 1)
        BlockHash::remove(number - config::kBlockHashCount - 1);

    Header header{.parent_hash = ParentHash::get(),
                  .number = number,
                  .state_root = {},
                  .extrinsics_root = {io::ordered_root(extrinsics, config::kStateVersion)},
                  .digest = CurrentDigest::get()};
    header.state_root = {io::root(config::kStateVersion)};
    return header;
}

} // namespace phala::runtime::system

namespace phala::runtime {

void deposit_encoded_event(std::uint8_t pallet, ByteView event)
{
    using namespace system;
    if (Number::get() == 0)
        return;
    const Phase phase = ExecutionPhase::get().value_or(Phase{});
    Events::append(Record{phase, RuntimeEvent{pallet, event}, {}});
    EventCount::mutate([](std::uint32_t& count) { ++count; });
}

} // namespace phala::runtime
