#pragma once
#include "worker/core/query.hpp"

#include "crypto/sr25519.hpp"
#include "worker/core/environment.hpp"
#include "worker/core/log_server.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace phala::worker {

/// The cluster as of one complete block. Immutable and shared: queries on it run in parallel and see nothing of later
/// blocks. Beside the state they reach the contracts' caches and the logger, which are no part of it.
struct Snapshot {
    struct State; ///< defined beside the cluster, which knows the engine

    explicit Snapshot(std::shared_ptr<const State> state) : state_{std::move(state)} {}

    [[nodiscard]] const H256& cluster() const;
    [[nodiscard]] const H256& state_root() const;
    [[nodiscard]] const H256& system_contract() const;
    [[nodiscard]] const std::optional<H256>& log_handler() const;
    /// Code hash of the side program that evaluates JavaScript, where the cluster named one.
    [[nodiscard]] const std::optional<H256>& js_runtime() const;
    [[nodiscard]] const std::vector<H256>& contracts() const;
    [[nodiscard]] BlockNumber block() const;
    [[nodiscard]] std::optional<H256> code_hash(const H256& contract) const;
    [[nodiscard]] std::uint32_t weight(const H256& contract) const; ///< of its queries and its cache

    using Result = Outcome<std::expected<InkQueryResponse, InkQueryError>>;

    /// A decrypted query and its asker (nobody, where nothing was signed).
    struct Request {
        InkQuery query;
        std::optional<AccountId> origin;
        std::uint64_t now_ms = 0;
        ByteArray<32> entropy{};
    };

    /// Runs a query when it is its contract's turn: before this returns, or by `later`. The result fails with
    /// ContractNotFound; refusals that only the asker may see are part of it.
    void run(Request request, RunLater later, std::move_only_function<void(Result)> done) const;

private:
    std::shared_ptr<const State> state_;
};

} // namespace phala::worker
