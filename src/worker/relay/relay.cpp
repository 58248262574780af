#include "worker/relay/relay.hpp"

#include "base/fault.hpp"
#include "base/hex.hpp"
#include "primitives/registration.hpp"
#include "runtime/khala/encode_call.hpp"
#include "worker/relay/answers.hpp"
#include "worker/relay/member_client.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace phala::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kChunkLeaves = 1024;
constexpr std::uint64_t kChunkBytes = 8 * 1024 * 1024;
/// After so many blocks without acknowledgement a message is sent again.
constexpr BlockNumber kResendBlocks = 4;
/// Between two rounds of asking a cluster's members for its state.
constexpr auto kJoinPause = 2s;
/// The chain takes an endpoint for four hours after it was signed; it stays valid until replaced.
constexpr std::uint64_t kEndpointRefreshMs = 24ULL * 3600 * 1000;

std::uint64_t now_ms()
{
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
}

/// Answers that are no failure: another worker of the cluster, or an earlier try, was faster with the same message.
bool is_already_under_way(const Error& error)
{
    const std::string& text = error.detail();
    return std::ranges::any_of(std::array<std::string_view, 3>{"Priority is too low", "outdated", "lready imported"},
                               [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

/// Tells every two seconds how far a long way has been gone.
class CatchUp {
public:
    CatchUp(BlockNumber target, BlockNumber blocks) : target_{target}, blocks_{blocks}
    {
        if (is_long())
            spdlog::info("{} blocks behind: catching up with block {}", blocks_, target_);
    }
    void took(std::size_t leaves)
    {
        leaves_ += leaves;
        const auto now = std::chrono::steady_clock::now();
        if (now - told_ < 2s)
            return;
        told_ = now;
        spdlog::info("catching up with block {}: {} messages, {:.0f} a second", target_, leaves_, rate());
    }
    void done() const
    {
        if (is_long() || told_ != begun_)
            spdlog::info("caught up with block {}: {} blocks, {} messages, {:.1f} s", target_, blocks_, leaves_,
                         seconds());
    }

private:
    static constexpr BlockNumber kLong = 16;
    [[nodiscard]] bool is_long() const { return blocks_ > kLong; }
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    }
    [[nodiscard]] double rate() const { return static_cast<double>(leaves_) / std::max(seconds(), 1e-3); }

    BlockNumber target_, blocks_;
    std::size_t leaves_ = 0;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now(), told_ = begun_;
};

json::Array hex_array(std::span<const Bytes> items)
{
    json::Array out;
    for (const auto& item : items)
        out.emplace_back(to_hex0x(item));
    return out;
}

Outcome<AnchorInput> fetch_anchor(ChainClient& chain, ChainClient::Finalized block, const AnchorWants& wants)
{
    const auto keys = wants.keys();
    PHALA_TRY(const auto answer, chain.node().call("state_getReadProof", {hex_array(keys), to_hex0x(block.hash)}));
    AnchorInput input;
    input.hash = block.hash;
    input.header = std::move(block.header);
    PHALA_TRY(input.proof, proof_of_answer(answer));
    return input;
}

Outcome<ChunkInput> fetch_chunk(ChainClient& chain, const LaneWant& want, const H256& at)
{
    PHALA_TRY(const auto answer, chain.node().call("phala_laneRange", {to_hex0x(want.lane), want.from, kChunkLeaves,
                                                                       kChunkBytes, to_hex0x(at)}));
    PHALA_TRY(auto range, lane_range_of_answer(answer));
    ChunkInput input{want.lane, std::move(range.leaves), {}, std::move(range.frontier)};
    for (std::size_t i = 0; i < input.leaves.size(); ++i) {
        auto payload = std::move(range.payloads[i]);
        if (!payload) {
            const auto hash = to_hex0x(input.leaves[i].payload_hash);
            PHALA_TRY(payload, chain.node().call_bytes("phala_payload", {hash}));
        }
        if (!payload)
            return fail(NodeError::BadAnswer, "phala_payload: the node does not have it");
        input.payloads.push_back(std::move(*payload));
    }
    return input;
}

} // namespace

Relay::Relay(Core& core, tee::SealedStore& store, tee::Provider& tee, Published& published, OfferedState& offered,
             crypto::KeyPair payer, RelayOptions options)
    : core_{core}, store_{store}, tee_{tee}, published_{published}, offered_{offered}, payer_{std::move(payer)},
      options_{std::move(options)}, benchmark_{options_.benchmark_threads}
{
    published_.set(core_.status());
}

Outcome<> Relay::run(const std::stop_token& stop)
{
    retry_ = options_.first_retry;
    while (!stop.stop_requested()) {
        auto node = NodeClient::connect(options_.node_url, options_.call_timeout);
        auto chain = node ? ChainClient::open(std::move(*node)) : Outcome<ChainClient>{std::unexpected{node.error()}};
        if (chain) {
            if (told_.is_due("following"))
                spdlog::info("following the chain through {}", options_.node_url);
            auto followed = follow(*chain, stop);
            if (followed)
                return {};
            if (followed.error().of<tee::StoreError>() || followed.error().is(CoreError::WrongChain))
                return followed;
            tell_problem(followed.error());
            if (followed.error().is(CoreError::Unsupported)) {
                // it answers queries as of its last block, hands the cluster over, and keeps what it has for a newer program
                while (!stop.stop_requested())
                    wait(options_.last_retry, stop);
                return {};
            }
        } else {
            tell_problem(chain.error());
        }
        wait(retry_, stop);
        retry_ = std::min(retry_ * 2, options_.last_retry);
    }
    return {};
}

void Relay::wait(std::chrono::milliseconds time, const std::stop_token& stop)
{
    for (auto waited = 0ms; waited < time && !stop.stop_requested(); waited += 50ms)
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(50ms, time));
}

