#pragma once
// One call or instantiation from outside, with all that it calls: frames, each a storage transaction (spec
// contract-engine §1.7).
#include "crypto/sr25519.hpp"
#include "worker/core/engine/allowance.hpp"
#include "worker/core/engine/deposit.hpp"
#include "worker/core/engine/gas.hpp"
#include "worker/core/engine/machine.hpp"
#include "worker/core/engine/pink.hpp"
#include "worker/core/engine/storage.hpp"

#include <deque>

namespace phala::worker::engine {

/// What a call can know besides the state: everything is handed in.
struct Context {
    Mode mode = Mode::Transaction;
    BlockNumber block_number = 0; ///< of the chain, of the block being processed (query: processed last)
    std::uint64_t now_ms = 0;     ///< the timestamp of that block
    Bytes nonce;                  ///< of the command, or the salt of an instantiation from the chain
    const crypto::sr25519::KeyPair* cluster_key = nullptr; ///< for derived keys; none: they cannot be derived
    ByteView latest_system_code;                           ///< of the chain; empty: none
    Surroundings* surroundings = nullptr;                  ///< queries only
    FrameRunner* runner = nullptr;                         ///< in place of the machine
};

/// What a contract wrote to its log, or the engine about its call (§8.1).
struct LogRecord {
    AccountId contract;
    AccountId entry; ///< the contract that was called first
    std::uint8_t level = 0;
    std::string message;
};

inline constexpr std::uint8_t kLogError = 1;
inline constexpr std::uint8_t kLogInfo = 3;
inline constexpr std::uint8_t kLogDebug = 4;

inline constexpr std::size_t kMaxStorageKey = 128;
inline constexpr std::uint32_t kMaxValueSize = 1 << 20;
inline constexpr std::size_t kMaxTopics = 4;
inline constexpr std::size_t kDebugBufferSize = 131'072;
/// Log messages of one call beyond this many bytes, overhead included, are dropped.
inline constexpr std::size_t kLogBufferSize = 1 << 20;

/// Compiled code by code hash; compiles what is missing.
class CodeCache;

/// Whose failure an error is: a caller learns only that its callee failed, but its own mistakes by name.
enum class Blame : std::uint8_t { Caller, Callee };
struct ExecError {
    DispatchError error;
    Blame blame = Blame::Caller;
};
template <class T>
using Executed = std::expected<T, ExecError>;

inline std::unexpected<ExecError> blame_caller(const DispatchError& error)
{
    return std::unexpected{ExecError{error, Blame::Caller}};
}
inline std::unexpected<ExecError> blame_caller(ContractsError error)
{
    return blame_caller(error_of(error));
}

struct Frame {
    AccountId account{};
    AccountId caller{};
    Entry entry = Entry::Call;
    H256 code_hash{};
    bool is_delegated = false;
    Balance value = 0;
    ContractInfo info{};
    GasMeter gas{{}};
    DepositMeter deposits;
    std::optional<Bytes> input; ///< gone once it was forwarded
    bool allows_reentry = true;
};

class Execution {
public:
    Execution(Storage& storage, const Context& context, const Machine& machine, CodeCache& codes,
              const AccountId& origin, const AccountId& entry);

    /// Runs on the calling thread's stack: see Machine::on_large_stack.
    Executed<ExecReturn> call(GasMeter& gas, std::optional<Balance> deposit_limit, const AccountId& contract,
                              Balance value, Bytes input);
    Executed<InstantiateReturn> instantiate(GasMeter& gas, std::optional<Balance> deposit_limit, const H256& code_hash,
                                            Balance value, Bytes input, ByteView salt);

    [[nodiscard]] StorageDeposit storage_deposit() const { return deposit_; }
    [[nodiscard]] Bytes take_debug_message() { return std::move(debug_); }
    [[nodiscard]] std::vector<LogRecord> take_logs() { return std::move(logs_); }
    /// The machine failed where it must not: no result of this execution means anything.
    [[nodiscard]] const std::optional<std::string>& machine_fault() const { return machine_fault_; }

private:
    friend class ContractHost;
    friend class Extension;

    struct NestedCall {
        AccountId to;
        Balance value;
        std::uint64_t gas;
        Bytes input;
        bool allows_reentry;
    };
    struct NestedInstantiate {
        H256 code_hash;
        Balance value;
        std::uint64_t gas;
        Bytes input;
        Bytes salt;
    };

    Executed<ExecReturn> call_from(Frame& caller, NestedCall what);
    Executed<ExecReturn> delegate_from(Frame& caller, const H256& code_hash, Bytes input);
    Executed<InstantiateReturn> instantiate_from(Frame& caller, NestedInstantiate what);

    Dispatched<CodeInfo> load_code(const H256& hash, GasMeter& gas) const;
    Dispatched<> check_determinism(const CodeInfo& code, Entry entry) const;
    Dispatched<Balance> deposit_limit(std::optional<Balance> asked, Balance value) const;
    Dispatched<ContractInfo> new_contract(const AccountId& id, const H256& code_hash);
    std::uint64_t next_instantiation();

    Executed<ExecReturn> run_nested(Frame& parent, Frame frame);
    Executed<ExecReturn> run_root(GasMeter& gas, Balance limit, Frame frame);
    Executed<ExecReturn> run_frame(Frame& frame);
    Executed<ExecReturn> transact(Frame& frame);
    Dispatched<> begin_contract(Frame& frame);
    Executed<ExecReturn> execute_code(Frame& frame);
    void announce(const Frame& frame);
    void absorb(Frame& frame, DepositMeter& parent);
    Dispatched<> check_deposit_limit(const Frame& frame) const;

    // what host functions ask for
    bool terminated(const Frame& frame) const { return frame.deposits.terminated.has_value(); }
    Dispatched<> terminate(Frame& frame, const AccountId& beneficiary);
    Dispatched<> set_code_hash(Frame& frame, const H256& hash);
    void append_debug(ByteView text);
    void log(const Frame& frame, std::uint8_t level, std::string message);
    /// Emits an event of a contract; refused where the call's events and storage would take too much room.
    Dispatched<> emit(ContractEmitted event, std::vector<H256> topics);
    Dispatched<> keep(std::uint64_t bytes);
    /// Room for work that has no price.
    Dispatched<> work(std::uint64_t units, std::uint64_t bytes);

    Storage& storage_;
    const Context& context_;
    const Machine& machine_;
    CodeCache& codes_;
    AccountId origin_;
    AccountId entry_;
    std::deque<Frame> frames_; // addresses stay while frames come and go at the end
    std::optional<std::uint64_t> instantiations_;
    Balance limit_ = 0;
    StorageDeposit deposit_{Charge{0}};
    Bytes debug_;
    std::vector<LogRecord> logs_;
    std::size_t log_bytes_ = 0;
    Allowance kept_{kMaxKeptBytes};
    Allowance free_work_{kMaxFreeWork};
    std::optional<std::string> machine_fault_;
};

/// How an account stands in an event's topics.
H256 topic_of(const AccountId& account);

/// The address of a contract (§1.8).
AccountId contract_address(const AccountId& deployer, const H256& code_hash, const H256& cluster, ByteView salt);

} // namespace phala::worker::engine
