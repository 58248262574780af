#include "worker/core/cluster.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/kdf.hpp"
#include "crypto/phala_keys.hpp"
#include "worker/core/engine/engine.hpp"
#include "worker/core/engine/local_cache.hpp"
#include "worker/core/snapshot_state.hpp"

#include <algorithm>

namespace phala::worker {

std::string_view describe(ClusterError error)
{
    switch (error) {
    case ClusterError::AlreadyHosting: return "this worker already serves a cluster";
    case ClusterError::GatekeeperHosts: return "a gatekeeper does not host clusters";
    case ClusterError::NoSystemCode:
        return "the chain has no system contract code yet: set it with set_pink_system_code first";
    case ClusterError::BadGrant: return "the granted key is not 64 bytes long";
    case ClusterError::FailedToUploadSystemCode: return "FailedToUploadSystemCode";
    case ClusterError::FailedToDeploySystemContract: return "FailedToDeploySystemContract";
    case ClusterError::BadState: return "the stored contract state is not the one that was committed";
    }
    return "cluster";
}

namespace {

using engine::Mode;

/// Errors that published clients cannot number are shown to them as Other (decisions §5.1).
constexpr std::uint8_t kFirstUnknownToClients = 27;

template <class Result>
Result as_clients_know_it(Result result)
{
    if (!result.result)
        if (const auto* module = result.result.error().template get_if<engine::ModuleError>();
            module != nullptr && module->index == engine::kContractsIndex && module->error[0] >= kFirstUnknownToClients)
            result.result = std::unexpected{engine::DispatchError{engine::Other{}}};
    return result;
}

bool succeeded(const engine::ContractExecResult& result)
{
    return result.result && !result.result->did_revert();
}
bool succeeded(const engine::ContractInstantiateResult& result)
{
    return result.result && !result.result->result.did_revert();
}

} // namespace

struct Cluster::State {
    Terms terms;
    crypto::sr25519::KeyPair key;
    crypto::sr25519::KeyPair identity;
    const engine::Engine& engine;
    engine::ClusterState state;
    engine::ClusterState stored; ///< what the store holds
    H256 system_contract{};
    std::optional<H256> log_handler;
    std::vector<H256> contracts; ///< in the order of their birth
    std::map<AccountId, std::uint32_t> weights;
    std::map<AccountId, Hook> hooks;
    std::optional<H256> js_runtime;
    std::shared_ptr<const Bytes> system_code; ///< the chain's latest; may be none
    std::vector<PublicKey> joiners{};
    std::map<H256, crypto::sr25519::KeyPair> contract_keys{}; ///< of contracts that were commanded, once derived

    struct CacheChange {
        AccountId contract;
        engine::CacheOp operation;
        std::uint64_t now; ///< seconds
    };
    std::shared_ptr<engine::LocalCache> cache = std::make_shared<engine::LocalCache>();
    std::vector<CacheChange> cache_changes; ///< of the block that is under way
    bool has_new_weights = false;           ///< likewise

    [[nodiscard]] engine::Context context(Mode mode, const Environment& environment, Bytes nonce) const
    {
        const ByteView code = system_code ? ByteView{*system_code} : ByteView{};
        return {mode, environment.block, environment.time_ms, std::move(nonce), &key, code, nullptr};
    }

    [[nodiscard]] bool knows(const H256& contract) const
    {
        return std::find(contracts.begin(), contracts.end(), contract) != contracts.end();
    }

    void install(const engine::Instantiated& born, Effects& effects)
    {
        const H256 id{born.contract.bytes};
        contracts.push_back(id);
        const auto contract_key = crypto::contract_key(key, id.bytes);
        effects.egress.push(MessageOrigin::cluster(terms.id),
                            ContractRegistryEvent{ContractRegistryEvent::PubkeyAvailable{id, contract_key.public_key(),
                                                                                         H256{born.deployer.bytes}}},
                            key, effects.entropy);
    }

    /// What a transaction left to do: contracts it made, wishes to the worker, records (spec contract-engine §5.3).
    /// Lines of text go to the logger only where something failed: clients take every line of a transaction for an
    /// error (decisions §6.3).
    void settle(engine::Effects&& done, bool failed, const Environment& environment, Effects& effects)
    {
        for (const auto& born : done.instantiated)
            install(born, effects);
        for (const auto& wish : done.pink_events)
            react(wish, environment, effects);
        if (!log_handler)
            return;
        for (auto& event : done.contract_events)
            effects.logs.push_back(
                {log_record::Event{environment.block, event.contract, std::move(event.topics), std::move(event.data)}});
        if (failed)
            for (auto& line : done.logs)
                log(line.contract, line.entry, line.level, std::move(line.message), environment, effects);
    }

