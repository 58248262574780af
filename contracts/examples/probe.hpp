#pragma once
#include "phat/contract.hpp"
#include "phat/pink.hpp"

namespace phat::examples {

/// A contract for tests: one message for each thing that a test wants to see, and for each way to misbehave.
struct Probe {
    static constexpr auto docs = "A contract for tests.";

    enum class Error : std::uint8_t { Refused, WithDetail };
    template <class T = void>
    using Result = std::expected<T, Error>;

    struct Pair {
        std::uint32_t number;
        std::string text;
        std::optional<bool> flag;
    };
    struct Noted {
        Topic<AccountId> by;
        std::uint64_t number;
        static constexpr auto docs = "note() was called.";
    };
    struct Quiet {
        std::uint8_t byte;
    };
    using Events = phat::Events<Noted, Quiet>;

    std::uint64_t counter{};
    std::string last_note;
    Mapping<std::string, Bytes> entries;

    struct create {
        std::uint64_t counter;
        static constexpr auto docs = "Starts counting at a number.";
    };
    struct create_default {
        static constexpr std::string_view label = "default";
        static constexpr auto docs = "Starts counting at zero.";
    };
    struct create_or_fail {
        bool fail;
        static constexpr auto docs = "Fails on request.";
    };
    void on(create message) { counter = message.counter; }
    void on(create_default) {}
    Result<> on(create_or_fail message);
    using Constructors = phat::Messages<create, create_default, create_or_fail>;

    struct get {
        static constexpr auto docs = "The counter.";
    };
    struct increment {
        std::uint64_t by;
        static constexpr auto docs = "Add to the counter.";
    };
    struct note {
        std::string text;
        static constexpr auto docs = "Remember a text, count it and tell it by an event.";
    };
    struct last {
        static constexpr auto docs = "The remembered text, for its author's eyes.";
    };
    struct put {
        std::string key;
        Bytes value;
        static constexpr auto docs = "Store bytes under a name.";
    };
    struct find {
        std::string key;
        static constexpr auto docs = "The bytes under a name, if there are any.";
    };
    struct echo {
        Pair pair;
        static constexpr auto docs = "The argument itself.";
    };
    struct who {
        static constexpr auto docs = "The caller, the contract and the value that came with the call.";
        static constexpr bool payable = true;
    };
    struct pay {
        static constexpr auto docs = "Takes value.";
        static constexpr bool payable = true;
    };
    struct refuse {
        static constexpr auto docs = "Always an error.";
    };
    struct change_and_refuse {
        static constexpr auto docs = "Counts, then fails: nothing is counted.";
    };
    struct trap {
        static constexpr auto docs = "Traps.";
    };
    struct change_and_trap {
        static constexpr auto docs = "Counts, then traps: nothing is counted.";
    };
    struct loop {
        static constexpr auto docs = "Never ends by itself.";
    };
    struct recurse {
        AccountId self;
        static constexpr auto docs = "Calls itself without end.";
    };
    struct deep {
        std::uint32_t levels;
        static constexpr auto docs = "Recurses inside the contract.";
    };
    struct hoard {
        static constexpr auto docs = "Takes memory without end.";
    };
    struct flood {
        static constexpr auto docs = "Emits events without end.";
    };
    struct log {
        std::string text;
        static constexpr auto docs = "Writes a line to the logger.";
    };
    struct derive {
        Bytes salt;
        static constexpr auto docs = "The public key of a key that only this contract has.";
    };
    struct in_transaction {
        static constexpr auto docs = "Whether all workers execute this.";
    };
    struct time {
        static constexpr auto docs = "Block number and time of the chain.";
    };
    using Messages =
        phat::Messages<get, increment, note, last, put, find, echo, who, pay, refuse, change_and_refuse, trap,
                       change_and_trap, loop, recurse, deep, hoard, flood, log, derive, in_transaction, time>;

    std::uint64_t on(get) const { return counter; }
    void on(increment message) { counter += message.by; }
    void on(note message, Env<Probe>& env);
    std::string on(last) const { return last_note; }
    void on(put message) { entries.set(message.key, message.value); }
    std::optional<Bytes> on(find message) const { return entries.get(message.key); }
    Pair on(echo message) const { return message.pair; }
    std::tuple<AccountId, AccountId, Balance> on(who, const View<Probe>& view) const;
    void on(pay) {}
    Result<> on(refuse) const { return std::unexpected{Error::Refused}; }
    Result<> on(change_and_refuse);
    void on(trap) const;
    void on(change_and_trap);
    void on(loop) const;
    void on(recurse message, Env<Probe>& env);
    std::uint32_t on(deep message) const;
    void on(hoard) const;
    void on(flood, Env<Probe>& env);
    void on(log message) const { pink::log(pink::Level::Info, message.text); }
    Bytes on(derive message) const;
    bool on(in_transaction) const { return pink::is_in_transaction(); }
    std::pair<BlockNumber, Timestamp> on(time, const View<Probe>& view) const
    {
        return {view.block_number(), view.now()};
    }
};

} // namespace phat::examples
