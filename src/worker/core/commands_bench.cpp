// Blocks of encrypted commands as a worker executes them: proof and lane checked, commands opened, contracts run, records
// given to a store in memory. What a relay, a node and a disk add is not in it.
#include "worker/core/network_testing.hpp"

#include <benchmark/benchmark.h>

#include <chrono>

namespace phala::worker {
namespace {

using namespace testing;

/// So many transfers of a token in one block; items are commands.
void token_transfers(benchmark::State& state)
{
    Network network;
    network.start();
    const H256 token = network.deploy("token", labelled("create", scale::encode(Balance{1'000'000'000})), "t");
    network.fund(network.alice);
    network.block();
    network.block();
    const Bytes transfer = labelled("transfer", scale::encode(network.account(network.bob), Balance{1}));

    auto& chain = network.chain;
    auto& worker = network.second;
    const auto root = network.root(worker);
    for (auto _ : state) {
        for (std::int64_t i = 0; i < state.range(0); ++i)
            network.command(network.alice, token, transfer, static_cast<std::uint8_t>(i));
        chain.seal();
        std::chrono::duration<double> spent{};
        const auto timed = [&](auto&& work) {
            const auto begin = std::chrono::steady_clock::now();
            auto result = work();
            spent += std::chrono::steady_clock::now() - begin;
            return result;
        };
        const auto step = [&](auto input) { return timed([&] { return worker.step(std::move(input)); }); };
        auto output = step(chain.anchor(worker.core.wants().anchor));
        while (output && !output->block_complete)
            output = step(chain.chunk(*worker.core.wants().chunk));
        if (!output) {
            state.SkipWithError("the block was refused");
            break;
        }
        timed([&] {
            worker.store.commit(std::move(output->records));
            worker.core.committed();
            return true;
        });
        state.SetIterationTime(spent.count());
    }
    if (network.root(worker) == root)
        state.SkipWithError("nothing was transferred");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(token_transfers)->Arg(1)->Arg(100)->Arg(1000)->UseManualTime()->Unit(benchmark::kMillisecond);

} // namespace
} // namespace phala::worker
