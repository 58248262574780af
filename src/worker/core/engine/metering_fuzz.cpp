// Any program takes exactly the fuel that the reference's interpreter takes, and ends as there: with as much fuel as it
// needs, and with less. Where PHALA_WASMI_ORACLE names no interpreter, the machine is held to itself.
#include "worker/core/engine/oracle_testing.hpp"
#include "worker/core/engine/program_testing.hpp"

namespace {

using namespace phala;
using namespace phala::worker::engine;
namespace tools = phala::worker::engine::testing; // GoogleTest has a namespace of the other name

RunResult run_once(const CompiledCode& code, std::uint64_t fuel)
{
    tools::NoHost host;
    return tools::run(code, fuel, host);
}

void agree(const CompiledCode& code, ByteView module, std::uint64_t fuel)
{
    auto* oracle = tools::Oracle::shared();
    if (oracle == nullptr)
        return;
    const auto ours = tools::answer_of(run_once(code, fuel), 0);
    const auto theirs = oracle->run(module, Entry::Call, fuel, {});
    if (ours == theirs)
        return;
    std::fprintf(stderr, "here: %s, %llu fuel left; there: %s, %llu; of %llu\n", ours.ending.c_str(),
                 static_cast<unsigned long long>(ours.fuel_left), theirs.ending.c_str(),
                 static_cast<unsigned long long>(theirs.fuel_left), static_cast<unsigned long long>(fuel));
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::uint64_t kFuel = 200'000;
    const Bytes module = tools::Program{{data, size}}.module();
    const auto code = tools::build(module);
    if (!code) {
        std::fprintf(stderr, "not accepted: %s\n", code.error().message().c_str());
        std::abort();
    }
    const auto whole = run_once(**code, kFuel);
    agree(**code, module, kFuel);
    if (whole.ending == Ending::OutOfFuel)
        return 0;
    const auto taken = kFuel - whole.fuel_left;
    // memory.grow must be able to pay for pages that it then does not get: what was taken may be less than is needed
    const auto exact = run_once(**code, taken);
    if (exact.ending != Ending::OutOfFuel && (exact.ending != whole.ending || exact.fuel_left != 0))
        std::abort();
    agree(**code, module, taken);
    if (taken > 0) {
        if (run_once(**code, taken - 1).ending != Ending::OutOfFuel)
            std::abort();
        agree(**code, module, taken - 1);
        agree(**code, module, taken / 2);
    }
    return 0;
}
