#pragma once
// The machine under the contracts: a thin layer over Wasmtime that knows compiled code, one run of it, and nothing
// of gas, storage or accounts.
#include "worker/core/engine/code.hpp"
#include "worker/core/engine/host_functions.hpp"

#include <functional>
#include <memory>
#include <span>

struct wasmtime_module;

namespace phala::worker::engine {

enum class MachineError : std::uint8_t { NotValid, NotCompiled, NotCreated };
std::string_view describe(MachineError error);

/// Native stack of one instance. The protocol lets 1,024 functions with together 131,072 operands be active
/// (kMaxFrames, kMaxOperands); machine_test measures that the deepest such stacks stay far below this.
inline constexpr std::size_t kNativeStackPerInstance = std::size_t{64} << 20;
/// Instances that call each other: the contract call stack (spec contract-engine §1.3).
inline constexpr std::size_t kMaxInstancesDeep = 6;

/// Calls that can run at the same time; more wait.
inline constexpr std::size_t kParallelRuns = 16;

/// All that the compiled form of a code depends on besides the code: the compiler, and how code is rewritten before.
[[nodiscard]] std::string compilation();

/// Instrumented code, compiled. Shared between all runs; immutable.
class CompiledCode;

/// What a host function may touch of the instance that calls it.
class Instance {
public:
    [[nodiscard]] std::span<std::uint8_t> memory();
    [[nodiscard]] std::uint64_t fuel() const;
    void set_fuel(std::uint64_t units);

private:
    friend class Machine;
    struct State;
    explicit Instance(State& state) : state_{state} {}
    State& state_;
};

/// Serves host functions: the boundary between a contract and the engine.
class HostCalls {
public:
    virtual ~HostCalls() = default;

    enum class Next : std::uint8_t { Resume, Stop };
    /// Parameters as the import declares them, 32-bit ones zero-extended. `result` is ignored where there is none.
    virtual Next on_host_call(HostFunction function, std::span<const std::uint64_t> params, std::uint64_t& result,
                              Instance& instance) = 0;
};

enum class Entry : std::uint8_t { Call, Deploy };

/// How a run ended.
enum class Ending : std::uint8_t {
    Returned,
    Trapped, ///< by the code itself, or by a limit of the stack
    OutOfFuel,
    Stopped,      ///< by a host function
    NotStarted,   ///< a data or element segment outside of its memory or table
    MachineFault, ///< the machine gave up where the protocol's limits must have come first: a defect of the engine
};

struct RunResult {
    Ending ending = Ending::MachineFault;
    std::uint64_t fuel_left = 0;
    std::string fault{}; ///< of MachineFault: what the machine said
};

/// Compiles and runs code. Safe to use from many threads; a run that finds all stacks in use waits for one.
class Machine {
public:
    static Outcome<std::unique_ptr<Machine>> create();
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// Whether the code passes Wasm validation with the features that contracts may use.
    [[nodiscard]] Outcome<> validate(ByteView code) const;

    /// Compiles what `instrument` made.
    [[nodiscard]] Outcome<std::shared_ptr<const CompiledCode>> compile(ByteView instrumented) const;

    /// Compiled code as bytes, for load of a later process: exactly these bytes may go in there, they are executed. What
    /// another compiler made fails with NotCompiled.
    [[nodiscard]] static Outcome<Bytes> save(const CompiledCode& code);
    [[nodiscard]] Outcome<std::shared_ptr<const CompiledCode>> load(ByteView saved) const;

    /// Runs an entry point in a fresh instance, on the stack of the caller: call it inside on_large_stack.
    RunResult run(const CompiledCode& code, Entry entry, std::uint64_t fuel, HostCalls& host) const;

    /// Runs `work` on a stack large enough for kMaxInstancesDeep nested runs and waits for it.
    void on_large_stack(const std::function<void()>& work) const;

private:
    struct Parts;
    explicit Machine(std::unique_ptr<Parts> parts);
    [[nodiscard]] Outcome<std::shared_ptr<const CompiledCode>> prepare(wasmtime_module* module) const;
    std::unique_ptr<Parts> parts_;
};

/// Runs the frames of an execution in place of the machine: for those who compare it with another.
class FrameRunner {
public:
    virtual ~FrameRunner() = default;
    /// `code` is what `machine` compiled of `uploaded`.
    virtual RunResult run(const Machine& machine, const CompiledCode& code, ByteView uploaded, Entry entry,
                          std::uint64_t fuel, HostCalls& host) = 0;
};

} // namespace phala::worker::engine
