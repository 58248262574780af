#include "host/wasm/instructions.hpp"
#include "worker/core/engine/code.hpp"
#include "worker/core/engine/host_functions.hpp"

#include <algorithm>

namespace phala::worker::engine {

using namespace host::wasm;

std::string_view describe(CodeError error)
{
    switch (error) {
    case CodeError::Invalid: return "Invalid wasm";
    case CodeError::MemoryEstimateTooLarge: return "DecompressedCodeTooLarge";
    case CodeError::TooLarge: return "contract code is larger than 2 MiB";
    case CodeError::Rejected: return "contract code breaks a rule";
    }
    return "code";
}

const HostImport* find_host_import(std::string_view module, std::string_view name)
{
    constexpr std::string_view kPrefix = "seal_";
    const auto* found = std::ranges::find_if(kHostImports, [&](const HostImport& import) {
        if (import.module != module)
            return false;
        return import.name == name
               || (import.prefixed && name.starts_with(kPrefix) && import.name == name.substr(kPrefix.size()));
    });
    return found == kHostImports.end() ? nullptr : found;
}

FunctionType type_of(const HostImport& import)
{
    const auto type = [](char letter) { return letter == 'L' ? ValueType::I64 : ValueType::I32; };
    FunctionType out;
    for (char letter : import.params)
        out.params.push_back(type(letter));
    if (import.result != '-')
        out.results.push_back(type(import.result));
    return out;
}

namespace {

std::unexpected<Error> reject(std::string why)
{
    return fail(CodeError::Rejected, std::move(why));
}

bool is_float_type(ValueType type)
{
    return type == ValueType::F32 || type == ValueType::F64;
}

bool is_mvp_type(ValueType type)
{
    return type == ValueType::I32 || type == ValueType::I64 || is_float_type(type);
}

/// Counts operators and data bytes before anything else is judged, as the reference does; instructions beyond the
/// MVP make the count end early, and the module is refused for them later.
Outcome<> check_memory_estimate(const Module& module)
{
    std::uint64_t operators = 0;
    for (const auto& body : module.bodies) {
        InstructionReader in{body.code};
        Instruction instruction;
        while (!in.at_end() && in.next(instruction))
            ++operators;
    }
    std::uint64_t data = 0;
    if (module.data)
        if (auto segments = read_data(*module.data))
            for (const auto& segment : *segments)
                data += segment.bytes.size();
    if (16 * operators + data > kMaxMemoryEstimate)
        return fail(CodeError::MemoryEstimateTooLarge);
    return {};
}

Outcome<> check_type(ValueType type, Determinism determinism)
{
    if (!is_mvp_type(type))
        return reject("a value type beyond i32, i64, f32 and f64");
    if (determinism == Determinism::Enforced && is_float_type(type))
        return reject("floating point in deterministic code");
    return {};
}

Outcome<> check_types(const Module& module, Determinism determinism)
{
    for (const auto& type : module.types) {
        if (type.results.size() > 1)
            return reject("a function with more than one result");
        for (auto value : type.params)
            PHALA_CHECK(check_type(value, determinism));
        for (auto value : type.results)
            PHALA_CHECK(check_type(value, determinism));
    }
    for (const auto& global : module.globals)
        PHALA_CHECK(check_type(global.type.type, determinism));
    return {};
}

Outcome<> check_memory(const Limits& limits)
{
    const std::uint32_t maximum = limits.maximum.value_or(kMaxPages);
    if (maximum > kMaxPages)
        return reject("a memory maximum above 64 pages");
    if (limits.initial > maximum)
        return reject("an initial memory larger than its maximum");
    return {};
}

Outcome<> check_imports(const Module& module)
{
    bool has_memory = false;
    for (const auto& import : module.imports) {
        const std::string name = import.module + "." + import.name;
        if (const auto* memory = std::get_if<Memory>(&import.what)) {
            if (name != "env.memory" || has_memory)
                return reject("imports memory " + name + "; exactly one, env.memory, is allowed");
            PHALA_CHECK(check_memory(memory->limits));
            has_memory = true;
        } else if (const auto* function = std::get_if<FunctionIndex>(&import.what)) {
            const auto* known = find_host_import(import.module, import.name);
            if (known == nullptr)
                return reject("imports unknown function " + name);
            if (module.types[function->type] != type_of(*known))
                return reject("imports " + name + " with a wrong signature");
        } else {
            return reject("imports table or global " + name);
        }
    }
    if (!module.memories.empty())
        return reject("defines a memory; it must be imported as env.memory");
    if (!has_memory)
        return reject("does not import env.memory");
    return {};
}

Outcome<> check_exports(const Module& module)
{
    bool call = false;
    bool deploy = false;
    for (const auto& item : module.exports) {
        if (item.kind != ExternKind::Function || (item.name != "call" && item.name != "deploy"))
            return reject("exports " + item.name + "; only functions call and deploy are allowed");
        if (item.index < module.imported_functions())
            return reject("exports an imported function");
        const auto& type = module.types[*module.type_of_function(item.index)];
        if (!type.params.empty() || (!type.results.empty() && type.results != std::vector{ValueType::I32}))
            return reject(item.name + " must take nothing and return nothing");
        (item.name == "call" ? call : deploy) = true;
    }
    if (!call || !deploy)
        return reject("exports call and deploy are both needed");
    return {};
}

Outcome<> check_tables(const Module& module)
{
    if (module.tables.size() > 1)
        return reject("more than one table");
    for (const auto& table : module.tables)
        if (table.element != ValueType::FuncRef || table.limits.initial > kMaxTableElements)
            return reject("a table of more than 65536 elements or of something else than functions");
    if (module.data_count)
        return reject("bulk memory is not supported");
    if (module.elements) {
        auto segments = read_elements(*module.elements);
        if (!segments)
            return reject("element segments: " + segments.error().message());
        for (const auto& segment : *segments)
            if (!is_mvp_constant(segment.offset))
                return reject("an extended constant expression");
    }
    if (module.data) {
        auto segments = read_data(*module.data);
        if (!segments)
            return reject("data segments: " + segments.error().message());
        for (const auto& segment : *segments)
            if (!is_mvp_constant(segment.offset))
                return reject("an extended constant expression");
    }
    for (const auto& global : module.globals)
        if (!is_mvp_constant(global.initial))
            return reject("an extended constant expression");
    return {};
}

Outcome<> check_bodies(const Module& module, Determinism determinism)
{
    if (module.bodies.size() > kMaxFunctions)
        return reject("more than " + std::to_string(kMaxFunctions) + " functions");
    std::uint64_t at_joins = 0;
    std::uint64_t in_loops = 0;
    for (std::size_t i = 0; i < module.bodies.size(); ++i) {
        const auto& body = module.bodies[i];
        std::uint64_t variables = module.types[module.functions[i]].params.size();
        for (const auto& group : body.locals) {
            PHALA_CHECK(check_type(group.type, determinism));
            variables += group.count;
        }
        at_joins += variables;
        InstructionReader in{body.code};
        Instruction instruction;
        while (!in.at_end()) {
            if (!in.next(instruction))
                return reject("an instruction that is not supported: " + in.error().message());
            const bool has_type =
                instruction.opcode == op::kBlock || instruction.opcode == op::kLoop || instruction.opcode == op::kIf;
            if (has_type)
                at_joins += variables;
            if (instruction.opcode == op::kLoop)
                in_loops += variables;
            if (at_joins > kMaxVariablesAtJoins || in_loops > kMaxVariablesInLoops)
                return reject("more locals in loops and branches than can be compiled in reasonable time");
            if (determinism == Determinism::Relaxed)
                continue;
            const bool is_float_block = has_type && is_float_type(static_cast<ValueType>(instruction.block_type));
            if (is_float(instruction.opcode) || is_float_block)
                return reject("floating point in deterministic code");
        }
    }
    return {};
}

} // namespace

Outcome<Module> check_code(ByteView code, Determinism determinism)
{
    auto module = read_module(code);
    if (!module)
        return fail(CodeError::Invalid, module.error().message());
    PHALA_CHECK(check_memory_estimate(*module));
    if (code.size() > kMaxCodeSize)
        return fail(CodeError::TooLarge);
    PHALA_CHECK(check_types(*module, determinism));
    PHALA_CHECK(check_imports(*module));
    PHALA_CHECK(check_exports(*module));
    PHALA_CHECK(check_tables(*module));
    PHALA_CHECK(check_bodies(*module, determinism));
    return module;
}

} // namespace phala::worker::engine
