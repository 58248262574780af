#include "cli/commands.hpp"

#include "cli/abi_types.hpp"
#include "cli/amount.hpp"
#include "cli/execution.hpp"
#include "cli/logs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "runtime/khala/encode_call.hpp"

namespace phala::cli {

namespace {

using worker::engine::ContractExecResult;

Outcome<Bytes> salt_of(const Options& options)
{
    if (!options.salt.starts_with("0x"))
        return to_bytes(options.salt);
    auto salt = from_hex(options.salt);
    if (!salt)
        return fail(CliError::BadOption, "--salt " + options.salt + ": " + salt.error().message());
    return salt;
}

struct Money {
    Balance value, deposit;
};
/// What --value and --deposit say.
Outcome<Money> money_of(const Options& options, const Abi::Message& message)
{
    const auto read = [](const std::string& option, const std::string& text) -> Outcome<Balance> {
        auto amount = parse_amount(text);
        if (!amount)
            return fail(CliError::BadOption, option + ": " + amount.error().message());
        return amount;
    };
    PHALA_TRY(const auto value, read("--value", options.value));
    PHALA_TRY(const auto deposit, read("--deposit", options.deposit));
    if (value != 0 && !message.payable)
        return fail(CliError::BadOption, "--value: " + message.label + " takes none");
    return Money{value, deposit};
}

Outcome<ContractExecResult> try_message(const Options& options, const Abi::Message& message, const Bytes& payload,
                                        bool estimating)
{
    PHALA_TRY(const auto id, contract_of(options));
    PHALA_TRY(const auto money, money_of(options, message));
    PHALA_TRY(const auto answer,
              ask_worker(options, id, worker::InkQuery::InkMessage{payload, money.deposit, money.value, estimating}));
    return scale::decode<ContractExecResult>(answer);
}

Outcome<ClusterInfo> cluster_info(worker::ChainClient& chain, const H256& id)
{
    PHALA_TRY(const auto stored, read_map(chain, "PhalaPhatContracts", "Clusters", id));
    if (!stored)
        return fail(CliError::NotFound, "no cluster " + to_hex0x(id) + " on chain");
    return scale::decode<ClusterInfo>(*stored);
}

/// The cluster of a contract.
Outcome<ClusterInfo> cluster_of(worker::ChainClient& chain, const H256& contract)
{
    PHALA_TRY(const auto entry, read_map(chain, "PhalaPhatContracts", "Contracts", contract));
    if (!entry)
        return fail(CliError::NotFound, "no contract " + to_hex0x(contract) + " on chain");
    PHALA_TRY(const auto info, scale::decode<runtime::phala_phat_contracts::BasicContractInfo>(*entry));
    return cluster_info(chain, info.cluster);
}

/// What an execution would cost.
template <class Result>
void show_cost(const Options& options, const Result& result, Balance price)
{
    const std::uint64_t gas = result.gas_required.ref_time;
    json::Value out;
    out["gas"] = gas;
    out["gasPrice"] = amount_text(price);
    out["prepaid"] = amount_text(price * gas);
    const auto* charge = result.storage_deposit.template get_if<worker::engine::Charge>();
    const auto* refund = result.storage_deposit.template get_if<worker::engine::Refund>();
    out["storageDeposit"] = amount_text(charge != nullptr ? charge->amount : 0);
    if (refund != nullptr)
        out["storageRefund"] = amount_text(refund->amount);
    show(options, out);
}

/// What a constructor would do; a failing one fails as it would.
Outcome<worker::engine::ContractInstantiateResult> try_constructor(const Options& options, const ClusterInfo& cluster,
                                                                   const Abi& abi, const Abi::Message& constructor,
                                                                   worker::InkQuery::InkInstantiate deployment)
{
    PHALA_TRY(const auto answer, ask_worker(options, cluster.system_contract, std::move(deployment)));
    PHALA_TRY(auto result, scale::decode<worker::engine::ContractInstantiateResult>(answer));
    ContractExecResult outcome;
    outcome.debug_message = result.debug_message;
    if (!result.result)
        outcome.result = std::unexpected{result.result.error()};
    else
        outcome.result = result.result->result;
    // what succeeds gives two zeros, whatever its type says (spec contract-engine §3.1): only failures are read
    if (!result.result || result.result->result.did_revert())
        PHALA_CHECK(outcome_of(abi, constructor, outcome));
    return result;
}

/// Whether the worker that is asked serves that cluster: then it can be asked what became of something there.
Outcome<bool> is_served(const Options& options, const H256& cluster)
{
    PHALA_TRY(const auto served, served_cluster(options));
    PHALA_TRY(const auto id, array_from_hex<32>(text_member(served, "id")));
    return H256{id} == cluster;
}

/// What the logger says about a command; nothing where it has no such record (any more).
Outcome<std::optional<ContractExecResult>> command_result(const Options& options, const H256& contract,
                                                          const std::string& nonce)
{
    LogFilter filter;
    filter.contract = contract;
    filter.type = "MessageOutput";
    PHALA_TRY(auto logs, Logs::open(options));
    if (!logs)
        return std::optional<ContractExecResult>{};
    PHALA_TRY(const auto records, logs->read(filter));
    for (const auto& record : records)
        if (const auto* of = record.find("nonce"); of != nullptr && *of == json::Value{nonce})
            if (const auto* output = record.find("output"); output != nullptr && output->string() != nullptr) {
                PHALA_TRY(const auto bytes, from_hex(*output->string()));
                PHALA_TRY(auto result, scale::decode<ContractExecResult>(bytes, scale::Rest::Allow));
                return std::optional{std::move(result)};
            }
    return std::optional<ContractExecResult>{};
}

} // namespace

Outcome<> upload(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    const auto code = abi.checked_code();
    if (!code)
        return fail(Outcome<ByteView>{code}, options.file);
    PHALA_TRY(auto chain, connect(options));
    const H256 cluster = cluster_id(options.cluster);
    const auto call = runtime::khala::encode_call(runtime::phala_phat_contracts::cluster_upload_resource{
        cluster, options.indeterministic ? ResourceType::IndeterministicInkCode : ResourceType::InkCode,
        to_bytes(*code)});
    const auto sent = send(chain, call, options);
    if (!sent)
        return std::unexpected{sent.error()};
    json::Value out;
    const H256 hash = code_hash(*code);
    out["codeHash"] = to_hex0x(hash);
    // in a block it is; whether the cluster takes it the workers tell
    PHALA_TRY(const bool served, is_served(options, cluster));
    if (served) {
        PHALA_CHECK(wait_for_worker(options, sent->block));
        PHALA_TRY(const auto info, cluster_info(chain, cluster));
        PHALA_TRY(const auto answer, ask_system(options, info.system_contract, "pink_system::System::code_exists",
                                                scale::encode(hash, std::uint8_t{0})));
        PHALA_TRY(const auto exists, scale::decode<bool>(answer));
        if (!exists)
            return fail(CliError::Failed,
                        "the cluster refused code " + to_hex0x(hash) + " of " + options.file
                            + ": it breaks a rule for contracts (has it floats? --indeterministic), or "
                            + "who signs cannot pay for its room (phala cluster balance)");
    }
    return report(options, sent, std::move(out));
}

Outcome<> instantiate(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* constructor, abi.constructor(options.name));
    PHALA_TRY(auto data, abi.encode(*constructor, options.arguments));
    PHALA_TRY(const auto salt, salt_of(options));
    PHALA_TRY(const auto deployer, account_of(options, options.from));
    PHALA_TRY(auto chain, connect(options));
    const H256 cluster = cluster_id(options.cluster);
    const H256 hash = code_hash(abi.code());
    PHALA_TRY(const auto info, cluster_info(chain, cluster));
    PHALA_TRY(const bool served, is_served(options, cluster));
    if (served) { // would it fail? then better before it is on chain
        PHALA_TRY(const auto tried, try_constructor(options, info, abi, *constructor, {hash, salt, data, 0, 0}));
        if (options.estimate) {
            show_cost(options, tried, info.gas_price);
            return {};
        }
    } else if (options.estimate) {
        return fail(CliError::NotFound, "the worker at " + options.worker + " does not serve that cluster");
    }
    const H256 id = contract_id(deployer, hash, cluster, salt);
    const auto call = runtime::khala::encode_call(runtime::phala_phat_contracts::instantiate_contract{
        {CodeIndex::WasmCode{hash}}, std::move(data), salt, cluster, 0, kGas, std::nullopt, 0});
    const auto sent = send(chain, call, options);
    if (!sent)
        return std::unexpected{sent.error()};
    const Progress progress{options, "the key of contract " + to_hex0x(id)};
    for (int turns = 0; turns < 300; ++turns) {
        PHALA_TRY(const auto key, read_map(chain, "PhalaRegistry", "ContractKeys", id));
        if (key) {
            json::Value out;
            out["contract"] = to_hex0x(id);
            return report(options, sent, std::move(out));
        }
        Progress::wait();
    }
    return fail(CliError::Late, "contract " + to_hex0x(id) + " has no key: its constructor may have failed; phala logs "
                                    + "--contract " + to_hex0x(id) + " tells");
}

