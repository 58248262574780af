#include "worker/core/engine/storage.hpp"

#include "crypto/hash.hpp"

namespace phala::worker::engine {

namespace {

/// First byte of a key: what kind of thing it is.
enum class Kind : std::uint8_t {
    Single = 'p',
    Account = 'a',
    Code = 'c',
    CodeInfo = 'i',
    SidevmCode = 'v',
    Contract = 'k',
    ContractStorage = 's'
};
enum class Single : std::uint8_t { Parameters, SystemContract, Instantiations, EventChain };

Bytes key_of(Kind kind, ByteView rest)
{
    Bytes out;
    out.reserve(1 + rest.size());
    out.push_back(static_cast<std::uint8_t>(kind));
    append(out, rest);
    return out;
}

Bytes key_of(Single what)
{
    const auto byte = static_cast<std::uint8_t>(what);
    return key_of(Kind::Single, ByteView{&byte, 1});
}

Bytes child_key(const H256& child, ByteView key)
{
    Bytes out = key_of(Kind::ContractStorage, child);
    append(out, key);
    return out;
}

/// The key of no bytes in a contract's storage, which none has: changed where all that was stored there is removed. One
/// mark stands for all keys, however many.
constexpr std::size_t kChildMarkSize = 1 + sizeof(H256);

bool is_child_mark(ByteView key)
{
    return key.size() == kChildMarkSize && key[0] == static_cast<std::uint8_t>(Kind::ContractStorage);
}

struct SidevmCode {
    AccountId owner;
    Bytes code;
};

} // namespace

Storage::Storage(ClusterState base) : base_{std::move(base)}
{
    if (auto parameters = load<ClusterParameters>(key_of(Single::Parameters)))
        parameters_ = *parameters;
}

void Storage::begin()
{
    changes_.begin();
    event_marks_.push_back(events_.size());
}

void Storage::commit()
{
    changes_.commit();
    event_marks_.pop_back();
}

void Storage::rollback()
{
    changes_.rollback();
    events_.resize(event_marks_.back());
    event_marks_.pop_back();
}

ClusterState Storage::state() const
{
    ClusterState base = base_;
    ClusterState::Changes changes;
    changes_.for_each([&](const Bytes& key, host::LayeredMap::Value value) {
        if (is_child_mark(key))
            base = base.without(key);
        else
            changes.insert_or_assign(key, std::move(value));
    });
    return base.with(changes);
}

std::optional<Bytes> Storage::get(const Bytes& key) const
{
    if (auto changed = changes_.get(key))
        return *changed;
    return stored(key);
}

std::optional<Bytes> Storage::stored(const Bytes& key) const
{
    const auto value = base_.get(key);
    return value ? std::optional{to_bytes(*value)} : std::nullopt;
}

template <class T>
std::optional<T> Storage::load(const Bytes& key) const
{
    const auto bytes = get(key);
    if (!bytes)
        return std::nullopt;
    auto value = scale::decode<T>(*bytes);
    return value ? std::optional{std::move(*value)} : std::nullopt; // only set_… of this class writes here
}

void Storage::emit(Event event, std::vector<H256> topics)
{
    events_.push_back({Initialization{}, std::move(event), std::move(topics)});
}

void Storage::set_parameters(const ClusterParameters& parameters)
{
    parameters_ = parameters;
    changes_.set(key_of(Single::Parameters), scale::encode(parameters));
}

std::optional<AccountId> Storage::system_contract() const
{
    return load<AccountId>(key_of(Single::SystemContract));
}

void Storage::set_system_contract(const AccountId& contract)
{
    changes_.set(key_of(Single::SystemContract), scale::encode(contract));
}

std::uint64_t Storage::instantiations() const
{
    return load<std::uint64_t>(key_of(Single::Instantiations)).value_or(0);
}

void Storage::set_instantiations(std::uint64_t count)
{
    changes_.set(key_of(Single::Instantiations), scale::encode(count));
}

EventChainHead Storage::event_chain() const
{
    return load<EventChainHead>(key_of(Single::EventChain)).value_or(EventChainHead{});
}

void Storage::set_event_chain(const EventChainHead& head)
{
    changes_.set(key_of(Single::EventChain), scale::encode(head));
}

Account Storage::account(const AccountId& id) const
{
    return load<Account>(key_of(Kind::Account, id)).value_or(Account{});
}

Balance Storage::spendable(const AccountId& id) const
{
    const auto free = account(id).free;
    return free > kExistentialDeposit ? free - kExistentialDeposit : 0;
}

void Storage::set_account(const AccountId& id, const Account& before, const Account& after)
{
    if (after.total() == 0) {
        if (before.total() != 0)
            emit(SystemEvent{KilledAccount{id}});
        changes_.remove(key_of(Kind::Account, id));
        return;
    }
    if (before.total() == 0) {
        emit(SystemEvent{NewAccount{id}});
        emit(BalancesEvent{Endowed{id, after.free}});
    }
    changes_.set(key_of(Kind::Account, id), scale::encode(after));
}

void Storage::mint(const AccountId& to, Balance amount)
{
    const Account before = account(to);
    Account after = before;
    if (amount == 0 || before.total() + amount < amount)
        return; // nothing to give, or more than can be counted
    after.free += amount;
    set_account(to, before, after);
    emit(BalancesEvent{Deposited{to, amount}});
}

Dispatched<> Storage::transfer(const AccountId& from, const AccountId& to, Balance amount, Preservation preservation)
{
    if (amount == 0)
        return {};
    const Account payer = account(from);
    if (payer.free < amount)
        return refuse(TokenError::FundsUnavailable);
    const bool ends = payer.free - amount < kExistentialDeposit;
    if (ends && preservation == Preservation::Preserve)
        return refuse(TokenError::NotExpendable);
    if (ends && payer.total() != payer.free)
        return refuse(TokenError::OnlyProvider); // deposits keep an account alive
    if (from == to)
        return {};
    Account less = payer;
    less.free -= amount;
    set_account(from, payer, less);
    const Account receiver = account(to);
    if (receiver.total() + amount < amount)
        return std::unexpected{DispatchError{Arithmetic{ArithmeticError::Overflow}}};
    Account more = receiver;
    more.free += amount;
    set_account(to, receiver, more);
    emit(BalancesEvent{Transfer{from, to, amount}});
    return {};
}

Dispatched<> Storage::transfer_and_hold(HoldReason reason, const AccountId& from, const AccountId& to, Balance amount)
{
    if (amount == 0)
        return {};
    const Account payer = account(from);
    if (payer.free < amount)
        return refuse(TokenError::FundsUnavailable);
    if (payer.free - amount < kExistentialDeposit)
        return refuse(TokenError::NotExpendable);
    Account less = payer;
    less.free -= amount;
    set_account(from, payer, less);
    const Account holder = account(to);
    if (holder.total() + amount < amount)
        return std::unexpected{DispatchError{Arithmetic{ArithmeticError::Overflow}}};
    Account more = holder;
    (reason == HoldReason::CodeUpload ? more.held_for_code : more.held_for_storage) += amount;
    set_account(to, holder, more);
    return {};
}

Balance Storage::transfer_held(const AccountId& from, const AccountId& to, Balance amount)
{
    const Account holder = account(from);
    const Balance moved = std::min(amount, holder.held_for_storage);
    if (moved == 0)
        return 0;
    Account less = holder;
    less.held_for_storage -= moved;
    if (from == to) {
        less.free += moved;
        set_account(from, holder, less);
        return moved;
    }
    set_account(from, holder, less);
    const Account receiver = account(to);
    Account more = receiver;
    more.free += moved;
    set_account(to, receiver, more);
    return moved;
}

std::optional<CodeInfo> Storage::code_info(const H256& hash) const
{
    return load<CodeInfo>(key_of(Kind::CodeInfo, hash));
}

void Storage::set_code_info(const H256& hash, const CodeInfo& info)
{
    changes_.set(key_of(Kind::CodeInfo, hash), scale::encode(info));
}

std::optional<Bytes> Storage::code(const H256& hash) const
{
    return get(key_of(Kind::Code, hash));
}

void Storage::set_code(const H256& hash, Bytes code)
{
    changes_.set(key_of(Kind::Code, hash), std::move(code));
}

Dispatched<> Storage::change_code_users(const H256& hash, int by)
{
    auto info = code_info(hash);
    if (!info)
        return refuse(ContractsError::CodeNotFound);
    info->users += static_cast<std::uint64_t>(by);
    set_code_info(hash, *info);
    return {};
}

bool Storage::has_sidevm_code(const H256& hash) const
{
    const Bytes key = key_of(Kind::SidevmCode, hash);
    return changes_.exists(key).value_or(base_.get(key).has_value());
}

std::optional<Bytes> Storage::sidevm_code(const H256& hash) const
{
    auto stored = load<SidevmCode>(key_of(Kind::SidevmCode, hash));
    return stored ? std::optional{std::move(stored->code)} : std::nullopt;
}

void Storage::set_sidevm_code(const H256& hash, const AccountId& owner, Bytes code)
{
    changes_.set(key_of(Kind::SidevmCode, hash), scale::encode(SidevmCode{owner, std::move(code)}));
}

std::optional<ContractInfo> Storage::contract(const AccountId& id) const
{
    return load<ContractInfo>(key_of(Kind::Contract, id));
}

void Storage::set_contract(const AccountId& id, const ContractInfo& info)
{
    changes_.set(key_of(Kind::Contract, id), scale::encode(info));
}

void Storage::remove_contract(const AccountId& id)
{
    changes_.remove(key_of(Kind::Contract, id));
}

std::optional<Bytes> Storage::child_get(const H256& child, ByteView key) const
{
    const Bytes whole = child_key(child, key);
    if (auto changed = changes_.get(whole))
        return *changed;
    if (changes_.exists(ByteView{whole}.first(kChildMarkSize)))
        return std::nullopt;
    return stored(whole);
}

void Storage::child_set(const H256& child, ByteView key, Bytes value)
{
    changes_.set(child_key(child, key), std::move(value));
}

void Storage::child_remove(const H256& child, ByteView key)
{
    changes_.remove(child_key(child, key));
}

void Storage::child_remove_all(const H256& child)
{
    const Bytes mark = child_key(child, {});
    changes_.remove_prefix(mark);
    changes_.remove(mark);
}

} // namespace phala::worker::engine
