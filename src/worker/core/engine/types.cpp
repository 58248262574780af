#include "worker/core/engine/types.hpp"

namespace phala::worker::engine {

namespace {

template <class E>
DispatchError module_error(std::uint8_t index, E error)
{
    return ModuleError{index, {static_cast<std::uint8_t>(error), 0, 0, 0}};
}

std::string module_text(const ModuleError& module)
{
    std::string bytes;
    for (auto byte : module.error)
        bytes += (bytes.empty() ? "" : ", ") + std::to_string(byte);
    std::string_view name;
    if (module.index == kContractsIndex)
        name = reflect::enumerator_name(static_cast<ContractsError>(module.error[0]));
    else if (module.index == kPinkIndex)
        name = reflect::enumerator_name(static_cast<PinkError>(module.error[0]));
    const std::string message = name.empty() ? "None" : "Some(\"" + std::string{name} + "\")";
    return "Module(ModuleError { index: " + std::to_string(module.index) + ", error: [" + bytes
           + "], message: " + message + " })";
}

} // namespace

DispatchError error_of(ContractsError error)
{
    return module_error(kContractsIndex, error);
}

DispatchError error_of(PinkError error)
{
    return module_error(kPinkIndex, error);
}

std::string debug_text(const DispatchError& error)
{
    if (const auto* module = error.get_if<ModuleError>())
        return module_text(*module);
    if (const auto* token = error.get_if<Token>())
        return "Token(" + std::string{reflect::enumerator_name(token->error)} + ")";
    if (const auto* arithmetic = error.get_if<Arithmetic>())
        return "Arithmetic(" + std::string{reflect::enumerator_name(arithmetic->error)} + ")";
    return error.is<BadOrigin>() ? "BadOrigin" : "Other(\"\")";
}

std::string_view mode_text(Mode mode)
{
    switch (mode) {
    case Mode::Query: return "query";
    case Mode::Estimating: return "estimating";
    case Mode::Transaction: return "transaction";
    }
    return {};
}

} // namespace phala::worker::engine
