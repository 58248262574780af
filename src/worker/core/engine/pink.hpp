#pragma once
// What the engine does with pink events (spec contract-engine §5), and what the pink extension (§4) asks of the worker.
#include "primitives/pink.hpp"
#include "worker/core/engine/types.hpp"

namespace phala::worker::engine {

using namespace pink; // the vocabulary that contracts write and the engine reads

/// A pink event as a contract's event data has it; bytes behind it are ignored.
std::optional<PinkEvent> decode_pink_event(ByteView data);
/// Honoured only when the cluster's system contract says it.
bool is_for_system_contract(const PinkEvent& event);
/// Acted upon also when a query produced it.
bool is_allowed_in_query(const PinkEvent& event);
/// Kept out of the event chain.
bool is_private(const PinkEvent& event);

/// The version whose behaviour this is: major, minor.
inline constexpr std::pair<std::uint32_t, std::uint32_t> kRuntimeVersion{1, 2};

/// What a query may ask of the world around the engine. Implementations must be safe to call from several queries at
/// once; transactions and estimations never reach them.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    virtual std::uint64_t wall_clock_ms() = 0; ///< since the Unix epoch
    virtual void fill_random(std::span<std::uint8_t> out) = 0;
    virtual ByteArray<32> worker_public_key() = 0;
    virtual HttpOutcome http_request(const AccountId& contract, const HttpRequest& request) = 0;
    /// One outcome per request, in order.
    virtual std::vector<HttpOutcome> batch_http_request(const AccountId& contract,
                                                        const std::vector<HttpRequest>& requests,
                                                        std::uint64_t timeout_ms) = 0;

    /// The local cache (§4.6). False: over quota.
    virtual bool cache_set(const AccountId& contract, ByteView key, ByteView value) = 0;
    virtual void cache_set_expiration(const AccountId& contract, ByteView key, std::uint64_t seconds) = 0;
    virtual std::optional<Bytes> cache_get(const AccountId& contract, ByteView key) = 0;
    virtual std::optional<Bytes> cache_remove(const AccountId& contract, ByteView key) = 0;
};

} // namespace phala::worker::engine
