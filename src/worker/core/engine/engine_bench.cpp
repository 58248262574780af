// What a call costs: a warm transaction, a query, a call through another contract, an upload.
#include "crypto/hash.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"

#include <benchmark/benchmark.h>

namespace phala::worker::engine {
namespace {

using namespace testing;

struct Made {
    Cluster cluster;
    AccountId probe{};
    AccountId proxy{};

    Made()
    {
        cluster.state = test_engine().deposit({}, kAlice, 1'000'000'000'000);
        probe = make(wat(kProbe));
        proxy = make(wat(kProxy));
    }

    AccountId make(const Bytes& code)
    {
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, code, Determinism::Enforced);
        cluster.state = uploaded.state;
        const auto made = cluster.instantiate(uploaded.result.value_or(H256{}), {}, {});
        return made.result ? made.result->account_id : AccountId{};
    }

    Bytes through_proxy(Bytes input) const
    {
        return concat(le_bytes(0u), probe, le_bytes(Balance{0}), le_bytes(std::uint64_t{0}), input);
    }
};

void run_calls(benchmark::State& state, Mode mode, bool nested, Probe what)
{
    Made made;
    made.cluster.context.mode = mode;
    const Bytes input{static_cast<std::uint8_t>(what)};
    const auto target = nested ? made.proxy : made.probe;
    const auto request = nested ? made.through_proxy(input) : input;
    for (auto _ : state) {
        auto done =
            test_engine().call(made.cluster.state, made.cluster.context, made.cluster.arguments, target, request);
        if (!done || !done->result.result)
            state.SkipWithError("the call failed");
        else
            made.cluster.state = std::move(done->state);
    }
}

void warm_transaction(benchmark::State& state)
{
    run_calls(state, Mode::Transaction, false, Probe::Increment);
}
BENCHMARK(warm_transaction)->Unit(benchmark::kMicrosecond);

void warm_query(benchmark::State& state)
{
    run_calls(state, Mode::Query, false, Probe::Get);
}
BENCHMARK(warm_query)->Unit(benchmark::kMicrosecond);

void nested_transaction(benchmark::State& state)
{
    run_calls(state, Mode::Transaction, true, Probe::Increment);
}
BENCHMARK(nested_transaction)->Unit(benchmark::kMicrosecond);

/// Reads and changes of a state with many entries.
void change_large_state(benchmark::State& state)
{
    ClusterState::Changes entries;
    for (std::uint32_t i = 0; i < 100'000; ++i)
        entries.insert_or_assign(to_bytes(crypto::blake2_256(le_bytes(i))), Bytes(40, 1));
    auto current = ClusterState{}.with(entries);
    std::uint32_t i = 0;
    for (auto _ : state) {
        const Bytes key = to_bytes(crypto::blake2_256(le_bytes(i++ % 100'000)));
        current = current.with({{key, Bytes(40, static_cast<std::uint8_t>(i))}});
        benchmark::DoNotOptimize(current.root());
    }
}
BENCHMARK(change_large_state)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace phala::worker::engine
