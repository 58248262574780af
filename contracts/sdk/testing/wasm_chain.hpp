#pragma once
// A cluster in memory as Chain is one (chain.hpp), on which contracts run as the Wasm that gets uploaded, on the worker's
// own engine: with its gas to the unit, its storage deposits and its limits. A test that uses only what both have runs on
// both:
//
//   template <class OnChain> class TokenTest : public ::testing::Test { … OnChain chain; };
//   TYPED_TEST_SUITE(TokenTest, testing::BothChains);
//
// Contracts must be built: class Token is contracts/token.wasm, its version 2 contracts/token_v2.wasm.
#include "testing/chain.hpp"
#include "worker/core/engine/engine.hpp"
#include "worker/core/engine/local_cache.hpp"

#include <gtest/gtest.h>

namespace phat::testing {

/// The cluster that a WasmChain makes.
struct WasmSetup {
    bool bare = false; ///< without a system contract, key or prices
    AccountId owner{};
    Balance funds = Balance{1'000} * 1'000'000'000'000; ///< of the owner
    Balance gas_price = 0, deposit_per_item = 0, deposit_per_byte = 0;
    AccountId treasury{};
};

class WasmChain {
public:
    WasmChain() : WasmChain{WasmSetup{}} {}
    explicit WasmChain(const WasmSetup& setup);
    ~WasmChain();
    WasmChain(const WasmChain&) = delete;
    WasmChain& operator=(const WasmChain&) = delete;

    AccountId account(std::string_view name);
    [[nodiscard]] Balance balance(const AccountId& account) const;
    void give(const AccountId& account, Balance amount);

    template <class C>
    Hash upload(std::uint32_t version = 1)
    {
        return upload_file(file_of(phala::reflect::type_name<C>, version));
    }
    /// A file of the folder of contracts; with floats: for queries to delegate to.
    Hash upload_file(const std::string& name, bool with_floats = false);
    /// The chain's newest system code, from a file.
    void set_system_code(const std::string& name);

    template <class C, class Constructor>
    std::expected<AccountId, CallError> create(const Constructor& constructor, const From& from)
    {
        static_assert(C::Constructors::template holds<Constructor>, "the contract has no such constructor");
        return instantiate(upload<C>(), phat::detail::input_of(constructor), from);
    }
    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> call(const AccountId& contract, const M& message, const From& from)
    {
        return ask<C>(phala::worker::engine::Mode::Transaction, contract, message, from);
    }
    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> query(const AccountId& contract, const M& message, const From& from)
    {
        return ask<C>(phala::worker::engine::Mode::Query, contract, message, from);
    }
    /// As a command would go, without effect.
    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> estimate(const AccountId& contract, const M& message, const From& from)
    {
        return ask<C>(phala::worker::engine::Mode::Estimating, contract, message, from);
    }
    [[nodiscard]] const Receipt& receipt() const { return receipt_; }
    /// Gas that the last call would need, refunds of nested calls not counted on.
    [[nodiscard]] std::uint64_t gas_required() const { return gas_required_; }
    /// What a worker would act on after the last call.
    [[nodiscard]] const phala::worker::engine::Effects& effects() const { return effects_; }

    void seal(BlockNumber blocks = 1);
    void pass(Timestamp milliseconds);
    [[nodiscard]] BlockNumber block_number() const { return context_.block_number; }
    [[nodiscard]] Timestamp now() const { return context_.now_ms; }

    template <class C, class Event>
    std::vector<Event> events(const AccountId& contract) const
    {
        std::vector<Event> out;
        const std::uint8_t index = C::Events::template index_of<Event>();
        for (const auto& event : events_)
            if (event.contract == contract && !event.data.empty() && event.data[0] == index)
                out.push_back(storage::decode_own<Event>(ByteView{event.data}.subspan(1)));
        return out;
    }
    [[nodiscard]] const phala::worker::engine::ClusterState& state() const { return state_; }
    [[nodiscard]] AccountId system_contract() const { return system_; }
    void set_cache_quota(const AccountId& contract, std::uint64_t bytes) { cache_.set_quota(contract, bytes); }

    std::function<pink::HttpOutcome(const pink::HttpRequest&)> on_http;
    Hash worker_public_key{};

private:
    class World;

    static std::string file_of(std::string_view type, std::uint32_t version);
    std::expected<AccountId, CallError> instantiate(const Hash& code, Bytes input, const From& from);
    /// Return code and output, as a calling contract gets them.
    std::pair<std::uint32_t, Bytes> execute(phala::worker::engine::Mode mode, const AccountId& contract, Bytes input,
                                            const From& from);
    template <class Done>
    bool take(Done& done);

    template <class C, class M>
    std::expected<ResultOf<C, M>, CallError> ask(phala::worker::engine::Mode mode, const AccountId& contract,
                                                 const M& message, const From& from)
    {
        static_assert(C::Messages::template holds<M>, "the contract has no such message");
        const auto [code, data] = execute(mode, contract, phat::detail::input_of(message), from);
        return phat::detail::answer_of<ResultOf<C, M>>(code, data);
    }

    phala::worker::engine::ClusterState state_;
    phala::worker::engine::Context context_{.block_number = 1, .now_ms = 1'700'000'000'000};
    phala::crypto::sr25519::KeyPair key_;
    Bytes system_code_;
    AccountId system_{};
    std::vector<phala::worker::engine::ContractEvent> events_;
    phala::worker::engine::Effects effects_;
    phala::worker::engine::LocalCache cache_;
    Receipt receipt_;
    std::uint64_t gas_required_ = 0;
    bool gas_free_;
};

using BothChains = ::testing::Types<Chain, WasmChain>;

} // namespace phat::testing
