#pragma once
#include "phat/contract.hpp"

namespace phat::examples {

/// The token standard PSP22 as other contracts see it: declarations are enough to call a contract in any language.
struct Psp22 {
    struct Custom {
        std::string reason;
    };
    struct InsufficientBalance {};
    struct InsufficientAllowance {};
    struct ZeroRecipientAddress {};
    struct ZeroSenderAddress {};
    struct SafeTransferCheckFailed {
        std::string reason;
    };
    using Error =
        phala::scale::Variant<phala::scale::At<0, Custom>, phala::scale::At<1, InsufficientBalance>,
                              phala::scale::At<2, InsufficientAllowance>, phala::scale::At<3, ZeroRecipientAddress>,
                              phala::scale::At<4, ZeroSenderAddress>, phala::scale::At<5, SafeTransferCheckFailed>>;
    template <class T = void>
    using Result = std::expected<T, Error>;
    static constexpr std::string_view kTrait = "PSP22";

    struct total_supply {
        static constexpr auto trait = kTrait;
    };
    struct balance_of {
        AccountId owner;
        static constexpr auto trait = kTrait;
    };
    struct transfer {
        AccountId to;
        Balance value;
        Bytes data;
        static constexpr auto trait = kTrait;
    };
    using Messages = phat::Messages<total_supply, balance_of, transfer>;

    Balance on(total_supply) const;
    Balance on(balance_of message) const;
    Result<> on(transfer message, Env<Psp22>& env);
};

} // namespace phat::examples
