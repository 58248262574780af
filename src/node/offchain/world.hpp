#pragma once
// What one run of an offchain worker may touch.
#include "host/offchain.hpp"
#include "node/offchain/workers.hpp"

#include <map>

namespace phala::node {

class OffchainWorld final : public host::Offchain {
public:
    OffchainWorld(OffchainStorage storage, Pool& pool, bool is_validator, const OffchainLimits& limits,
                  std::stop_token stop);

    [[nodiscard]] bool is_validator() const override { return is_validator_; }
    [[nodiscard]] bool submit_transaction(ByteView extrinsic) override;
    [[nodiscard]] std::optional<host::NetworkState> network_state() const override { return std::nullopt; }
    [[nodiscard]] std::uint64_t timestamp() const override;
    /// No longer than the run may take.
    void sleep_until(std::uint64_t timestamp) override;
    [[nodiscard]] ByteArray<32> random_seed() override;

    [[nodiscard]] Outcome<std::optional<Bytes>> get(host::OffchainStore store, ByteView key) const override;
    Outcome<> set(host::OffchainStore store, ByteView key, ByteView value) override;
    Outcome<> clear(host::OffchainStore store, ByteView key) override;
    Outcome<bool> compare_and_set(host::OffchainStore store, ByteView key, const std::optional<Bytes>& expected,
                                  ByteView value) override;

private:
    Outcome<> charge(std::size_t bytes);

    OffchainStorage storage_;
    std::map<Bytes, Bytes, host::ByteLess> of_this_run_; ///< the local store: no later run sees it, on whatever fork
    Pool& pool_;
    const bool is_validator_;
    const OffchainLimits limits_;
    const std::stop_token stop_;
    const std::chrono::steady_clock::time_point end_;
    std::size_t written_ = 0;
    std::size_t transactions_ = 0;
};

} // namespace phala::node
