#include "host/engine.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "host/code.hpp"
#include "host/compiled_files.hpp"
#include "host/host_functions.hpp"

#include <wasmtime.h>

#include <condition_variable>
#include <future>
#include <list>
#include <mutex>
#include <set>
#include <sys/mman.h>
#include <system_error>
#include <thread>

namespace phala::host {

namespace {

/// Changes whenever the same blob is to be compiled differently: the engine, its settings, the rewriting before it.
constexpr std::string_view kCompilation = "wasmtime-" WASMTIME_VERSION "-2";
constexpr std::string_view kUnstoppable = "wasmtime-" WASMTIME_VERSION "-2-unstoppable";

constexpr std::size_t kWasmStack = 1024 * 1024;
constexpr std::uint64_t kMaxMemory = std::uint64_t{65'536} * kPageSize;
constexpr std::uint64_t kGuard = 32 * 1024 * 1024;
constexpr std::size_t kMaxTableElements = 200'000;
constexpr std::size_t kMaxInstanceSize = 4 * 1024 * 1024;
/// Of a memory that is given back, this much is overwritten rather than given to the system and faulted in again.
constexpr std::size_t kKeptResident = 512 * 1024;

/// How exactly the time of a call is kept.
constexpr std::chrono::milliseconds kTick{50};

constexpr std::string_view kEnv = "env";

template <auto Delete>
struct Deleter {
    void operator()(auto* pointer) const { Delete(pointer); }
};
template <class T, auto Delete>
using Owned = std::unique_ptr<T, Deleter<Delete>>;

using WasmEngine = Owned<wasm_engine_t, wasm_engine_delete>;
using WasmModule = Owned<wasmtime_module_t, wasmtime_module_delete>;
using WasmLinker = Owned<wasmtime_linker_t, wasmtime_linker_delete>;
using WasmInstancePre = Owned<wasmtime_instance_pre_t, wasmtime_instance_pre_delete>;
using WasmStore = Owned<wasmtime_store_t, wasmtime_store_delete>;
using WasmError = Owned<wasmtime_error_t, wasmtime_error_delete>;
using WasmTrap = Owned<wasm_trap_t, wasm_trap_delete>;
using WasmFunctionType = Owned<wasm_functype_t, wasm_functype_delete>;

/// A byte vector that the engine fills.
struct WasmBytes {
    wasm_byte_vec_t raw{0, nullptr};
    WasmBytes() = default;
    WasmBytes(const WasmBytes&) = delete;
    WasmBytes& operator=(const WasmBytes&) = delete;
    ~WasmBytes() { wasm_byte_vec_delete(&raw); }
    [[nodiscard]] std::string_view text() const { return {raw.data, raw.size}; }
    [[nodiscard]] ByteView view() const { return bytes_of(text()); }
};

/// Errors carry a backtrace behind the first line; the first line is for people.
std::string first_line(std::string_view text)
{
    while (!text.empty() && text.back() == '\0')
        text.remove_suffix(1);
    return std::string{text.substr(0, text.find('\n'))};
}

std::string message_of(const WasmError& error)
{
    WasmBytes text;
    wasmtime_error_message(error.get(), &text.raw);
    return first_line(text.text());
}

std::string message_of(const WasmTrap& trap)
{
    wasmtime_trap_code_t code = 0;
    if (wasmtime_trap_code(trap.get(), &code))
        switch (code) {
        case WASMTIME_TRAP_CODE_STACK_OVERFLOW: return "stack overflow";
        case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS: return "memory access out of bounds";
        case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS: return "table access out of bounds";
        case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL: return "indirect call to nothing";
        case WASMTIME_TRAP_CODE_BAD_SIGNATURE: return "indirect call with another signature";
        case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW: return "integer overflow";
        case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO: return "division by zero";
        case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER: return "number out of range for an integer";
        case WASMTIME_TRAP_CODE_INTERRUPT: return "stopped because it ran longer than a call may";
        case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED: return "unreachable code was reached";
        default: break;
        }
    WasmBytes text;
    wasm_trap_message(trap.get(), &text.raw);
    return first_line(text.text());
}

/// As many instances as the address space has room for: the engine itself would end the process if it had none.
std::uint32_t fitting_instances(const EngineConfig& config)
{
    std::uint32_t instances = std::max(config.max_instances, 1u);
    for (; instances > 1; instances /= 2) {
        const std::size_t size = (kMaxMemory + kGuard) * instances;
        void* room = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room != MAP_FAILED) {
            ::munmap(room, size);
            break;
        }
    }
    if (instances < config.max_instances && config.warn)
        config.warn("address space is limited: only " + std::to_string(instances) + " runtime calls run at one time");
    return instances;
}

WasmEngine make_engine(const EngineConfig& config)
{
    const std::uint32_t instances = fitting_instances(config);
    wasm_config_t* raw = wasm_config_new();
    wasmtime_config_max_wasm_stack_set(raw, kWasmStack);
    wasmtime_config_epoch_interruption_set(raw, config.stoppable);
    wasmtime_config_cranelift_nan_canonicalization_set(raw, true);
    wasmtime_config_wasm_relaxed_simd_set(raw, false);
    wasmtime_config_wasm_simd_set(raw, false);
    wasmtime_config_wasm_reference_types_set(raw, false);
    wasmtime_config_wasm_function_references_set(raw, false);
    wasmtime_config_wasm_gc_set(raw, false);
    wasmtime_config_wasm_tail_call_set(raw, false);
    wasmtime_config_wasm_memory64_set(raw, false);
    wasmtime_config_wasm_multi_memory_set(raw, false);
    wasmtime_config_memory_init_cow_set(raw, true);
    wasmtime_config_memory_reservation_set(raw, kMaxMemory);
    wasmtime_config_memory_guard_size_set(raw, kGuard);
    wasmtime_config_memory_may_move_set(raw, false);

    wasmtime_pooling_allocation_config_t* pool = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_total_core_instances_set(pool, instances);
    wasmtime_pooling_allocation_config_total_memories_set(pool, instances);
    wasmtime_pooling_allocation_config_total_tables_set(pool, instances);
    wasmtime_pooling_allocation_config_max_core_instance_size_set(pool, kMaxInstanceSize);
    wasmtime_pooling_allocation_config_max_memory_size_set(pool, kMaxMemory);
    wasmtime_pooling_allocation_config_table_elements_set(pool, kMaxTableElements);
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, kKeptResident);
    wasmtime_pooling_allocation_strategy_set(raw, pool);
    wasmtime_pooling_allocation_config_delete(pool);
    return WasmEngine{wasm_engine_new_with_config(raw)};
}

class InstanceMemory final : public LinearMemory {
public:
    InstanceMemory(wasmtime_context_t* context, const wasmtime_memory_t& memory) : context_{context}, memory_{memory} {}

