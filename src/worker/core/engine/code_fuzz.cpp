// Whatever code is uploaded: it is refused with a reason, or rewritten into code that reads well.
#include "worker/core/engine/wat_testing.hpp"

#include <cstdlib>

namespace {

using namespace phala;
namespace tools = phala::worker::engine::testing; // GoogleTest has a namespace of the other name

/// A small contract whose one body the fuzzer writes, so that the checks before it are passed.
Bytes contract_with(ByteView body)
{
    using namespace host::wasm;
    Module module;
    const auto type = module.type_index({});
    module.type_index({{ValueType::I32, ValueType::I32}, {ValueType::I32}});
    module.imports.push_back({"env", "memory", Memory{{2, 16}}});
    module.functions = {type, type};
    Bytes code = to_bytes(body);
    code.push_back(0x0b);
    module.bodies.push_back({{{4, ValueType::I32}}, {0x0b}});
    module.bodies.push_back({{{9, ValueType::I64}}, std::move(code)});
    module.exports.push_back({"call", ExternKind::Function, 0});
    module.exports.push_back({"deploy", ExternKind::Function, 1});
    return write_module(module);
}

void try_code(ByteView code)
{
    using namespace worker::engine;
    auto module = check_code(code, Determinism::Enforced);
    if (!module)
        return;
    const bool is_valid = tools::machine().validate(code).has_value();
    const auto instrumented = instrument(std::move(*module));
    if (is_valid && (!instrumented || !tools::machine().validate(*instrumented)))
        std::abort(); // what was valid before is valid after
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try_code({data, size});
    try_code(contract_with({data, size}));
    return 0;
}
