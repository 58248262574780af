// What the runtime costs on our host: execution of blocks per transfer, checking a transaction, copying, metadata.
#include "dev_chain.hpp"

#include <benchmark/benchmark.h>

namespace phala::testing {
namespace {

const DevChain& chain()
{
    static const DevChain instance{"khala_runtime", "development"};
    return instance;
}

Bytes transfer(Nonce nonce)
{
    const AccountId bob{crypto::KeyPair::from_uri("//Bob")->account()};
    return chain().sign(
        "//Alice", nonce,
        concat(Bytes{40, 3}, scale::encode(MultiAddress::of(bob), scale::Compact<Balance>{u128{1'000'000'000'000}})));
}

void execute_block(benchmark::State& state)
{
    std::vector<Bytes> extrinsics;
    for (Nonce nonce = 0; nonce < state.range(0); ++nonce)
        extrinsics.push_back(transfer(nonce));
    const Bytes block = scale::encode(chain().build(extrinsics).block);
    for (auto _ : state)
        benchmark::DoNotOptimize(DevChain::must(chain().call("Core_execute_block", block)));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(execute_block)->Arg(0)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void validate_transaction(benchmark::State& state)
{
    const Bytes arguments = concat(Bytes{2}, transfer(0), crypto::blake2_256(scale::encode(chain().head())));
    for (auto _ : state)
        benchmark::DoNotOptimize(
            DevChain::must(chain().call("TaggedTransactionQueue_validate_transaction", arguments)));
}
BENCHMARK(validate_transaction)->Unit(benchmark::kMicrosecond);

/// A remark does nothing but be copied and hashed: our word-wise memcpy shows here.
void execute_remark(benchmark::State& state)
{
    const Bytes remark(static_cast<std::size_t>(state.range(0)), 0x5a);
    const Bytes block =
        scale::encode(chain().build({chain().sign("//Alice", 0, concat(Bytes{0, 0}, scale::encode(remark)))}).block);
    for (auto _ : state)
        benchmark::DoNotOptimize(DevChain::must(chain().call("Core_execute_block", block)));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(execute_remark)->Arg(1 << 10)->Arg(1 << 20)->Unit(benchmark::kMillisecond);

void call_version(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(DevChain::must(chain().call("Core_version", {})));
}
BENCHMARK(call_version)->Unit(benchmark::kMicrosecond);

void call_metadata(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(DevChain::must(chain().call("Metadata_metadata", {})));
}
BENCHMARK(call_metadata)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace phala::testing
