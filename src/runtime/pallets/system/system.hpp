#pragma once
// Accounts, events, block bookkeeping and the runtime's own code (spec substrate-host §4.5, §6).
#include "primitives/address.hpp"
#include "primitives/header.hpp"
#include "primitives/validity.hpp"
#include "primitives/version.hpp"
#include "runtime/frame/pallet.hpp"
#include "runtime/pallets/balances/account_data.hpp"

namespace phala::runtime::system {

inline constexpr Name name{"System"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

// What is stored

struct AccountInfo {
    static constexpr auto path = "frame_system::AccountInfo";
    using params = std::tuple<Param<"Nonce", Nonce>, Param<"AccountData", balances::AccountData>>;
    Nonce nonce{};
    std::uint32_t consumers{};
    std::uint32_t providers{};
    std::uint32_t sufficients{};
    balances::AccountData data;
    friend bool operator==(const AccountInfo&, const AccountInfo&) = default;
};

struct ApplyExtrinsic {
    std::uint32_t _0;
    friend bool operator==(const ApplyExtrinsic&, const ApplyExtrinsic&) = default;
};
struct Finalization {
    friend bool operator==(const Finalization&, const Finalization&) = default;
};
struct Initialization {
    friend bool operator==(const Initialization&, const Initialization&) = default;
};
struct Phase {
    static constexpr auto path = "frame_system::Phase";
    Variant<At<2, Initialization>, At<0, ApplyExtrinsic>, At<1, Finalization>> phase;
    friend bool operator==(const Phase&, const Phase&) = default;
};

template <class E, class T>
struct EventRecord {
    static constexpr auto path = "frame_system::EventRecord";
    using params = std::tuple<Param<"E", E>, Param<"T", T>>;
    Phase phase;
    E event;
    std::vector<T> topics;
    friend bool operator==(const EventRecord&, const EventRecord&) = default;
};
using Record = EventRecord<RuntimeEvent, H256>;

struct LastRuntimeUpgradeInfo {
    static constexpr auto path = "frame_system::LastRuntimeUpgradeInfo";
    Compact<std::uint32_t> spec_version;
    std::string spec_name;
};

struct CodeUpgradeAuthorization {
    static constexpr auto path = "frame_system::CodeUpgradeAuthorization";
    H256 code_hash;
    bool check_version;
};

struct Account : StorageMap<name, "Account", Blake2_128Concat<AccountId>, AccountInfo, Default> {
    static constexpr auto docs = "The full account information for a particular account ID.";
};
struct ExtrinsicCount : StorageValue<name, "ExtrinsicCount", std::uint32_t> {
    static constexpr auto docs = "Total extrinsics count for the current block.";
};
struct InherentsApplied : StorageValue<name, "InherentsApplied", bool, Default> {
    static constexpr auto docs = "Whether all inherents have been applied.";
};
struct BlockWeight : StorageValue<name, "BlockWeight", ConsumedWeight, Default> {
    static constexpr auto docs = "The current weight for the block.";
};
struct AllExtrinsicsLen : StorageValue<name, "AllExtrinsicsLen", std::uint32_t> {
    static constexpr auto docs = "Total length (in bytes) for all extrinsics put together, for the current block.";
};
struct BlockHash : StorageMap<name, "BlockHash", Twox64Concat<BlockNumber>, H256, Default> {
    static constexpr auto docs = "Map of block numbers to block hashes.";
};
struct ExtrinsicData : StorageMap<name, "ExtrinsicData", Twox64Concat<std::uint32_t>, Bytes, Default> {
    static constexpr auto docs = "Extrinsics data for the current block (maps an extrinsic's index to its data).";
};
struct Number : StorageValue<name, "Number", BlockNumber, Default> {
    static constexpr auto docs = "The current block number being processed. Set by `execute_block`.";
};
struct ParentHash : StorageValue<name, "ParentHash", H256, Default> {
    static constexpr auto docs = "Hash of the previous block.";
};
struct CurrentDigest : StorageValue<name, "Digest", Digest, Default> {
    static constexpr auto docs = "Digest of the current block, also part of the block header.";
};
struct Events : StorageValue<name, "Events", std::vector<Record>, Default> {
    static constexpr auto docs = "Events deposited for the current block.";
};
struct EventCount : StorageValue<name, "EventCount", std::uint32_t, Default> {
    static constexpr auto docs = "The number of events in the `Events<T>` list.";
};
struct EventTopics : StorageMap<name, "EventTopics", Blake2_128Concat<H256>,
                                std::vector<std::tuple<BlockNumber, std::uint32_t>>, Default> {
    static constexpr auto docs =
        "Mapping between a topic and the indexes of its events in the `Events` list. No event of this chain has topics.";
};
struct LastRuntimeUpgrade : StorageValue<name, "LastRuntimeUpgrade", LastRuntimeUpgradeInfo> {
    static constexpr auto docs = "Stores the `spec_version` and `spec_name` of when the last runtime upgrade happened.";
};
struct UpgradedToU32RefCount : StorageValue<name, "UpgradedToU32RefCount", bool, Default> {
    static constexpr auto docs = "True if we have upgraded so that `type RefCount` is `u32`.";
};
struct UpgradedToTripleRefCount : StorageValue<name, "UpgradedToTripleRefCount", bool, Default> {
    static constexpr auto docs = "True if we have upgraded so that AccountInfo contains three types of `RefCount`.";
};
struct ExecutionPhase : StorageValue<name, "ExecutionPhase", Phase> {
    static constexpr auto docs = "The execution phase of the block.";
};
struct AuthorizedUpgrade : StorageValue<name, "AuthorizedUpgrade", CodeUpgradeAuthorization> {
    static constexpr auto docs = "`Some` if a code upgrade has been authorized.";
};

// What is announced

struct ExtrinsicSuccess {
    DispatchInfo dispatch_info;
    static constexpr auto docs = "An extrinsic completed successfully.";
    friend bool operator==(const ExtrinsicSuccess&, const ExtrinsicSuccess&) = default;
};
struct ExtrinsicFailed {
    DispatchError dispatch_error;
    DispatchInfo dispatch_info;
    static constexpr auto docs = "An extrinsic failed.";
    friend bool operator==(const ExtrinsicFailed&, const ExtrinsicFailed&) = default;
};
struct CodeUpdated {
    static constexpr auto docs = "`:code` was updated.";
};
struct NewAccount {
    AccountId account;
    static constexpr auto docs = "A new account was created.";
    friend bool operator==(const NewAccount&, const NewAccount&) = default;
};
struct KilledAccount {
    AccountId account;
    static constexpr auto docs = "An account was reaped.";
    friend bool operator==(const KilledAccount&, const KilledAccount&) = default;
};
struct Remarked {
    AccountId sender;
    H256 hash;
    static constexpr auto docs = "On on-chain remark happened.";
};
struct UpgradeAuthorized {
    H256 code_hash;
    bool check_version;
    static constexpr auto docs = "An upgrade was authorized.";
};

enum class Error : std::uint8_t {
    InvalidSpecName,
    SpecVersionNeedsToIncrease,
    FailedToExtractRuntimeVersion,
    NonDefaultComposite,
    NonZeroRefCount,
    CallFiltered,
    MultiBlockMigrationsOngoing,
    NothingAuthorized,
    Unauthorized,
};
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::InvalidSpecName:
        return "The name of specification does not match between the current runtime and the new runtime.";
    case Error::SpecVersionNeedsToIncrease:
        return "The specification version is not allowed to decrease between the current runtime and the new runtime.";
    case Error::FailedToExtractRuntimeVersion:
        return "Failed to extract the runtime version from the new runtime: it does not compile, or does not tell its version.";
    case Error::NonDefaultComposite: return "Suicide called when the account has non-default composite data.";
    case Error::NonZeroRefCount: return "There is a non-zero reference count preventing the account from being purged.";
    case Error::CallFiltered: return "The origin filter prevent the call to be dispatched.";
    case Error::MultiBlockMigrationsOngoing:
        return "A multi-block migration is ongoing and prevents the current code from being replaced.";
    case Error::NothingAuthorized: return "No upgrade authorized.";
    case Error::Unauthorized: return "The submitted code is not authorized.";
    }
    return {};
}

