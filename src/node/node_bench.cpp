#include "node/test_chain.hpp"

#include <benchmark/benchmark.h>

namespace phala::node {
namespace {

/// Import of a block of signed transfers: the whole path, commit included.
void import_transfers(benchmark::State& state)
{
    TestChain author;
    const auto count = static_cast<Nonce>(state.range(0));
    for (Nonce nonce = 0; nonce < count; ++nonce)
        need(author.pool->submit(TransactionSource::External, author.transfer("//Alice", "//Bob", nonce)), "submit");
    std::vector<Block> blocks;
    std::size_t transfers = 0;
    while (transfers < count) {
        blocks.push_back(author.block(author.seal().hash));
        transfers += blocks.back().extrinsics.size() - 1;
    }
    for (auto _ : state) {
        state.PauseTiming();
        auto follower = std::make_unique<TestChain>();
        state.ResumeTiming();
        for (const auto& block : blocks)
            need(follower->chain->import(block, Finality::WithImport), "import");
        state.PauseTiming();
        follower.reset();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * count);
    state.counters["blocks"] = static_cast<double>(blocks.size());
}
BENCHMARK(import_transfers)->Arg(1000)->Unit(benchmark::kMillisecond);

void validate_transfer(benchmark::State& state)
{
    TestChain node;
    const auto transfer = node.transfer("//Alice", "//Bob", 0);
    const auto best = node.chain->heads().best.hash;
    for (auto _ : state)
        benchmark::DoNotOptimize(node.validator->validate(TransactionSource::External, transfer, best));
}
BENCHMARK(validate_transfer)->Unit(benchmark::kMicrosecond);

void seal_empty_block(benchmark::State& state)
{
    TestChain node;
    for (auto _ : state)
        node.seal();
}
BENCHMARK(seal_empty_block)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace phala::node
