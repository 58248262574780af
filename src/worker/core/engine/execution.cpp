#include "worker/core/engine/execution.hpp"

#include "crypto/hash.hpp"
#include "worker/core/engine/code_cache.hpp"
#include "worker/core/engine/contract_host.hpp"

#include <algorithm>

namespace phala::worker::engine {

namespace {

H256 hash_of(const AccountId& account)
{
    return {crypto::blake2_256(account)};
}

std::unexpected<ExecError> blame_caller(const DispatchError& error)
{
    return std::unexpected{ExecError{error, Blame::Caller}};
}

std::unexpected<ExecError> blame_caller(ContractsError error)
{
    return blame_caller(error_of(error));
}

} // namespace

AccountId contract_address(const AccountId& deployer, const H256& code_hash, const H256& cluster, ByteView salt)
{
    return {crypto::blake2_256(concat(deployer, code_hash, cluster, salt))};
}

Execution::Execution(Storage& storage, const Context& context, const Machine& machine, CodeCache& codes,
                     const AccountId& origin, const AccountId& entry)
    : storage_{storage}, context_{context}, machine_{machine}, codes_{codes}, origin_{origin}, entry_{entry}
{
}

Dispatched<CodeInfo> Execution::load_code(const H256& hash, GasMeter& gas) const
{
    auto code = storage_.code_info(hash);
    if (!code)
        return refuse(ContractsError::CodeNotFound);
    if (auto paid = gas.charge(price::kCodeLoad.of(code->size)); !paid)
        return std::unexpected{paid.error()};
    return *code;
}

Dispatched<> Execution::check_determinism(const CodeInfo& code, Entry entry) const
{
    const bool may_differ = context_.mode == Mode::Query && entry == Entry::Call;
    if (code.determinism == Determinism::Relaxed && !may_differ)
        return refuse(ContractsError::Indeterministic);
    return {};
}

Dispatched<Balance> Execution::deposit_limit(std::optional<Balance> asked, Balance value) const
{
    const Balance spendable = storage_.spendable(origin_);
    const Balance reserved = value + kExistentialDeposit; // stays: what is transferred, and for a new account
    const Balance most = spendable > reserved && reserved > value ? spendable - reserved : 0;
    if (asked && *asked > most)
        return refuse(ContractsError::StorageDepositNotEnoughFunds);
    return asked.value_or(most);
}

std::uint64_t Execution::next_instantiation()
{
    if (!instantiations_)
        instantiations_ = storage_.instantiations();
    return ++*instantiations_;
}

Dispatched<ContractInfo> Execution::new_contract(const AccountId& id, const H256& code_hash)
{
    const auto number = next_instantiation();
    if (storage_.contract(id))
        return refuse(ContractsError::DuplicateContract);
    return ContractInfo{{crypto::blake2_256(scale::encode(id, number))}, code_hash};
}

Executed<ExecReturn> Execution::call(GasMeter& gas, std::optional<Balance> limit, const AccountId& contract,
                                     Balance value, Bytes input)
{
    const auto most = deposit_limit(limit, value);
    if (!most)
        return blame_caller(most.error());
    auto info = storage_.contract(contract);
    if (!info)
        return blame_caller(ContractsError::ContractNotFound);
    const auto code = load_code(info->code_hash, gas);
    if (!code)
        return blame_caller(code.error());
    if (auto fits = check_determinism(*code, Entry::Call); !fits)
        return blame_caller(fits.error());
    Frame frame{.account = contract, .caller = origin_, .code_hash = info->code_hash, .value = value, .info = *info};
    frame.input = std::move(input);
    return run_root(gas, *most, std::move(frame));
}

Executed<InstantiateReturn> Execution::instantiate(GasMeter& gas, std::optional<Balance> limit, const H256& code_hash,
                                                   Balance value, Bytes input, ByteView salt)
{
    const auto code = load_code(code_hash, gas);
    if (!code)
        return blame_caller(code.error());
    const auto most = deposit_limit(limit, value);
    if (!most)
        return blame_caller(most.error());
    const auto address = contract_address(origin_, code_hash, storage_.parameters().id, salt);
    const auto info = new_contract(address, code_hash);
    if (!info)
        return blame_caller(info.error());
    if (auto fits = check_determinism(*code, Entry::Deploy); !fits)
        return blame_caller(fits.error());
    Frame frame{.account = address,
                .caller = origin_,
                .entry = Entry::Deploy,
                .code_hash = code_hash,
                .value = value,
                .info = *info};
    frame.input = std::move(input);
    auto done = run_root(gas, *most, std::move(frame));
    if (!done)
        return std::unexpected{done.error()};
    return InstantiateReturn{std::move(*done), address};
}

Executed<ExecReturn> Execution::call_from(Frame& caller, NestedCall what)
{
    // closed before the check, so that a direct recursion is caught by it
    caller.allows_reentry = what.allows_reentry;
    const auto reset = [&](Executed<ExecReturn> result) {
        caller.allows_reentry = true;
        return result;
    };
    if (std::ranges::any_of(frames_,
                            [&](const Frame& frame) { return frame.account == what.to && !frame.allows_reentry; }))
        return reset(blame_caller(ContractsError::ReentranceDenied));
    if (frames_.size() == kMaxInstancesDeep)
        return reset(blame_caller(ContractsError::MaxCallDepthReached));
    if (caller.entry == Entry::Call)
        storage_.set_contract(caller.account, caller.info);
    auto info = storage_.contract(what.to);
    if (!info)
        return reset(blame_caller(ContractsError::ContractNotFound));
    const auto code = load_code(info->code_hash, caller.gas);
    if (!code)
        return reset(blame_caller(code.error()));
    if (auto fits = check_determinism(*code, Entry::Call); !fits)
        return reset(blame_caller(fits.error()));
    auto gas = caller.gas.nested({what.gas, 0});
    if (!gas)
        return reset(blame_caller(gas.error()));
    Frame frame{.account = what.to,
                .caller = caller.account,
                .code_hash = info->code_hash,
                .value = what.value,
                .info = *info,
                .gas = *gas};
    frame.input = std::move(what.input);
    return reset(run_nested(caller, std::move(frame)));
}

Executed<ExecReturn> Execution::delegate_from(Frame& caller, const H256& code_hash, Bytes input)
{
    const auto code = load_code(code_hash, caller.gas);
    if (!code)
        return blame_caller(code.error());
    if (frames_.size() == kMaxInstancesDeep)
        return blame_caller(ContractsError::MaxCallDepthReached);
    if (auto fits = check_determinism(*code, Entry::Call); !fits)
        return blame_caller(fits.error());
    auto gas = caller.gas.nested({});
    if (!gas)
        return blame_caller(gas.error());
    Frame frame{.account = caller.account,
                .caller = caller.caller,
                .code_hash = code_hash,
                .is_delegated = true,
                .value = caller.value,
                .info = caller.info,
                .gas = *gas};
    frame.input = std::move(input);
    return run_nested(caller, std::move(frame));
}

Executed<InstantiateReturn> Execution::instantiate_from(Frame& caller, NestedInstantiate what)
{
    const auto code = load_code(what.code_hash, caller.gas);
    if (!code)
        return blame_caller(code.error());
    if (frames_.size() == kMaxInstancesDeep)
        return blame_caller(ContractsError::MaxCallDepthReached);
    if (caller.entry == Entry::Call)
        storage_.set_contract(caller.account, caller.info);
    const auto address = contract_address(caller.account, what.code_hash, storage_.parameters().id, what.salt);
    const auto info = new_contract(address, what.code_hash);
    if (!info)
        return blame_caller(info.error());
    if (auto fits = check_determinism(*code, Entry::Deploy); !fits)
        return blame_caller(fits.error());
    auto gas = caller.gas.nested({what.gas, 0});
    if (!gas)
        return blame_caller(gas.error());
    Frame frame{.account = address,
                .caller = caller.account,
                .entry = Entry::Deploy,
                .code_hash = what.code_hash,
                .value = what.value,
                .info = *info,
                .gas = *gas};
    frame.input = std::move(what.input);
    auto done = run_nested(caller, std::move(frame));
    if (!done)
        return std::unexpected{done.error()};
    return InstantiateReturn{std::move(*done), address};
}

Executed<ExecReturn> Execution::run_nested(Frame& parent, Frame frame)
{
    auto& running = frames_.emplace_back(std::move(frame));
    auto result = run_frame(running);
    parent.gas.absorb(running.gas);
    if (result && !result->did_revert()) {
        absorb(running, parent.deposits);
        if (running.account == parent.account) {
            parent.info = running.info;
        } else if (!terminated(running)) {
            storage_.set_contract(running.account, running.info);
            for (auto& other : frames_) // the same contract further down: its record changed under it
                if (other.account == running.account && &other != &running)
                    other.info = running.info;
        }
    }
    frames_.pop_back();
    return result;
}

Executed<ExecReturn> Execution::run_root(GasMeter& gas, Balance limit, Frame frame)
{
    limit_ = limit;
    auto nested = gas.nested({});
    if (!nested)
        return blame_caller(nested.error());
    frame.gas = *nested;
    auto& running = frames_.emplace_back(std::move(frame));
    storage_.begin();
    auto result = run_frame(running);
    gas.absorb(running.gas);
    if (result && !result->did_revert()) {
        DepositMeter root;
        absorb(running, root);
        if (!terminated(running))
            storage_.set_contract(running.account, running.info);
        if (instantiations_)
            storage_.set_instantiations(*instantiations_);
        if (auto settled = settle(storage_, origin_, root.items); settled)
            deposit_ = root.total.value();
        else
            result = blame_caller(settled.error());
    }
    // an origin that cannot pay what its call owes gets nothing of it
    if (result && !result->did_revert())
        storage_.commit();
    else
        storage_.rollback();
    frames_.pop_back();
    return result;
}

Executed<ExecReturn> Execution::run_frame(Frame& frame)
{
    storage_.begin();
    auto result = transact(frame);
    if (result && !result->did_revert())
        storage_.commit();
    else
        storage_.rollback();
    return result;
}

Dispatched<> Execution::begin_contract(Frame& frame)
{
    const auto base = base_deposit(storage_.parameters());
    if (limit_ < kExistentialDeposit || base > limit_ - kExistentialDeposit)
        return refuse(ContractsError::StorageDepositLimitExhausted);
    // the origin pays for the new account; what it owes beyond is collected at the end
    if (auto paid = storage_.transfer(origin_, frame.account, kExistentialDeposit, Preservation::Preserve); !paid)
        return paid;
    frame.info.base_deposit = base;
    frame.deposits.total += DepositSum::charge(base + kExistentialDeposit);
    frame.deposits.items.push_back({frame.account, DepositSum::charge(base), {}});
    return storage_.change_code_users(frame.code_hash, 1);
}

Executed<ExecReturn> Execution::transact(Frame& frame)
{
    if (frame.entry == Entry::Deploy)
        if (auto begun = begin_contract(frame); !begun)
            return blame_caller(begun.error());
    if (!frame.is_delegated && frame.value != 0 && frame.caller != frame.account)
        if (!storage_.transfer(frame.caller, frame.account, frame.value, Preservation::Preserve))
            return blame_caller(ContractsError::TransferFailed);

    auto result = execute_code(frame);
    if (!result || result->did_revert())
        return result;
    if (&frame == &frames_.front())
        if (auto fits = check_deposit_limit(frame); !fits)
            return blame_caller(fits.error());
    if (frame.entry == Entry::Deploy && terminated(frame))
        return blame_caller(ContractsError::TerminatedInConstructor);
    announce(frame);
    return result;
}

Dispatched<> Execution::check_deposit_limit(const Frame& frame) const
{
    DepositSum total = frame.deposits.total;
    if (frame.deposits.terminated) {
        total += frame.deposits.terminated->amount;
    } else {
        ContractInfo info = frame.info;
        total += apply(frame.deposits.own, storage_.parameters(), info);
    }
    if (!total.is_refund() && total.amount() > limit_)
        return refuse(ContractsError::StorageDepositLimitExhausted);
    return {};
}

void Execution::announce(const Frame& frame)
{
    const auto contract = hash_of(frame.account);
    if (frame.entry == Entry::Deploy)
        storage_.emit(ContractsEvent{Instantiated{frame.caller, frame.account}}, {hash_of(frame.caller), contract});
    else if (frame.is_delegated)
        storage_.emit(ContractsEvent{DelegateCalled{frame.account, frame.code_hash}}, {contract, frame.code_hash});
    else {
        const CallerOrigin caller{SignedCaller{frame.caller}};
        storage_.emit(ContractsEvent{Called{caller, frame.account}},
                      {H256{crypto::blake2_256(scale::encode(caller))}, contract});
    }
}

void Execution::absorb(Frame& frame, DepositMeter& parent)
{
    parent.total += frame.deposits.total;
    parent.items.insert(parent.items.end(), frame.deposits.items.begin(), frame.deposits.items.end());
    if (frame.deposits.terminated) {
        parent.total += frame.deposits.terminated->amount;
        parent.items.push_back(*frame.deposits.terminated);
        return;
    }
    const auto own = apply(frame.deposits.own, storage_.parameters(), frame.info);
    parent.total += own;
    if (own.amount() != 0)
        parent.items.push_back({frame.account, own, {}});
}

Executed<ExecReturn> Execution::execute_code(Frame& frame)
{
    const auto info = storage_.code_info(frame.code_hash);
    const auto load = [&] { return storage_.code(frame.code_hash).value_or(Bytes{}); };
    auto code = codes_.get(frame.code_hash, info ? info->determinism : Determinism::Enforced, load);
    if (!code)
        return std::unexpected{ExecError{error_of(ContractsError::CodeRejected), Blame::Callee}};
    ContractHost host{*this, frame};
    const auto fuel = frame.gas.left().ref_time / kGasPerFuel;
    const auto run = context_.runner != nullptr
                         ? context_.runner->run(machine_, **code, load(), frame.entry, fuel, host)
                         : machine_.run(**code, frame.entry, fuel, host);
    auto result = host.finish(run);
    if (!result)
        return std::unexpected{ExecError{result.error(), Blame::Callee}};
    return std::move(*result);
}

Dispatched<> Execution::terminate(Frame& frame, const AccountId& beneficiary)
{
    const auto deeper =
        std::ranges::count_if(frames_, [&](const Frame& other) { return other.account == frame.account; });
    if (deeper > 1)
        return refuse(ContractsError::TerminatedWhileReentrant);
    const auto held = storage_.account(frame.account).held_for_storage;
    frame.deposits.terminated = DepositItem{frame.account, DepositSum::refund(held), beneficiary};
    storage_.child_remove_all(frame.info.child);
    storage_.remove_contract(frame.account);
    if (auto changed = storage_.change_code_users(frame.info.code_hash, -1); !changed)
        return changed;
    storage_.emit(ContractsEvent{Terminated{frame.account, beneficiary}},
                  {hash_of(frame.account), hash_of(beneficiary)});
    return {};
}

Dispatched<> Execution::set_code_hash(Frame& frame, const H256& hash)
{
    const auto code = load_code(hash, frame.gas);
    if (!code)
        return std::unexpected{code.error()};
    if (code->determinism != Determinism::Enforced)
        return refuse(ContractsError::Indeterministic);
    const auto before = frame.info.code_hash;
    if (auto changed = storage_.change_code_users(hash, 1); !changed)
        return changed;
    if (auto changed = storage_.change_code_users(before, -1); !changed)
        return changed;
    frame.info.code_hash = hash;
    storage_.emit(ContractsEvent{ContractCodeUpdated{frame.account, hash, before}},
                  {hash_of(frame.account), hash, before});
    return {};
}

Dispatched<> Execution::keep(std::uint64_t bytes)
{
    if (!kept_.use(bytes + kRecordOverhead))
        return refuse(ContractsError::OutOfGas);
    return {};
}

Dispatched<> Execution::work(std::uint64_t units, std::uint64_t bytes)
{
    if (!free_work_.use(units + bytes / kBytesPerWork))
        return refuse(ContractsError::OutOfGas);
    return {};
}

Dispatched<> Execution::emit(ContractEmitted event, std::vector<H256> topics)
{
    if (auto kept = keep(event.data.size()); !kept)
        return kept;
    storage_.emit(ContractsEvent{std::move(event)}, std::move(topics));
    return {};
}

void Execution::append_debug(ByteView text)
{
    if (is_utf8(text) && text.size() <= kDebugBufferSize - debug_.size())
        append(debug_, text);
}

void Execution::log(const Frame& frame, std::uint8_t level, std::string message)
{
    const auto size = message.size() + kRecordOverhead;
    if (size > kLogBufferSize - log_bytes_)
        return;
    log_bytes_ += size;
    logs_.push_back({frame.account, entry_, level, std::move(message)});
}

} // namespace phala::worker::engine
