#include "worker/core/engine/execution.hpp"

#include <algorithm>

namespace phala::worker::engine {

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

} // namespace phala::worker::engine
