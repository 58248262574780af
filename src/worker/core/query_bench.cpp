// Private queries as they come: opened, run on a snapshot, answered. Alone, and beside a contract whose queries never end
// by themselves.
#include "worker/core/probed_network_testing.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace phala::worker {
namespace {

using namespace testing;

struct Served {
    ProbedNetwork network;
    H256 hostile{};
    std::shared_ptr<const Snapshot> snapshot;

    Served()
    {
        hostile = network.deploy_code(network.system_code, {}, "hostile");
        network.block();
        network.block();
        snapshot = network.first.core.status().snapshot;
    }

    [[nodiscard]] QueryInput ask(const H256& contract, Probe what) const
    {
        return network.ask(network.first, &network.bob, contract,
                           InkQuery::InkMessage{ProbedNetwork::request(what), 0, 0, false});
    }
};

void private_query(benchmark::State& state)
{
    Served served;
    const auto input = served.ask(served.network.probe, Probe::Get);
    for (auto _ : state)
        if (!served.network.first.core.query(served.snapshot, input))
            state.SkipWithError("the query failed");
}
BENCHMARK(private_query)->Unit(benchmark::kMicrosecond);

/// With so many clients that ask the hostile contract again as soon as they are answered. p50 and p99 in milliseconds.
void private_query_beside_hostile_ones(benchmark::State& state)
{
    Served served;
    const auto input = served.ask(served.network.probe, Probe::Get);
    const auto endless = served.ask(served.hostile, Probe::LoopForever);
    std::atomic<bool> over = false;
    std::vector<std::jthread> attackers;
    for (int i = 0; i < state.range(0); ++i)
        attackers.emplace_back([&] {
            while (!over)
                benchmark::DoNotOptimize(served.network.first.core.query(served.snapshot, endless));
        });
    std::vector<double> took;
    for (auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        if (!served.network.first.core.query(served.snapshot, input))
            state.SkipWithError("the query failed");
        took.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    over = true;
    attackers.clear();
    std::ranges::sort(took);
    if (!took.empty()) {
        state.counters["p50_ms"] = took[took.size() / 2];
        state.counters["p99_ms"] = took[took.size() * 99 / 100];
    }
}
BENCHMARK(private_query_beside_hostile_ones)
    ->Arg(0)
    ->Arg(4)
    ->Arg(32)
    ->Iterations(200)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace phala::worker
