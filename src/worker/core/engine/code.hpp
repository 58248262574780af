#pragma once
// Contract code: the rules it must keep (spec contract-engine §1.1–§1.3), and the rewriting that makes gas and
// stack limits part of the code itself (§2.2, decisions §5), so that neither depends on the machine underneath.
#include "host/wasm/module.hpp"

namespace phala::worker::engine {

enum class CodeError : std::uint8_t { Invalid, MemoryEstimateTooLarge, TooLarge, Rejected };
std::string_view describe(CodeError error);

/// Whether code may hold floating point, whose results are not the same on every machine. Relaxed code runs in queries only.
enum class Determinism : std::uint8_t { Enforced, Relaxed };

inline constexpr std::size_t kMaxCodeSize = 2 * 1024 * 1024;
inline constexpr std::uint64_t kMaxMemoryEstimate = 8 * 1024 * 1024; ///< 16 per operator and one per data byte
inline constexpr std::uint32_t kMaxPages = 64;
/// Tables are allocated whole, so there is a bound; the reference has none.
inline constexpr std::uint32_t kMaxTableElements = 65'536;

/// What compiling costs grows faster than the code: with the functions, and with variables times the places where
/// control flow joins. Beyond these sums over all functions code of a few kilobytes would take minutes; compilers'
/// output stays far below. The reference only interprets and has no such bounds.
inline constexpr std::size_t kMaxFunctions = 8'192;
inline constexpr std::uint64_t kMaxVariablesAtJoins = 8'000'000; ///< parameters and locals, by blocks, ifs and loops
inline constexpr std::uint64_t kMaxVariablesInLoops = 262'144;   ///< parameters and locals, by loops

/// Functions active in one instance besides its entry point, and operands (of each active function its parameters, locals, highest operand
/// stack, and one for every 32 operators) at most; one more is a trap.
inline constexpr std::uint32_t kMaxFrames = 1024;
inline constexpr std::uint32_t kMaxOperands = 131'072;

/// Names of what instrumented code exports besides `call` and `deploy`.
namespace exported {
inline constexpr std::string_view kMemory = "memory";
inline constexpr std::string_view kFuel = "fuel";   ///< i64, units left; set it before the code runs
inline constexpr std::string_view kFault = "fault"; ///< i32, a Fault
inline constexpr std::string_view kStart = "start"; ///< only where the module has a start function
} // namespace exported

/// Why instrumented code stopped itself by `unreachable`.
enum class Fault : std::int32_t { None = 0, OutOfFuel = 1, StackLimit = 2 };

/// Takes the code apart and checks every rule that needs no knowledge of types. Floats are refused where determinism
/// is enforced. What passes must still be validated by the compiler.
Outcome<host::wasm::Module> check_code(ByteView code, Determinism determinism);

/// Raise it with every change of what `instrument` makes of any code: compiled code is kept between runs.
inline constexpr unsigned kInstrumentation = 2;

/// The module with its memory defined inside and with charges, limits and the exports above. It must have passed
/// check_code and the compiler's validation.
Outcome<Bytes> instrument(host::wasm::Module module);

/// What instrument charges in one function, for tests and tools: regions in the order in which they open.
struct FunctionCosts {
    std::vector<std::uint64_t> regions;
    std::uint32_t operands = 0; ///< what it takes of kMaxOperands
};
Outcome<FunctionCosts> function_costs(const host::wasm::Module& module, std::size_t defined_function);

} // namespace phala::worker::engine
