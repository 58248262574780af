#pragma once
#include "worker/core/engine/execution.hpp"

namespace phala::worker::engine {

/// The pink chain extension (spec contract-engine §4) for one frame.
class Extension {
public:
    Extension(Execution& execution, Frame& frame) : execution_{execution}, frame_{frame} {}

    struct Reply {
        std::uint32_t status = 0;
        Bytes output;
    };
    /// `id` and `input` as the contract gave them. An error ends the call.
    Dispatched<Reply> call(std::uint32_t id, ByteView input);

private:
    template <class... Args, class Handler>
    Dispatched<Reply> with(ByteView input, Handler handler);
    [[nodiscard]] bool is_query() const;
    Dispatched<> emit(CacheOp operation);
    /// For what has no price but takes its time.
    Dispatched<> pay(std::uint64_t work, std::uint64_t bytes = 0) { return execution_.work(work, bytes); }

    Dispatched<Reply> http_request(ByteView input);
    Dispatched<Reply> batch_http_request(ByteView input);
    Dispatched<Reply> sign(ByteView input);
    Dispatched<Reply> verify(ByteView input);
    Dispatched<Reply> derive_sr25519_key(ByteView input);
    Dispatched<Reply> get_public_key(ByteView input);
    Dispatched<Reply> cache(std::uint16_t function, ByteView input);
    Dispatched<Reply> ecdsa_sign_prehashed(ByteView input);
    Dispatched<Reply> ecdsa_verify_prehashed(ByteView input);
    Dispatched<Reply> import_latest_system_code(ByteView input);

    Execution& execution_;
    Frame& frame_;
};

/// What gas costs: saturating price times gas.
Balance gas_fee(const ClusterParameters& parameters, std::uint64_t ref_time);

/// Stores code that is known to keep the rules and holds its deposit (§1.3, §2.5). Nothing happens for code that is there.
Dispatched<Balance> store_code(Storage& storage, const AccountId& owner, const H256& hash, ByteView code,
                               Determinism determinism);

} // namespace phala::worker::engine