void Relay::tell(Progress progress)
{
    progress_ = std::move(progress);
    published_.set(progress_);
}

/// One line for a kind of problem, not one for each try.
void Relay::warn(const Error& error, const std::string& line)
{
    const std::string message = error.message();
    if (told_.is_due(std::string_view{message}.substr(0, message.size() - error.detail().size())))
        spdlog::warn("{}", line);
}

void Relay::tell_problem(const Error& error)
{
    const bool is_nonsense =
        !error.of<NodeError>() && !error.is(CoreError::Unsupported) && !error.is(CoreError::OtherBranch);
    const std::string problem =
        (is_nonsense ? "the node at " + options_.node_url + " said what cannot be true: " : std::string{})
        + error.message();
    warn(error, "stuck at block " + std::to_string(core_.status().anchor_number) + ": " + problem
                    + (error.is(CoreError::Unsupported) ? "" : "; trying again"));
    tell({progress_.chain_head, false, problem});
}

Outcome<> Relay::follow(ChainClient& chain, const std::stop_token& stop)
{
    if (chain.identity().genesis_hash != core_.genesis_hash())
        return fail(CoreError::WrongChain, "the node follows " + to_hex0x(chain.identity().genesis_hash));
    PHALA_CHECK(chain.node().subscribe("chain_subscribeFinalizedHeads"));
    sent_.clear();
    while (!stop.stop_requested()) {
        PHALA_TRY(const bool progressed, feed(chain, stop));
        if (const auto cluster = core_.wants().join)
            PHALA_CHECK(join(chain, *cluster, stop));
        PHALA_CHECK(send(chain));
        const Status status = core_.status();
        if (status.has_left_cluster && !status.gatekeeper_active) {
            spdlog::info("the chain took the cluster from this worker: it ends here");
            return {};
        }
        if (!progressed)
            PHALA_CHECK(chain.node().wait(500ms));
    }
    return {};
}

/// Gives the core the newest finalized block and all it then asks for; a block that was begun comes first. False where
/// there was nothing new.
Outcome<bool> Relay::feed(ChainClient& chain, const std::stop_token& stop)
{
    PHALA_TRY(auto begun, begun_block(chain));
    if (!begun) {
        PHALA_TRY(begun, chain.finalized_head());
    }
    const auto& head = *begun;
    const BlockNumber here = core_.status().anchor_number;
    PHALA_CHECK(check_branch(chain, head));
    const bool is_new = head.number > here;
    if (is_new) {
        tell({head.number, true, progress_.problem}); // a problem is solved where it was met, not before
        PHALA_CHECK(feed(chain, head, stop));
        retry_ = options_.first_retry;
    }
    std::string problem;
    if (head.number < here) {
        problem = "the node is behind this worker: its newest final block is " + std::to_string(head.number)
                  + ", this worker stands at " + std::to_string(here) + "; waiting for it";
        if (told_.is_due("behind"))
            spdlog::warn("{}", problem);
    }
    if (!progress_.connected || progress_.problem != problem || head.number != progress_.chain_head)
        tell({head.number, true, std::move(problem)});
    return is_new && !stop.stop_requested();
}

/// The block that the core has begun, if any. Where the node has no such block any more, the chain took it back, and the
/// core goes back too, behind the last block that it completed.
Outcome<std::optional<ChainClient::Finalized>> Relay::begun_block(ChainClient& chain)
{
    const auto begun = core_.wants().block;
    if (!begun)
        return std::nullopt;
    auto block = chain.header(*begun);
    if (block)
        return std::optional{*std::move(block)};
    if (!block.error().is(NodeError::UnknownBlock))
        return std::unexpected{block.error()};
    PHALA_CHECK(core_.rewind());
    warn(block.error(), "the node has taken back block " + to_hex0x(*begun)
                            + ", which this worker had begun: it goes on from block "
                            + std::to_string(core_.status().anchor_number));
    return std::nullopt;
}

