// What the workloads in bench/ do not hold: derivation of keys, and the hash of Ethereum's world.
#include "crypto/hash.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/phala_keys.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace phala;
using namespace phala::crypto;

void keccak_256_64(benchmark::State& state)
{
    Bytes input(64, 7);
    for (auto _ : state) {
        benchmark::DoNotOptimize(input.data());
        benchmark::DoNotOptimize(keccak_256(input));
    }
}
BENCHMARK(keccak_256_64);

void key_from_uri(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(KeyPair::from_uri("//Alice//stash"));
}
BENCHMARK(key_from_uri)->Unit(benchmark::kMicrosecond);

void derive_contract_key(benchmark::State& state)
{
    const sr25519::KeyPair cluster{Secret<32>{ByteArray<32>{1}}};
    for (auto _ : state)
        benchmark::DoNotOptimize(contract_key(cluster, {}));
}
BENCHMARK(derive_contract_key)->Unit(benchmark::kMicrosecond);

} // namespace
