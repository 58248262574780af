#include "worker/core/engine/engine.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "worker/core/engine/extension.hpp"

#include <limits>

namespace phala::worker::engine {

namespace {

constexpr ByteArray<4> kDefaultConstructor = {0xed, 0x4b, 0x9d, 0x1b}; // `default` of ink!, which system contracts have
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

/// The first frame of the event chain's block (§5.4).
struct EventBlockBody {
    BlockNumber block_number;
    std::optional<Bytes> nonce;
    std::optional<AccountId> entry;
    std::vector<EventRecord> events;
    std::optional<AccountId> origin;
};
struct EventBlockHeader {
    std::uint64_t number;
    std::pair<std::uint32_t, std::uint32_t> runtime_version;
    H256 parent;
    H256 body;
};

const ContractEmitted* emitted(const EventRecord& record)
{
    const auto* contracts = record.event.get_if<ContractsEvent>();
    return contracts == nullptr ? nullptr : contracts->get_if<ContractEmitted>();
}

bool is_pink(const EventRecord& record)
{
    return emitted(record) != nullptr && record.topics.size() == 1 && record.topics[0] == pink_event_topic();
}

/// Sorts the events of an execution into what its worker acts on.
void collect_effects(const Storage& storage, Mode mode, Effects& effects)
{
    if (mode == Mode::Estimating)
        return;
    const auto system = storage.system_contract();
    for (const auto& record : storage.events()) {
        const auto* contracts = record.event.get_if<ContractsEvent>();
        if (contracts == nullptr)
            continue;
        if (const auto* made = contracts->get_if<Instantiated>(); made != nullptr && mode == Mode::Transaction)
            effects.instantiated.push_back(*made);
        const auto* event = contracts->get_if<ContractEmitted>();
        if (event == nullptr)
            continue;
        if (!is_pink(record)) {
            if (mode == Mode::Transaction)
                effects.contract_events.push_back({event->contract, record.topics, event->data});
            continue;
        }
        auto pink = decode_pink_event(event->data);
        if (!pink || (is_for_system_contract(*pink) && event->contract != system))
            continue;
        if (mode == Mode::Transaction || is_allowed_in_query(*pink))
            effects.pink_events.push_back({event->contract, std::move(*pink)});
    }
}

/// Appends the execution's events to the cluster's chain of event blocks.
void chain_events(Storage& storage, const Context& context, const AccountId& origin, const AccountId& entry,
                  Effects& effects)
{
    EventBlockBody body{
        context.block_number, context.nonce.empty() ? std::nullopt : std::optional{context.nonce}, entry, {}, origin};
    for (const auto& record : storage.events()) {
        const auto pink = is_pink(record) ? decode_pink_event(emitted(record)->data) : std::nullopt;
        if (!pink || !is_private(*pink))
            body.events.push_back(record);
    }
    if (body.events.empty())
        return;
    const Bytes encoded_body = scale::encode(body);
    const auto head = storage.event_chain();
    const Bytes header = scale::encode(
        EventBlockHeader{head.next_number, kRuntimeVersion, head.last_hash, {crypto::blake2_256(encoded_body)}});
    storage.set_event_chain({head.next_number + 1, {crypto::blake2_256(header)}});
    effects.event_block = concat(header, encoded_body);
}

template <class Result>
void mask(Result& result, const ClusterParameters& parameters)
{
    result.gas_consumed = {mask_gas(result.gas_consumed.ref_time), 0};
    result.gas_required = {mask_gas(result.gas_required.ref_time), 0};
    if (auto* charge = result.storage_deposit.template get_if<Charge>())
        charge->amount = mask_deposit(charge->amount, parameters.deposit_per_byte);
    else if (auto* refund = result.storage_deposit.template get_if<Refund>())
        refund->amount = mask_deposit(refund->amount, parameters.deposit_per_byte);
}

const ExecReturn& returned(const ExecReturn& result)
{
    return result;
}
const ExecReturn& returned(const InstantiateReturn& result)
{
    return result.result;
}

/// What the log server is told about a finished call (§8.1). Successful transactions write nothing (decisions §6.3).
template <class Success>
void log_outcome(const ContractResult<Success>& result, std::string_view what, const AccountId& contract,
                 Effects& effects)
{
    if (!result.debug_message.empty())
        effects.logs.push_back({contract, contract, kLogDebug, std::string{text_of(result.debug_message)}});
    if (!result.result)
        effects.logs.push_back(
            {contract, contract, kLogError, std::string{what} + " failed: " + debug_text(result.result.error())});
    else if (returned(*result.result).did_revert())
        effects.logs.push_back({contract, contract, kLogError, std::string{what} + " reverted"});
}

Weight weight_of(Gas gas)
{
    return {gas.ref_time, gas.proof_size};
}

} // namespace

std::string_view describe(EngineError error)
{
    switch (error) {
    case EngineError::MachineFailed:
        return "the Wasm machine failed where the protocol's limits should have stopped the contract; this is a defect of the engine";
    }
    return "engine";
}

struct Engine::Parts {
    std::unique_ptr<Machine> machine;
    CodeCache codes;

