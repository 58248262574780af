#include "worker/core/engine/machine.hpp"

#include "host/large_stacks.hpp"

#include <wasmtime.h>

#include <array>

namespace phala::worker::engine {

std::string_view describe(MachineError error)
{
    switch (error) {
    case MachineError::NotValid: return "code does not pass Wasm validation";
    case MachineError::NotCompiled: return "code could not be compiled";
    case MachineError::NotCreated: return "the Wasm machine could not be set up";
    }
    return "machine";
}

std::string compilation()
{
    return "wasmtime-" WASMTIME_VERSION "-" + std::to_string(kInstrumentation);
}

namespace {

constexpr std::size_t kStackSize = kMaxInstancesDeep * kNativeStackPerInstance + (std::size_t{8} << 20);
constexpr std::size_t kPageSize = 65'536;

template <class T, void (*Delete)(T*)>
struct Deleter {
    void operator()(T* value) const { Delete(value); }
};
using EnginePtr = std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_t, wasm_engine_delete>>;
using LinkerPtr = std::unique_ptr<wasmtime_linker_t, Deleter<wasmtime_linker_t, wasmtime_linker_delete>>;
using StorePtr = std::unique_ptr<wasmtime_store_t, Deleter<wasmtime_store_t, wasmtime_store_delete>>;
using ModulePtr = std::unique_ptr<wasmtime_module_t, Deleter<wasmtime_module_t, wasmtime_module_delete>>;
using PrePtr = std::unique_ptr<wasmtime_instance_pre_t, Deleter<wasmtime_instance_pre_t, wasmtime_instance_pre_delete>>;
using TrapPtr = std::unique_ptr<wasm_trap_t, Deleter<wasm_trap_t, wasm_trap_delete>>;

std::string take_message(wasmtime_error_t* error)
{
    wasm_byte_vec_t message;
    wasmtime_error_message(error, &message);
    std::string text{message.data, message.size};
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
    return text;
}

Outcome<> check(MachineError code, wasmtime_error_t* error)
{
    if (error == nullptr)
        return {};
    return fail(code, take_message(error));
}

wasm_config_t* configuration()
{
    wasm_config_t* config = wasm_config_new();
    wasmtime_config_wasm_tail_call_set(config, false);
    wasmtime_config_wasm_gc_set(config, false);
    wasmtime_config_wasm_function_references_set(config, false);
    wasmtime_config_wasm_reference_types_set(config, false);
    wasmtime_config_wasm_exceptions_set(config, false);
    wasmtime_config_wasm_relaxed_simd_set(config, false);
    wasmtime_config_wasm_simd_set(config, false);
    wasmtime_config_wasm_bulk_memory_set(config, false);
    wasmtime_config_wasm_multi_value_set(config, false);
    wasmtime_config_wasm_multi_memory_set(config, false);
    wasmtime_config_wasm_memory64_set(config, false);
    wasmtime_config_wasm_wide_arithmetic_set(config, false);
    wasmtime_config_cranelift_nan_canonicalization_set(config, true);
    wasmtime_config_async_stack_size_set(config, kNativeStackPerInstance); // unused, but it bounds the next setting
    wasmtime_config_max_wasm_stack_set(config, kNativeStackPerInstance);

    auto* pool = wasmtime_pooling_allocation_config_new();
    constexpr auto kInstances = static_cast<std::uint32_t>(kParallelRuns * kMaxInstancesDeep);
    wasmtime_pooling_allocation_config_total_core_instances_set(pool, kInstances);
    wasmtime_pooling_allocation_config_total_memories_set(pool, kInstances);
    wasmtime_pooling_allocation_config_total_tables_set(pool, kInstances);
    wasmtime_pooling_allocation_config_total_stacks_set(pool, 0);
    wasmtime_pooling_allocation_config_max_tables_per_module_set(pool, 1);
    wasmtime_pooling_allocation_config_max_memories_per_module_set(pool, 1);
    wasmtime_pooling_allocation_config_table_elements_set(pool, kMaxTableElements);
    wasmtime_pooling_allocation_config_max_memory_size_set(pool, kMaxPages * kPageSize);
    // the record of an instance grows with its functions and globals; code has at most 2 MiB
    wasmtime_pooling_allocation_config_max_core_instance_size_set(pool, std::size_t{32} << 20);
    // only what a run touched is given back, by one system call less for small contracts
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 2 * kPageSize);
    wasmtime_pooling_allocation_strategy_set(config, pool);
    wasmtime_pooling_allocation_config_delete(pool);
    return config;
}

wasm_functype_t* function_type(const HostImport& import)
{
    const auto type = [](char letter) { return wasm_valtype_new(letter == 'L' ? WASM_I64 : WASM_I32); };
    std::array<wasm_valtype_t*, kMaxHostParams> params{};
    for (std::size_t i = 0; i < import.params.size(); ++i)
        params[i] = type(import.params[i]);
    wasm_valtype_t* result = import.result == '-' ? nullptr : type(import.result);
    wasm_valtype_vec_t param_types;
    wasm_valtype_vec_t result_types;
    wasm_valtype_vec_new(&param_types, import.params.size(), params.data());
    wasm_valtype_vec_new(&result_types, result == nullptr ? 0 : 1, &result);
    return wasm_functype_new(&param_types, &result_types);
}

} // namespace

