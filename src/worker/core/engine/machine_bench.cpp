// What metering costs: the integer loop of the peers' benchmark in C++, with injected charges, without, with Wasmtime's
// own fuel, and (where PHALA_WASMI_ORACLE is set) in the reference's interpreter.
#include "worker/core/engine/oracle_testing.hpp"

#include <benchmark/benchmark.h>

#include <bit>

namespace phala::worker::engine {
namespace {

using namespace testing;

constexpr std::string_view kLoop = R"(
  (func $init (local $i i32)
    (loop $next
      (i64.store (i32.shl (local.get $i) (i32.const 3)) (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9E3779B97F4A7C15)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 1024)))))
  (func $run (param $x i64) (param $steps i32) (result i64) (local $sum i64) (local $value i64) (local $at i32)
    (loop $step
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
      (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
      (local.set $at (i32.shl (i32.and (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))) (i32.const 1023)) (i32.const 3)))
      (local.set $value (i64.load (local.get $at)))
      (if (i32.and (i32.wrap_i64 (local.get $x)) (i32.const 1))
        (then
          (local.set $value (i64.add (local.get $value) (local.get $x)))
          (local.set $sum (i64.xor (local.get $sum) (local.get $value))))
        (else
          (local.set $value (i64.xor (i64.rotl (local.get $value) (i64.const 7)) (local.get $x)))
          (local.set $sum (i64.add (local.get $sum) (local.get $value)))))
      (i64.store (local.get $at) (local.get $value))
      (local.set $steps (i32.sub (local.get $steps) (i32.const 1)))
      (br_if $step (local.get $steps)))
    (local.get $sum)))";

std::string steps(int count)
{
    return "call $init i64.const 0x243F6A8885A308D3 i32.const " + std::to_string(count) + " call $run drop";
}

constexpr int kSteps = 1'000'000;

/// The same in C++.
std::uint64_t native_steps(std::uint64_t x, int count)
{
    static std::array<std::uint64_t, 1024> table;
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = i * 0x9E3779B97F4A7C15;
    std::uint64_t sum = 0;
    for (; count != 0; --count) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        auto& value = table[(x >> 32) & 1023];
        if ((x & 1) != 0) {
            value += x;
            sum ^= value;
        } else {
            value = std::rotl(value, 7) ^ x;
            sum += value;
        }
    }
    return sum;
}