    Parts(std::unique_ptr<Machine> made, CompiledStore* compiled) : machine{std::move(made)}, codes{*machine, compiled}
    {
    }

    struct Request {
        const ClusterState& state;
        const Context& context;
        const TransactionArguments& arguments;
        AccountId entry;       ///< the contract that is called, or that will be made
        std::string_view what; ///< for logs
        std::uint64_t gas_limit;
    };

    /// The sequence of one call (§2.1). `run` executes and gives Executed<Success>.
    template <class Success, class Run>
    Outcome<Done<ContractResult<Success>>> perform(const Request& request, Run run)
    {
        const auto& arguments = request.arguments;
        const Mode mode = request.context.mode;
        Storage storage{request.state};
        ContractResult<Success> result;
        Effects effects;
        const auto gas_limit = request.gas_limit;
        const auto treasury = arguments.gas_free ? std::nullopt : storage.parameters().treasury;

        storage.mint(arguments.origin, arguments.deposit);
        if (treasury) {
            const auto paid = storage.transfer(arguments.origin, *treasury, gas_fee(storage.parameters(), gas_limit),
                                               Preservation::Preserve);
            if (!paid) {
                result.result = std::unexpected{paid.error()};
                log_outcome(result, request.what, request.entry, effects);
                return Done<ContractResult<Success>>{std::move(result), request.state, std::move(effects)};
            }
        }
        GasMeter gas{{gas_limit, kUnlimited}};
        Execution execution{storage, request.context, *machine, codes, arguments.origin, request.entry};
        std::optional<Executed<Success>> outcome;
        machine->on_large_stack([&] { outcome = run(execution, gas); });
        if (const auto& fault = execution.machine_fault())
            return fail(EngineError::MachineFailed, "contract " + to_hex0x(request.entry) + ": " + *fault);
        if (*outcome)
            result.result = std::move(**outcome);
        else
            result.result = std::unexpected{outcome->error().error};
        if (treasury) {
            // from an account that just received more; if a contract emptied the treasury meanwhile, nothing comes back
            const auto back = gas_fee(storage.parameters(), gas_limit - gas.consumed().ref_time);
            (void)storage.transfer(*treasury, arguments.origin, back, Preservation::Expendable);
        }
        result.gas_consumed = weight_of(gas.consumed());
        result.gas_required = weight_of(gas.required());
        result.storage_deposit = execution.storage_deposit();
        result.debug_message = execution.take_debug_message();
        if (mode != Mode::Transaction)
            mask(result, storage.parameters());

        effects.logs = execution.take_logs();
        log_outcome(result, request.what, request.entry, effects);
        collect_effects(storage, mode, effects);
        if (mode != Mode::Transaction)
            return Done<ContractResult<Success>>{std::move(result), request.state, std::move(effects)};
        chain_events(storage, request.context, arguments.origin, request.entry, effects);
        return Done<ContractResult<Success>>{std::move(result), storage.state(), std::move(effects)};
    }

    Outcome<Done<ContractInstantiateResult>> instantiate(const ClusterState& state, const Context& context,
                                                         const TransactionArguments& arguments, const H256& code_hash,
                                                         Bytes input, ByteView salt, std::uint64_t gas_limit)
    {
        const auto address = contract_address(arguments.origin, code_hash, Storage{state}.parameters().id, salt);
        const auto run = [&](Execution& execution, GasMeter& gas) {
            return execution.instantiate(gas, arguments.storage_deposit_limit, code_hash, arguments.transfer,
                                         std::move(input), salt);
        };
        return perform<InstantiateReturn>({state, context, arguments, address, "instantiate", gas_limit}, run);
    }

