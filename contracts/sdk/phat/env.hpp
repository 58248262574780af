#pragma once
// What a handler can ask and do beyond its own storage. A const handler takes a View and can only ask.
#include "phat/event.hpp"
#include "phat/ref.hpp"

namespace phat {

namespace detail {

template <class C, class M>
std::expected<ResultOf<C, M>, CallError> delegate(const Hash& code_hash, const M& message)
{
    static_assert(C::Messages::template holds<M>, "the code has no such message");
    const Bytes input = input_of(message);
    std::uint32_t size = host::kBufferSize;
    const auto code = host::phat_delegate_call(0, code_hash.bytes.data(), input.data(),
                                               static_cast<std::uint32_t>(input.size()), host::buffer, &size);
    return answer_of<ResultOf<C, M>>(code, {host::buffer, size});
}

template <class T>
T ask(void (*host_function)(void*, std::uint32_t*))
{
    T value{};
    std::uint32_t size = sizeof value;
    host_function(&value, &size);
    return value;
}

} // namespace detail

/// Questions about the call and the chain; nothing here can change anything.
template <class Contract>
class View {
public:
    /// Who calls: an account, or the contract that made this call.
    [[nodiscard]] AccountId caller() const { return detail::ask<AccountId>(host::phat_caller); }
    /// This contract's own address.
    [[nodiscard]] AccountId self() const { return detail::ask<AccountId>(host::phat_address); }
    /// What came with the call (zero unless the message is payable).
    [[nodiscard]] Balance value() const { return detail::ask<Balance>(host::phat_value_transferred); }
    /// What this contract could spend.
    [[nodiscard]] Balance balance() const { return detail::ask<Balance>(host::phat_balance); }
    [[nodiscard]] Timestamp now() const { return detail::ask<Timestamp>(host::phat_now); }
    [[nodiscard]] BlockNumber block_number() const { return detail::ask<BlockNumber>(host::phat_block_number); }
    /// The code that runs at an address, if a contract is there.
    [[nodiscard]] std::optional<Hash> code_hash(const AccountId& contract) const
    {
        Hash hash{};
        std::uint32_t size = sizeof hash;
        if (host::phat_code_hash(contract.bytes.data(), hash.bytes.data(), &size) != 0)
            return std::nullopt;
        return hash;
    }

    template <class C>
    [[nodiscard]] ContractView<C> at(const AccountId& id) const
    {
        return ContractView<C>{id};
    }

    /// Runs a message of other code as if it were this contract's own: on its storage, with its caller and value. Code
    /// that computes with floats runs in this way only, and in queries only.
    template <class C, class M>
    [[nodiscard]] auto delegate(const Hash& code_hash, const M& message) const
    {
        static_assert(!Handler<C, M>::mutates, "a reading handler cannot run a message that writes");
        return detail::delegate<C>(code_hash, message);
    }
};

/// A View that can also act.
template <class Contract>
class Env : public View<Contract> {
public:
    template <class Event>
    void emit(const Event& event)
    {
        detail::deposit<Contract>(event);
    }

    /// Sends some of this contract's balance; false if it does not have that much to spare.
    [[nodiscard]] bool transfer(const AccountId& to, Balance amount)
    {
        return host::phat_transfer(to.bytes.data(), sizeof to, &amount, sizeof amount) == 0;
    }

    /// From the next call on this contract runs other code on the same storage; false if nobody has uploaded that code.
    /// Members are found by the contract's name and theirs: keep both, and the order of the plain ones.
    [[nodiscard]] bool set_code(const Hash& code_hash) { return host::phat_set_code_hash(code_hash.bytes.data()) == 0; }

    /// Ends this contract and the call. All it has goes to the beneficiary, what it held as deposits to whoever signed
    /// the command. It traps in constructors and where this contract is on the stack a second time.
    [[noreturn]] void terminate(const AccountId& beneficiary) { host::phat_terminate(beneficiary.bytes.data()); }

    template <class C, class M>
    [[nodiscard]] auto delegate(const Hash& code_hash, const M& message)
    {
        return detail::delegate<C>(code_hash, message);
    }

    template <class C>
    [[nodiscard]] ContractRef<C> at(const AccountId& id)
    {
        return ContractRef<C>{id};
    }

    /// Makes a new contract of class C from uploaded code; the constructor's own failure shows as Trapped.
    template <class C, class Constructor>
    [[nodiscard]] std::expected<AccountId, CallError> create(const Hash& code_hash, const Constructor& constructor,
                                                             ByteView salt, const CallOptions& options = {})
    {
        static_assert(C::Constructors::template holds<Constructor>, "the contract has no such constructor");
        const Bytes input = detail::input_of(constructor);
        AccountId address{};
        std::uint32_t address_size = sizeof address;
        std::uint32_t size = host::kBufferSize;
        const auto code =
            host::phat_instantiate(code_hash.bytes.data(), options.gas, &options.value, input.data(),
                                   static_cast<std::uint32_t>(input.size()), address.bytes.data(), &address_size,
                                   host::buffer, &size, salt.data(), static_cast<std::uint32_t>(salt.size()));
        if (code != 0)
            return std::unexpected{detail::call_error(code)};
        return address;
    }
};

} // namespace phat