    /// Does what a contract's event asks for (§5.2). The engine lets through only what that contract may say.
    void react(const engine::PinkEffect& wish, const Environment& environment, Effects& effects)
    {
        const auto& event = wish.event;
        const auto known = [&](const AccountId& contract, std::string_view what) {
            const bool knows_it = knows(H256{contract.bytes});
            if (!knows_it)
                effects.notes.push_back(std::string{what} + " for an unknown contract " + to_hex0x(contract));
            return knows_it;
        };
        if (const auto* handler = event.get_if<engine::SetLogHandler>()) {
            log_handler = H256{handler->contract.bytes};
        } else if (const auto* weighted = event.get_if<engine::SetContractWeight>()) {
            if (known(weighted->contract, "a weight")) {
                weights[weighted->contract] = weighted->weight;
                has_new_weights = true;
            }
        } else if (const auto* operation = event.get_if<engine::CacheOp>()) {
            cache_changes.push_back({wish.contract, *operation, environment.clock_ms / 1000});
        } else if (const auto* hook = event.get_if<engine::SetHook>()) {
            if (known(hook->contract, "a hook"))
                hooks[hook->contract] = {hook->selector, hook->gas_limit};
        } else if (const auto* runtime = event.get_if<engine::SetJsRuntime>()) {
            js_runtime = runtime->code_hash;
        } else if (const auto* upgrade = event.get_if<engine::UpgradeRuntimeTo>()) {
            if (std::pair{upgrade->major, upgrade->minor} > engine::kRuntimeVersion)
                effects.halt = "version " + std::to_string(upgrade->major) + "." + std::to_string(upgrade->minor)
                               + " of the contracts' runtime, for its cluster";
        } else {
            // what is left concerns side programs
            effects.notes.push_back("contract " + to_hex0x(wish.contract)
                                    + " asks for a side program; this worker runs none");
        }
    }

    void log(const AccountId& contract, const AccountId& entry, std::uint8_t level, std::string text,
             const Environment& environment, Effects& effects)
    {
        if (log_handler)
            effects.logs.push_back(
                {log_record::Log{environment.block, contract, entry, std::string{engine::mode_text(Mode::Transaction)},
                                 environment.clock_ms, level, std::move(text)}});
    }

    const crypto::sr25519::KeyPair& key_of(const H256& contract)
    {
        auto found = contract_keys.find(contract);
        if (found == contract_keys.end())
            found = contract_keys.emplace(contract, crypto::contract_key(key, contract.bytes)).first;
        return found->second;
    }

