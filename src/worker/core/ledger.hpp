#pragma once
// Executes messages in the order of the chain: what a worker, a gatekeeper and a member of a cluster do on each
// (spec trust-and-keys §2.3–§2.6, §4.2, contract-engine §6.3). Its result follows from the messages alone; this code
// cannot name anything that was read from the chain's state.
#include "worker/core/cluster.hpp"

#include "primitives/lanes.hpp"

#include <optional>
#include <vector>

namespace phala::worker {

class Ledger {
public:
    /// What of it is stored as one record; contract state and logs have records of their own.
    struct Stored {
        bool registered = false;
        struct Gatekeeper {
            ByteArray<64> master_secret;
            bool active; ///< the chain has confirmed the master key
        };
        std::optional<Gatekeeper> gatekeeper;
        std::optional<Cluster::Stored> cluster;
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

    /// The lanes whose messages concern this worker now. Their number grows when it joins a cluster.
    [[nodiscard]] std::vector<LaneKind> followed() const;

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
    void on_system_event(const Message& message, Effects& effects);
    void on_gatekeeper_launch(const Message& message, Effects& effects);
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
    std::optional<Gatekeeper> gatekeeper_;
    std::optional<Cluster> cluster_;
    std::shared_ptr<const Bytes> system_code_; ///< the chain's latest
};

} // namespace phala::worker
