#include "worker/core/engine/execution.hpp"

#include "crypto/hash.hpp"

#include <algorithm>

namespace phala::worker::engine {

H256 topic_of(const AccountId& account)
{
    return {crypto::blake2_256(account)};
}

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
                  {topic_of(frame.account), topic_of(beneficiary)});
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
                  {topic_of(frame.account), hash, before});
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