// What can be asked

struct remark {
    Bytes remark;
    static constexpr auto docs = "Make some on-chain remark. Can be executed by every `origin`.";
    static Weight weight() { return weight_of(0, 0); }
    DispatchResult dispatch(const Origin& origin) const;
};
struct set_heap_pages {
    std::uint64_t pages;
    static constexpr auto docs = "Set the number of pages in the WebAssembly environment's heap.";
    static Weight weight() { return weight_of(1, 2); }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResult dispatch(Root) const;
};
struct set_code {
    Bytes code;
    static constexpr auto docs = "Set the new runtime code.";
    static Weight weight() { return config::kSetCodeWeight; }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResultWithPostInfo dispatch(Root) const;
};
struct set_code_without_checks {
    Bytes code;
    static constexpr auto docs = "Set the new runtime code without doing any checks of the given `code`.";
    static Weight weight() { return config::kSetCodeWeight; }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResultWithPostInfo dispatch(Root) const;
};
struct set_storage {
    std::vector<std::tuple<Bytes, Bytes>> items;
    static constexpr auto docs = "Set some items of storage.";
    [[nodiscard]] Weight weight() const { return weight_of(0, items.size()); }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResult dispatch(Root) const;
};
struct kill_storage {
    std::vector<Bytes> keys;
    static constexpr auto docs = "Kill some items from storage.";
    [[nodiscard]] Weight weight() const { return weight_of(0, keys.size()); }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResult dispatch(Root) const;
};
struct kill_prefix {
    Bytes prefix;
    std::uint32_t subkeys;
    static constexpr auto docs = "Kill all storage items with a key that starts with the given prefix.";
    [[nodiscard]] Weight weight() const { return weight_of(0, std::uint64_t{subkeys} + 1); }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResult dispatch(Root) const;
};
struct remark_with_event {
    Bytes remark;
    static constexpr auto docs = "Make some on-chain remark and emit event.";
    static Weight weight() { return weight_of(0, 1); }
    DispatchResult dispatch(Signed caller) const;
};
struct authorize_upgrade {
    H256 code_hash;
    static constexpr auto docs =
        "Authorize an upgrade to a given `code_hash` for the runtime. The runtime can be supplied later.";
    static Weight weight() { return weight_of(0, 1); }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResult dispatch(Root) const;
};
struct authorize_upgrade_without_checks {
    H256 code_hash;
    static constexpr auto docs =
        "Authorize an upgrade to a given `code_hash` for the runtime, without checking its version.";
    static Weight weight() { return weight_of(0, 1); }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResult dispatch(Root) const;
};
struct apply_authorized_upgrade {
    Bytes code;
    static constexpr auto docs =
        "Provide the preimage (runtime binary) `code` for an upgrade that has been authorized.";
    static Weight weight() { return config::kSetCodeWeight; }
    static DispatchClass dispatch_class() { return DispatchClass::Operational; }
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};

