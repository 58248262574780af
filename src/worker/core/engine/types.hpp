#pragma once
// What goes into an execution and what comes out, in the encodings that clients read (spec contract-engine §1.9, §1.10, §2, §5).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

namespace phala::worker::engine {

using scale::At;
using scale::Compact;
using scale::Variant;

// ---- errors

enum class ContractsError : std::uint8_t {
    InvalidSchedule = 0,
    InvalidCallFlags = 1,
    OutOfGas = 2,
    OutputBufferTooSmall = 3,
    TransferFailed = 4,
    MaxCallDepthReached = 5,
    ContractNotFound = 6,
    CodeTooLarge = 7,
    CodeNotFound = 8,
    CodeInfoNotFound = 9,
    OutOfBounds = 10,
    DecodingFailed = 11,
    ContractTrapped = 12,
    ValueTooLarge = 13,
    TerminatedWhileReentrant = 14,
    InputForwarded = 15,
    RandomSubjectTooLong = 16,
    TooManyTopics = 17,
    NoChainExtension = 18,
    XCMDecodeFailed = 19,
    DuplicateContract = 20,
    TerminatedInConstructor = 21,
    ReentranceDenied = 22,
    StorageDepositNotEnoughFunds = 23,
    StorageDepositLimitExhausted = 24,
    CodeInUse = 25,
    ContractReverted = 26,
    CodeRejected = 27,
    Indeterministic = 28,
    MigrationInProgress = 29,
    NoMigrationPerformed = 30,
    MaxDelegateDependenciesReached = 31,
    DelegateDependencyNotFound = 32,
    DelegateDependencyAlreadyExists = 33,
    CannotAddSelfAsDelegateDependency = 34,
};

enum class PinkError : std::uint8_t {
    UnknownChainExtensionId = 0,
    UnknownChainExtensionFunction = 1,
    ContractIoBufferOverflow = 2,
    KeySeedMissing = 3,
    DeriveKeyFailed = 4,
    SystemContractMissing = 5,
};

enum class TokenError : std::uint8_t {
    FundsUnavailable = 0,
    OnlyProvider = 1,
    BelowMinimum = 2,
    CannotCreate = 3,
    UnknownAsset = 4,
    Frozen = 5,
    Unsupported = 6,
    CannotCreateHold = 7,
    NotExpendable = 8,
    Blocked = 9,
};

enum class ArithmeticError : std::uint8_t { Underflow = 0, Overflow = 1, DivisionByZero = 2 };

struct Other {
    friend bool operator==(const Other&, const Other&) = default;
};
struct BadOrigin {
    friend bool operator==(const BadOrigin&, const BadOrigin&) = default;
};
struct ModuleError {
    std::uint8_t index;
    ByteArray<4> error;
    friend bool operator==(const ModuleError&, const ModuleError&) = default;
};
struct Token {
    TokenError error;
    friend bool operator==(const Token&, const Token&) = default;
};
struct Arithmetic {
    ArithmeticError error;
    friend bool operator==(const Arithmetic&, const Arithmetic&) = default;
};
/// The text of Other is not part of the encoding; it is for the log alone.
using DispatchError = Variant<At<0, Other>, At<2, BadOrigin>, At<3, ModuleError>, At<7, Token>, At<8, Arithmetic>>;

inline constexpr std::uint8_t kContractsIndex = 4;
inline constexpr std::uint8_t kPinkIndex = 5;

DispatchError error_of(ContractsError error);
DispatchError error_of(PinkError error);

/// As Rust prints it: `Module(ModuleError { index: 4, error: [12, 0, 0, 0], message: Some("ContractTrapped") })`.
std::string debug_text(const DispatchError& error);

/// The outcome of what a contract may do wrong: a result of the execution, not a failure of the engine.
template <class T = void>
using Dispatched = std::expected<T, DispatchError>;

inline std::unexpected<DispatchError> refuse(ContractsError error)
{
    return std::unexpected{error_of(error)};
}
inline std::unexpected<DispatchError> refuse(PinkError error)
{
    return std::unexpected{error_of(error)};
}
inline std::unexpected<DispatchError> refuse(TokenError error)
{
    return std::unexpected{DispatchError{Token{error}}};
}

// ---- results

/// Gas. Only ref_time has a price.
struct Weight {
    Compact<std::uint64_t> ref_time;
    Compact<std::uint64_t> proof_size;
    friend bool operator==(const Weight&, const Weight&) = default;
};

struct Refund {
    Balance amount;
    friend bool operator==(const Refund&, const Refund&) = default;
};
struct Charge {
    Balance amount;
    friend bool operator==(const Charge&, const Charge&) = default;
};
using StorageDeposit = Variant<At<0, Refund>, At<1, Charge>>;

/// Bit 0 of the flags: the contract wants its changes undone.
inline constexpr std::uint32_t kRevertFlag = 1;

struct ExecReturn {
    std::uint32_t flags = 0;
    Bytes data;
    [[nodiscard]] bool did_revert() const { return (flags & kRevertFlag) != 0; }
    friend bool operator==(const ExecReturn&, const ExecReturn&) = default;
};

struct InstantiateReturn {
    ExecReturn result;
    AccountId account_id;
    friend bool operator==(const InstantiateReturn&, const InstantiateReturn&) = default;
};

// ---- events

struct NewAccount {
    AccountId account;
};
struct KilledAccount {
    AccountId account;
};
using SystemEvent = Variant<At<3, NewAccount>, At<4, KilledAccount>>;

struct Endowed {
    AccountId account;
    Balance free_balance;
};
struct Transfer {
    AccountId from;
    AccountId to;
    Balance amount;
};
struct Deposited {
    AccountId who;
    Balance amount;
};
using BalancesEvent = Variant<At<0, Endowed>, At<2, Transfer>, At<7, Deposited>>;

struct RootCaller {};
struct SignedCaller {
    AccountId account;
};
using CallerOrigin = Variant<At<0, RootCaller>, At<1, SignedCaller>>;

struct Instantiated {
    AccountId deployer;
    AccountId contract;
};
struct Terminated {
    AccountId contract;
    AccountId beneficiary;
};
struct CodeStored {
    H256 code_hash;
    Balance deposit_held;
    AccountId uploader;
};
struct ContractEmitted {
    AccountId contract;
    Bytes data;
};
struct ContractCodeUpdated {
    AccountId contract;
    H256 new_code_hash;
    H256 old_code_hash;
};
struct Called {
    CallerOrigin caller;
    AccountId contract;
};
struct DelegateCalled {
    AccountId contract;
    H256 code_hash;
};
struct StorageDepositTransferredAndHeld {
    AccountId from;
    AccountId to;
    Balance amount;
};
struct StorageDepositTransferredAndReleased {
    AccountId from;
    AccountId to;
    Balance amount;
};
using ContractsEvent = Variant<At<0, Instantiated>, At<1, Terminated>, At<2, CodeStored>, At<3, ContractEmitted>,
                               At<5, ContractCodeUpdated>, At<6, Called>, At<7, DelegateCalled>,
                               At<8, StorageDepositTransferredAndHeld>, At<9, StorageDepositTransferredAndReleased>>;

using Event = Variant<At<0, SystemEvent>, At<2, BalancesEvent>, At<kContractsIndex, ContractsEvent>>;

struct ApplyExtrinsic {
    std::uint32_t index;
};
struct Finalization {};
struct Initialization {};
using Phase = Variant<At<0, ApplyExtrinsic>, At<1, Finalization>, At<2, Initialization>>;

struct EventRecord {
    Phase phase{Initialization{}};
    Event event;
    std::vector<H256> topics;
};

/// How a call ended, encoded as clients decode it (§2.7).
template <class Success>
struct ContractResult {
    Weight gas_consumed;
    Weight gas_required;
    StorageDeposit storage_deposit{Charge{0}};
    Bytes debug_message;
    Dispatched<Success> result{Success{}};
    std::optional<std::vector<EventRecord>> events; ///< always none; the place exists
};
using ContractExecResult = ContractResult<ExecReturn>;
using ContractInstantiateResult = ContractResult<InstantiateReturn>;

// ---- input

enum class Mode : std::uint8_t { Query, Estimating, Transaction };
/// `query`, `estimating`, `transaction`, as log records spell it.
std::string_view mode_text(Mode mode);

struct TransactionArguments {
    AccountId origin;
    Balance transfer;
    std::uint64_t gas_limit;
    bool gas_free;
    std::optional<Balance> storage_deposit_limit;
    Balance deposit; ///< minted to the origin first
};

} // namespace phala::worker::engine