/// What the node has must be what this worker executed. That is no proof: only a lane's peaks are, which the core checks.
Outcome<> Relay::check_branch(ChainClient& chain, const ChainClient::Finalized& head)
{
    const Status status = core_.status();
    if (!status.anchor_hash || head.number < status.anchor_number)
        return {};
    PHALA_TRY(const auto there,
              head.number == status.anchor_number ? Outcome<H256>{head.hash} : chain.hash_at(status.anchor_number));
    if (there != *status.anchor_hash)
        return fail(CoreError::OtherBranch, "block " + std::to_string(status.anchor_number) + " is "
                                                + to_hex0x(*status.anchor_hash) + " here and " + to_hex0x(there)
                                                + " there");
    return {};
}

/// Brings the core to the end of one block.
Outcome<> Relay::feed(ChainClient& chain, const ChainClient::Finalized& head, const std::stop_token& stop)
{
    CatchUp catch_up{head.number, head.number - core_.status().anchor_number};
    while (core_.status().anchor_number < head.number && !stop.stop_requested()) {
        const Wants wants = core_.wants();
        if (wants.chunk) {
            PHALA_TRY(auto chunk, fetch_chunk(chain, *wants.chunk, head.hash));
            const std::size_t leaves = chunk.leaves.size();
            PHALA_CHECK(step(std::move(chunk)));
            catch_up.took(leaves);
        } else {
            PHALA_TRY(auto anchor, fetch_anchor(chain, head, wants.anchor));
            PHALA_CHECK(step(std::move(anchor)));
        }
    }
    if (!stop.stop_requested())
        catch_up.done();
    return {};
}

/// Gets the state of the cluster that this worker was admitted to: from its operator, or else from the cluster's members.
/// Where it is not to be had, another try comes later; only a lost node or a failing store is an error.
Outcome<> Relay::join(ChainClient& chain, const H256& cluster, const std::stop_token& stop)
{
    if (auto offered = offered_.take()) {
        PHALA_TRY(const auto problem, take_cluster(chain, *std::move(offered), stop));
        if (problem.empty())
            return {};
        spdlog::warn("the state of cluster {} that was loaded is of no use: {}", to_hex0x(cluster), problem);
    }
    const auto now = std::chrono::steady_clock::now();
    if (join_tried_ && now - *join_tried_ < kJoinPause)
        return {};
    join_tried_ = now;
    PHALA_TRY(const auto problem, ask_members(chain, cluster, stop));
    if (!problem.empty() && told_.is_due("no state"))
        spdlog::info("no state of cluster {} yet: {}; asking again", to_hex0x(cluster), problem);
    return {};
}

/// One after the other until one gives it. The text is what was wrong with the last; empty once the cluster is joined.
Outcome<std::string> Relay::ask_members(ChainClient& chain, const H256& cluster, const std::stop_token& stop)
{
    PHALA_TRY(const auto members,
              chain.storage<std::vector<PublicKey>>(runtime::phala_phat_contracts::ClusterWorkers::key(cluster)));
    ByteArray<32> entropy{};
    tee_.fill_random(entropy);
    const auto request = core_.cluster_state_request(core_.status().anchor_number, entropy);
    std::string problem = "it has no other members";
    for (const auto& member : members.value_or(std::vector<PublicKey>{})) {
        if (member == core_.public_key())
            continue;
        PHALA_TRY(const auto endpoints,
                  chain.storage<VersionedWorkerEndpoints>(runtime::phala_registry::Endpoints::key(member)));
        const auto urls =
            endpoints ? endpoints->endpoints.get_if<VersionedWorkerEndpoints::V1>()->_0 : std::vector<std::string>{};
        for (const auto& url : urls) {
            auto shared = ask_member(url, request, options_.call_timeout);
            if (!shared) {
                problem = shared.error().message();
                continue;
            }
            PHALA_TRY(problem, take_cluster(chain, *std::move(shared), stop));
            if (problem.empty())
                return problem;
        }
    }
    return problem;
}

