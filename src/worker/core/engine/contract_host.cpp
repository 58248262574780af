#include "worker/core/engine/contract_host.hpp"

#include "crypto/ecdsa.hpp"
#include "crypto/hash.hpp"
#include "worker/core/engine/extension.hpp"

#include <algorithm>
#include <array>

namespace phala::worker::engine {

namespace {

constexpr std::uint32_t kSentinel = 0xffffffff; ///< "no value" in answers, "do not write" as a pointer
constexpr std::uint32_t kMaxMemory = kMaxPages * 65'536;

constexpr std::uint32_t kForwardInput = 1;
constexpr std::uint32_t kCloneInput = 2;
constexpr std::uint32_t kTailCall = 4;
constexpr std::uint32_t kAllowReentry = 8;
constexpr std::uint32_t kAllCallFlags = kForwardInput | kCloneInput | kTailCall | kAllowReentry;

std::uint32_t u32(std::uint64_t param)
{
    return static_cast<std::uint32_t>(param);
}

/// Price of a set_storage that writes `fresh` bytes over `old` ones.
Gas price_of_set(std::uint64_t fresh, std::uint64_t old)
{
    return price::kSetStorageNew.of(fresh) + price::kSetStorageOld.of(old);
}

std::uint32_t size_of(const std::optional<Bytes>& value)
{
    return value ? static_cast<std::uint32_t>(value->size()) : 0;
}

std::uint64_t size_or_sentinel(const std::optional<Bytes>& value)
{
    return value ? value->size() : kSentinel;
}

std::optional<std::uint32_t> optional_size(const std::optional<Bytes>& value)
{
    return value ? std::optional{static_cast<std::uint32_t>(value->size())} : std::nullopt;
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

bool ContractHost::charge(Gas amount)
{
    auto paid = frame_.gas.charge(amount);
    if (!paid)
        stop(paid.error());
    return paid.has_value();
}

bool ContractHost::read(std::uint32_t pointer, std::uint32_t size, Bytes& out)
{
    const auto memory = instance_->memory();
    if (size > kMaxMemory || std::uint64_t{pointer} + size > memory.size()) {
        stop(ContractsError::OutOfBounds);
        return false;
    }
    out.assign(memory.begin() + pointer, memory.begin() + pointer + size);
    return true;
}

template <std::size_t N>
bool ContractHost::read_array(std::uint32_t pointer, ByteArray<N>& out)
{
    const auto memory = instance_->memory();
    if (std::uint64_t{pointer} + N > memory.size()) {
        stop(ContractsError::OutOfBounds);
        return false;
    }
    std::memcpy(out.data(), memory.data() + pointer, N);
    return true;
}

bool ContractHost::read_account(std::uint32_t pointer, AccountId& out)
{
    return read_array(pointer, out.bytes);
}

bool ContractHost::read_balance(std::uint32_t pointer, Balance& out)
{
    ByteArray<sizeof(Balance)> bytes;
    if (!read_array(pointer, bytes))
        return false;
    out = from_le<Balance>(bytes);
    return true;
}

bool ContractHost::write(std::uint32_t pointer, ByteView bytes)
{
    const auto memory = instance_->memory();
    if (std::uint64_t{pointer} + bytes.size() > memory.size()) {
        stop(ContractsError::OutOfBounds);
        return false;
    }
    if (!bytes.empty())
        std::memcpy(memory.data() + pointer, bytes.data(), bytes.size());
    return true;
}

bool ContractHost::write_output(Output output, ByteView bytes)
{
    if (output.may_skip && output.pointer == kSentinel)
        return true;
    ByteArray<4> capacity;
    if (!read_array(output.size_pointer, capacity))
        return false;
    if (from_le<std::uint32_t>(capacity) < bytes.size()) {
        stop(ContractsError::OutputBufferTooSmall);
        return false;
    }
    if (output.by_byte != nullptr && !charge(output.by_byte->of(bytes.size())))
        return false;
    return write(output.pointer, bytes)
           && write(output.size_pointer, le_bytes(static_cast<std::uint32_t>(bytes.size())));
}

bool ContractHost::read_key(StorageKey key, Bytes& hashed)
{
    Bytes raw;
    if (!key.size) {
        ByteArray<32> fixed;
        if (!read_array(key.pointer, fixed))
            return false;
        hashed = to_bytes(crypto::blake2_256(fixed));
        return true;
    }
    if (*key.size > kMaxStorageKey) {
        stop(ContractsError::DecodingFailed);
        return false;
    }
    if (!read(key.pointer, *key.size, raw))
        return false;
    hashed = concat(crypto::blake2_128(raw), raw);
    return true;
}

ContractHost::Answer ContractHost::set_storage(StorageKey key, std::uint32_t pointer, std::uint32_t size)
{
    const auto charged = price_of_set(size, kMaxValueSize);
    Bytes hashed;
    Bytes value;
    if (!charge(charged))
        return std::nullopt;
    if (size > kMaxValueSize)
        return stop(ContractsError::ValueTooLarge);
    if (!read_key(key, hashed) || !read(pointer, size, value))
        return std::nullopt;
    if (auto kept = execution_.keep(hashed.size() + size); !kept)
        return stop(kept.error());
    const auto old = storage_.child_get(frame_.info.child, hashed);
    frame_.deposits.own.record(optional_size(old), size);
    storage_.child_set(frame_.info.child, hashed, std::move(value));
    frame_.gas.settle(charged, price_of_set(size, size_of(old)));
    return size_or_sentinel(old);
}

ContractHost::Answer ContractHost::clear_storage(StorageKey key)
{
    const auto charged = price::kClearStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto old = storage_.child_get(frame_.info.child, hashed);
    if (old) {
        frame_.deposits.own.record(optional_size(old), std::nullopt);
        storage_.child_remove(frame_.info.child, hashed);
    }
    frame_.gas.settle(charged, price::kClearStorage.of(size_of(old)));
    return size_or_sentinel(old);
}

ContractHost::Answer ContractHost::get_storage(StorageKey key, Output output)
{
    const auto charged = price::kGetStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto value = storage_.child_get(frame_.info.child, hashed);
    frame_.gas.settle(charged, price::kGetStorage.of(size_of(value)));
    if (!value)
        return answer(Code::KeyNotFound);
    return write_output(output, *value) ? answer(Code::Success) : std::nullopt;
}

ContractHost::Answer ContractHost::contains_storage(StorageKey key)
{
    const auto charged = price::kContainsStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto value = storage_.child_get(frame_.info.child, hashed);
    frame_.gas.settle(charged,
                      price::kClearStorage.of(size_of(value))); // by the other function's table, as the reference does
    return size_or_sentinel(value);
}

ContractHost::Answer ContractHost::take_storage(StorageKey key, Output output)
{
    const auto charged = price::kTakeStorage.of(kMaxValueSize);
    Bytes hashed;
    if (!charge(charged) || !read_key(key, hashed))
        return std::nullopt;
    const auto value = storage_.child_get(frame_.info.child, hashed);
    if (value) {
        frame_.deposits.own.record(optional_size(value), std::nullopt);
        storage_.child_remove(frame_.info.child, hashed);
    }
    frame_.gas.settle(charged, price::kTakeStorage.of(size_of(value)));
    if (!value)
        return answer(Code::KeyNotFound);
    return write_output(output, *value) ? answer(Code::Success) : std::nullopt;
}

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

ContractHost::Answer ContractHost::input(Output output)
{
    if (!charge(price::kInput.of()))
        return std::nullopt;
    if (!frame_.input)
        return stop(ContractsError::InputForwarded);
    return write_output(output, *frame_.input) ? nothing() : std::nullopt;
}

ContractHost::Answer ContractHost::end(std::uint32_t flags, std::uint32_t pointer, std::uint32_t size)
{
    ExecReturn returned{flags, {}};
    if (charge(price::kReturn.of(size)) && read(pointer, size, returned.data))
        stopped_ = std::move(returned);
    return std::nullopt;
}

ContractHost::Answer ContractHost::simple(const Price& price, Output output, ByteView value)
{
    return charge(price.of()) && write_output(output, value) ? nothing() : std::nullopt;
}

ContractHost::Answer ContractHost::is_contract(std::uint32_t account)
{
    AccountId id;
    if (!charge(price::kIsContract.of()) || !read_account(account, id))
        return std::nullopt;
    return storage_.contract(id) ? 1 : 0;
}

ContractHost::Answer ContractHost::code_hash(std::uint32_t account, Output output)
{
    AccountId id;
    if (!charge(price::kCodeHash.of()) || !read_account(account, id))
        return std::nullopt;
    const auto info = storage_.contract(id);
    if (!info)
        return answer(Code::KeyNotFound);
    return write_output(output, info->code_hash) ? answer(Code::Success) : std::nullopt;
}

ContractHost::Answer ContractHost::deposit_event(std::uint32_t topics, std::uint32_t topics_size, std::uint32_t data,
                                                 std::uint32_t data_size)
{
    if (!charge(price::kDepositEvent.of(data_size) + price::kDepositEventTopic.of(topics_size / sizeof(H256))))
        return std::nullopt;
    if (data_size > kMaxValueSize)
        return stop(ContractsError::ValueTooLarge);
    std::vector<H256> topic_list;
    if (topics_size != 0) {
        Bytes encoded;
        if (!read(topics, topics_size, encoded))
            return std::nullopt;
        auto decoded = scale::decode<std::vector<H256>>(encoded);
        if (!decoded)
            return stop(ContractsError::DecodingFailed);
        topic_list = std::move(*decoded);
    }
    if (topic_list.size() > kMaxTopics)
        return stop(ContractsError::TooManyTopics);
    ContractEmitted event{frame_.account, {}};
    if (!read(data, data_size, event.data))
        return std::nullopt;
    if (auto emitted = execution_.emit(std::move(event), std::move(topic_list)); !emitted)
        return stop(emitted.error());
    return nothing();
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

ContractHost::Answer ContractHost::chain_extension(std::uint32_t id, std::uint32_t pointer, std::uint32_t size,
                                                   Output output)
{
    Bytes bytes;
    if (!read(pointer, size, bytes))
        return std::nullopt;
    if (auto allowed = execution_.work(1, size); !allowed)
        return stop(allowed.error());
    auto reply = Extension{execution_, frame_}.call(id, bytes);
    if (!reply)
        return stop(reply.error());
    if (!write_output(output, reply->output))
        return stop(error_of(PinkError::ContractIoBufferOverflow)); // whatever was wrong with the buffer
    return reply->status;
}

ContractHost::Answer ContractHost::debug_message(std::uint32_t pointer, std::uint32_t size)
{
    size = std::min(size, static_cast<std::uint32_t>(kDebugBufferSize));
    Bytes text;
    if (!charge(price::kDebugMessage.of(size)) || !read(pointer, size, text))
        return std::nullopt;
    execution_.append_debug(text);
    return answer(Code::Success);
}

ContractHost::Answer ContractHost::call_runtime(std::uint32_t pointer, std::uint32_t size)
{
    // the reference's runtime has calls in these pallets; no call passes its filter, so that arguments do not matter
    constexpr std::array<std::uint8_t, 4> kPalletsWithCalls = {0, 1, 2, kContractsIndex};
    constexpr std::size_t kShortestCall = 2; // the pallet's index and the call's
    Bytes call;
    if (!read(pointer, size, call))
        return std::nullopt;
    if (auto allowed = execution_.work(1, size); !allowed)
        return stop(allowed.error());
    if (call.size() < kShortestCall || std::ranges::find(kPalletsWithCalls, call[0]) == kPalletsWithCalls.end())
        return stop(ContractsError::DecodingFailed);
    execution_.append_debug(bytes_of("call failed with: "));
    execution_.append_debug(bytes_of("CallFiltered"));
    return answer(Code::CallRuntimeFailed);
}

ContractHost::Answer ContractHost::ecdsa_recover(std::uint32_t signature, std::uint32_t digest, std::uint32_t output)
{
    crypto::ecdsa::Signature signed_by;
    ByteArray<32> hash;
    if (!charge(price::kEcdsaRecover.of()) || !read_array(signature, signed_by.bytes) || !read_array(digest, hash))
        return std::nullopt;
    const auto key = crypto::ecdsa::recover(signed_by, hash);
    if (!key)
        return answer(Code::EcdsaRecoveryFailed);
    return write(output, *key) ? answer(Code::Success) : std::nullopt;
}

ContractHost::Answer ContractHost::ecdsa_to_eth_address(std::uint32_t key, std::uint32_t output)
{
    crypto::ecdsa::PublicKey compressed;
    if (!charge(price::kEcdsaToEthAddress.of()) || !read_array(key, compressed.bytes))
        return std::nullopt;
    const auto address = crypto::ecdsa::evm_address_of(compressed);
    if (!address)
        return answer(Code::EcdsaRecoveryFailed);
    return write(output, *address) ? answer(Code::Success) : std::nullopt;
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
