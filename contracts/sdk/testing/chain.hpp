#pragma once
// A cluster in memory for unit tests of contracts, compiled natively and without a worker: accounts with balances,
// contracts that call each other, storage, events, blocks, a clock that only the test moves, and the pink extension.
// A failing call undoes all it did, a query leaves nothing behind, and what contracts store is paid for, as the engine
// does it (spec contract-engine §1.5 to §1.7, §2.5, §4). Instructions have no price here: a call that asks its host too
// often ends as OutOfGas, but a loop that asks nothing does not end. For gas to the unit use WasmChain (wasm_chain.hpp),
// which has the same functions and runs the contract's Wasm on the worker's engine.
#include "phat/contract.hpp"
#include "phat/pink.hpp"

#include <functional>
#include <map>

namespace phat::testing {

/// Who calls, and with what.
struct From {
    AccountId caller{};
    Balance value = 0;
    Bytes salt{};                                ///< of a new contract
    std::optional<Balance> deposit_limit{};      ///< the most that may be held for storage; none: all the caller has
    std::uint64_t gas_limit = 2'500'000'000'000; ///< for WasmChain
};

/// How the last call from outside ended, and what it cost.
struct Receipt {
    std::string failure;   ///< the engine's name for it, such as OutOfGas; empty: it did not fail
    Balance charged = 0;   ///< held for storage
    Balance refunded = 0;  ///< given back for storage that is gone
    std::uint64_t gas = 0; ///< consumed; 0 where none is counted
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

    /// Of what was asked for last: a new contract, a call or a query.
    [[nodiscard]] const Receipt& receipt() const { return receipt_; }

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
    /// What one stored item, and one byte of its value, hold; nothing unless a test says otherwise.
    Balance deposit_per_item = 0, deposit_per_byte = 0;
    /// How often one call from outside may use its host.
    std::uint64_t host_call_limit = 1'000'000;

private:
    friend class Host;

    struct Code {
        void (*call)();
        void (*deploy)();
    };
    struct Contract {
        Hash code{};
        std::map<Bytes, Bytes> storage;
        Balance base_deposit = 0, item_deposit = 0, byte_deposit = 0; ///< held
        [[nodiscard]] Balance held() const { return base_deposit + item_deposit + byte_deposit; }
        [[nodiscard]] Balance bytes() const;
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
        bool reentrant = false; ///< the call that it is making may come back
        bool deploys = false;   ///< it is a constructor
        bool delegated = false; ///< other code on the caller's own contract
    };
    struct Returned {
        std::uint32_t code = 0; ///< host::ReturnCode
        std::uint32_t flags = 0;
        Bytes data;
        std::string_view failure{}; ///< the engine's name for why there is no answer
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
        const Returned answer = call_from(contract, phat::detail::input_of(message), from);
        return phat::detail::answer_of<ResultOf<C, M>>(answer.code, answer.data);
    }

    Hash add_code(std::string_view name, std::uint32_t version, Code code);
    std::expected<AccountId, CallError> create_from(const Hash& code, const Bytes& input, const From& from);
    Returned call_from(const AccountId& contract, Bytes input, const From& from);
    Returned enter(const AccountId& contract, const AccountId& caller, Balance value, Bytes input);
    Returned instantiate(const Hash& code, const AccountId& deployer, Balance value, Bytes input, ByteView salt,
                         AccountId& address);
    Returned delegate(const Hash& code, Bytes input);
    /// For calls that are their caller's own mistake: it traps.
    [[nodiscard]] Returned fail_caller(std::string_view failure) const;
    /// Runs one frame; what it did is undone unless it ends well.
    Returned run(Frame frame, void (*entry)());
    /// Ends the contract that runs.
    void terminate(const AccountId& beneficiary);
    /// Begins and ends what comes from outside: counts anew, and pays for storage.
    void begin();
    void finish(Returned& answer, const From& from, State before);
    std::string_view settle(const From& from, const State& before);
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
    Receipt receipt_;
    std::uint64_t host_calls_ = 0;
    std::uint64_t drawn_ = 0; ///< random bytes are made from this number
};

} // namespace phat::testing
