#pragma once
#include "phat/contract.hpp"
#include "phat/pink.hpp"
#include "system/contract_deposit.hpp"

namespace phat::examples {

/// What a contract with a JavaScript interpreter in it declares.
struct Interpreter {
    struct eval {
        std::string script;
        std::vector<std::string> args;
    };
    using Output = phala::scale::Variant<phala::scale::At<0, pink::JsString>, phala::scale::At<1, pink::JsBytes>,
                                         phala::scale::At<2, pink::JsUndefined>>;
    using Messages = phat::Messages<eval>;
    std::expected<Output, std::string> on(eval) const;
};

/// The messages of the reference's own test contract of that name, as far as workers serve them: tests ask through it
/// what a contract sees (spec contract-engine §3.5, §10.2).
struct CheckSystem {
    static constexpr auto docs = "Tells what the pink extension answers, for tests.";

    std::string text;
    bool was_called{};

    struct create {
        static constexpr std::string_view label = "default";
    };
    struct init_fail {};
    struct init_panic {};
    void on(create) {}
    std::expected<void, std::string> on(init_fail) { return std::unexpected{"init failed"}; }
    void on(init_panic) { host::trap(); }
    using Constructors = phat::Messages<create, init_fail, init_panic>;

    struct on_block_end_called {};
    struct set_flag {
        std::string flag;
    };
    struct flag {};
    struct set_hook {
        std::uint64_t gas_limit;
    };
    struct on_block_end {
        static constexpr std::uint32_t selector = 1;
    };
    struct cache_set {
        Bytes key, value;
    };
    struct cache_set_expiration {
        Bytes key;
        std::uint64_t expiration;
    };
    struct cache_get {
        Bytes key;
    };
    struct cache_remove {
        Bytes key;
    };
    struct runtime_version {};
    struct http_get {
        std::string url;
    };
    struct batch_http_get {
        std::vector<std::string> urls;
        std::uint64_t timeout_ms;
    };
    struct direct_balance_of {
        AccountId account;
    };
    struct free_balance_of {
        AccountId account;
    };
    struct total_balance_of {
        AccountId account;
    };
    struct sr25519_derive_key {
        Bytes salt;
    };
    struct sr25519_get_public_key {
        Bytes key;
    };
    struct sr25519_sign {
        Bytes message, key;
    };
    struct sr25519_verify {
        Bytes message, pubkey, signature;
    };
    struct getrandom {
        std::uint8_t length;
    };
    struct is_in_transaction {};
    struct ecdsa_sign_prehashed {
        Bytes key;
        Hash message_hash;
    };
    struct ecdsa_verify_prehashed {
        pink::EcdsaSignature signature;
        Hash message_hash;
        phala::ByteArray<33> pubkey;
    };
    struct timestamp {};
    struct worker_pubkey {};
    struct code_exists {
        Hash hash;
        bool is_sidevm;
    };
    struct event_chain_head {};
    struct pink_eval_js {
        std::string script;
        std::vector<std::string> args;
    };
    struct call_chain_ext {
        std::uint32_t id;
    };
    struct log {
        std::string message;
    };
    struct system_contract_version {};
    struct parse_usd {
        Hash delegate;
        std::string json;
    };
    struct eval_js {
        Hash delegate;
        std::string script;
        std::vector<std::string> args;
    };
    struct start_sidevm {};
    struct calc_paid_sidevm_price {
        std::uint32_t ttl, pages;
    };
    struct deploy_paid_sidevm {
        std::vector<Hash> workers;
        std::uint32_t ttl, pages;
        Balance pay;
    };
    using Messages =
        phat::Messages<on_block_end_called, set_flag, flag, set_hook, on_block_end, cache_set, cache_set_expiration,
                       cache_get, cache_remove, runtime_version, http_get, batch_http_get, direct_balance_of,
                       free_balance_of, total_balance_of, sr25519_derive_key, sr25519_get_public_key, sr25519_sign,
                       sr25519_verify, getrandom, is_in_transaction, ecdsa_sign_prehashed, ecdsa_verify_prehashed,
                       timestamp, worker_pubkey, code_exists, event_chain_head, pink_eval_js, call_chain_ext, log,
                       system_contract_version, parse_usd, eval_js, start_sidevm, calc_paid_sidevm_price,
                       deploy_paid_sidevm>;
    using Version = std::tuple<std::uint16_t, std::uint16_t, std::uint16_t>;

