#include "cli/execution.hpp"

#include "cli/session.hpp"

#include "scale/json.hpp"

namespace phala::cli {

using worker::engine::ContractsError;
using worker::engine::DispatchError;

namespace {

/// The pallets' indexes in dispatch errors of the engine (spec contract-engine §1.10).
constexpr std::uint8_t kContracts = 4;
constexpr std::uint8_t kPink = 5;

std::string_view meaning(ContractsError error)
{
    switch (error) {
    case ContractsError::ContractTrapped: return "trap: it panicked, or reached a limit of memory or stack";
    case ContractsError::OutOfGas: return "out of gas: it would take more than a command may use";
    case ContractsError::ContractNotFound: return "a call went to an address without a contract";
    case ContractsError::CodeNotFound: return "nobody uploaded that code: phala contract upload";
    case ContractsError::TransferFailed: return "the value to send was not there: phala cluster balance";
    case ContractsError::ReentranceDenied: return "permission: a contract was called back that did not allow it";
    case ContractsError::StorageDepositNotEnoughFunds:
        return "the caller cannot pay for what would be stored: phala cluster deposit";
    case ContractsError::StorageDepositLimitExhausted: return "it would store more than the limit allows";
    case ContractsError::DecodingFailed: return "decode: it handed the engine bytes of no such value";
    case ContractsError::DuplicateContract:
        return "there is a contract already at that address: another --salt makes another";
    case ContractsError::CodeRejected: return "the code breaks a rule for contracts";
    case ContractsError::Indeterministic: return "the code uses floats, which run in queries alone";
    case ContractsError::MaxCallDepthReached: return "too many contracts called one another";
    case ContractsError::TerminatedWhileReentrant: return "a contract cannot end while another call of it runs";
    case ContractsError::TerminatedInConstructor: return "a contract cannot end in its constructor";
    default: return {};
    }
}

template <class Error>
std::string named(std::uint8_t number, std::string_view kind)
{
    const auto name = reflect::enumerator_name(static_cast<Error>(number));
    return name.empty() ? std::string{kind} + " error " + std::to_string(number) : std::string{name};
}

/// What is inside the one member of that name.
const json::Value* inside(const json::Value& value, std::string_view name)
{
    const auto* object = value.object();
    return object != nullptr && object->size() == 1 && object->front().name == name ? &object->front().value : nullptr;
}

/// What the contract wrote for whoever tries it: a panic's text, mostly.
std::string debug_text(const Bytes& message)
{
    const auto text = text_of(message);
    return text.empty() ? std::string{}
                        : "; it says: " + std::string{text.substr(0, text.find_last_not_of("\r\n") + 1)};
}

std::string plain(const json::Value& value)
{
    return value.string() != nullptr ? *value.string() : json::dump(value);
}

} // namespace

std::string failure_text(const DispatchError& error)
{
    if (const auto* module = error.get_if<worker::engine::ModuleError>()) {
        const std::uint8_t number = module->error[0];
        if (module->index == kPink)
            return "the contract failed: " + named<worker::engine::PinkError>(number, "pink");
        if (module->index == kContracts) {
            const auto explained = meaning(static_cast<ContractsError>(number));
            return "the contract failed: " + named<ContractsError>(number, "contracts")
                   + (explained.empty() ? std::string{} : " (" + std::string{explained} + ")");
        }
    }
    if (error.is<worker::engine::BadOrigin>())
        return "the contract failed: BadOrigin (permission: the caller may not do that)";
    return "the contract failed: " + worker::engine::debug_text(error);
}

std::string refusal_text(const worker::InkQueryError& error)
{
    if (error.error.is<worker::InkQueryError::BadOrigin>())
        return "the worker refuses the query: BadOrigin (permission: a contract is asked by somebody who signs)";
    return "the worker refuses the query: " + plain(json::to_json(error.error));
}

Outcome<json::Value> outcome_of(const Abi& abi, const Abi::Message& message,
                                const worker::engine::ContractExecResult& result)
{
    if (!result.result)
        return fail(CliError::Failed, failure_text(result.result.error()) + debug_text(result.debug_message));
    PHALA_TRY(auto value, abi.decode(message.result, result.result->data));
    // Result<…, LangError>: what is inside Ok, and again where the message itself returns a Result
    if (const auto* error = inside(value, "Err"))
        return fail(CliError::Failed,
                    "the contract answers " + plain(*error)
                        + " (decode: it has no such message, or other arguments; is the bundle of this contract?)");
    if (const auto* ok = inside(value, "Ok")) {
        json::Value answer = *ok;
        value = std::move(answer);
        if (const auto* error = inside(value, "Err"))
            return fail(CliError::Failed, "the contract refuses: " + plain(*error) + " (revert: nothing is changed)");
        if (const auto* inner = inside(value, "Ok")) {
            json::Value content = *inner;
            value = std::move(content);
        }
    }
    if (result.result->did_revert())
        return fail(CliError::Failed, "the contract reverts and answers " + plain(value));
    return value;
}

} // namespace phala::cli