class CompiledCode {
public:
    CompiledCode(ModulePtr module, PrePtr prepared) : module_{std::move(module)}, prepared_{std::move(prepared)} {}
    [[nodiscard]] wasmtime_module_t* module() const { return module_.get(); }
    [[nodiscard]] const wasmtime_instance_pre_t* prepared() const { return prepared_.get(); }

private:
    ModulePtr module_;
    PrePtr prepared_;
};

/// One run: what its host functions find behind the store.
struct Instance::State {
    HostCalls* host = nullptr;
    wasmtime_context_t* context = nullptr;
    wasmtime_memory_t memory{};
    wasmtime_global_t fuel{};
    bool stopped = false;
};

std::span<std::uint8_t> Instance::memory()
{
    return {wasmtime_memory_data(state_.context, &state_.memory),
            wasmtime_memory_data_size(state_.context, &state_.memory)};
}

std::uint64_t Instance::fuel() const
{
    wasmtime_val_t value;
    wasmtime_global_get(state_.context, &state_.fuel, &value);
    return static_cast<std::uint64_t>(value.of.i64);
}

void Instance::set_fuel(std::uint64_t units)
{
    wasmtime_val_t value;
    value.kind = WASMTIME_I64;
    value.of.i64 = static_cast<std::int64_t>(units);
    if (auto* error = wasmtime_global_set(state_.context, &state_.fuel, &value))
        wasmtime_error_delete(error); // impossible: the global is a mutable i64 that instrument() made
}

struct Machine::Parts {
    EnginePtr engine;
    LinkerPtr linker;
    host::LargeStacks stacks{kParallelRuns, kStackSize};

    static wasm_trap_t* on_call(void* env, wasmtime_caller_t* caller, wasmtime_val_raw_t* values, std::size_t)
    {
        const auto& import = *static_cast<const HostImport*>(env);
        auto& state = *static_cast<Instance::State*>(wasmtime_context_get_data(wasmtime_caller_context(caller)));
        std::array<std::uint64_t, kMaxHostParams> params{};
        for (std::size_t i = 0; i < import.params.size(); ++i)
            params[i] = import.params[i] == 'L' ? static_cast<std::uint64_t>(values[i].i64)
                                                : static_cast<std::uint32_t>(values[i].i32);
        std::uint64_t result = 0;
        Instance instance{state};
        const auto next =
            state.host->on_host_call(import.function, std::span{params}.first(import.params.size()), result, instance);
        if (next == HostCalls::Next::Stop) {
            state.stopped = true;
            return wasmtime_trap_new_code(WASMTIME_TRAP_CODE_INTERRUPT);
        }
        if (import.result == 'L')
            values[0].i64 = static_cast<std::int64_t>(result);
        else if (import.result == 'i')
            values[0].i32 = static_cast<std::int32_t>(result);
        return nullptr;
    }

    Outcome<> define(const HostImport& import, const std::string& name)
    {
        auto* type = function_type(import);
        auto* error = wasmtime_linker_define_func_unchecked(linker.get(), import.module.data(), import.module.size(),
                                                            name.data(), name.size(), type, on_call,
                                                            const_cast<HostImport*>(&import), nullptr);
        wasm_functype_delete(type);
        return check(MachineError::NotCreated, error);
    }
};