    bool on(on_block_end_called) const { return was_called; }
    void on(set_flag message) { text = std::move(message.flag); }
    std::string on(flag) const { return text; }
    void on(set_hook message, Env<CheckSystem>& env);
    void on(on_block_end, Env<CheckSystem>& env) { was_called = was_called || env.caller() == env.self(); }
    bool on(cache_set message) const { return pink::cache_set(message.key, message.value); }
    void on(cache_set_expiration message) const { pink::cache_set_expiration(message.key, message.expiration); }
    std::optional<Bytes> on(cache_get message) const { return pink::cache_get(message.key); }
    std::optional<Bytes> on(cache_remove message) const { return pink::cache_remove(message.key); }
    std::pair<std::uint32_t, std::uint32_t> on(runtime_version) const { return pink::runtime_version(); }
    std::pair<std::uint16_t, std::string> on(http_get message) const;
    std::expected<std::vector<std::uint16_t>, std::string> on(batch_http_get message) const;
    std::pair<Balance, Balance> on(direct_balance_of message) const;
    Balance on(free_balance_of message, const View<CheckSystem>& view) const;
    Balance on(total_balance_of message, const View<CheckSystem>& view) const;
    Bytes on(sr25519_derive_key message) const { return pink::derive_sr25519_key(message.salt); }
    Bytes on(sr25519_get_public_key message) const { return pink::public_key(pink::SigType::Sr25519, message.key); }
    Bytes on(sr25519_sign message) const { return pink::sign(pink::SigType::Sr25519, message.key, message.message); }
    bool on(sr25519_verify message) const
    {
        return pink::verify(pink::SigType::Sr25519, message.pubkey, message.message, message.signature);
    }
    Bytes on(getrandom message) const { return pink::random(message.length); }
    bool on(is_in_transaction) const { return pink::is_in_transaction(); }
    pink::EcdsaSignature on(ecdsa_sign_prehashed message) const
    {
        return pink::ecdsa_sign_prehashed(message.key, message.message_hash);
    }
    bool on(ecdsa_verify_prehashed message) const
    {
        return pink::ecdsa_verify_prehashed(message.signature, message.message_hash, message.pubkey);
    }
    Timestamp on(timestamp) const { return pink::untrusted_millis(); }
    Hash on(worker_pubkey) const { return pink::worker_pubkey(); }
    bool on(code_exists message) const;
    std::pair<std::uint64_t, Hash> on(event_chain_head) const;
    pink::JsValue on(pink_eval_js message) const
    {
        return pink::js_eval({pink::JsSource{std::move(message.script)}}, message.args);
    }
    void on(call_chain_ext message) const;
    void on(log message) const { pink::log(pink::Level::Info, message.message); }
    Version on(system_contract_version, const View<CheckSystem>& view) const;
    std::optional<std::uint64_t> on(parse_usd message, const View<CheckSystem>& view) const;
    pink::JsValue on(eval_js message, const View<CheckSystem>& view) const;
    bool on(start_sidevm, Env<CheckSystem>& env);
    /// Programs beside contracts are sold by the driver "SidevmOperation"; a cluster without one has none to sell.
    std::expected<Balance, system::Error> on(calc_paid_sidevm_price, const View<CheckSystem>& view) const;
    std::expected<void, system::Error> on(deploy_paid_sidevm, Env<CheckSystem>& env);
};

} // namespace phat::examples