    [[nodiscard]] std::span<std::uint8_t> bytes() override
    {
        if (bytes_.empty())
            bytes_ = {wasmtime_memory_data(context_, &memory_), wasmtime_memory_data_size(context_, &memory_)};
        return bytes_;
    }

    /// To be told when the runtime has run: it may have made its memory larger by itself.
    void look_again() { bytes_ = {}; }

    bool grow(std::uint32_t pages) override
    {
        std::uint64_t before = 0;
        look_again();
        const WasmError error{wasmtime_memory_grow(context_, &memory_, pages, &before)};
        return !error;
    }

private:
    wasmtime_context_t* context_;
    wasmtime_memory_t memory_;
    std::span<std::uint8_t> bytes_; ///< as long as one host function runs: each argument is looked up in it
};

/// What a store carries to the host functions.
struct Call {
    Guest* guest = nullptr; // set once the instance is there
    InstanceMemory* memory = nullptr;
    std::optional<Error> failure;
};

wasm_trap_t* trap(Call& call, std::string_view function, Error error)
{
    call.failure = std::move(error).at(function);
    const std::string text = call.failure->message();
    return wasmtime_trap_new(text.data(), text.size());
}

wasm_trap_t* call_host_function(void* data, wasmtime_caller_t* caller, wasmtime_val_raw_t* values, std::size_t)
{
    const auto& function = *static_cast<const HostFunction*>(data);
    auto& call = *static_cast<Call*>(wasmtime_context_get_data(wasmtime_caller_context(caller)));
    if (call.guest == nullptr)
        return trap(call, function.name, Error{HostError::Trap, "called before the instance was complete"});
    call.memory->look_again();
    constexpr std::size_t kMaxParams = 8;
    std::array<std::uint64_t, kMaxParams> arguments{};
    const std::size_t count = function.params.size();
    for (std::size_t i = 0; i < count; ++i)
        arguments[i] = function.params[i] == WasmType::I32 ? static_cast<std::uint32_t>(values[i].i32)
                                                           : static_cast<std::uint64_t>(values[i].i64);
    try {
        const auto result = function.invoke(*call.guest, std::span{arguments}.first(count));
        if (!result)
            return trap(call, function.name, result.error());
        if (function.result == WasmType::I32)
            values[0].i32 = static_cast<std::int32_t>(*result);
        else if (function.result == WasmType::I64)
            values[0].i64 = static_cast<std::int64_t>(*result);
    } catch (const std::exception& exception) { // none may pass through the engine's frames
        return trap(call, function.name, Error{HostError::Unavailable, exception.what()});
    }
    return nullptr;
}

struct Stub {
    std::string name;
};

wasm_trap_t* call_stub(void* data, wasmtime_caller_t* caller, wasmtime_val_raw_t*, std::size_t)
{
    auto& call = *static_cast<Call*>(wasmtime_context_get_data(wasmtime_caller_context(caller)));
    return trap(call, static_cast<const Stub*>(data)->name,
                Error{HostError::Trap, "this host function is not available in this context"});
}

wasm_valtype_vec_t value_types(std::span<const WasmType> types)
{
    wasm_valtype_vec_t out;
    wasm_valtype_vec_new_uninitialized(&out, types.size());
    for (std::size_t i = 0; i < types.size(); ++i)
        out.data[i] = wasm_valtype_new(types[i] == WasmType::I32 ? WASM_I32 : WASM_I64);
    return out;
}

WasmFunctionType function_type(std::span<const WasmType> params, std::span<const WasmType> results)
{
    wasm_valtype_vec_t in = value_types(params);
    wasm_valtype_vec_t out = value_types(results);
    return WasmFunctionType{wasm_functype_new(&in, &out)};
}

std::optional<std::vector<WasmType>> plain_types(const std::vector<wasm::ValueType>& types)
{
    std::vector<WasmType> out;
    for (const auto type : types) {
        if (type != wasm::ValueType::I32 && type != wasm::ValueType::I64)
            return std::nullopt;
        out.push_back(type == wasm::ValueType::I32 ? WasmType::I32 : WasmType::I64);
    }
    return out;
}

Outcome<void> check(wasmtime_error_t* raw, HostError as)
{
    const WasmError error{raw};
    if (error)
        return fail(as, message_of(error));
    return {};
}

/// Defines what the module imports: host functions, and stubs for those that are known but not here.
class Linking {
public:
    Linking(wasm_engine_t* engine, const wasm::Module& module, bool allow_unknown)
        : linker_{wasmtime_linker_new(engine)}, module_{module}, allow_unknown_{allow_unknown}
    {
    }

