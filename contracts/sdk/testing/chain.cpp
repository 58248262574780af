#include "testing/chain.hpp"

#include "crypto/hash.hpp"
#include "testing/host_access.hpp"

#include <algorithm>
#include <cstdlib>

namespace phat::testing {

namespace {

constexpr Balance kEndowment = Balance{1'000} * 1'000'000'000'000;
constexpr std::size_t kMaxFrames = 6; // spec contract-engine §1.7

Chain* current;

Hash hash_of(ByteView bytes)
{
    return {phala::crypto::blake2_256(bytes)};
}

} // namespace

Chain& Host::chain()
{
    if (current == nullptr)
        std::abort(); // a contract runs without a Chain: a mistake of the test
    if (!current->frames_.empty() && ++current->host_calls_ > current->host_call_limit)
        throw FrameTrapped{"OutOfGas"};
    return *current;
}

Bytes Host::random(std::size_t size)
{
    Bytes out;
    while (out.size() < size)
        phala::append(out, hash_of(phala::scale::encode(chain().drawn_++)));
    out.resize(size);
    return out;
}

Chain::Chain() : previous_{std::exchange(current, this)} {}

Chain::~Chain()
{
    current = previous_;
}

Chain::Session::Session(Chain& chain, Mode mode) : chain_{chain}
{
    chain.mode_ = mode;
    if (mode == Mode::Query)
        before_ = chain.state_;
}

Chain::Session::~Session()
{
    if (before_)
        chain_.state_ = std::move(*before_);
    chain_.mode_ = Mode::Command;
}

AccountId Chain::account(std::string_view name)
{
    const AccountId account{hash_of(phala::bytes_of(name)).bytes};
    state_.balances.try_emplace(account, kEndowment);
    return account;
}

Balance Chain::balance(const AccountId& account) const
{
    const auto found = state_.balances.find(account);
    return found == state_.balances.end() ? 0 : found->second;
}

void Chain::give(const AccountId& account, Balance amount)
{
    state_.balances[account] += amount;
}

void Chain::seal(BlockNumber blocks)
{
    block_ += blocks;
    now_ += blocks * kBlockTime;
}

void Chain::pass(Timestamp milliseconds)
{
    block_ += static_cast<BlockNumber>(milliseconds / kBlockTime);
    now_ += milliseconds;
}

std::size_t Chain::stored(const AccountId& contract) const
{
    const auto found = state_.contracts.find(contract);
    return found == state_.contracts.end() ? 0 : found->second.storage.size();
}

Hash Chain::add_code(std::string_view name, std::uint32_t version, Code code)
{
    const Hash hash = hash_of(phala::scale::encode(name, version));
    codes_.insert_or_assign(hash, code);
    return hash;
}

std::expected<AccountId, CallError> Chain::create_from(const Hash& code, const Bytes& input, const From& from)
{
    AccountId address;
    State before = state_;
    begin();
    Returned made = instantiate(code, from.caller, from.value, input, from.salt, address);
    finish(made, from, std::move(before));
    if (made.code != 0)
        return std::unexpected{phat::detail::call_error(made.code)};
    return address;
}

Chain::Returned Chain::call_from(const AccountId& contract, Bytes input, const From& from)
{
    State before = state_;
    begin();
    Returned answer = enter(contract, from.caller, from.value, std::move(input));
    finish(answer, from, std::move(before));
    return answer;
}

bool Chain::move(const AccountId& from, const AccountId& to, Balance amount)
{
    if (balance(from) < amount)
        return false;
    state_.balances[from] -= amount;
    state_.balances[to] += amount;
    return true;
}

namespace {

template <class Returned>
Returned refuse(host::ReturnCode code, std::string_view failure)
{
    return {static_cast<std::uint32_t>(code), 0, {}, failure};
}

} // namespace

Chain::Returned Chain::fail_caller(std::string_view failure) const
{
    if (!frames_.empty())
        throw FrameTrapped{failure};
    return refuse<Returned>(host::ReturnCode::CalleeTrapped, failure);
}

Chain::Returned Chain::enter(const AccountId& callee, const AccountId& caller, Balance value, Bytes input)
{
    const auto found = state_.contracts.find(callee);
    if (found == state_.contracts.end())
        return refuse<Returned>(host::ReturnCode::NotCallable, "ContractNotFound");
    // a contract that is on the stack is called again only if it allowed that
    for (const auto& frame : frames_)
        if (frame.self == callee && !frame.reentrant)
            return fail_caller("ReentranceDenied");
    return run({callee, caller, value, std::move(input)}, codes_.at(found->second.code).call);
}

Chain::Returned Chain::delegate(const Hash& code, Bytes input)
{
    const auto found = codes_.find(code);
    if (found == codes_.end())
        return refuse<Returned>(host::ReturnCode::CodeNotFound, "CodeNotFound");
    const Frame& from = frame();
    return run({from.self, from.caller, from.value, std::move(input), false, from.deploys, true}, found->second.call);
}

Chain::Returned Chain::instantiate(const Hash& code, const AccountId& deployer, Balance value, Bytes input,
                                   ByteView salt, AccountId& address)
{
    const auto found = codes_.find(code);
    if (found == codes_.end())
        return refuse<Returned>(host::ReturnCode::CodeNotFound, "CodeNotFound");
    address = {hash_of(phala::scale::encode(deployer, code, salt)).bytes};
    if (!state_.contracts.try_emplace(address, Contract{code, {}}).second)
        return fail_caller("DuplicateContract");
    Returned made = run({address, deployer, value, std::move(input), false, true}, found->second.deploy);
    if (made.code != 0)
        state_.contracts.erase(address);
    return made;
}

Chain::Returned Chain::run(Frame frame, void (*entry)())
{
    if (frames_.size() >= kMaxFrames)
        return fail_caller("MaxCallDepthReached");
    State before = state_;
    if (!frame.delegated && !move(frame.caller, frame.self, frame.value))
        return refuse<Returned>(host::ReturnCode::TransferFailed, "TransferFailed");
    frames_.push_back(std::move(frame));
    Returned out = refuse<Returned>(host::ReturnCode::CalleeTrapped, "ContractTrapped");
    try {
        entry();
    } catch (FrameReturned& returned) {
        const bool reverted = (returned.flags & host::kRevert) != 0;
        const auto code = reverted ? host::ReturnCode::CalleeReverted : host::ReturnCode::Success;
        out = {static_cast<std::uint32_t>(code), returned.flags, std::move(returned.data)};
    } catch (const FrameTrapped& trapped) {
        out.failure = trapped.failure;
    }
    frames_.pop_back();
    if (out.code != 0)
        state_ = std::move(before);
    return out;
}

void Chain::terminate(const AccountId& beneficiary)
{
    const Frame& ending = frame();
    if (ending.deploys)
        throw FrameTrapped{"TerminatedInConstructor"};
    if (std::ranges::count(frames_, ending.self, &Frame::self) > 1)
        throw FrameTrapped{"TerminatedWhileReentrant"};
    move(ending.self, beneficiary, balance(ending.self));
    state_.contracts.erase(ending.self);
}

} // namespace phat::testing
