#pragma once
// For tests: an engine, and a cluster whose state follows what is executed on it.
#include "worker/core/engine/engine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace phala::worker::engine::testing {

inline AccountId account(std::uint8_t fill)
{
    AccountId out;
    out.bytes.fill(fill);
    return out;
}
inline const AccountId kAlice = account(1);
inline const AccountId kTreasury = account(2);
inline const AccountId kBob = account(3);

inline const Engine& test_engine()
{
    static const auto made = Engine::create();
    if (!made)
        std::abort();
    return **made;
}

/// Calls it and keeps the state that a transaction makes, as a worker does.
struct Cluster {
    ClusterState state;
    Context context{.block_number = 1, .now_ms = 1};
    TransactionArguments arguments{kAlice, 0, 2'500'000'000'000, true, std::nullopt, 0};
    Effects effects; ///< of what ran last

    ContractExecResult execute(const AccountId& contract, Bytes input)
    {
        auto done = test_engine().call(state, context, arguments, contract, std::move(input));
        return take(std::move(done));
    }

    /// As execute, of a call that succeeds.
    ExecReturn call(const AccountId& contract, Bytes input)
    {
        auto result = execute(contract, std::move(input));
        EXPECT_TRUE(result.result) << debug_text(result.result.error());
        return result.result.value_or(ExecReturn{});
    }

    ContractInstantiateResult instantiate(const H256& code, Bytes input, Bytes salt)
    {
        auto done = test_engine().instantiate(state, context, arguments, code, std::move(input), salt);
        return take(std::move(done));
    }

private:
    template <class Result>
    Result take(Outcome<Done<Result>> done)
    {
        if (!done) {
            ADD_FAILURE() << done.error().message();
            return {};
        }
        state = done->state;
        effects = std::move(done->effects);
        return std::move(done->result);
    }
};

} // namespace phala::worker::engine::testing
