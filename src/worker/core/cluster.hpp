#pragma once
// A cluster that this worker serves: its key, its contracts and the engine that runs them (spec contract-engine §6.3).
#include "worker/core/effects.hpp"
#include "worker/core/environment.hpp"
#include "worker/core/snapshot.hpp"

#include "crypto/sr25519.hpp"
#include "primitives/messages.hpp"

#include <memory>

namespace phala::worker::engine {
class Engine;
class ClusterState;
} // namespace phala::worker::engine

namespace phala::worker {

class QueryScheduler;

/// Why a cluster is not served; the chain is told that it failed, the operator's log why.
enum class ClusterError : std::uint8_t {
    AlreadyHosting,
    GatekeeperHosts,
    NoSystemCode,
    BadGrant,
    FailedToUploadSystemCode,
    FailedToDeploySystemContract,
    BadState,
};
std::string_view describe(ClusterError error);

class Cluster {
public:
    /// What the grant says of the cluster.
    struct Terms {
        H256 id;
        AccountId owner;
        Balance deposit; ///< the owner begins with
        Balance gas_price;
        Balance deposit_per_item;
        Balance deposit_per_byte;
        AccountId treasury;
    };
    /// A message that runs at the end of every block, paid by its contract.
    struct Hook {
        std::uint32_t selector;
        std::uint64_t gas_limit;
    };
    struct Stored {
        Terms terms;
        ByteArray<64> secret;
        H256 state_root;
        H256 system_contract;
        std::optional<H256> log_handler;
        std::vector<H256> contracts;
        std::map<AccountId, std::uint32_t> weights; ///< of contracts that have one
        std::map<AccountId, Hook> hooks;            ///< of contracts that have one
        std::optional<H256> js_runtime;
        std::vector<PublicKey> joiners; ///< workers admitted later: they may have the key and the state
    };
    /// Contract state: values by key.
    using Entries = std::map<Bytes, std::optional<Bytes>>;
    /// Where entries came from: those from elsewhere have yet to be stored.
    enum class Source : std::uint8_t { Store, Member };

    /// Sets up the engine's state and the system contract, and announces the latter's key.
    static Outcome<Cluster> deploy(const Terms& terms, crypto::sr25519::KeyPair key,
                                   std::shared_ptr<const Bytes> system_code, const crypto::sr25519::KeyPair& identity,
                                   const engine::Engine& engine, const Environment& environment, Effects& effects);
    static Outcome<Cluster> restore(const Stored& stored, std::shared_ptr<const Bytes> system_code,
                                    const crypto::sr25519::KeyPair& identity, const engine::Engine& engine,
                                    const Entries& entries, Source source);
    [[nodiscard]] Stored to_store() const;

    Cluster(Cluster&&) noexcept;
    Cluster& operator=(Cluster&&) noexcept;
    ~Cluster();

    [[nodiscard]] const H256& id() const;
    [[nodiscard]] PublicKey public_key() const;
    /// Whether the ends of blocks concern it.
    [[nodiscard]] bool has_hooks() const;

    /// The chain has newer code for system contracts, which they may import.
    void use_system_code(std::shared_ptr<const Bytes> code);
    void deposit(const AccountId& account, Balance amount);
    void upload(const ClusterOperation::UploadResource& order, const Environment& environment, Effects& effects);
    void instantiate(const ContractOperation::InstantiateCode& order, const Environment& environment, Effects& effects);
    /// A command to a contract, plain or encrypted to its key. Unknown contracts, senders that may not command, and
    /// ciphertexts that do not open are skipped.
    void execute(const H256& contract, const MessageOrigin& sender, ByteView payload, const Environment& environment,
                 Effects& effects);

    /// All messages of a block are executed: the contracts' hooks run, in the order of their ids (spec contract-engine §5.3).
    void end_block(const Environment& environment, Effects& effects);

    /// A worker was admitted to the cluster, or dismissed from it.
    void admit(const PublicKey& worker);
    void dismiss(const PublicKey& worker);
    [[nodiscard]] const std::vector<PublicKey>& joiners() const;

    /// The state as it is now; sharing it costs a pointer.
    [[nodiscard]] engine::ClusterState contract_state() const;

    /// Removes everything that was stored of contract state.
    void discard(std::vector<RecordChange>& records) const;

    /// The changes of contract state since the last call, as records.
    void flush(std::vector<RecordChange>& records);

    /// The block is stored: what it did to contracts' caches happens, and this is what queries see from now on.
    std::shared_ptr<const Snapshot> publish(const Environment& environment, std::shared_ptr<LogServer> logs,
                                            std::shared_ptr<QueryScheduler> turns);

private:
    struct State;
    explicit Cluster(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace phala::worker