    /// Checks and compiles, so that what is stored can run.
    std::expected<Balance, std::string> upload(Storage& storage, const AccountId& owner, const H256& hash,
                                               ByteView code, Determinism determinism, std::string& reason)
    {
        const auto refused = [&](ContractsError error) { return std::unexpected{debug_text(error_of(error))}; };
        std::shared_ptr<const CompiledCode> fresh;
        if (!storage.code_info(hash)) {
            auto built = codes.build(code, determinism);
            if (!built) {
                reason = built.error().message();
                if (built.error().is(CodeError::Invalid) || built.error().is(CodeError::MemoryEstimateTooLarge))
                    return std::unexpected{reason};
                return refused(built.error().is(CodeError::TooLarge) ? ContractsError::CodeTooLarge
                                                                     : ContractsError::CodeRejected);
            }
            fresh = std::move(*built);
            codes.insert(hash, fresh);
        }
        auto deposit = store_code(storage, owner, hash, code, determinism);
        if (!deposit)
            return std::unexpected{debug_text(deposit.error())};
        if (fresh)
            codes.keep(hash, *fresh); // not before it is paid for
        return *deposit;
    }
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Engine::~Engine() = default;

Outcome<std::unique_ptr<Engine>> Engine::create(CompiledStore* compiled)
{
    PHALA_TRY(auto machine, Machine::create());
    return std::unique_ptr<Engine>{new Engine{std::make_unique<Parts>(std::move(machine), compiled)}};
}

Outcome<Done<ContractExecResult>> Engine::call(const ClusterState& state, const Context& context,
                                               const TransactionArguments& arguments, const AccountId& contract,
                                               Bytes input) const
{
    const auto most = context.mode == Mode::Query ? kMaxQueryGas : kMaxTransactionGas;
    const auto run = [&](Execution& execution, GasMeter& gas) {
        return execution.call(gas, arguments.storage_deposit_limit, contract, arguments.transfer, std::move(input));
    };
    return parts_->perform<ExecReturn>(
        {state, context, arguments, contract, "contract call", std::min(arguments.gas_limit, most)}, run);
}

Outcome<Done<ContractInstantiateResult>> Engine::instantiate(const ClusterState& state, const Context& context,
                                                             const TransactionArguments& arguments,
                                                             const H256& code_hash, Bytes input, ByteView salt) const
{
    const auto most = context.mode == Mode::Query ? kMaxQueryGas : kMaxTransactionGas;
    return parts_->instantiate(state, context, arguments, code_hash, std::move(input), salt,
                               std::min(arguments.gas_limit, most));
}

Outcome<SetUp> Engine::set_up(const ClusterSetup& setup, const Context& context) const
{
    Storage storage{ClusterState{}};
    storage.set_parameters(
        {setup.cluster, setup.gas_price, setup.deposit_per_item, setup.deposit_per_byte, setup.treasury});
    storage.mint(setup.owner, setup.deposit);
    const H256 hash{crypto::blake2_256(setup.system_code)};
    std::string reason;
    const auto failed = [&](std::string text) { return SetUp{std::unexpected{std::move(text)}, storage.state(), {}}; };
    if (auto uploaded = parts_->upload(storage, setup.owner, hash, setup.system_code, Determinism::Enforced, reason);
        !uploaded)
        return failed("FailedToUploadSystemCode: " + uploaded.error());
    const TransactionArguments arguments{setup.owner, 0, kUnlimited, true, std::nullopt, 0};
    PHALA_TRY(auto made, parts_->instantiate(storage.state(), context, arguments, hash, to_bytes(kDefaultConstructor),
                                             {}, kUnlimited));
    if (!made.result.result || made.result.result->result.did_revert())
        return failed("FailedToDeploySystemContract");
    Storage finished{made.state};
    const auto contract = made.result.result->account_id;
    finished.set_system_contract(contract);
    return SetUp{contract, finished.state(), std::move(made.effects)};
}

Uploaded Engine::upload_code(const ClusterState& state, const AccountId& owner, ByteView code,
                             Determinism determinism) const
{
    Storage storage{state};
    const H256 hash{crypto::blake2_256(code)};
    std::string reason;
    auto deposit = parts_->upload(storage, owner, hash, code, determinism, reason);
    if (!deposit)
        return {std::unexpected{std::move(deposit.error())}, state, std::move(reason)};
    return {hash, storage.state(), {}};
}

Uploaded Engine::upload_sidevm_code(const ClusterState& state, const AccountId& owner, ByteView code) const
{
    constexpr Balance kOwnerSize = 32;
    Storage storage{state};
    const auto& parameters = storage.parameters();
    const Balance bytes = code.size() + kOwnerSize;
    const Balance by_byte =
        parameters.deposit_per_byte > ~Balance{0} / bytes ? ~Balance{0} : parameters.deposit_per_byte * bytes;
    const Balance fee =
        by_byte + parameters.deposit_per_item < by_byte ? ~Balance{0} : by_byte + parameters.deposit_per_item;
    if (parameters.treasury)
        if (auto paid = storage.transfer(owner, *parameters.treasury, fee, Preservation::Preserve); !paid)
            return {std::unexpected{debug_text(paid.error())}, state, {}};
    const H256 hash{crypto::blake2_256(code)};
    storage.set_sidevm_code(hash, owner, to_bytes(code));
    return {hash, storage.state(), {}};
}

ClusterState Engine::deposit(const ClusterState& state, const AccountId& to, Balance amount) const
{
    Storage storage{state};
    storage.mint(to, amount);
    return storage.state();
}

std::optional<AccountId> Engine::system_contract(const ClusterState& state)
{
    return Storage{state}.system_contract();
}

std::optional<H256> Engine::code_hash(const ClusterState& state, const AccountId& contract)
{
    const auto info = Storage{state}.contract(contract);
    return info ? std::optional{info->code_hash} : std::nullopt;
}

Balance Engine::free_balance(const ClusterState& state, const AccountId& account)
{
    return Storage{state}.account(account).free;
}

Balance Engine::total_balance(const ClusterState& state, const AccountId& account)
{
    return Storage{state}.account(account).total();
}

std::optional<Bytes> Engine::sidevm_code(const ClusterState& state, const H256& hash)
{
    return Storage{state}.sidevm_code(hash);
}

} // namespace phala::worker::engine
