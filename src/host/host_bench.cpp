// What a call into a runtime costs, and storage through the overlay from inside and outside.
#include "host/engine.hpp"

#include <benchmark/benchmark.h>
#include <wasmtime.h>

#include <fstream>

namespace {

using namespace phala;
using namespace phala::host;

constexpr std::string_view kRuntime = R"((module
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (memory (export "memory") 20)
  (global (export "__heap_base") i32 (i32.const 1048576))
  (func (export "empty") (param i32 i32) (result i64) (i64.const 0))
  (func (export "touch_memory") (param i32 i32) (result i64) (local $at i32)
    (loop
      (i32.store (local.get $at) (i32.const 1))
      (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (i32.const 1048576))))
    (i64.const 0))
  (func (export "storage") (param i32 i32) (result i64) (local $i i32)
    (loop
      (i32.store (i32.const 64) (local.get $i))
      (call $set (i64.const 0x0000003000000040) (i64.const 0x0000005000000000))
      (call $free (i32.wrap_i64 (call $get (i64.const 0x0000003000000040))))
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (i64.const 0))
))";

struct Bench {
    Engine engine{EngineConfig{}};
    std::shared_ptr<const Runtime> runtime;

    Bench()
    {
        wasm_byte_vec_t code;
        if (wasmtime_wat2wasm(kRuntime.data(), kRuntime.size(), &code) != nullptr)
            std::abort();
        runtime = engine.load(bytes_of({code.data, code.size})).value();
        wasm_byte_vec_delete(&code);
    }

    static Bench& get()
    {
        static Bench bench;
        return bench;
    }
};

void call(benchmark::State& state, std::string_view function, std::int64_t operations)
{
    const auto& bench = Bench::get();
    for (auto _ : state) {
        Overlay overlay{empty_state()};
        CallContext context{.overlay = overlay};
        if (!bench.runtime->call(function, {}, context))
            std::abort();
    }
    state.SetItemsProcessed(state.iterations() * operations);
}
BENCHMARK_CAPTURE(call, empty, "empty", 1);
BENCHMARK_CAPTURE(call, touching_1_MiB, "touch_memory", 1);
BENCHMARK_CAPTURE(call, storage_set_and_get, "storage", 1000);

/// The built runtime, if it was built.
void call_khala(benchmark::State& state, std::string_view function)
{
    std::ifstream file{PHALA_WASM_DIR "/khala_runtime.wasm", std::ios::binary};
    const Bytes blob{std::istreambuf_iterator<char>{file}, {}};
    auto runtime = Bench::get().engine.load(blob);
    if (!runtime) {
        state.SkipWithError(runtime.error().message().c_str());
        return;
    }
    for (auto _ : state) {
        Overlay overlay{empty_state()};
        CallContext context{.overlay = overlay};
        if (const auto result = (*runtime)->call(function, {}, context); !result)
            state.SkipWithError(result.error().message().c_str());
    }
}
BENCHMARK_CAPTURE(call_khala, Core_version, "Core_version");
BENCHMARK_CAPTURE(call_khala, Metadata_metadata, "Metadata_metadata");

void overlay_set_and_get(benchmark::State& state)
{
    const Bytes value(80, 1);
    for (auto _ : state) {
        Overlay overlay{empty_state()};
        Bytes key(48, 0);
        for (std::uint32_t i = 0; i < 1000; ++i) {
            const auto number = le_bytes(i);
            std::copy(number.begin(), number.end(), key.begin() + 32);
            overlay.set(key, value);
            benchmark::DoNotOptimize(overlay.get(key));
        }
    }
    state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(overlay_set_and_get);

/// Events: each appended inside a transaction of its own.
void overlay_append(benchmark::State& state)
{
    const Bytes key(32, 1);
    const Bytes event(60, 2);
    for (auto _ : state) {
        Overlay overlay{empty_state()};
        for (int i = 0; i < 10'000; ++i) {
            overlay.begin_transaction();
            if (!overlay.append(key, event) || !overlay.commit_transaction())
                std::abort();
        }
    }
    state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(overlay_append);

} // namespace