    Outcome<WasmLinker> run()
    {
        std::string missing;
        for (const auto& import : module_.imports) {
            const auto* function = std::get_if<wasm::FunctionIndex>(&import.what);
            if (function == nullptr || import.module != kEnv || !define(import.name, module_.types[function->type]))
                missing += (missing.empty() ? "" : ", ") + import.module + "." + import.name;
        }
        if (!missing.empty())
            return fail(HostError::BadBlob,
                        "imports that this host does not have, or not with this signature: " + missing);
        return std::move(linker_);
    }

private:
    bool define(const std::string& name, const wasm::FunctionType& type)
    {
        const auto params = plain_types(type.params);
        const auto results = plain_types(type.results);
        if (!params || !results || results->size() > 1)
            return false;
        for (const auto& function : host_functions())
            if (function.name == name)
                return std::ranges::equal(function.params, *params) && matches(function.result, *results)
                       && add(name, *params, *results, &call_host_function, const_cast<HostFunction*>(&function),
                              nullptr);
        if (!allow_unknown_ && !is_known_elsewhere(name))
            return false;
        return add(name, *params, *results, &call_stub, new Stub{name},
                   [](void* stub) { delete static_cast<Stub*>(stub); });
    }

    static bool matches(std::optional<WasmType> result, const std::vector<WasmType>& results)
    {
        return result ? results.size() == 1 && results[0] == *result : results.empty();
    }

