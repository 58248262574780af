#pragma once
// Executes messages in the order of the chain: what a worker, a gatekeeper and a member of a cluster do on each
// (spec trust-and-keys §2.3–§2.6, §4.2, contract-engine §6.3). Its result follows from the messages alone; this code
// cannot name anything that was read from the chain's state.
#include "worker/core/cluster.hpp"

#include "primitives/lanes.hpp"

#include <optional>
#include <vector>

namespace phala::worker {

/// The newest version of shared behaviour that this worker has.
inline constexpr std::uint32_t kConsensusVersion = 1;

class Ledger {
public:
    /// A measurement of this machine that the chain asked for.
    struct Benchmark {
        BlockNumber last_block;
        std::uint64_t start_time_ms;
        std::uint64_t iterations; ///< when it began
    };
    /// What of it is stored as one record; contract state and logs have records of their own.
    struct Stored {
        bool registered = false;
        struct Gatekeeper {
            ByteArray<64> master_secret;
            bool active; ///< the chain has confirmed the master key
        };
        std::optional<Gatekeeper> gatekeeper;
        std::optional<Cluster::Stored> cluster;
        std::uint32_t score = 0;
        std::optional<Benchmark> benchmark;
        std::optional<H256> joining;
        std::optional<PublicKey> master_on_chain;
        std::uint64_t gatekeeper_sequence = 0;
        bool named_gatekeeper = false;
    };

    /// `development`: a gatekeeper may host a cluster.
    Ledger(const crypto::sr25519::KeyPair& identity, const engine::Engine& engine, const RecordReader& store,
           bool development)
        : identity_{identity.copy()}, engine_{&engine}, store_{&store}, development_{development}
    {
    }

    /// Takes up what a former run stored.
    Outcome<> restore(const Stored& stored);
    [[nodiscard]] Stored to_store() const;

    /// Executes one message. Whatever is wrong with it, it is skipped, on every replica alike.
    void apply(const LeafV1& leaf, ByteView payload, const Environment& environment, Effects& effects);

    /// Reports the benchmark if this block, which is complete, ends it.
    void end_benchmark(BlockNumber block, std::uint64_t iterations, Effects& effects);

    /// The cluster that this worker was admitted to and does not serve yet.
    [[nodiscard]] const std::optional<H256>& joining() const { return joining_; }
    /// It has the cluster's key and state now: it serves it, and tells the chain.
    void join(Cluster cluster, Effects& effects);

    /// The lanes whose messages concern this worker now. Their number grows when it joins a cluster.
    [[nodiscard]] std::vector<LaneKind> followed() const;
    /// Whether the ticks of the clock do: only where a contract has a hook.
    [[nodiscard]] bool reads_clock() const { return cluster_ && cluster_->has_hooks(); }
    /// The cluster was taken from it since this process began: destroyed, or without this worker from now on.
    [[nodiscard]] bool has_left_cluster() const { return has_left_cluster_; }

    [[nodiscard]] std::uint32_t score() const { return score_; }
    [[nodiscard]] bool benchmarking() const { return benchmark_.has_value(); }
    [[nodiscard]] bool registered() const { return registered_; }
    [[nodiscard]] bool gatekeeper_active() const { return gatekeeper_ && gatekeeper_->active; }
    [[nodiscard]] std::optional<PublicKey> master_pubkey() const;
    [[nodiscard]] Cluster* cluster() { return cluster_ ? &*cluster_ : nullptr; }
    [[nodiscard]] const Cluster* cluster() const { return cluster_ ? &*cluster_ : nullptr; }

private:
    struct Gatekeeper {
        crypto::sr25519::KeyPair master;
        bool active;
    };

    void on_system_code(const Message& message, Effects& effects);
    void on_system_event(const Message& message, const Environment& environment, Effects& effects);
    void begin_benchmark(std::uint32_t duration, const Environment& environment, Effects& effects);
    static void on_pink_version(const Message& message, Effects& effects);
    static void on_consensus_version(const Message& message, Effects& effects);
    void on_gatekeeper_launch(const Message& message, Effects& effects);
    void on_gatekeeper_change(const Message& message, Effects& effects);
    void on_key_distribution(const Message& message, Effects& effects);
    void take_master_key(const KeyDistribution::MasterKeyDistribution& grant, Effects& effects);
    template <class Payload>
    void say_as_gatekeeper(const Payload& payload, Effects& effects);
    void leave_cluster(Effects& effects);
    void on_cluster_event(const Message& message, Effects& effects);
    void on_cluster_operation(const Message& message, const Environment& environment, Effects& effects);
    void on_clock_tick(const Message& message, const Environment& environment, Effects& effects);
    void on_contract_operation(const Message& message, const Environment& environment, Effects& effects);
    void deploy_cluster(const ClusterOperation::DispatchKeys& grant, const Environment& environment, Effects& effects);

    crypto::sr25519::KeyPair identity_;
    const engine::Engine* engine_;
    const RecordReader* store_;
    bool development_;
    bool registered_ = false;
    std::uint32_t score_ = 0;
    std::optional<Benchmark> benchmark_;
    std::optional<H256> joining_;
    std::optional<PublicKey> master_on_chain_;
    /// Sequence of the gatekeepers' next message. Every worker counts: one that becomes a gatekeeper goes on from there.
    std::uint64_t gatekeeper_sequence_ = 0;
    bool named_gatekeeper_ = false;
    std::optional<Gatekeeper> gatekeeper_;
    std::optional<Cluster> cluster_;
    bool has_left_cluster_ = false;
    std::shared_ptr<const Bytes> system_code_; ///< the chain's latest
};

} // namespace phala::worker
