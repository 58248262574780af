#pragma once
#include "phat/contract.hpp"

namespace phat::examples {

/// Ways in which contracts get into trouble with each other and with what they owe: ending, calling back, delegating
/// deeply, storing and giving back. What the engine answers comes out as an error that names it.
struct Hazard {
    static constexpr auto docs = "Trouble between contracts, for tests.";

    template <class T = void>
    using Result = std::expected<T, CallError>;

    std::uint32_t turns{};
    Mapping<std::uint32_t, Bytes> kept;

    struct create {
        static constexpr bool payable = true;
        static constexpr std::string_view label = "new";
        static constexpr auto docs = "Begins with what value it gets.";
    };
    struct create_and_end {
        static constexpr auto docs = "Ends in its constructor, which traps.";
    };
    void on(create) {}
    void on(create_and_end, Env<Hazard>& env) { env.terminate(env.caller()); }
    using Constructors = phat::Messages<create, create_and_end>;

    struct count {
        static constexpr auto docs = "How often it was turned.";
    };
    struct turn {
        static constexpr auto docs = "Count one more.";
    };
    struct keep {
        std::uint32_t key;
        Bytes value;
        static constexpr auto docs = "Store bytes, which holds a deposit.";
    };
    struct drop {
        std::uint32_t key;
        static constexpr auto docs = "Forget them, which gives it back.";
    };
    struct end {
        AccountId beneficiary;
        static constexpr auto docs = "End this contract.";
    };
    struct ask {
        AccountId other;
        static constexpr auto docs = "The count of another contract, or why there is no answer.";
    };
    struct end_and_ask {
        AccountId other;
        static constexpr auto docs = "Have another contract end, then call it.";
    };
    struct call_back {
        AccountId self;
        bool allowed;
        static constexpr auto docs = "Call itself, with or without its own permission.";
    };
    struct end_from_within {
        AccountId self;
        static constexpr auto docs = "Have itself end while it runs.";
    };
    struct dig {
        Hash code;
        std::uint32_t levels;
        static constexpr auto docs =
            "Delegate to this code, which does the same, so many levels deep. Answers how deep it got.";
    };
    struct become {
        Hash code;
        static constexpr auto docs = "Run other code from the next call on; false if nobody uploaded it.";
    };
    using Messages =
        phat::Messages<count, turn, keep, drop, end, ask, end_and_ask, call_back, end_from_within, dig, become>;

    std::uint32_t on(count) const { return turns; }
    void on(turn) { ++turns; }
    void on(keep message) { kept.set(message.key, message.value); }
    void on(drop message) { kept.remove(message.key); }
    void on(end message, Env<Hazard>& env) { env.terminate(message.beneficiary); }
    Result<std::uint32_t> on(ask message, Env<Hazard>& env);
    Result<std::uint32_t> on(end_and_ask message, Env<Hazard>& env);
    Result<std::uint32_t> on(call_back message, Env<Hazard>& env);
    Result<> on(end_from_within message, Env<Hazard>& env);
    Result<std::uint32_t> on(dig message, Env<Hazard>& env);
    bool on(become message, Env<Hazard>& env) { return env.set_code(message.code); }
};

} // namespace phat::examples