// Constants

struct BlockWeightsConstant {
    static constexpr std::string_view name = "BlockWeights";
    static constexpr auto docs = "Block & extrinsics weights: base values and limits.";
    static BlockWeights value() { return config::kBlockWeights; }
};
struct BlockLengthConstant {
    static constexpr std::string_view name = "BlockLength";
    static constexpr auto docs = "The maximum length of a block (in bytes).";
    static BlockLength value() { return config::kBlockLength; }
};
struct BlockHashCount {
    static constexpr std::string_view name = "BlockHashCount";
    static constexpr auto docs = "Maximum number of block number to block hash mappings to keep (oldest pruned first).";
    static BlockNumber value() { return config::kBlockHashCount; }
};
struct DbWeight {
    static constexpr std::string_view name = "DbWeight";
    static constexpr auto docs = "The weight of runtime database operations the runtime can invoke.";
    static RuntimeDbWeight value() { return {config::kReadWeight, config::kWriteWeight}; }
};
struct Version {
    static constexpr std::string_view name = "Version";
    static constexpr auto docs = "Get the chain's in-code version.";
    static RuntimeVersion value();
};
struct Ss58Prefix {
    static constexpr std::string_view name = "SS58Prefix";
    static constexpr auto docs = "The designated SS58 prefix of this chain.";
    static std::uint16_t value() { return config::kSs58Prefix; }
};

