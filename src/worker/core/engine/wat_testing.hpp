#pragma once
// For tests: runs of Wasm in text form outside of any contract.
#include "host/wat_testing.hpp"
#include "worker/core/engine/machine.hpp"

namespace phala::worker::engine::testing {

using host::testing::wat;

/// A contract of which only `call` matters: declarations, then the body of call.
inline std::string contract_text(std::string_view declarations, std::string_view call)
{
    return std::string{"(module (import \"env\" \"memory\" (memory 2 16)) "} + std::string{declarations}
           + " (func (export \"deploy\")) (func (export \"call\") " + std::string{call} + "))";
}

inline Machine& machine()
{
    static const auto made = Machine::create();
    if (!made)
        std::abort();
    return **made;
}

inline Outcome<std::shared_ptr<const CompiledCode>> build(ByteView code,
                                                          Determinism determinism = Determinism::Enforced)
{
    PHALA_TRY(auto module, check_code(code, determinism));
    PHALA_CHECK(machine().validate(code));
    PHALA_TRY(const auto instrumented, instrument(std::move(module)));
    return machine().compile(instrumented);
}

/// A host that stops whatever asks it for anything.
struct NoHost final : HostCalls {
    Next on_host_call(HostFunction, std::span<const std::uint64_t>, std::uint64_t&, Instance&) override
    {
        return Next::Stop;
    }
};

inline RunResult run(const CompiledCode& code, std::uint64_t fuel, HostCalls& host)
{
    RunResult result;
    machine().on_large_stack([&] { result = machine().run(code, Entry::Call, fuel, host); });
    return result;
}

inline RunResult run_text(std::string_view text, std::uint64_t fuel)
{
    auto code = build(wat(text));
    if (!code) {
        ADD_FAILURE() << code.error().message();
        return {};
    }
    NoHost host;
    return run(**code, fuel, host);
}

} // namespace phala::worker::engine::testing
