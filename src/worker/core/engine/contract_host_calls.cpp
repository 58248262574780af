#include "worker/core/engine/contract_host.hpp"

namespace phala::worker::engine {

ContractHost::Answer ContractHost::transfer(std::uint32_t account, std::uint32_t value)
{
    AccountId to;
    Balance amount = 0;
    if (!charge(price::kTransfer.of()) || !read_account(account, to) || !read_balance(value, amount))
        return std::nullopt;
    const bool moved =
        to == frame_.account || storage_.transfer(frame_.account, to, amount, Preservation::Preserve).has_value();
    return answer(moved ? Code::Success : Code::TransferFailed);
}

bool ContractHost::take_input(const CallParams& params, Bytes& out)
{
    const bool clones = (params.flags & kCloneInput) != 0;
    if (!clones && (params.flags & kForwardInput) == 0)
        return charge(price::kCopyFromContract.of(params.input_size)) && read(params.input, params.input_size, out);
    if (!frame_.input) {
        stop(ContractsError::InputForwarded);
        return false;
    }
    if (clones) {
        if (!charge(price::kCallInputCloned.of(frame_.input->size())))
            return false;
        out = *frame_.input;
        return true;
    }
    out = std::move(*frame_.input);
    frame_.input.reset();
    return true;
}

ContractHost::Answer ContractHost::code_of(const ExecError& error)
{
    if (error.blame == Blame::Callee)
        return answer(Code::CalleeTrapped);
    if (error.error == error_of(ContractsError::TransferFailed))
        return answer(Code::TransferFailed);
    if (error.error == error_of(ContractsError::CodeNotFound))
        return answer(Code::CodeNotFound);
    if (error.error == error_of(ContractsError::ContractNotFound))
        return answer(Code::NotCallable);
    return stop(error.error);
}

ContractHost::Answer ContractHost::call(const CallParams& params)
{
    if ((params.flags & ~kAllCallFlags) != 0)
        return stop(ContractsError::InvalidCallFlags);
    Bytes call_input;
    if (!charge(params.is_delegate ? price::kDelegateCall.of() : price::kCall.of()) || !take_input(params, call_input))
        return std::nullopt;
    Executed<ExecReturn> result;
    if (params.is_delegate) {
        if ((params.flags & kAllowReentry) != 0)
            return stop(ContractsError::InvalidCallFlags);
        H256 hash;
        if (!read_array(params.callee, hash.bytes))
            return std::nullopt;
        result = execution_.delegate_from(frame_, hash, std::move(call_input));
    } else {
        AccountId callee;
        Balance value = 0;
        if (!read_account(params.callee, callee) || !read_balance(params.value, value))
            return std::nullopt;
        if (value > 0 && !charge(price::kCallWithValue.of()))
            return std::nullopt;
        const bool reentry = (params.flags & kAllowReentry) != 0;
        result = execution_.call_from(frame_, {callee, value, params.gas, std::move(call_input), reentry});
    }
    if (!result)
        return code_of(result.error());
    if ((params.flags & kTailCall) != 0) {
        stopped_ = std::move(*result);
        return std::nullopt;
    }
    if (!write_output(params.output, result->data))
        return std::nullopt;
    return answer(result->did_revert() ? Code::CalleeReverted : Code::Success);
}

ContractHost::Answer ContractHost::instantiate(const InstantiateParams& params)
{
    Execution::NestedInstantiate what{};
    what.gas = params.gas;
    if (!charge(price::kInstantiate.of(params.input_size) + price::kInstantiateSalt.of(params.salt_size))
        || !read_balance(params.value, what.value))
        return std::nullopt;
    if (what.value > 0 && !charge(price::kInstantiateWithValue.of()))
        return std::nullopt;
    if (!read_array(params.code_hash, what.code_hash.bytes) || !read(params.input, params.input_size, what.input)
        || !read(params.salt, params.salt_size, what.salt))
        return std::nullopt;
    const auto result = execution_.instantiate_from(frame_, std::move(what));
    if (!result)
        return code_of(result.error());
    if (!result->result.did_revert() && !write_output(params.address, result->account_id))
        return std::nullopt;
    if (!write_output(params.output, result->result.data))
        return std::nullopt;
    return answer(result->result.did_revert() ? Code::CalleeReverted : Code::Success);
}

ContractHost::Answer ContractHost::terminate(std::uint32_t beneficiary)
{
    AccountId heir;
    if (!charge(price::kTerminate.of()) || !read_account(beneficiary, heir))
        return std::nullopt;
    if (auto done = execution_.terminate(frame_, heir); !done)
        return stop(done.error());
    stopped_ = ExecReturn{};
    return std::nullopt;
}

ContractHost::Answer ContractHost::set_code_hash(std::uint32_t pointer)
{
    H256 hash;
    if (!charge(price::kSetCodeHash.of()) || !read_array(pointer, hash.bytes))
        return std::nullopt;
    if (auto changed = execution_.set_code_hash(frame_, hash); !changed)
        return code_of({changed.error(), Blame::Caller});
    return answer(Code::Success);
}

} // namespace phala::worker::engine
