#pragma once
// The worker's core: a deterministic state machine without I/O, clock or random device (ARCHITECTURE D7). It is fed
// headers with read proofs and chunks of lanes by whoever likes to, verifies all of it, executes the messages in order
// and says what to store and what to send to the chain.
//
//   wants()      what it needs next: a read proof of these keys, or a chunk of this lane
//   step(input)  takes one such input; an error means the input was refused and nothing changed; Unsupported means that
//                no input will be taken any more, and what was committed is as it was
//   committed()  the records of the last complete block are on disk: its effects become visible
//   snapshot()   what queries run on: immutable, shared, as of the last committed block
#include "worker/core/anchor.hpp"
#include "worker/core/query.hpp"
#include "worker/core/records.hpp"

#include "crypto/sr25519.hpp"
#include "primitives/registration.hpp"

#include <memory>

namespace phala::worker::engine {
struct CompiledStore;
}

namespace phala::worker {

/// The hash of a block that is said to be final, its header, and a read proof of wants().keys under its state root.
struct AnchorInput {
    H256 hash;
    Bytes header;
    std::vector<Bytes> proof;
};

/// The next leaves of a lane, their payloads, and the frontier behind them up to the anchor's head.
struct ChunkInput {
    LaneId lane;
    std::vector<LeafV1> leaves;
    std::vector<Bytes> payloads; ///< one for each leaf
    std::vector<H256> frontier;
};

/// The state of a cluster that this worker was admitted to, as a member shared it, encrypted.
struct JoinInput {
    Bytes sealed;
};

/// Asks a member for it. `signature` is the receiver's over SignedContent::ClusterStateRequest of `min_block`,
/// big-endian.
struct ClusterStateRequest {
    PublicKey receiver;
    BlockNumber min_block;
    Bytes signature;
};
struct SharedClusterState {
    BlockNumber block;
    Bytes sealed;
};

struct Input {
    std::variant<AnchorInput, ChunkInput, JoinInput> content;
    std::uint64_t now_ms = 0;     ///< the worker's clock; only log records show it
    ByteArray<32> entropy{};      ///< fresh random bytes: for keys, nonces and signatures
    std::uint64_t iterations = 0; ///< of the benchmark since this process began; counted while status().benchmarking
};

/// What step gave. `records` is empty until the lanes are read up to the anchor; then it is the whole block's batch.
struct Output {
    bool block_complete = false;
    std::vector<RecordChange> records;
    std::vector<std::string> notes; ///< one line each for the operator's log; nothing secret
};

/// What the core needs to go on.
struct LaneWant {
    LaneId lane;
    std::uint64_t from; ///< index of the next leaf
};
struct Wants {
    AnchorWants anchor;            ///< what a proof must hold
    std::optional<H256> block;     ///< the block whose lanes are being read; none: any newer one may follow
    std::optional<LaneWant> chunk; ///< the lane to go on with; none while `block` is set: another proof of that block
    std::optional<H256> join;      ///< the cluster whose state to ask its members for
};

/// What the operator and clients are told.
struct Status {
    BlockNumber anchor_number = 0; ///< last complete block
    std::uint64_t block_time_ms = 0;
    std::uint64_t processed_global = 0;
    bool registered = false;
    bool gatekeeper_active = false;
    std::optional<PublicKey> master_pubkey;
    std::size_t pending_messages = 0;
    std::shared_ptr<const Snapshot> snapshot; ///< null before a cluster is hosted
    std::uint32_t score = 0;                  ///< of the last benchmark, as the chain told it
    bool benchmarking = false;                ///< the chain asked for a benchmark that is not done yet
    std::optional<H256> joining;              ///< the cluster that it was admitted to and whose state it lacks
    bool has_left_cluster = false;            ///< the chain took its cluster from it since this process began
    std::optional<H256> anchor_hash;          ///< of the last complete block; none before the first
    std::optional<Registration> registration; ///< of this worker, as of that block; none until one was read

    /// Whether that registration lets it be given keys.
    [[nodiscard]] bool registration_counts() const
    {
        return registration && registration->counts(anchor_number, block_time_ms);
    }
};

class Core {
public:
    struct Config {
        H256 genesis_hash;
        std::uint32_t para_id = 0;                 ///< of the chain, as the registry wants it in a registration
        bool development = false;                  ///< a gatekeeper may host a cluster (decisions §4.5)
        std::size_t query_slots = 4;               ///< queries that run at the same time; the machine's cores and two
        engine::CompiledStore* compiled = nullptr; ///< keeps compiled contracts between runs; must outlive the core
    };

    /// Resumes from what the store holds, or begins. The store must outlive the core.
    static Outcome<Core> create(const Config& config, crypto::sr25519::KeyPair identity, const RecordReader& store);

    Core(Core&&) noexcept;
    Core& operator=(Core&&) noexcept;
    ~Core();

    [[nodiscard]] Wants wants() const;
    Outcome<Output> step(const Input& input);
    void committed();
    /// Forgets the block that was begun, as a restart would: the chain took it back. Not between a complete block and
    /// committed().
    Outcome<> rewind();

    /// Messages that the chain has not taken yet, by origin and in order.
    [[nodiscard]] std::vector<SignedMessage> egress() const;
    [[nodiscard]] Status status() const;

    /// Signs content other than messages with the identity key: endpoints, answers (spec sdk-wire §4.6).
    [[nodiscard]] Bytes sign(SignedContent type, ByteView data, const ByteArray<32>& entropy) const;
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] const H256& genesis_hash() const;
    /// This worker's request for the state of the cluster that it joins, of that block or a later one.
    [[nodiscard]] ClusterStateRequest cluster_state_request(BlockNumber min_block, const ByteArray<32>& entropy) const;
    /// The state of the cluster for a worker that the chain admitted to it, as of the last complete block. May run in
    /// parallel with step. Fails with NotAdmitted, BadSignature, OtherBlock (not there yet) or NotReady.
    [[nodiscard]] Outcome<SharedClusterState> share_cluster(const ClusterStateRequest& request,
                                                            const ByteArray<32>& entropy) const;

    /// What this worker tells the registry about itself.
    [[nodiscard]] WorkerRegistrationInfoV2 registration(const std::optional<AccountId>& operator_account) const;

    /// Answers an encrypted query on a snapshot, when it is its contract's turn: before this returns, or by `later`. May
    /// run in parallel with itself and with step.
    void query(const std::shared_ptr<const Snapshot>& snapshot, const QueryInput& input, RunLater later,
               std::move_only_function<void(Outcome<QueryAnswer>)> done) const;
    /// As the other, on this thread, and waits.
    [[nodiscard]] Outcome<QueryAnswer> query(const std::shared_ptr<const Snapshot>& snapshot,
                                             const QueryInput& input) const;

private:
    struct State;
    explicit Core(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace phala::worker