struct GenesisConfig {};

struct Pallet {
    static constexpr std::string_view name = system::name.view();
    static constexpr std::string_view crate = "frame_system"; ///< metadata paths: frame_system::pallet::Call and so on
    static constexpr std::uint16_t storage_version = 0;
    using Storage =
        std::tuple<Account, ExtrinsicCount, InherentsApplied, BlockWeight, AllExtrinsicsLen, BlockHash, ExtrinsicData,
                   Number, ParentHash, CurrentDigest, Events, EventCount, EventTopics, LastRuntimeUpgrade,
                   UpgradedToU32RefCount, UpgradedToTripleRefCount, ExecutionPhase, AuthorizedUpgrade>;
    using Event = Variant<At<0, ExtrinsicSuccess>, At<1, ExtrinsicFailed>, At<2, CodeUpdated>, At<3, NewAccount>,
                          At<4, KilledAccount>, At<5, Remarked>, At<6, UpgradeAuthorized>>;
    using Error = system::Error;
    using Call =
        Variant<At<0, remark>, At<1, set_heap_pages>, At<2, set_code>, At<3, set_code_without_checks>,
                At<4, set_storage>, At<5, kill_storage>, At<6, kill_prefix>, At<7, remark_with_event>,
                At<9, authorize_upgrade>, At<10, authorize_upgrade_without_checks>, At<11, apply_authorized_upgrade>>;
    using Constants =
        std::tuple<BlockWeightsConstant, BlockLengthConstant, BlockHashCount, DbWeight, Version, Ss58Prefix>;
    using GenesisConfig = system::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
    static TransactionValidity validate_unsigned(TransactionSource source, const RuntimeCall& call);
};

// For other pallets

BlockNumber block_number();

/// The place of the extrinsic being applied; nothing outside of block execution.
std::optional<std::uint32_t> extrinsic_index();

void deposit_log(DigestItem item);

void inc_account_nonce(const AccountId& who);

/// Whether an account exists and may vanish is decided by reference counts (spec §6.6).
void inc_providers(const AccountId& who);
/// Removes the account with its last provider; fails while something depends on it.
DispatchResult dec_providers(const AccountId& who);
DispatchResult inc_consumers(const AccountId& who);
void dec_consumers(const AccountId& who);
bool can_dec_provider(const AccountId& who);

/// Adds to the weight of the block without checking limits.
void register_weight(const Weight& weight, DispatchClass dispatch_class);

/// The account named by an address, or CannotLookup.
std::expected<AccountId, DispatchError> lookup(const MultiAddress& address);

/// Checks that `code` is a newer version of this runtime.
DispatchResult can_set_code(ByteView code, bool check_version);
void update_code(ByteView code);

// For the executive

void reset_events();
void initialize(BlockNumber number, const H256& parent_hash, const Digest& digest);
void note_finished_initialize();
void note_extrinsic(ByteView encoded);
void note_inherents_applied();
void note_applied_extrinsic(const DispatchResultWithPostInfo& result, DispatchInfo info);
void note_finished_extrinsics();
Header finalize();

/// Declared weight and class with what the call turned out to cost.
Weight actual_weight(const DispatchResultWithPostInfo& result, const DispatchInfo& info);
Pays actual_pays(const DispatchResultWithPostInfo& result, const DispatchInfo& info);

} // namespace phala::runtime::system