void loop_native(benchmark::State& state)
{
    int count = kSteps;
    for (auto _ : state) {
        benchmark::DoNotOptimize(count);
        benchmark::DoNotOptimize(native_steps(0x243F6A8885A308D3, count));
    }
    state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(loop_native)->Unit(benchmark::kMillisecond);

/// `body` in the entry point, with charges.
void run_metered(benchmark::State& state, std::string_view functions, const std::string& body)
{
    const auto code = build(wat(contract_text(functions, body)));
    NoHost host;
    machine().on_large_stack([&] {
        for (auto _ : state)
            benchmark::DoNotOptimize(machine().run(**code, Entry::Call, 1'000'000'000, host));
    });
}

void run_unmetered(benchmark::State& state, std::string_view functions, const std::string& body)
{
    const auto text =
        std::string{R"((module (memory (export "memory") 2 16) (global (export "fuel") (mut i64) (i64.const 0)))"}
        + R"((global (export "fault") (mut i32) (i32.const 0)))" + std::string{functions} + "(func (export \"call\") "
        + body + "))";
    const auto code = machine().compile(wat(text));
    NoHost host;
    machine().on_large_stack([&] {
        for (auto _ : state)
            benchmark::DoNotOptimize(machine().run(**code, Entry::Call, 0, host));
    });
}

void loop_metered(benchmark::State& state)
{
    run_metered(state, kLoop, steps(kSteps));
    state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(loop_metered)->Unit(benchmark::kMillisecond);

void loop_unmetered(benchmark::State& state)
{
    run_unmetered(state, kLoop, steps(kSteps));
    state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(loop_unmetered)->Unit(benchmark::kMillisecond);

/// Nothing but calls, each charged and counted on the stack.
constexpr std::string_view kFibonacci = R"(
  (func $fibonacci (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fibonacci (i32.sub (local.get $n) (i32.const 1)))
                     (call $fibonacci (i32.sub (local.get $n) (i32.const 2))))))))";
const std::string kFibonacciOf25 = "i32.const 25 call $fibonacci drop";

void calls_metered(benchmark::State& state)
{
    run_metered(state, kFibonacci, kFibonacciOf25);
}
BENCHMARK(calls_metered)->Unit(benchmark::kMillisecond);

void calls_unmetered(benchmark::State& state)
{
    run_unmetered(state, kFibonacci, kFibonacciOf25);
}
BENCHMARK(calls_unmetered)->Unit(benchmark::kMillisecond);

/// Wasmtime as others use it: its own fuel, everything else by default.
void loop_wasmtime_fuel(benchmark::State& state)
{
    wasm_config_t* config = wasm_config_new();
    wasmtime_config_consume_fuel_set(config, true);
    wasm_engine_t* engine = wasm_engine_new_with_config(config);
    const auto binary =
        wat("(module (memory 1) " + std::string{kLoop} + "(func (export \"call\") " + steps(kSteps) + "))");
    wasmtime_module_t* module = nullptr;
    if (auto* error = wasmtime_module_new(engine, binary.data(), binary.size(), &module)) {
        wasmtime_error_delete(error);
        return state.SkipWithError("not compiled");
    }
    wasmtime_store_t* store = wasmtime_store_new(engine, nullptr, nullptr);
    auto* context = wasmtime_store_context(store);
    (void)wasmtime_context_set_fuel(context, 1'000'000'000);
    wasmtime_instance_t instance;
    wasm_trap_t* trap = nullptr;
    (void)wasmtime_instance_new(context, module, nullptr, 0, &instance, &trap);
    wasmtime_extern_t call;
    if (!wasmtime_instance_export_get(context, &instance, "call", 4, &call))
        return state.SkipWithError("no export");
    for (auto _ : state) {
        (void)wasmtime_context_set_fuel(context, 1'000'000'000);
        if (wasmtime_func_call(context, &call.of.func, nullptr, 0, nullptr, 0, &trap) != nullptr || trap != nullptr)
            state.SkipWithError("the call failed");
    }
    state.SetItemsProcessed(state.iterations() * kSteps);
    wasmtime_store_delete(store);
    wasmtime_module_delete(module);
    wasm_engine_delete(engine);
}
BENCHMARK(loop_wasmtime_fuel)->Unit(benchmark::kMillisecond);

/// The interpreter in its own process: reading the module and the pipe are in the time, and lost in it.
void loop_wasmi(benchmark::State& state)
{
    auto* oracle = Oracle::shared();
    if (oracle == nullptr)
        return state.SkipWithError("PHALA_WASMI_ORACLE is not set");
    const auto module = wat(contract_text(kLoop, steps(kSteps)));
    for (auto _ : state)
        if (oracle->run(module, Entry::Call, 1'000'000'000, {}).ending != "returned")
            state.SkipWithError("the call failed");
    state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(loop_wasmi)->Unit(benchmark::kMillisecond)->UseRealTime();

void empty_call(benchmark::State& state)
{
    const auto code = build(wat(contract_text("", "")));
    NoHost host;
    machine().on_large_stack([&] {
        for (auto _ : state)
            benchmark::DoNotOptimize(machine().run(**code, Entry::Call, 1'000'000, host));
    });
}
BENCHMARK(empty_call)->Unit(benchmark::kMicrosecond);

void hand_over_to_large_stack(benchmark::State& state)
{
    for (auto _ : state)
        machine().on_large_stack([] {});
}
BENCHMARK(hand_over_to_large_stack)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace phala::worker::engine