Machine::Machine(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Machine::~Machine() = default;

Outcome<std::unique_ptr<Machine>> Machine::create()
{
    auto parts = std::make_unique<Parts>();
    parts->engine.reset(wasm_engine_new_with_config(configuration()));
    if (!parts->engine)
        return fail(MachineError::NotCreated, "Wasmtime refused its configuration");
    parts->linker.reset(wasmtime_linker_new(parts->engine.get()));
    for (const auto& import : kHostImports) {
        PHALA_CHECK(parts->define(import, std::string{import.name}));
        if (import.prefixed)
            PHALA_CHECK(parts->define(import, "seal_" + std::string{import.name}));
    }
    return std::unique_ptr<Machine>{new Machine{std::move(parts)}};
}

Outcome<> Machine::validate(ByteView code) const
{
    return check(MachineError::NotValid, wasmtime_module_validate(parts_->engine.get(), code.data(), code.size()));
}

Outcome<std::shared_ptr<const CompiledCode>> Machine::compile(ByteView instrumented) const
{
    wasmtime_module_t* raw_module = nullptr;
    PHALA_CHECK(check(MachineError::NotCompiled, wasmtime_module_new(parts_->engine.get(), instrumented.data(),
                                                                     instrumented.size(), &raw_module)));
    return prepare(raw_module);
}

Outcome<std::shared_ptr<const CompiledCode>> Machine::prepare(wasmtime_module* raw_module) const
{
    ModulePtr module{raw_module};
    wasmtime_instance_pre_t* raw_prepared = nullptr;
    PHALA_CHECK(check(MachineError::NotCompiled,
                      wasmtime_linker_instantiate_pre(parts_->linker.get(), module.get(), &raw_prepared)));
    return std::make_shared<const CompiledCode>(std::move(module), PrePtr{raw_prepared});
}

Outcome<Bytes> Machine::save(const CompiledCode& code)
{
    wasm_byte_vec_t bytes;
    PHALA_CHECK(check(MachineError::NotCompiled, wasmtime_module_serialize(code.module(), &bytes)));
    Bytes out = to_bytes(bytes_of(std::string_view{bytes.data, bytes.size}));
    wasm_byte_vec_delete(&bytes);
    return out;
}

Outcome<std::shared_ptr<const CompiledCode>> Machine::load(ByteView saved) const
{
    wasmtime_module_t* raw_module = nullptr;
    PHALA_CHECK(check(MachineError::NotCompiled,
                      wasmtime_module_deserialize(parts_->engine.get(), saved.data(), saved.size(), &raw_module)));
    return prepare(raw_module);
}

namespace {

bool find(wasmtime_context_t* context, const wasmtime_instance_t& instance, std::string_view name,
          wasmtime_extern_t& out)
{
    return wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &out);
}

/// How a call of the machine ended. `stopped`: a host function stopped it.
RunResult ending_of(wasmtime_context_t* context, bool stopped, const wasmtime_global_t& fault, wasmtime_error_t* error,
                    const TrapPtr& trap)
{
    if (error != nullptr) {
        auto message = take_message(error);
        return stopped ? RunResult{Ending::Stopped} : RunResult{Ending::MachineFault, 0, std::move(message)};
    }
    if (!trap)
        return {Ending::Returned};
    if (stopped)
        return {Ending::Stopped};
    wasmtime_trap_code_t code = 0;
    if (!wasmtime_trap_code(trap.get(), &code))
        return {Ending::MachineFault, 0, "a trap without a code"};
    if (code == WASMTIME_TRAP_CODE_STACK_OVERFLOW)
        return {Ending::MachineFault, 0, "the native stack is exhausted"};
    wasmtime_val_t why;
    wasmtime_global_get(context, &fault, &why);
    return {why.of.i32 == static_cast<std::int32_t>(Fault::OutOfFuel) ? Ending::OutOfFuel : Ending::Trapped};
}

} // namespace

RunResult Machine::run(const CompiledCode& code, Entry entry, std::uint64_t fuel, HostCalls& host) const
{
    Instance::State state;
    state.host = &host;
    const StorePtr store{wasmtime_store_new(parts_->engine.get(), &state, nullptr)};
    state.context = wasmtime_store_context(store.get());

    wasmtime_instance_t instance;
    wasm_trap_t* trap = nullptr;
    auto* error = wasmtime_instance_pre_instantiate(code.prepared(), state.context, &instance, &trap);
    if (trap != nullptr) {
        wasm_trap_delete(trap);
        return {Ending::NotStarted, fuel};
    }
    if (error != nullptr)
        return {Ending::MachineFault, fuel, take_message(error)};

    wasmtime_extern_t memory;
    wasmtime_extern_t fuel_global;
    wasmtime_extern_t fault;
    wasmtime_extern_t function;
    const auto name = entry == Entry::Call ? std::string_view{"call"} : std::string_view{"deploy"};
    if (!find(state.context, instance, exported::kMemory, memory)
        || !find(state.context, instance, exported::kFuel, fuel_global)
        || !find(state.context, instance, exported::kFault, fault) || !find(state.context, instance, name, function))
        return {Ending::MachineFault, fuel, "an export of instrumented code is missing"};
    state.memory = memory.of.memory;
    state.fuel = fuel_global.of.global;
    Instance view{state};
    view.set_fuel(fuel);

    const auto execute = [&](const wasmtime_func_t& what) {
        wasmtime_val_raw_t result{}; // an entry point may return an i32, which means nothing
        wasm_trap_t* raised = nullptr;
        auto* failed = wasmtime_func_call_unchecked(state.context, &what, &result, 1, &raised);
        return ending_of(state.context, state.stopped, fault.of.global, failed, TrapPtr{raised});
    };
    RunResult ended{Ending::Returned};
    wasmtime_extern_t start;
    if (find(state.context, instance, exported::kStart, start))
        ended = execute(start.of.func);
    if (ended.ending == Ending::Returned)
        ended = execute(function.of.func);
    ended.fuel_left = view.fuel();
    return ended;
}

void Machine::on_large_stack(const std::function<void()>& work) const
{
    parts_->stacks.run(work);
}

} // namespace phala::worker::engine