/// Follows the chain to just the block that the state is of, and joins with it. The text is what was wrong with it.
Outcome<std::string> Relay::take_cluster(ChainClient& chain, SharedClusterState shared, const std::stop_token& stop)
{
    if (shared.block > core_.status().anchor_number) {
        PHALA_TRY(const auto head, chain.header_at(shared.block));
        PHALA_CHECK(feed(chain, head, stop));
    }
    const auto joined = step(JoinInput{std::move(shared.sealed)});
    if (!joined && joined.error().of<tee::StoreError>())
        return std::unexpected{joined.error()};
    return joined ? std::string{} : joined.error().message();
}

Outcome<> Relay::step(decltype(Input::content) content)
{
    Input input{std::move(content), now_ms(), {}, benchmark_.iterations()};
    tee_.fill_random(input.entropy);
    PHALA_TRY(auto output, core_.step(input));
    for (const auto& note : output.notes)
        spdlog::info("{}", note);
    if (!output.block_complete)
        return {};
    PHALA_CHECK(store_.commit(std::move(output.records)));
    core_.committed();
    Status status = core_.status();
    benchmark_.run(status.benchmarking);
    published_.set(std::move(status));
    return {};
}

bool Relay::submit(ChainClient& chain, ByteView call, std::string_view what)
{
    fault::point("worker-before-send");
    const auto hash = chain.submit(call, payer_);
    fault::point("worker-after-send");
    if (hash)
        spdlog::debug("sent {}: {}", what, to_hex0x(*hash));
    else if (is_already_under_way(hash.error()))
        spdlog::debug("{} is under way already: {}", what, hash.error().message());
    else
        warn(hash.error(),
             "could not send " + std::string{what} + ": " + hash.error().message() + "; it is tried again");
    return hash || is_already_under_way(hash.error());
}

/// Publishes where clients reach this worker: when that changes, and once a day.
Outcome<> Relay::publish_endpoints(ChainClient& chain, const Status& status)
{
    const BlockNumber now = status.anchor_number;
    auto urls = options_.endpoints ? options_.endpoints() : std::vector<std::string>{};
    const bool is_due = urls != endpoints_signed_
                        || (endpoint_signed_ms_ && status.block_time_ms > *endpoint_signed_ms_ + kEndpointRefreshMs);
    if (urls.empty() || !is_due || (endpoint_tried_ && now < *endpoint_tried_ + kResendBlocks))
        return {};
    endpoint_tried_ = now;
    WorkerEndpointPayload payload{core_.public_key(), {VersionedWorkerEndpoints::V1{urls}}, status.block_time_ms};
    ByteArray<32> entropy{};
    tee_.fill_random(entropy);
    Bytes signature = core_.sign(SignedContent::EndpointInfo, scale::encode(payload), entropy);
    const Bytes call = runtime::khala::encode_call(
        runtime::phala_registry::update_worker_endpoint{std::move(payload), std::move(signature)});
    if (submit(chain, call, "the endpoint")) {
        endpoint_signed_ms_ = status.block_time_ms;
        endpoints_signed_ = std::move(urls);
    }
    return {};
}

void Relay::send_registration(ChainClient& chain, BlockNumber now)
{
    if (registration_sent_ && now < *registration_sent_ + kResendBlocks)
        return;
    registration_sent_ = now;
    const runtime::phala_registry::register_worker_v2 call{core_.registration(options_.operator_account), std::nullopt};
    submit(chain, runtime::khala::encode_call(call), "the registration");
}

/// A registration lasts for a time: in its last third the worker registers again.
void Relay::renew_registration(ChainClient& chain, const Status& status)
{
    if (!status.registration)
        return;
    const auto& registration = *status.registration;
    if (registration.valid_until < status.block_time_ms + kRegistrationValidity / 3)
        send_registration(chain, status.anchor_number);
    if (status.registration_counts())
        return;
    const bool is_expired = registration.valid_until <= status.block_time_ms;
    if (told_.is_due(is_expired ? "expired" : "program"))
        spdlog::warn("this worker's registration does not count: {}",
                     is_expired ? "it has expired; registering again"
                                : "the chain does not let its program run; install one that it does");
}

Outcome<> Relay::send(ChainClient& chain)
{
    const Status status = core_.status();
    const BlockNumber now = status.anchor_number;
    if (now == 0)
        return {};
    if (!status.registered) {
        send_registration(chain, now);
        return {};
    }
    renew_registration(chain, status);
    PHALA_CHECK(publish_endpoints(chain, status));
    for (const auto& message : core_.egress()) {
        const std::pair key{scale::encode(message.message.sender), message.sequence};
        const auto before = sent_.find(key);
        if (before != sent_.end() && now < before->second + kResendBlocks)
            continue;
        sent_.insert_or_assign(key, now);
        submit(chain, runtime::khala::encode_call(runtime::phala_mq::sync_offchain_message{message}),
               "message " + std::to_string(message.sequence));
    }
    return {};
}

} // namespace phala::worker
