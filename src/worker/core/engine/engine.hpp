#pragma once
// The contract engine: executes calls, instantiations and uploads on a cluster's state. It is deterministic: the same
// state and input give the same result and state on every worker; clock, randomness and network are handed in and
// reachable from queries only (ARCHITECTURE D7, D9; spec contract-engine).
#include "crypto/sr25519.hpp"
#include "worker/core/engine/code.hpp"
#include "worker/core/engine/code_cache.hpp"
#include "worker/core/engine/execution.hpp"
#include "worker/core/engine/pink.hpp"
#include "worker/core/engine/state.hpp"
#include "worker/core/engine/types.hpp"

#include <memory>

namespace phala::worker::engine {

enum class EngineError : std::uint8_t { MachineFailed };
std::string_view describe(EngineError error);

/// A pink event and who said it.
struct PinkEffect {
    AccountId contract{};
    PinkEvent event;
};

/// An event for the world outside: ink!'s, or a C++ contract's.
struct ContractEvent {
    AccountId contract{};
    std::vector<H256> topics;
    Bytes data;
};

/// What an execution asks its worker to do, in this order: new contracts, inner ones first; pink events; logs.
/// Queries have only the pink events that they may have (§5.2) and logs; estimations have logs only.
struct Effects {
    std::vector<Instantiated> instantiated;
    std::vector<PinkEffect> pink_events;
    std::vector<ContractEvent> contract_events;
    std::vector<LogRecord> logs;
    std::optional<Bytes> event_block; ///< the next block of the event chain, with its number in front (§5.4)
};

template <class Result>
struct Done {
    Result result;
    ClusterState state; ///< of a transaction: what it made; otherwise the state that was given
    Effects effects;
};

struct Uploaded {
    /// The code's hash, or the text that the log server gets.
    std::expected<H256, std::string> result;
    ClusterState state;
    std::string reason; ///< of a refusal, for the worker's own log
};

struct ClusterSetup {
    H256 cluster{};
    AccountId owner{};
    Balance deposit = 0;
    Balance gas_price = 0;
    Balance deposit_per_item = 0;
    Balance deposit_per_byte = 0;
    AccountId treasury{};
    ByteView system_code;
};

struct SetUp {
    /// The system contract, or why there is none.
    std::expected<AccountId, std::string> result;
    ClusterState state;
    Effects effects;
};

/// Call it from as many threads as there are queries. One thread at a time makes new states; that is the caller's order.
class Engine {
public:
    /// `compiled`, if any, keeps compiled code between runs; it must outlive the engine.
    static Outcome<std::unique_ptr<Engine>> create(CompiledStore* compiled = nullptr);
    ~Engine();

    /// Makes a cluster: parameters, the owner's deposit, the system contract.
    [[nodiscard]] Outcome<SetUp> set_up(const ClusterSetup& setup, const Context& context) const;

    [[nodiscard]] Outcome<Done<ContractExecResult>> call(const ClusterState& state, const Context& context,
                                                         const TransactionArguments& arguments,
                                                         const AccountId& contract, Bytes input) const;
    [[nodiscard]] Outcome<Done<ContractInstantiateResult>>
    instantiate(const ClusterState& state, const Context& context, const TransactionArguments& arguments,
                const H256& code_hash, Bytes input, ByteView salt) const;

    [[nodiscard]] Uploaded upload_code(const ClusterState& state, const AccountId& owner, ByteView code,
                                       Determinism determinism) const;
    [[nodiscard]] Uploaded upload_sidevm_code(const ClusterState& state, const AccountId& owner, ByteView code) const;
    [[nodiscard]] ClusterState deposit(const ClusterState& state, const AccountId& to, Balance amount) const;

    // reading
    [[nodiscard]] static std::optional<AccountId> system_contract(const ClusterState& state);
    [[nodiscard]] static std::optional<H256> code_hash(const ClusterState& state, const AccountId& contract);
    [[nodiscard]] static Balance free_balance(const ClusterState& state, const AccountId& account);
    [[nodiscard]] static Balance total_balance(const ClusterState& state, const AccountId& account);
    [[nodiscard]] static std::optional<Bytes> sidevm_code(const ClusterState& state, const H256& hash);

private:
    struct Parts;
    explicit Engine(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace phala::worker::engine