    bool add(const std::string& name, std::span<const WasmType> params, std::span<const WasmType> results,
             wasmtime_func_unchecked_callback_t callback, void* data, void (*finalizer)(void*))
    {
        const auto type = function_type(params, results);
        const WasmError error{wasmtime_linker_define_func_unchecked(
            linker_.get(), kEnv.data(), kEnv.size(), name.data(), name.size(), type.get(), callback, data, finalizer)};
        return !error;
    }

    WasmLinker linker_;
    const wasm::Module& module_;
    bool allow_unknown_;
};

std::string cached_name(const Hash& code_hash, bool stoppable)
{
    return to_hex(code_hash) + "-" + std::string{stoppable ? kCompilation : kUnstoppable};
}

} // namespace

struct Runtime::Compiled {
    wasm_engine_t* wasm_engine;
    Hash code_hash;
    WasmModule module;
    WasmLinker linker;
    WasmInstancePre instance_pre;
    std::uint32_t initial_pages;
    std::set<std::string, std::less<>> functions; // that have the signature of entry points
    VersionOfCode version_of_code;
    std::optional<RuntimeVersion> announced; // by custom sections
    Outcome<Bytes> call(std::string_view function, ByteView arguments, CallContext& context,
                        const VersionOfCode& version_of) const;

    mutable std::once_flag version_once;
    mutable std::optional<Outcome<RuntimeVersion>> version;
};

Runtime::Runtime(std::unique_ptr<Compiled> compiled) : compiled_{std::move(compiled)} {}
Runtime::~Runtime() = default;

const Hash& Runtime::code_hash() const
{
    return compiled_->code_hash;
}

bool Runtime::exports(std::string_view function) const
{
    return compiled_->functions.contains(function);
}

const Outcome<RuntimeVersion>& Runtime::version() const
{
    std::call_once(compiled_->version_once, [&]() noexcept {
        if (compiled_->announced) {
            compiled_->version.emplace(*compiled_->announced);
            return;
        }
        Overlay overlay{empty_state()};
        CallContext context{.overlay = overlay};
        const VersionOfCode none = [](ByteView) {
            return std::nullopt;
        }; // asked for its own version it would wait for itself
        auto encoded = compiled_->call("Core_version", {}, context, none);
        if (encoded)
            compiled_->version.emplace(decode_runtime_version(*encoded));
        else
            compiled_->version.emplace(fail(std::move(encoded)));
    });
    return *compiled_->version;
}

namespace {

/// One instance, from its making to its end.
class Instance {
public:
    Instance(wasm_engine_t* engine, std::uint64_t max_memory) : store_{wasmtime_store_new(engine, &call_, nullptr)}
    {
        wasmtime_store_limiter(store_.get(), static_cast<std::int64_t>(std::min(max_memory, kMaxMemory)), -1, 1, 1, 1);
    }

