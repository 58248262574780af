#include "node/pool/pool.hpp"

#include <benchmark/benchmark.h>

namespace phala::node {
namespace {

/// 4 bytes of sender and 4 of nonce; everything from nonce 0 on is valid.
class Accepting : public TransactionValidator {
public:
    Outcome<TransactionValidity> validate(TransactionSource, ByteView extrinsic, const H256&) override
    {
        ValidTransaction valid{1, {}, {to_bytes(extrinsic)}, 1000, true};
        if (extrinsic[4] != 0) {
            valid.requires_.push_back(to_bytes(extrinsic));
            --valid.requires_[0][4];
        }
        return valid;
    }
};

void fill(Pool& pool, std::uint32_t count)
{
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto sender = le_bytes(i / 8);
        const auto nonce = le_bytes(i % 8);
        if (!pool.submit(TransactionSource::External, concat(sender, nonce)))
            std::abort();
    }
}

void submit(benchmark::State& state)
{
    Accepting runtime;
    for (auto _ : state) {
        Pool pool{runtime, {}, 0, [](const TransactionEvent&) {}};
        fill(pool, 4096);
    }
    state.SetItemsProcessed(state.iterations() * 4096);
}
BENCHMARK(submit)->Unit(benchmark::kMillisecond);

/// A flood: what the full pool has to refuse or to push others out for.
void offer_100_000(benchmark::State& state)
{
    constexpr std::uint32_t kOffered = 100'000;
    Accepting runtime;
    std::size_t kept = 0;
    for (auto _ : state) {
        Pool pool{runtime, {}, 0, [](const TransactionEvent&) {}};
        for (std::uint32_t i = 0; i < kOffered; ++i)
            benchmark::DoNotOptimize(
                pool.submit(TransactionSource::External, concat(le_bytes(i / 8), le_bytes(i % 8), ByteArray<140>{})));
        kept = pool.size().ready_count;
    }
    state.counters["kept"] = static_cast<double>(kept);
    state.SetItemsProcessed(state.iterations() * kOffered);
}
BENCHMARK(offer_100_000)->Unit(benchmark::kMillisecond);

void ready(benchmark::State& state)
{
    Accepting runtime;
    Pool pool{runtime, {}, 0, [](const TransactionEvent&) {}};
    fill(pool, 4096);
    for (auto _ : state)
        benchmark::DoNotOptimize(pool.ready());
    state.SetItemsProcessed(state.iterations() * 4096);
}
BENCHMARK(ready)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace phala::node
