// What metering costs: the integer loop of the peers' benchmark, with injected charges and without.
#include "worker/core/engine/wat_testing.hpp"

#include <benchmark/benchmark.h>

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

void loop_metered(benchmark::State& state)
{
    const auto code = build(wat(contract_text(kLoop, steps(kSteps))));
    NoHost host;
    machine().on_large_stack([&] {
        for (auto _ : state)
            benchmark::DoNotOptimize(machine().run(**code, Entry::Call, 1'000'000'000, host));
    });
    state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(loop_metered)->Unit(benchmark::kMillisecond);

void loop_unmetered(benchmark::State& state)
{
    const auto text =
        std::string{R"((module (memory (export "memory") 2 16) (global (export "fuel") (mut i64) (i64.const 0)))"}
        + R"((global (export "fault") (mut i32) (i32.const 0)))" + std::string{kLoop} + "(func (export \"call\") "
        + steps(kSteps) + "))";
    const auto code = machine().compile(wat(text));
    NoHost host;
    machine().on_large_stack([&] {
        for (auto _ : state)
            benchmark::DoNotOptimize(machine().run(**code, Entry::Call, 0, host));
    });
    state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(loop_unmetered)->Unit(benchmark::kMillisecond);

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