    Outcome<Bytes> run(const wasmtime_instance_pre_t* pre, std::string_view function, ByteView arguments,
                       CallContext& context, const VersionOfCode& version_of)
    {
        // At least one whole tick: the present one is partly over.
        const auto ticks = static_cast<std::uint64_t>(std::max<std::int64_t>(context.max_time / kTick, 1)) + 1;
        if (context.stop.stop_possible()) {
            watch_ = {.stop = context.stop, .ticks_left = ticks};
            wasmtime_store_epoch_deadline_callback(store_.get(), &at_tick, this, nullptr);
            wasmtime_context_set_epoch_deadline(this->context(), 1);
        } else {
            wasmtime_context_set_epoch_deadline(this->context(), ticks);
        }
        wasm_trap_t* trapped = nullptr;
        if (const WasmError error{wasmtime_instance_pre_instantiate(pre, this->context(), &instance_, &trapped)}; error)
            return fail(HostError::Unavailable, message_of(error));
        if (const WasmTrap stopped{trapped}; stopped)
            return fail(HostError::Trap, "while starting: " + message_of(stopped));
        PHALA_TRY(const wasmtime_extern_t memory, exported("memory", WASMTIME_EXTERN_MEMORY));
        PHALA_TRY(const wasmtime_extern_t heap_base, exported("__heap_base", WASMTIME_EXTERN_GLOBAL));
        PHALA_TRY(const wasmtime_extern_t entry, exported(function, WASMTIME_EXTERN_FUNC));
        wasmtime_val_t base;
        wasmtime_global_get(this->context(), &heap_base.of.global, &base);
        if (base.kind != WASMTIME_I32)
            return fail(HostError::BadBlob, "__heap_base is no 32-bit number");
        InstanceMemory bytes{this->context(), memory.of.memory};
        Guest guest{bytes, static_cast<std::uint32_t>(base.of.i32), context, version_of};
        call_.guest = &guest;
        call_.memory = &bytes;
        auto result = enter(guest, entry.of.func, arguments);
        if (!result && !guest.last_error().empty())
            result = fail(std::move(result), guest.last_error());
        if (guest.open_transactions() != 0)
            context_error(guest);
        return result;
    }

private:
    wasmtime_context_t* context() { return wasmtime_store_context(store_.get()); }

    Outcome<wasmtime_extern_t> exported(std::string_view name, wasmtime_extern_kind_t kind)
    {
        wasmtime_extern_t item;
        if (!wasmtime_instance_export_get(context(), &instance_, name.data(), name.size(), &item) || item.kind != kind)
            return fail(HostError::MissingExport, std::string{name});
        return item;
    }

    Outcome<Bytes> enter(Guest& guest, const wasmtime_func_t& entry, ByteView arguments)
    {
        PHALA_TRY(const std::uint32_t pointer, guest.store(arguments));
        std::array<wasmtime_val_raw_t, 2> values{};
        values[0].i32 = static_cast<std::int32_t>(pointer);
        values[1].i32 = static_cast<std::int32_t>(arguments.size());
        wasm_trap_t* raw_trap = nullptr;
        const WasmError error{wasmtime_func_call_unchecked(context(), &entry, values.data(), values.size(), &raw_trap)};
        const WasmTrap stopped{raw_trap};
        call_.memory->look_again();
        if (call_.failure)
            return std::unexpected<Error>{std::move(*call_.failure)};
        if (error)
            return fail(HostError::Trap, message_of(error));
        if (stopped)
            return fail(HostError::Trap, message_of(stopped));
        const auto result = static_cast<std::uint64_t>(values[0].i64);
        const auto bytes = guest.region(static_cast<std::uint32_t>(result), static_cast<std::uint32_t>(result >> 32));
        if (!bytes)
            return fail(HostError::BadResult, bytes.error().detail());
        return to_bytes(*bytes);
    }

    static void context_error(Guest& guest)
    {
        guest.log(LogLevel::Error, "host", "the runtime left storage transactions open; they are rolled back");
        while (guest.open_transactions() != 0)
            if (!guest.overlay().rollback_transaction())
                return;
    }

    struct Watch {
        std::stop_token stop{};
        std::uint64_t ticks_left = 0;
    };

