#include "worker/core/engine/contract_host.hpp"

#include "crypto/hash.hpp"
#include "worker/core/engine/extension.hpp"

namespace phala::worker::engine {

namespace {

std::uint32_t u32(std::uint64_t param)
{
    return static_cast<std::uint32_t>(param);
}

} // namespace

ContractHost::ContractHost(Execution& execution, Frame& frame)
    : execution_{execution}, storage_{execution.storage_}, frame_{frame},
      synced_fuel_{frame.gas.left().ref_time / kGasPerFuel}
{
}

Dispatched<> ContractHost::synchronize(std::uint64_t fuel)
{
    const auto burnt = synced_fuel_ - fuel;
    synced_fuel_ = fuel;
    return frame_.gas.exhaust_or_charge({burnt * kGasPerFuel, 0});
}

HostCalls::Next ContractHost::on_host_call(HostFunction function, Params params, std::uint64_t& result,
                                           Instance& instance)
{
    instance_ = &instance;
    const auto fuel = instance.fuel();
    if (auto paid = synchronize(fuel); !paid) {
        stop(paid.error());
        return Next::Stop;
    }
    const auto before = frame_.gas.left().ref_time;
    const auto given = dispatch(function, params);
    // what the function cost is taken from the fuel too (§2.2, host double charge)
    const auto burn = saturating_sub(before, frame_.gas.left().ref_time) / kGasPerFuel;
    if (burn > fuel) {
        stop(ContractsError::OutOfGas);
        return Next::Stop;
    }
    instance.set_fuel(fuel - burn);
    if (!given || execution_.machine_fault_)
        return Next::Stop;
    result = *given;
    return Next::Resume;
}

Dispatched<ExecReturn> ContractHost::finish(const RunResult& run)
{
    if (run.ending == Ending::MachineFault)
        execution_.machine_fault_ = run.fault;
    if (execution_.machine_fault_)
        return std::unexpected{DispatchError{Other{}}};
    if (auto paid = synchronize(run.fuel_left); !paid)
        return std::unexpected{paid.error()};
    if (run.ending == Ending::OutOfFuel)
        (void)frame_.gas.exhaust_or_charge({frame_.gas.left().ref_time, 0}); // less is left than any step costs
    switch (run.ending) {
    case Ending::Returned: return ExecReturn{};
    case Ending::Trapped: return refuse(ContractsError::ContractTrapped);
    case Ending::OutOfFuel: return refuse(ContractsError::OutOfGas);
    case Ending::NotStarted: return refuse(ContractsError::CodeRejected);
    case Ending::MachineFault:
    case Ending::Stopped: break;
    }
    if (const auto* error = std::get_if<DispatchError>(&*stopped_))
        return std::unexpected{*error};
    auto& returned = std::get<ExecReturn>(*stopped_);
    if ((returned.flags & ~kRevertFlag) != 0)
        return refuse(ContractsError::InvalidCallFlags);
    return std::move(returned);
}

template <class Hash>
ContractHost::Answer ContractHost::hash(const Price& price, std::uint32_t from, std::uint32_t size,
                                        std::uint32_t output, Hash function)
{
    Bytes bytes;
    if (!charge(price.of(size)) || !read(from, size, bytes))
        return std::nullopt;
    return write(output, function(ByteView{bytes})) ? nothing() : std::nullopt;
}

ContractHost::Answer ContractHost::dispatch(HostFunction function, Params params)
{
    const auto p = [&](std::size_t i) { return u32(params[i]); };
    const auto fixed_key = [&] { return StorageKey{p(0), std::nullopt}; };
    const auto variable_key = [&] { return StorageKey{p(0), p(1)}; };
    const auto output = [&](std::size_t i) { return Output{p(i), p(i + 1)}; };
    const auto skippable = [&](std::size_t i) { return Output{p(i), p(i + 1), true, &price::kCopyToContract}; };
    const auto& context = execution_.context_;
    using enum HostFunction;
    switch (function) {
    case SetStorage0:
    case SetStorage1: return set_storage(fixed_key(), p(1), p(2));
    case SetStorage2: return set_storage(variable_key(), p(2), p(3));
    case ClearStorage0: return clear_storage(fixed_key());
    case ClearStorage1: return clear_storage(variable_key());
    case GetStorage0: return get_storage(fixed_key(), output(1));
    case GetStorage1: return get_storage(variable_key(), output(2));
    case ContainsStorage0: return contains_storage(fixed_key());
    case ContainsStorage1: return contains_storage(variable_key());
    case TakeStorage0: return take_storage(variable_key(), output(2));
    case HostFunction::Transfer: return transfer(p(0), p(2));
    case Call0: return call({kAllowReentry, p(0), params[2], p(3), p(5), p(6), skippable(7)});
    case Call1: return call({p(0), p(1), params[2], p(3), p(4), p(5), skippable(6)});
    case DelegateCall: return call({p(0), p(1), 0, 0, p(2), p(3), skippable(4), true});
    case Instantiate0:
        return instantiate({p(0), params[2], p(3), p(5), p(6), {p(7), p(8), true}, skippable(9), p(11), p(12)});
    case Instantiate1:
        return instantiate({p(0), params[1], p(2), p(3), p(4), {p(5), p(6), true}, skippable(7), p(9), p(10)});
    case Terminate0:
    case Terminate1: return terminate(p(0));
    case Input: return input({p(0), p(1), false, &price::kCopyToContract});
    case Return: return end(p(0), p(1), p(2));
    case Caller: return simple(price::kCaller, output(0), frame_.caller);
    case IsContract: return is_contract(p(0));
    case CodeHash: return code_hash(p(0), output(1));
    case OwnCodeHash: return simple(price::kOwnCodeHash, output(0), frame_.info.code_hash);
    case CallerIsOrigin:
        return charge(price::kCallerIsOrigin.of()) ? Answer{frame_.caller == execution_.origin_ ? 1 : 0} : std::nullopt;
    case Address: return simple(price::kAddress, output(0), frame_.account);
    case WeightToFee:
        return simple(price::kWeightToFee, {p(1), p(2)}, le_bytes(gas_fee(storage_.parameters(), params[0])));
    case GasLeft:
        if (!charge(price::kGasLeft.of()))
            return std::nullopt;
        return write_output(output(0), le_bytes(frame_.gas.left().ref_time)) ? nothing() : std::nullopt;
    case BalanceOfSelf: return simple(price::kBalance, output(0), le_bytes(storage_.spendable(frame_.account)));
    case ValueTransferred: return simple(price::kValueTransferred, output(0), le_bytes(frame_.value));
    case Now: return simple(price::kNow, output(0), le_bytes(context.now_ms));
    case HostFunction::BlockNumber: return simple(price::kBlockNumber, output(0), le_bytes(context.block_number));
    case MinimumBalance: return simple(price::kMinimumBalance, output(0), le_bytes(kExistentialDeposit));
    case DepositEvent: return deposit_event(p(0), p(1), p(2), p(3));
    case HashSha2_256: return hash(price::kHashSha2_256, p(0), p(1), p(2), crypto::sha2_256);
    case HashKeccak256: return hash(price::kHashKeccak256, p(0), p(1), p(2), crypto::keccak_256);
    case HashBlake2_256: return hash(price::kHashBlake2_256, p(0), p(1), p(2), crypto::blake2_256);
    case HashBlake2_128: return hash(price::kHashBlake2_128, p(0), p(1), p(2), crypto::blake2_128);
    case CallChainExtension: return chain_extension(p(0), p(1), p(2), output(3));
    case DebugMessage: return debug_message(p(0), p(1));
    case CallRuntime: return call_runtime(p(0), p(1));
    case EcdsaRecover: return ecdsa_recover(p(0), p(1), p(2));
    case EcdsaToEthAddress: return ecdsa_to_eth_address(p(0), p(1));
    case SetCodeHash: return set_code_hash(p(0));
    case InstantiationNonce:
        if (!charge(price::kInstantiationNonce.of()))
            return std::nullopt;
        return execution_.instantiations_.value_or(storage_.instantiations());
    }
    return std::nullopt;
}

} // namespace phala::worker::engine
