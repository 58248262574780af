#include "worker/core/engine/execution.hpp"

#include "crypto/hash.hpp"
#include "worker/core/engine/code_cache.hpp"
#include "worker/core/engine/contract_host.hpp"

namespace phala::worker::engine {

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
    const auto contract = topic_of(frame.account);
    if (frame.entry == Entry::Deploy)
        storage_.emit(ContractsEvent{Instantiated{frame.caller, frame.account}}, {topic_of(frame.caller), contract});
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

} // namespace phala::worker::engine