    /// At each tick of a call that may be stopped: an error ends it.
    static wasmtime_error_t* at_tick(wasmtime_context_t*, void* data, std::uint64_t* next,
                                     wasmtime_update_deadline_kind_t* kind)
    {
        auto& self = *static_cast<Instance*>(data);
        const bool wanted = !self.watch_.stop.stop_requested();
        if (!wanted || --self.watch_.ticks_left == 0) {
            constexpr std::string_view kTooLong = "stopped because it ran longer than a call may";
            self.call_.failure = Error{HostError::Trap, std::string{wanted ? kTooLong : "stopped by the node"}};
            return wasmtime_error_new("stopped");
        }
        *next = 1;
        *kind = WASMTIME_UPDATE_DEADLINE_CONTINUE;
        return nullptr;
    }

    Call call_;
    Watch watch_;
    WasmStore store_;
    wasmtime_instance_t instance_{};
};

} // namespace

namespace {

/// What the caller wants, else what the state says under `:heappages`. A proof must not grow by this: where one is being
/// recorded, the caller says. A state that cannot be read is not told here: the runtime's first read does.
std::uint32_t heap_pages_of(const CallContext& context)
{
    if (context.heap_pages != kDefaultHeapPages || context.proof != nullptr)
        return context.heap_pages;
    const auto stored = context.overlay.get(bytes_of(":heappages"));
    if (!stored || !*stored || (*stored)->size() != sizeof(std::uint64_t))
        return kDefaultHeapPages;
    const auto pages = from_le<std::uint64_t>(ByteView{**stored}.first<sizeof(std::uint64_t)>());
    return static_cast<std::uint32_t>(std::min(pages, kMaxMemory / kPageSize));
}

} // namespace

Outcome<Bytes> Runtime::Compiled::call(std::string_view function, ByteView arguments, CallContext& context,
                                       const VersionOfCode& version_of) const
{
    if (!functions.contains(function))
        return fail(HostError::MissingExport, std::string{function});
    const std::uint64_t pages = std::uint64_t{initial_pages} + heap_pages_of(context);
    context.overlay.begin_transaction();
    auto result =
        Instance{wasm_engine, pages * kPageSize}.run(instance_pre.get(), function, arguments, context, version_of);
    PHALA_CHECK(result ? context.overlay.commit_transaction() : context.overlay.rollback_transaction());
    if (!result)
        return fail(std::move(result), function);
    return result;
}

Outcome<Bytes> Runtime::call(std::string_view function, ByteView arguments, CallContext& context) const
{
    return compiled_->call(function, arguments, context, compiled_->version_of_code);
}

struct Engine::State {
    using Loaded = Outcome<std::shared_ptr<const Runtime>>;
    struct Entry {
        Hash code_hash;
        std::shared_future<Loaded> runtime;
    };

    explicit State(EngineConfig given)
        : config{std::move(given)}, engine{make_engine(config)}, disk{{.directory = config.cache_directory}}
    {
    }

    Loaded compile(Engine& owner, ByteView blob, const Hash& code_hash);
    Outcome<WasmModule> compile_module(const wasm::Module& module, const Hash& code_hash);

    EngineConfig config;
    WasmEngine engine;
    CompiledFiles disk;
    std::mutex mutex;
    std::list<Entry> runtimes; // the most recently used first
    /// The clock by which calls are stopped. Last, so that it ends before what it touches.
    std::jthread ticker{[clock = engine.get()](const std::stop_token& stop) {
        std::mutex sleeping;
        std::unique_lock lock{sleeping};
        std::condition_variable_any wake;
        while (!wake.wait_for(lock, stop, kTick, [&] { return stop.stop_requested(); }))
            wasmtime_engine_increment_epoch(clock);
    }};
};

Engine::Engine(EngineConfig config) : state_{std::make_unique<State>(std::move(config))} {}
Engine::~Engine() = default;

