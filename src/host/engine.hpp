#pragma once
// Compiles runtimes and calls them (ARCHITECTURE D1, D6; spec substrate-host §5).
#include "host/call_context.hpp"
#include "host/error.hpp"
#include "host/runtime_version.hpp"

#include <filesystem>
#include <memory>

namespace phala::host {

struct EngineConfig {
    /// Where compiled code is kept between runs; nowhere if empty. Whoever can write there can run code in this process.
    std::filesystem::path cache_directory;
    /// Calls that may run at one time; each reserves 4 GiB of address space, not of memory.
    std::uint32_t max_instances = 32;
    /// Compiled runtimes to keep in memory.
    std::size_t max_runtimes = 8;
    /// Load code with imports that no host has: a call of one traps. For code of others, as parachain validators do.
    bool allow_unknown_imports = false;
    /// Calls can be stopped. Without it only for benches, which measure what it costs: a call that never returns is not
    /// survived.
    bool stoppable = true;
    /// Told about what costs time but stops nothing.
    std::function<void(std::string_view)> warn = {};
};

/// A compiled runtime. Calls may run in parallel.
class Runtime {
public:
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;
    ~Runtime();

    /// Runs an exported function in a fresh instance on SCALE arguments and gives the SCALE result. What it wrote stays
    /// in the overlay, without layers of its own, if it returned; after an error the overlay is as before.
    [[nodiscard]] Outcome<Bytes> call(std::string_view function, ByteView arguments, CallContext& context) const;

    /// From the custom sections, or by running Core_version.
    [[nodiscard]] const Outcome<RuntimeVersion>& version() const;

    /// BLAKE2b-256 of the blob as it lies in the state.
    [[nodiscard]] const Hash& code_hash() const;
    [[nodiscard]] bool exports(std::string_view function) const;

private:
    friend class Engine;
    struct Compiled;
    explicit Runtime(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

/// Owns the compiler and the pool of instances. May be used from several threads; must outlive its runtimes.
class Engine {
public:
    explicit Engine(EngineConfig config);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// Compiles a blob, or finds it compiled in memory or on disk.
    Outcome<std::shared_ptr<const Runtime>> load(ByteView blob);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace phala::host