    /// The command in a payload, decrypted if need be.
    [[nodiscard]] Outcome<InkCommand> open(const H256& contract, ByteView payload)
    {
        PHALA_TRY(const auto command, scale::decode<CommandPayload>(payload, scale::Rest::Allow));
        if (const auto* plain = command.payload.get_if<CommandPayload::Plain>())
            return plain->_0;
        PHALA_TRY(auto text,
                  crypto::decrypt(key_of(contract), command.payload.get_if<CommandPayload::Encrypted>()->_0));
        auto decoded = scale::decode<InkCommand>(text, scale::Rest::Allow);
        wipe(text);
        return decoded;
    }
};

Cluster::Cluster(std::unique_ptr<State> state) : state_{std::move(state)} {}
Cluster::Cluster(Cluster&&) noexcept = default;
Cluster& Cluster::operator=(Cluster&&) noexcept = default;
Cluster::~Cluster() = default;

Outcome<Cluster> Cluster::deploy(const Terms& terms, crypto::sr25519::KeyPair key,
                                 std::shared_ptr<const Bytes> system_code, const crypto::sr25519::KeyPair& identity,
                                 const engine::Engine& engine, const Environment& environment, Effects& effects)
{
    auto state = std::make_unique<State>(State{.terms = terms,
                                               .key = std::move(key),
                                               .identity = identity.copy(),
                                               .engine = engine,
                                               .state = {},
                                               .stored = {}});
    state->system_code = std::move(system_code);
    const engine::ClusterSetup setup{terms.id,
                                     terms.owner,
                                     terms.deposit,
                                     terms.gas_price,
                                     terms.deposit_per_item,
                                     terms.deposit_per_byte,
                                     terms.treasury,
                                     *state->system_code};
    PHALA_TRY(auto made, engine.set_up(setup, state->context(Mode::Transaction, environment, {})));
    if (!made.result)
        return fail(ClusterError::FailedToDeploySystemContract, made.result.error());
    state->state = std::move(made.state);
    state->system_contract = H256{made.result->bytes};
    state->settle(std::move(made.effects), false, environment, effects);
    return Cluster{std::move(state)};
}

Outcome<Cluster> Cluster::restore(const Stored& stored, std::shared_ptr<const Bytes> system_code,
                                  const crypto::sr25519::KeyPair& identity, const engine::Engine& engine,
                                  const Entries& entries, Source source)
{
    PHALA_TRY(auto key, crypto::sr25519::KeyPair::from_secret(Secret<64>{stored.secret}));
    const auto state = engine::ClusterState{}.with(entries);
    if (state.root() != stored.state_root.bytes)
        return fail(ClusterError::BadState, to_hex0x(state.root()) + " instead of " + to_hex0x(stored.state_root));
    auto restored = std::make_unique<State>(State{.terms = stored.terms,
                                                  .key = std::move(key),
                                                  .identity = identity.copy(),
                                                  .engine = engine,
                                                  .state = state,
                                                  .stored = source == Source::Store ? state : engine::ClusterState{},
                                                  .system_contract = stored.system_contract,
                                                  .log_handler = stored.log_handler,
                                                  .contracts = stored.contracts,
                                                  .weights = stored.weights,
                                                  .hooks = stored.hooks,
                                                  .js_runtime = stored.js_runtime,
                                                  .system_code = std::move(system_code),
                                                  .joiners = stored.joiners});
    restored->cache->set_weights(restored->weights);
    return Cluster{std::move(restored)};
}

Cluster::Stored Cluster::to_store() const
{
    return {state_->terms,
            state_->key.secret().expose(),
            H256{state_->state.root()},
            state_->system_contract,
            state_->log_handler,
            state_->contracts,
            state_->weights,
            state_->hooks,
            state_->js_runtime,
            state_->joiners};
}

void Cluster::admit(const PublicKey& worker)
{
    if (std::ranges::find(state_->joiners, worker) == state_->joiners.end())
        state_->joiners.push_back(worker);
}

void Cluster::dismiss(const PublicKey& worker)
{
    std::erase(state_->joiners, worker);
}

const std::vector<PublicKey>& Cluster::joiners() const
{
    return state_->joiners;
}

engine::ClusterState Cluster::contract_state() const
{
    return state_->state;
}

void Cluster::discard(std::vector<RecordChange>& records) const
{
    for (auto& [key, value] : engine::ClusterState{}.changes_since(state_->stored))
        records.push_back({key, std::nullopt, Table::State});
}

const H256& Cluster::id() const
{
    return state_->terms.id;
}

PublicKey Cluster::public_key() const
{
    return state_->key.public_key();
}

bool Cluster::has_hooks() const
{
    return !state_->hooks.empty();
}

void Cluster::use_system_code(std::shared_ptr<const Bytes> code)
{
    state_->system_code = std::move(code);
}

void Cluster::deposit(const AccountId& account, Balance amount)
{
    state_->state = state_->engine.deposit(state_->state, account, amount);
}

void Cluster::upload(const ClusterOperation::UploadResource& order, const Environment& environment, Effects& effects)
{
    auto& self = *state_;
    auto done = [&] {
        switch (order.resource_type) {
        case ResourceType::SidevmCode:
            return self.engine.upload_sidevm_code(self.state, order.origin, order.resource_data);
        case ResourceType::IndeterministicInkCode:
            return self.engine.upload_code(self.state, order.origin, order.resource_data, engine::Determinism::Relaxed);
        case ResourceType::InkCode: break;
        }
        return self.engine.upload_code(self.state, order.origin, order.resource_data, engine::Determinism::Enforced);
    }();
    self.state = std::move(done.state);
    if (done.result) {
        effects.notes.push_back("code " + to_hex0x(*done.result) + " uploaded");
        return;
    }
    effects.notes.push_back("an upload was refused: " + done.result.error()
                            + (done.reason.empty() ? "" : ": " + done.reason));
    const AccountId system{self.system_contract.bytes};
    self.log(system, system, engine::kLogError,
             "Failed to upload resource to cluster, by " + to_hex0x(order.origin) + ", type="
                 + std::string{reflect::enumerator_name(order.resource_type)} + ", err=\"" + done.result.error() + "\"",
             environment, effects);
}

void Cluster::instantiate(const ContractOperation::InstantiateCode& order, const Environment& environment,
                          Effects& effects)
{
    auto& self = *state_;
    const auto& info = order.contract_info;
    const engine::TransactionArguments arguments{
        info.deployer, order.transfer, order.gas_limit, false, order.storage_deposit_limit, 0};
    auto done = self.engine.instantiate(self.state, self.context(Mode::Transaction, environment, info.salt), arguments,
                                        info.code_index.hash(), info.instantiate_data, info.salt);
    if (!done) {
        effects.notes.push_back("the engine failed: " + done.error().message());
        return;
    }
    self.state = std::move(done->state);
    const bool failed = !succeeded(done->result);
    self.settle(std::move(done->effects), failed, environment, effects);
    effects.notes.push_back(failed ? "an instantiation failed" : "a contract was instantiated");
}

void Cluster::execute(const H256& contract, const MessageOrigin& sender, ByteView payload,
                      const Environment& environment, Effects& effects)
{
    auto& self = *state_;
    if (!self.knows(contract))
        return;
    const auto* account = sender.kind.get_if<MessageOrigin::AccountId>();
    if (account == nullptr && !sender.is_pallet())
        return;
    const AccountId origin{account != nullptr ? account->_0.bytes : self.system_contract.bytes};
    const auto command = self.open(contract, payload);
    if (!command) {
        effects.notes.push_back("skipped a command to " + to_hex0x(contract) + ": " + command.error().message());
        return;
    }
    const auto& message = *command->command.get_if<InkCommand::InkMessage>();
    const AccountId callee{contract.bytes};
    const engine::TransactionArguments arguments{
        origin, message.transfer, message.gas_limit, account == nullptr, message.storage_deposit_limit, 0};
    auto done = self.engine.call(self.state, self.context(Mode::Transaction, environment, message.nonce.items),
                                 arguments, callee, message.message);
    if (!done) {
        effects.notes.push_back("the engine failed: " + done.error().message());
        return;
    }
    self.state = std::move(done->state);
    // clients read the newest record first and stop at a line of text: what the message returned must come after it
    self.settle(std::move(done->effects), !succeeded(done->result), environment, effects);
    if (self.log_handler) {
        Bytes output = scale::encode(as_clients_know_it(done->result));
        append(output, ByteView{message.message}.first(std::min<std::size_t>(4, message.message.size())));
        effects.logs.push_back(
            {log_record::MessageOutput{environment.block, origin, callee, message.nonce.items, std::move(output)}});
    }
}

void Cluster::end_block(const Environment& environment, Effects& effects)
{
    auto& self = *state_;
    const auto hooks = self.hooks; // one that a hook sets runs from the next block on
    for (const auto& [contract, hook] : hooks) {
        if (!engine::Engine::code_hash(self.state, contract)) {
            self.hooks.erase(contract); // the contract has ended
            continue;
        }
        Bytes selector = to_bytes(le_bytes(hook.selector));
        std::ranges::reverse(selector);
        const engine::TransactionArguments arguments{contract, 0, hook.gas_limit, false, std::nullopt, 0};
        auto done = self.engine.call(self.state, self.context(Mode::Transaction, environment, {}), arguments, contract,
                                     std::move(selector));
        if (!done) {
            effects.notes.push_back("the engine failed: " + done.error().message());
            continue;
        }
        self.state = std::move(done->state);
        self.settle(std::move(done->effects), !succeeded(done->result), environment, effects);
    }
}

void Cluster::flush(std::vector<RecordChange>& records)
{
    for (auto& [key, value] : state_->state.changes_since(state_->stored))
        records.push_back({key, value, Table::State});
    state_->stored = state_->state;
}

std::shared_ptr<const Snapshot> Cluster::publish(const Environment& environment, std::shared_ptr<LogServer> logs,
                                                 std::shared_ptr<QueryScheduler> turns)
{
    auto& self = *state_;
    for (const auto& change : std::exchange(self.cache_changes, {}))
        self.cache->apply(change.contract, change.operation, change.now);
    if (std::exchange(self.has_new_weights, false))
        self.cache->set_weights(self.weights);
    return std::make_shared<const Snapshot>(std::make_shared<const Snapshot::State>(Snapshot::State{
        self.terms.id, H256{self.state.root()}, self.system_contract, self.log_handler, self.js_runtime, self.contracts,
        self.weights, environment, self.system_code, self.engine, self.state, self.key.copy(),
        self.identity.public_key(), self.cache, std::move(logs), std::move(turns),
        crypto::hkdf_sha256(self.key.secret().expose(), bytes_of("phala/worker/log"), bytes_of("askers"))}));
}

} // namespace phala::worker
