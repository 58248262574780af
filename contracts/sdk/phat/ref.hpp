#pragma once
// Other contracts. The message decides what comes back: the type is the one that the called class's own
// handler returns, so a call that does not fit its contract does not compile.
#include "phat/host.hpp"
#include "phat/message.hpp"
#include "phat/types.hpp"

namespace phat {

/// How a call is made. Gas 0 means all that is left.
struct CallOptions {
    Balance value = 0;
    std::uint64_t gas = 0;
    bool allow_reentry = false;
};

namespace detail {

inline CallError call_error(std::uint32_t code)
{
    switch (static_cast<host::ReturnCode>(code)) {
    case host::ReturnCode::NotCallable: return CallError::NotCallable;
    case host::ReturnCode::TransferFailed: return CallError::TransferFailed;
    case host::ReturnCode::CodeNotFound: return CallError::CodeNotFound;
    default: return CallError::Trapped;
    }
}

template <class M>
Bytes input_of(const M& message)
{
    return phala::scale::encode(selector<M>, message);
}

/// What the host function `call` gave, as the message's result R.
template <class R>
std::expected<R, CallError> answer_of(std::uint32_t code, ByteView data)
{
    const bool answered = code == static_cast<std::uint32_t>(host::ReturnCode::Success)
                          || code == static_cast<std::uint32_t>(host::ReturnCode::CalleeReverted);
    if (!answered)
        return std::unexpected{call_error(code)};
    phala::scale::Reader in{data};
    std::uint8_t lang_error = 0;
    if (!in.read(&lang_error, 1) || lang_error != 0)
        return std::unexpected{CallError::BadAnswer};
    if constexpr (std::is_void_v<R>) {
        if (in.remaining() == 0)
            return {};
    } else {
        R result{};
        if (phala::scale::decode_from(in, result) && in.remaining() == 0)
            return result;
    }
    return std::unexpected{CallError::BadAnswer};
}

template <class C, class M>
std::expected<ResultOf<C, M>, CallError> call(const AccountId& callee, const M& message, const CallOptions& options)
{
    static_assert(C::Messages::template holds<M>, "the called contract has no such message");
    const Bytes input = input_of(message);
    std::uint32_t size = host::kBufferSize;
    const auto code =
        host::phat_call(options.allow_reentry ? host::kAllowReentry : 0, callee.bytes.data(), options.gas,
                        &options.value, input.data(), static_cast<std::uint32_t>(input.size()), host::buffer, &size);
    return answer_of<ResultOf<C, M>>(code, {host::buffer, size});
}

} // namespace detail

/// A contract of class C that a reading handler holds: only messages that do not write can be called.
template <class C>
class ContractView {
public:
    explicit ContractView(const AccountId& id) : id_{id} {}

    template <class M>
    [[nodiscard]] auto call(const M& message, const CallOptions& options = {}) const
    {
        static_assert(!Handler<C, M>::mutates, "a reading handler cannot call a message that writes");
        return detail::call<C>(id_, message, options);
    }

private:
    AccountId id_;
};

/// A contract of class C that a writing handler holds.
template <class C>
class ContractRef {
public:
    explicit ContractRef(const AccountId& id) : id_{id} {}

    template <class M>
    [[nodiscard]] auto call(const M& message, const CallOptions& options = {}) const
    {
        return detail::call<C>(id_, message, options);
    }

private:
    AccountId id_;
};

/// True if a call was answered, and with a success where the message can fail.
template <class R>
[[nodiscard]] bool succeeded(const std::expected<R, CallError>& answer)
{
    if constexpr (is_result<R>)
        return answer && *answer;
    else
        return answer.has_value();
}

} // namespace phat