Outcome<> query(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* message, abi.message(options.name));
    PHALA_TRY(const auto payload, abi.encode(*message, options.arguments));
    PHALA_TRY(const auto result, try_message(options, *message, payload, message->mutates));
    PHALA_TRY(const auto value, outcome_of(abi, *message, result));
    show(options, value);
    return {};
}

Outcome<> estimate(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* message, abi.message(options.name));
    PHALA_TRY(const auto payload, abi.encode(*message, options.arguments));
    PHALA_TRY(const auto result, try_message(options, *message, payload, true));
    PHALA_CHECK(outcome_of(abi, *message, result));
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto id, contract_of(options));
    PHALA_TRY(const auto cluster, cluster_of(chain, id));
    show_cost(options, result, cluster.gas_price);
    return {};
}

Outcome<> call(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* message, abi.message(options.name));
    if (!message->mutates)
        return fail(CliError::Failed, message->label + " changes nothing: use query");
    PHALA_TRY(const auto payload, abi.encode(*message, options.arguments));
    PHALA_TRY(const auto id, contract_of(options));
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto money, money_of(options, *message));
    // would it fail? then better before it is on chain
    PHALA_TRY(const auto tried, try_message(options, *message, payload, true));
    PHALA_CHECK(outcome_of(abi, *message, tried));
    PHALA_TRY(const auto key, read_map(chain, "PhalaRegistry", "ContractKeys", id));
    if (!key || key->size() != 32)
        return fail(CliError::NotFound, "no contract " + to_hex0x(id) + " with a key on chain");
    const auto nonce = crypto::random_bytes<32>();
    InkCommand command{InkCommand::InkMessage{{to_bytes(nonce)}, payload, money.value, kGas, std::nullopt}};
    CommandPayload envelope;
    if (options.plain) {
        envelope = {CommandPayload::Plain{std::move(command)}};
    } else {
        const crypto::sr25519::KeyPair session{Secret<32>{crypto::random_bytes<32>()}};
        PHALA_TRY(auto sealed, crypto::encrypt(session, PublicKey{array_of<32>(*key)}, crypto::random_bytes<12>(),
                                               scale::encode(command)));
        envelope = {CommandPayload::Encrypted{std::move(sealed)}};
    }
    const auto call = runtime::khala::encode_call(
        runtime::phala_phat_contracts::push_contract_message{id, scale::encode(envelope), money.deposit});
    const auto sent = send(chain, call, options);
    if (!sent)
        return std::unexpected{sent.error()};
    PHALA_CHECK(wait_for_worker(options, sent->block));
    // what it gave may be something else than what was tried before: others' commands came between
    PHALA_TRY(const auto result, command_result(options, id, to_hex0x(nonce)));
    json::Value out;
    if (result) {
        PHALA_TRY(auto given, outcome_of(abi, *message, *result));
        if (!given.is_null() && !(given == json::Value{"Ok"})) // success says enough
            out["answer"] = std::move(given);
    }
    out["encrypted"] = !options.plain;
    out["nonce"] = to_hex0x(nonce);
    return report(options, sent, std::move(out));
}

} // namespace phala::cli
