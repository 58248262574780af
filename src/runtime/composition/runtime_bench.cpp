// The runtime natively over the plain map: what a transaction costs apart from Wasm and the database.
#include "runtime/testing/chain.hpp"

#include <benchmark/benchmark.h>

namespace phala::runtime {
namespace {

using namespace testing;

void apply_transfer(benchmark::State& run)
{
    const Person alice{"Alice"}, bob{"Bob"};
    Chain chain{{{alice, 1'000'000 * kPha}, {bob, kPha}}};
    chain.begin();
    const Bytes transfer = chain.transaction(alice, balances::transfer_keep_alive{bob.address(), 1});
    for (auto _ : run) {
        io::start_transaction();
        benchmark::DoNotOptimize(executive::apply_extrinsic(transfer));
        io::rollback_transaction();
    }
}
BENCHMARK(apply_transfer);

void decode_call(benchmark::State& run)
{
    const Bytes bytes = scale::encode(RuntimeCall{balances::transfer_keep_alive{Person{"Bob"}.address(), 1}});
    for (auto _ : run)
        benchmark::DoNotOptimize(scale::decode<RuntimeCall>(bytes));
}
BENCHMARK(decode_call);

void deposit(benchmark::State& run)
{
    const Person alice{"Alice"};
    Chain chain{{{alice, kPha}}};
    chain.begin();
    for (auto _ : run) {
        io::start_transaction();
        deposit_event(balances::Deposit{alice, 1});
        io::rollback_transaction();
    }
}
BENCHMARK(deposit);

} // namespace
} // namespace phala::runtime
