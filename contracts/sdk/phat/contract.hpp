#pragma once
// Everything an author of a contract includes. The library loads the contract, finds the handler, and writes back:
// results as ink! 4 does (spec contract-engine §3.1): 0 and the value, or 1 1 for an input nobody understands;
// an error returned by a handler sets the revert flag, so that all this call did is undone.
#include "phat/env.hpp"
#include "phat/storage.hpp"

namespace phat {

namespace detail {

inline constexpr phala::ByteArray<4> kRootKey{};

[[noreturn]] inline void finish(std::uint32_t flags, ByteView data)
{
    host::phat_return(flags, data.data(), static_cast<std::uint32_t>(data.size()));
}

[[noreturn]] inline void refuse_input()
{
    constexpr std::uint8_t kCouldNotReadInput[] = {1, 1};
    finish(host::kRevert, kCouldNotReadInput);
}

/// The call's input: selector and arguments. Copied, for the handler will use the buffer.
inline Bytes read_input()
{
    std::uint32_t size = host::kBufferSize;
    host::phat_input(host::buffer, &size);
    return {host::buffer, host::buffer + size};
}

template <class C>
C load()
{
    C contract{};
    if constexpr (keeps_root<C>()) {
        const auto root = storage::read(kRootKey);
        if (!root)
            host::trap(); // an address without a contract behind it
        contract = storage::decode_own<C>(*root);
    }
    attach(contract);
    return contract;
}

template <class C>
void store(const C& contract)
{
    if constexpr (keeps_root<C>())
        storage::write(kRootKey, phala::scale::encode(contract));
}

template <class M>
void refuse_value()
{
    if constexpr (!is_payable<M>()) {
        if (ask<Balance>(host::phat_value_transferred) != 0) {
            constexpr std::string_view text = "this message takes no value";
            host::phat_debug_message(text.data(), text.size());
            host::trap();
        }
    }
}

template <class M>
M decode_arguments(ByteView arguments)
{
    M message{};
    phala::scale::Reader in{arguments};
    if (!phala::scale::decode_from(in, message) || in.remaining() != 0)
        refuse_input();
    refuse_value<M>();
    return message;
}

/// Writes the contract back where that is due, and ends the call with what the handler gave.
template <class C, bool Writes, class Run>
[[noreturn]] void answer(C& contract, Run&& run)
{
    Bytes out{0};
    phala::scale::Writer writer{out};
    bool failed = false;
    using R = decltype(run());
    if constexpr (std::is_void_v<R>) {
        run();
    } else {
        const R result = run();
        if constexpr (is_result<R>)
            failed = !result;
        phala::scale::encode_to(writer, result);
    }
    if (Writes && !failed)
        store(contract);
    finish(failed ? host::kRevert : 0, out);
}

template <class M>
bool is_selected(ByteView input)
{
    return std::memcmp(input.data(), selector<M>.data(), 4) == 0;
}

} // namespace detail

/// The entry point `call` of a contract of class C.
template <class C>
[[noreturn]] void call()
{
    const Bytes input = detail::read_input();
    if (input.size() >= 4)
        C::Messages::any([&]<class M>() {
            if (!detail::is_selected<M>(input))
                return false;
            M message = detail::decode_arguments<M>(ByteView{input}.subspan(4));
            C contract = detail::load<C>();
            Env<C> env;
            detail::answer<C, Handler<C, M>::mutates>(
                contract, [&] { return Handler<C, M>::run(contract, std::move(message), env); });
            return true;
        });
    detail::refuse_input();
}

/// The entry point `deploy`: attaches storage, then runs the constructor that the input names.
template <class C>
[[noreturn]] void deploy()
{
    const Bytes input = detail::read_input();
    if (input.size() >= 4)
        C::Constructors::any([&]<class M>() {
            if (!detail::is_selected<M>(input))
                return false;
            M message = detail::decode_arguments<M>(ByteView{input}.subspan(4));
            C contract{};
            detail::attach(contract);
            Env<C> env;
            // a constructor that cannot fail answers like one that did not: 0 0
            detail::answer<C, true>(contract, [&]() -> decltype(auto) {
                if constexpr (std::is_void_v<ResultOf<C, M>>) {
                    Handler<C, M>::run(contract, std::move(message), env);
                    return std::uint8_t{0};
                } else {
                    return Handler<C, M>::run(contract, std::move(message), env);
                }
            });
            return true;
        });
    detail::refuse_input();
}

} // namespace phat