Outcome<std::shared_ptr<const Runtime>> Engine::load(ByteView blob)
{
    const Hash code_hash = crypto::blake2_256(blob);
    std::promise<State::Loaded> promise;
    std::shared_future<State::Loaded> found;
    {
        const std::lock_guard lock{state_->mutex};
        auto& runtimes = state_->runtimes;
        const auto at = std::ranges::find(runtimes, code_hash, &State::Entry::code_hash);
        if (at != runtimes.end()) {
            runtimes.splice(runtimes.begin(), runtimes, at);
            found = at->runtime;
        } else {
            runtimes.push_front({code_hash, promise.get_future().share()});
            if (runtimes.size() > state_->config.max_runtimes)
                runtimes.pop_back();
        }
    }
    if (found.valid())
        return found.get();
    const auto compile = [&]() -> State::Loaded {
        try {
            return state_->compile(*this, blob, code_hash);
        } catch (const std::exception& exception) { // others wait for an answer
            return fail(HostError::Unavailable, exception.what());
        }
    };
    auto loaded = compile();
    promise.set_value(loaded);
    if (!loaded) { // what failed may succeed later, with more memory
        const std::lock_guard lock{state_->mutex};
        std::erase_if(state_->runtimes, [&](const State::Entry& entry) { return entry.code_hash == code_hash; });
    }
    return loaded;
}

Outcome<WasmModule> Engine::State::compile_module(const wasm::Module& module, const Hash& code_hash)
{
    wasmtime_module_t* raw = nullptr;
    if (const auto cached = disk.find(cached_name(code_hash, config.stoppable))) {
        const WasmError error{wasmtime_module_deserialize(engine.get(), cached->data(), cached->size(), &raw)};
        if (!error)
            return WasmModule{raw};
    }
    const Bytes code = wasm::write_module(module);
    PHALA_CHECK(check(wasmtime_module_new(engine.get(), code.data(), code.size(), &raw), HostError::BadBlob));
    WasmModule compiled{raw};
    WasmBytes serialized;
    PHALA_CHECK(check(wasmtime_module_serialize(compiled.get(), &serialized.raw), HostError::Unavailable));
    if (!disk.store(cached_name(code_hash, config.stoppable), serialized.view()) && config.warn)
        config.warn("compiled runtime could not be kept in " + config.cache_directory.string()
                    + "; the next start compiles it again");
    return compiled;
}

Engine::State::Loaded Engine::State::compile(Engine& owner, ByteView blob, const Hash& code_hash)
{
    PHALA_TRY(const Bytes code, decompress_code(blob));
    auto module = wasm::read_module(code);
    if (!module)
        return fail(HostError::BadBlob, module.error().message());
    PHALA_CHECK(own_memory(*module));
    auto compiled = std::make_unique<Runtime::Compiled>();
    compiled->wasm_engine = engine.get();
    compiled->code_hash = code_hash;
    compiled->initial_pages = module->memories.front().limits.initial;
    PHALA_TRY(compiled->module, compile_module(*module, code_hash));
    PHALA_TRY(compiled->linker, Linking(engine.get(), *module, config.allow_unknown_imports).run());
    wasmtime_instance_pre_t* pre = nullptr;
    PHALA_CHECK(check(wasmtime_linker_instantiate_pre(compiled->linker.get(), compiled->module.get(), &pre),
                      HostError::BadBlob));
    compiled->instance_pre.reset(pre);

    using enum wasm::ValueType;
    const wasm::FunctionType entry_point{{I32, I32}, {I64}};
    for (const auto& item : module->exports) {
        if (item.kind != wasm::ExternKind::Function)
            continue;
        const auto type = module->type_of_function(item.index);
        if (type && module->types[*type] == entry_point)
            compiled->functions.insert(item.name);
    }
    const auto* version = module->custom("runtime_version");
    const auto* apis = module->custom("runtime_apis");
    if (version != nullptr && apis != nullptr)
        compiled->announced = runtime_version_of_sections(version->data, apis->data);
    compiled->version_of_code = [&owner](ByteView other) -> std::optional<Bytes> {
        const auto runtime = owner.load(other);
        if (!runtime || !(*runtime)->version())
            return std::nullopt;
        return scale::encode(*(*runtime)->version());
    };
    return std::shared_ptr<const Runtime>{new Runtime{std::move(compiled)}};
}

} // namespace phala::host
