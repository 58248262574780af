// What calls cost: warm, through another contract, the first one of a contract whose code is compiled, the first one
// after a start; what a deployed contract and a snapshot take. Flippers are measured where PHALA_INK_CONTRACTS names ink!'s
// (tools/build_ink_contracts.sh prints the folder).
#include "crypto/hash.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"
#include "worker/core/engine/storage.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <unistd.h>

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

/// Empty where it was not built.
Bytes ink_flipper()
{
    const char* folder = std::getenv("PHALA_INK_CONTRACTS");
    std::ifstream file{std::string{folder == nullptr ? "" : folder} + "/ink4_flipper.wasm", std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

const Bytes kNewTrue{0x9b, 0xae, 0x9d, 0x5e, 1}, kGet{0x2f, 0x86, 0x5b, 0xd9}, kFlip{0x63, 0x3a, 0xa5, 0x51};

/// A cluster with the code of ink!'s flipper.
struct Flippers {
    Cluster cluster;
    H256 code{};
    std::uint32_t salt = 0;

    explicit Flippers(const Engine& engine)
    {
        cluster.state = engine.deposit({}, kAlice, ~Balance{0} / 2);
        auto uploaded = engine.upload_code(cluster.state, kAlice, ink_flipper(), Determinism::Enforced);
        cluster.state = uploaded.state;
        code = uploaded.result.value_or(H256{});
    }
    AccountId make(const Engine& engine)
    {
        auto done =
            engine.instantiate(cluster.state, cluster.context, cluster.arguments, code, kNewTrue, le_bytes(++salt));
        if (!done || !done->result.result)
            std::abort();
        cluster.state = done->state;
        return done->result.result->account_id;
    }
};

bool has_flipper(benchmark::State& state)
{
    if (!ink_flipper().empty())
        return true;
    state.SkipWithError("PHALA_INK_CONTRACTS is not set");
    return false;
}

void flipper(benchmark::State& state, Mode mode, const Bytes& input)
{
    if (!has_flipper(state))
        return;
    Flippers flippers{test_engine()};
    const auto contract = flippers.make(test_engine());
    auto& cluster = flippers.cluster;
    cluster.context.mode = mode;
    for (auto _ : state) {
        auto done = test_engine().call(cluster.state, cluster.context, cluster.arguments, contract, input);
        if (!done || !done->result.result)
            state.SkipWithError("the call failed");
        else
            cluster.state = std::move(done->state);
    }
}
void flipper_get(benchmark::State& state)
{
    flipper(state, Mode::Query, kGet);
}
BENCHMARK(flipper_get)->Unit(benchmark::kMicrosecond);
void flipper_flip(benchmark::State& state)
{
    flipper(state, Mode::Transaction, kFlip);
}
BENCHMARK(flipper_flip)->Unit(benchmark::kMicrosecond);

/// A contract that nobody called yet, of code that others use.
void flipper_first_call(benchmark::State& state)
{
    if (!has_flipper(state))
        return;
    Flippers flippers{test_engine()};
    for (auto _ : state) {
        state.PauseTiming();
        const auto contract = flippers.make(test_engine());
        flippers.cluster.context.mode = Mode::Query;
        state.ResumeTiming();
        const auto done = test_engine().call(flippers.cluster.state, flippers.cluster.context,
                                             flippers.cluster.arguments, contract, kGet);
        if (!done || !done->result.result)
            state.SkipWithError("the call failed");
        flippers.cluster.context.mode = Mode::Transaction;
    }
}
BENCHMARK(flipper_first_call)->Unit(benchmark::kMicrosecond)->Iterations(500);

/// Keeps compiled code in memory, which costs what a file costs that the system still has in its cache.
struct MemoryStore final : CompiledStore {
    std::map<std::string, Bytes> kept;
    std::optional<Bytes> find(const std::string& name) override
    {
        const auto at = kept.find(name);
        return at == kept.end() ? std::nullopt : std::optional{at->second};
    }
    void keep(const std::string& name, ByteView code) override { kept.insert_or_assign(name, to_bytes(code)); }
};

/// The first call after the worker started. 0: its code is compiled again; 1: it was kept compiled.
void flipper_first_call_after_a_start(benchmark::State& state)
{
    if (!has_flipper(state))
        return;
    MemoryStore store;
    auto* kept = state.range(0) == 1 ? &store : nullptr;
    const auto first = Engine::create(kept);
    Flippers flippers{**first};
    const auto contract = flippers.make(**first);
    for (auto _ : state) {
        state.PauseTiming();
        auto fresh = Engine::create(kept);
        state.ResumeTiming();
        const auto done = (*fresh)->call(flippers.cluster.state, flippers.cluster.context, flippers.cluster.arguments,
                                         contract, kGet);
        if (!done || !done->result.result)
            state.SkipWithError("the call failed");
        state.PauseTiming();
        fresh->reset();
        state.ResumeTiming();
    }
}
BENCHMARK(flipper_first_call_after_a_start)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond)->Iterations(20);

std::size_t resident_bytes()
{
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/self/statm"} >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// bytes_each: what the process grew by, for each of 2,000 flippers; bytes_of_code: for one more code.
void deployed_contracts(benchmark::State& state)
{
    if (!has_flipper(state))
        return;
    constexpr int kContracts = 2'000;
    double each = 0;
    for (auto _ : state) {
        Flippers flippers{test_engine()};
        flippers.make(test_engine());
        const auto before = resident_bytes();
        for (int i = 0; i < kContracts; ++i)
            flippers.make(test_engine());
        each = static_cast<double>(resident_bytes() - before) / kContracts;
    }
    state.counters["bytes_each"] = each;
}
BENCHMARK(deployed_contracts)->Unit(benchmark::kMillisecond)->Iterations(1);

/// What a query's snapshot of a large state costs.
void snapshot_of_large_state(benchmark::State& state)
{
    ClusterState::Changes entries;
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(state.range(0)); ++i)
        entries.insert_or_assign(to_bytes(crypto::blake2_256(le_bytes(i))), Bytes(40, 1));
    const auto current = ClusterState{}.with(entries);
    for (auto _ : state) {
        auto snapshot = current;
        benchmark::DoNotOptimize(snapshot);
    }
}
BENCHMARK(snapshot_of_large_state)->Arg(100)->Arg(100'000)->Unit(benchmark::kNanosecond);

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

/// The end of a contract that stores so many keys. "written": also what a store must write of it.
void terminate(benchmark::State& state)
{
    const Made made;
    Storage storage{made.cluster.state};
    const auto child = storage.contract(made.probe)->child;
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(state.range(0)); ++i)
        storage.child_set(child, crypto::blake2_256(le_bytes(i)), Bytes(40, 1));
    const auto before = storage.state();
    for (auto _ : state) {
        auto done = test_engine().call(before, made.cluster.context, made.cluster.arguments, made.probe,
                                       concat(Bytes{static_cast<std::uint8_t>(Probe::Terminate)}, kBob));
        if (!done || !done->result.result)
            state.SkipWithError("the call failed");
        else if (state.range(1) == 1)
            benchmark::DoNotOptimize(done->state.changes_since(before));
    }
}
BENCHMARK(terminate)
    ->ArgNames({"keys", "written"})
    ->Args({100, 0})
    ->Args({100'000, 0})
    ->Args({100'000, 1})
    ->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace phala::worker::engine
