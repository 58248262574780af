#pragma once
// Keeps a core fed: follows a node's finalized blocks, fetches proofs and lane chunks that the core asks for, stores
// what it says, sends what it signed. The node is not trusted: whatever it says goes through Core::step.
#include "worker/core/published.hpp"
#include "worker/relay/benchmark.hpp"
#include "worker/relay/chain_client.hpp"
#include "worker/relay/repeats.hpp"
#include "worker/tee/provider.hpp"
#include "worker/tee/sealed_store.hpp"

#include <functional>
#include <stop_token>

namespace phala::worker {

struct RelayOptions {
    std::string node_url;
    std::function<std::vector<std::string>()> endpoints; ///< where clients reach this worker now; published on chain
    std::optional<AccountId> operator_account;
    std::size_t benchmark_threads = 0;              ///< 0: benchmarks find nothing
    std::chrono::milliseconds call_timeout{30'000}; ///< that a node has to answer
    std::chrono::milliseconds first_retry{200};     ///< wait before the second try; doubled for each that follows
    std::chrono::milliseconds last_retry{5'000};    ///< the longest wait
};

class Relay {
public:
    /// All must outlive this. `payer` signs and pays for this worker's transactions.
    Relay(Core& core, tee::SealedStore& store, tee::Provider& tee, Published& published, OfferedState& offered,
          crypto::KeyPair payer, RelayOptions options);

    /// Runs until asked to stop, or until the chain takes the cluster from this worker; loses and regains the node as
    /// often as it must. Ends with an error only where going on makes no sense: the store fails, or the node follows
    /// another chain.
    Outcome<> run(const std::stop_token& stop);

private:
    Outcome<> follow(ChainClient& chain, const std::stop_token& stop);
    Outcome<bool> feed(ChainClient& chain, const std::stop_token& stop);
    Outcome<std::optional<ChainClient::Finalized>> begun_block(ChainClient& chain);
    Outcome<> check_branch(ChainClient& chain, const ChainClient::Finalized& head);
    Outcome<> feed(ChainClient& chain, const ChainClient::Finalized& head, const std::stop_token& stop);
    Outcome<> join(ChainClient& chain, const H256& cluster, const std::stop_token& stop);
    Outcome<std::string> ask_members(ChainClient& chain, const H256& cluster, const std::stop_token& stop);
    Outcome<std::string> take_cluster(ChainClient& chain, SharedClusterState shared, const std::stop_token& stop);
    Outcome<> step(decltype(Input::content) content);
    Outcome<> send(ChainClient& chain);
    Outcome<> publish_endpoints(ChainClient& chain, const Status& status);
    void renew_registration(ChainClient& chain, const Status& status);
    void send_registration(ChainClient& chain, BlockNumber now);
    void wait(std::chrono::milliseconds time, const std::stop_token& stop);
    bool submit(ChainClient& chain, ByteView call, std::string_view what);
    void tell(Progress progress);
    void tell_problem(const Error& error);
    void warn(const Error& error, const std::string& line);

    Core& core_;
    tee::SealedStore& store_;
    tee::Provider& tee_;
    Published& published_;
    OfferedState& offered_;
    crypto::KeyPair payer_;
    RelayOptions options_;
    Benchmark benchmark_;
    Progress progress_;
    Repeats told_;
    std::chrono::milliseconds retry_{}; ///< the next wait before another try

    /// Block in which each message was last sent, by SCALE(origin) and sequence: not again before it had time to get in.
    std::map<std::pair<Bytes, std::uint64_t>, BlockNumber> sent_;
    std::optional<BlockNumber> registration_sent_;
    std::optional<std::chrono::steady_clock::time_point> join_tried_;
    std::optional<BlockNumber> endpoint_tried_;
    std::optional<std::uint64_t> endpoint_signed_ms_; ///< of the ones that a node took
    std::vector<std::string> endpoints_signed_;       ///< likewise
};

} // namespace phala::worker
