#pragma once
// A cluster in memory for unit tests of contracts, compiled natively and without a worker: accounts with balances,
// contracts that call each other, storage, events, blocks, a clock that only the test moves, and the pink extension.
// There is no gas and there are no storage deposits; everything else does what the engine does (spec contract-engine
// §1.5 to §1.7, §4): a failing call undoes all it did, and a query leaves nothing behind.
#include "phat/contract.hpp"
#include "phat/pink.hpp"

#include <functional>
#include <map>

namespace phat::testing {

/// Who calls, and with what.
struct From {
    AccountId caller{};
    Balance value = 0;
    Bytes salt{}; ///< of a new contract
};

struct EmittedEvent {
    AccountId contract;
    std::vector<Hash> topics;
    Bytes data;
};

struct LogLine {
    AccountId contract;
    std::uint8_t level;
    std::string text;
};

/// Host functions of contracts talk to the Chain that was made last and still lives; make one per test.
class Chain {
public:
    Chain();
    ~Chain();
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;

    /// An account of that name, with 1,000 times 10^12.
    AccountId account(std::string_view name);
    [[nodiscard]] Balance balance(const AccountId& account) const;
    void give(const AccountId& account, Balance amount);

    /// Makes code known, as an upload does. Classes of the same name need a version each.
    template <class C>
    Hash upload(std::uint32_t version = 1)
    {
        return add_code(phala::reflect::type_name<C>, version, {&phat::call<C>, &phat::deploy<C>});
    }
    /// A new contract of class C.
    template <class C, class Constructor>
    std::expected<AccountId, CallError> create(const Constructor& constructor, const From& from)
    {
        static_assert(C::Constructors::template holds<Constructor>, "the contract has no such constructor");
        return create_from(upload<C>(), phat::detail::input_of(constructor), from);
    }
    /// A command: what it does stays if it succeeds. An error of the contract is inside the answer.
    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> call(const AccountId& contract, const M& message, const From& from)
    {
        Session session{*this, Mode::Command};
        return ask<C>(contract, message, from);
    }
    /// A query: what it does is undone, and it sees what only one worker sees: its clock, its cache, randomness.
    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> query(const AccountId& contract, const M& message, const From& from)
    {
        Session session{*this, Mode::Query};
        return ask<C>(contract, message, from);
    }

    /// Blocks go by, and with each of them kBlockTime.
    void seal(BlockNumber blocks = 1);
    /// Time goes by, and with it blocks.
    void pass(Timestamp milliseconds);
    [[nodiscard]] BlockNumber block_number() const { return block_; }
    [[nodiscard]] Timestamp now() const { return now_; }
    static constexpr Timestamp kBlockTime = 1'000;

    /// All that contracts emitted and that was not undone; pink events are among them.
    [[nodiscard]] const std::vector<EmittedEvent>& emitted() const { return state_.events; }
    /// The events of one class of one contract, decoded.
    template <class C, class Event>
    std::vector<Event> events(const AccountId& contract) const
    {
        std::vector<Event> out;
        const std::uint8_t index = C::Events::template index_of<Event>();
        for (const auto& event : state_.events)
            if (event.contract == contract && event.topics != std::vector{pink::pink_event_topic()}
                && !event.data.empty() && event.data[0] == index)
                out.push_back(storage::decode_own<Event>(ByteView{event.data}.subspan(1)));
        return out;
    }
    /// Pink events of one kind, from any contract.
    template <class Event>
    std::vector<Event> told_workers() const
    {
        std::vector<Event> out;
        for (const auto& event : state_.events)
            if (event.topics == std::vector{pink::pink_event_topic()}) {
                const auto told = storage::decode_own<pink::PinkEvent>(event.data);
                if (const auto* wanted = told.get_if<Event>())
                    out.push_back(*wanted);
            }
        return out;
    }
    /// Everything that pink::log wrote, and debug messages at level 4; failing calls keep theirs.
    [[nodiscard]] const std::vector<LogLine>& logs() const { return logs_; }
    /// How many entries of storage a contract has.
    [[nodiscard]] std::size_t stored(const AccountId& contract) const;

    /// What the internet answers to queries; 523 unless a test says otherwise.
    std::function<pink::HttpResponse(const pink::HttpRequest&)> on_http;
    /// What JavaScript evaluates to in queries.
    std::function<pink::JsValue(const std::vector<pink::JsCode>&, const std::vector<std::string>&)> on_js;
    AccountId system_contract{};
    Hash worker_public_key{};
    std::size_t cache_quota = 1 << 20; ///< bytes for each contract

private:
    friend class Host;

    struct Code {
        void (*call)();
        void (*deploy)();
    };
    struct Contract {
        Hash code{};
        std::map<Bytes, Bytes> storage;
    };
    struct State {
        std::map<AccountId, Balance> balances;
        std::map<AccountId, Contract> contracts;
        std::vector<EmittedEvent> events;
    };
    struct CacheEntry {
        Bytes value;
        Timestamp expires;
    };
    struct Frame {
        AccountId self, caller;
        Balance value;
        Bytes input;
        bool reentrant; ///< the call that it is making may come back
    };
    struct Returned {
        std::uint32_t code = 0; ///< host::ReturnCode
        std::uint32_t flags = 0;
        Bytes data;
    };
    enum class Mode : std::uint8_t { Command, Query };

    /// Sets the mode while it lives, and after a query puts the state back.
    class Session {
    public:
        Session(Chain& chain, Mode mode);
        ~Session();
        Session(const Session&) = delete;
        Session& operator=(const Session&) = delete;

    private:
        Chain& chain_;
        std::optional<State> before_;
    };

    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> ask(const AccountId& contract, const M& message, const From& from)
    {
        static_assert(C::Messages::template holds<M>, "the contract has no such message");
        const Returned answer = enter(contract, from.caller, from.value, phat::detail::input_of(message));
        return phat::detail::answer_of<ResultOf<C, M>>(answer.code, answer.data);
    }

    Hash add_code(std::string_view name, std::uint32_t version, Code code);
    std::expected<AccountId, CallError> create_from(const Hash& code, const Bytes& input, const From& from);
    Returned enter(const AccountId& contract, const AccountId& caller, Balance value, Bytes input);
    Returned instantiate(const Hash& code, const AccountId& deployer, Balance value, Bytes input, ByteView salt,
                         AccountId& address);
    /// Runs one frame; what it did is undone unless it ends well.
    Returned run(Frame frame, void (*entry)());
    bool move(const AccountId& from, const AccountId& to, Balance amount);
    Frame& frame() { return frames_.back(); }
    Contract& contract() { return state_.contracts.at(frame().self); }

    Chain* previous_;
    std::map<Hash, Code> codes_;
    State state_;
    std::vector<Frame> frames_;
    std::map<AccountId, std::map<Bytes, CacheEntry>> caches_;
    std::vector<LogLine> logs_;
    Mode mode_ = Mode::Command;
    BlockNumber block_ = 1;
    Timestamp now_ = 1'700'000'000'000;
    std::uint64_t drawn_ = 0; ///< random bytes are made from this number
};

} // namespace phat::testing
