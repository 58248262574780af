#include "worker/relay/relay.hpp"

#include "base/fault.hpp"
#include "base/hex.hpp"
#include "primitives/registration.hpp"
#include "runtime/khala/encode_call.hpp"
#include "worker/relay/answers.hpp"

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

Relay::Relay(Core& core, tee::SealedStore& store, tee::Provider& tee, Published& published, crypto::KeyPair payer,
             RelayOptions options)
    : core_{core}, store_{store}, tee_{tee}, published_{published}, payer_{std::move(payer)},
      options_{std::move(options)}
{
    published_.set(core_.status());
}

Outcome<> Relay::run(const std::stop_token& stop)
{
    auto retry = options_.first_retry;
    while (!stop.stop_requested()) {
        auto node = NodeClient::connect(options_.node_url, options_.call_timeout);
        auto chain = node ? ChainClient::open(std::move(*node)) : Outcome<ChainClient>{std::unexpected{node.error()}};
        if (chain) {
            spdlog::info("following the chain through {}", options_.node_url);
            retry = options_.first_retry;
            auto followed = follow(*chain, stop);
            if (followed)
                return {};
            if (followed.error().of<tee::StoreError>() || followed.error().is(CoreError::WrongChain))
                return followed;
            spdlog::warn("{}; trying again", followed.error().message());
        } else {
            spdlog::warn("{}; trying again in {} ms", chain.error().message(), retry.count());
        }
        for (auto waited = 0ms; waited < retry && !stop.stop_requested(); waited += 50ms)
            std::this_thread::sleep_for(50ms);
        retry = std::min(retry * 2, options_.last_retry);
    }
    return {};
}

Outcome<> Relay::follow(ChainClient& chain, const std::stop_token& stop)
{
    if (chain.identity().genesis_hash != core_.genesis_hash())
        return fail(CoreError::WrongChain, "the node follows " + to_hex0x(chain.identity().genesis_hash));
    PHALA_CHECK(chain.node().subscribe("chain_subscribeFinalizedHeads"));
    sent_.clear();
    while (!stop.stop_requested()) {
        PHALA_TRY(const bool progressed, feed(chain, stop));
        PHALA_CHECK(send(chain));
        if (!progressed)
            PHALA_CHECK(chain.node().wait(500ms));
    }
    return {};
}

/// Gives the core the newest finalized block and all it then asks for; a block that was begun comes first. False where
/// there was nothing new.
Outcome<bool> Relay::feed(ChainClient& chain, const std::stop_token& stop)
{
    const auto begun = core_.wants().block;
    PHALA_TRY(auto head, begun ? chain.header(*begun) : chain.finalized_head());
    if (head.number == 0 || head.number <= core_.status().anchor_number)
        return false;
    const BlockNumber behind = head.number - core_.status().anchor_number;
    std::size_t chunks = 0;
    while (core_.status().anchor_number < head.number) {
        if (stop.stop_requested())
            return false;
        const Wants wants = core_.wants();
        if (wants.chunk) {
            PHALA_TRY(auto chunk, fetch_chunk(chain, *wants.chunk, head.hash));
            PHALA_CHECK(step(std::move(chunk)));
            if (++chunks % 64 == 0)
                spdlog::info("catching up with block {}: message {}", head.number, core_.status().processed_global);
        } else {
            PHALA_TRY(auto anchor, fetch_anchor(chain, head, wants.anchor));
            PHALA_CHECK(step(std::move(anchor)));
        }
    }
    if (behind > 16)
        spdlog::info("caught up: {} blocks, now at {}", behind, head.number);
    return true;
}

Outcome<> Relay::step(std::variant<AnchorInput, ChunkInput> content)
{
    Input input{std::move(content), now_ms(), {}};
    tee_.fill_random(input.entropy);
    PHALA_TRY(auto output, core_.step(input));
    for (const auto& note : output.notes)
        spdlog::info("{}", note);
    if (!output.block_complete)
        return {};
    PHALA_CHECK(store_.commit(std::move(output.records)));
    core_.committed();
    published_.set(core_.status());
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
        spdlog::warn("could not send {}: {}; it is tried again", what, hash.error().message());
    return hash || is_already_under_way(hash.error());
}

Outcome<> Relay::send(ChainClient& chain)
{
    const Status status = core_.status();
    const BlockNumber now = status.anchor_number;
    if (now == 0)
        return {};
    if (!status.registered) {
        if (registration_sent_ && now < *registration_sent_ + kResendBlocks)
            return {};
        registration_sent_ = now;
        const runtime::phala_registry::register_worker_v2 call{core_.registration(options_.operator_account),
                                                               std::nullopt};
        submit(chain, runtime::khala::encode_call(call), "the registration");
        return {};
    }
    if (!options_.endpoint.empty() && (!endpoint_tried_ || now >= *endpoint_tried_ + kResendBlocks)
        && (!endpoint_signed_ms_ || status.block_time_ms > *endpoint_signed_ms_ + kEndpointRefreshMs)) {
        endpoint_tried_ = now;
        WorkerEndpointPayload payload{
            core_.public_key(), {VersionedWorkerEndpoints::V1{{options_.endpoint}}}, status.block_time_ms};
        ByteArray<32> entropy{};
        tee_.fill_random(entropy);
        Bytes signature = core_.sign(SignedContent::EndpointInfo, scale::encode(payload), entropy);
        if (submit(chain,
                   runtime::khala::encode_call(
                       runtime::phala_registry::update_worker_endpoint{std::move(payload), std::move(signature)}),
                   "the endpoint"))
            endpoint_signed_ms_ = status.block_time_ms;
    }
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
