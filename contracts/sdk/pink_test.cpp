// The pink extension as contracts see it (spec contract-engine §4), on the test double: what a query gets, what a command gets.
#include "testing/chain.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace phat {
namespace {

using testing::Chain;
using namespace std::string_view_literals;

/// Runs what it is given inside a contract: each message is one thing that the extension can do.
struct Pink {
    struct create {};
    void on(create) {}
    using Constructors = phat::Messages<create>;

    struct fetch {
        std::string url;
    };
    struct post {
        std::string url;
        Bytes body;
    };
    struct fetch_many {
        std::uint32_t count;
        std::uint64_t timeout;
    };
    struct keep {
        Bytes key, value;
    };
    struct keep_for {
        Bytes key;
        std::uint64_t seconds;
    };
    struct kept {
        Bytes key;
    };
    struct drop {
        Bytes key;
    };
    struct sign_and_verify {
        pink::SigType type;
        Bytes key, message;
    };
    struct ecdsa {
        Bytes key;
        Hash hash;
    };
    struct evaluate {
        std::string script;
    };
    struct surroundings {};
    struct secrets {
        Bytes salt;
    };
    struct administer {
        AccountId contract;
    };
    using Messages = phat::Messages<fetch, post, fetch_many, keep, keep_for, kept, drop, sign_and_verify, ecdsa,
                                    evaluate, surroundings, secrets, administer>;

    std::pair<std::uint16_t, Bytes> on(fetch message) const
    {
        auto answer = pink::http_get(message.url);
        return {answer.status_code, std::move(answer.body)};
    }
    Bytes on(post message) const { return pink::http_post(message.url, std::move(message.body)).body; }
    std::expected<std::uint32_t, pink::HttpRequestError> on(fetch_many message) const
    {
        std::vector<pink::HttpRequest> requests(message.count);
        const auto answers = pink::batch_http_request(requests, message.timeout);
        if (!answers)
            return std::unexpected{answers.error()};
        std::uint32_t good = 0;
        for (const auto& answer : *answers)
            good += answer.has_value() ? 1 : 0;
        return good;
    }
    bool on(keep message) const { return pink::cache_set(message.key, message.value); }
    void on(keep_for message) const { pink::cache_set_expiration(message.key, message.seconds); }
    std::optional<Bytes> on(kept message) const { return pink::cache_get(message.key); }
    std::optional<Bytes> on(drop message) const { return pink::cache_remove(message.key); }
    std::optional<bool> on(sign_and_verify message) const
    {
        const auto signature = pink::sign(message.type, message.key, message.message);
        if (signature.empty())
            return std::nullopt;
        return pink::verify(message.type, pink::public_key(message.type, message.key), message.message, signature);
    }
    bool on(ecdsa message) const
    {
        const auto key = phala::array_of<33>(pink::public_key(pink::SigType::Ecdsa, message.key));
        const auto signature = pink::ecdsa_sign_prehashed(message.key, message.hash);
        return pink::ecdsa_verify_prehashed(signature, message.hash, key)
               && !pink::ecdsa_verify_prehashed(signature, Hash{}, key);
    }
    pink::JsValue on(evaluate message) const { return pink::js_eval({pink::JsSource{message.script}}, {"argument"}); }
    std::tuple<Bytes, Hash, Timestamp, AccountId, bool> on(surroundings) const
    {
        return {pink::random(8), pink::worker_pubkey(), pink::untrusted_millis(), pink::system_contract_id(),
                pink::worker_sgx_quote().has_value()};
    }
    std::pair<Bytes, Bytes> on(secrets message) const
    {
        return {pink::derive_sr25519_key(message.salt), pink::vrf(message.salt)};
    }
    void on(administer message, Env<Pink>&)
    {
        pink::set_hook(message.contract, 0x01020304, 500);
        pink::set_contract_weight(message.contract, 3);
        pink::set_log_handler(message.contract);
    }
};

class PinkTest : public ::testing::Test {
protected:
    template <class M>
    auto query(const M& message)
    {
        return *chain.query<Pink>(pink, message, {alice});
    }
    template <class M>
    auto call(const M& message)
    {
        return *chain.call<Pink>(pink, message, {alice});
    }

    Chain chain;
    AccountId alice = chain.account("Alice");
    AccountId pink = *chain.create<Pink>(Pink::create{}, {alice});
};

TEST_F(PinkTest, Http)
{
    chain.on_http = [](const pink::HttpRequest& request) {
        return pink::HttpResponse{200, "OK", {}, phala::to_bytes(request.method + " " + request.url)};
    };
    EXPECT_EQ(query(Pink::fetch{"https://x/"}),
              (std::pair<std::uint16_t, Bytes>{200, phala::to_bytes("GET https://x/"sv)}));
    EXPECT_EQ(call(Pink::fetch{"https://x/"}).first, 523);
    chain.on_http = [](const pink::HttpRequest& request) {
        return pink::HttpResponse{200, request.method, {}, request.body};
    };
    EXPECT_EQ(query(Pink::post{"https://x/", {1, 2}}), (Bytes{1, 2}));
    EXPECT_EQ(query(Pink::fetch_many{5, 100}), 5u);
    EXPECT_EQ(query(Pink::fetch_many{5, 0}), 0u) << "each of them is out of time";
    EXPECT_EQ(query(Pink::fetch_many{6, 100}).error(), pink::HttpRequestError::TooManyRequests);
    EXPECT_EQ(call(Pink::fetch_many{1, 100}).error(), pink::HttpRequestError::NotAllowed);
}

TEST_F(PinkTest, CacheOfQueries)
{
    EXPECT_TRUE(query(Pink::keep{{1}, {2}}));
    EXPECT_EQ(query(Pink::kept{{1}}), (Bytes{2}));
    query(Pink::keep_for{{1}, 60});
    chain.pass(59'999);
    EXPECT_EQ(query(Pink::kept{{1}}), (Bytes{2}));
    chain.pass(1);
    EXPECT_EQ(query(Pink::kept{{1}}), std::nullopt);
    EXPECT_TRUE(query(Pink::keep{{1}, {3}}));
    EXPECT_EQ(query(Pink::drop{{1}}), (Bytes{3}));
    EXPECT_EQ(query(Pink::kept{{1}}), std::nullopt);
    chain.cache_quota = 10;
    EXPECT_FALSE(query(Pink::keep{{1}, Bytes(10)}));
}

TEST_F(PinkTest, CommandsOnlyAskForChangesOfTheCache)
{
    EXPECT_TRUE(call(Pink::keep{{1}, {2}}));
    EXPECT_EQ(call(Pink::kept{{1}}), std::nullopt);
    EXPECT_EQ(query(Pink::kept{{1}}), std::nullopt);
    const auto told = chain.told_workers<pink::CacheOp>();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].op.get_if<pink::CacheSet>()->value, (Bytes{2}));
}

TEST_F(PinkTest, SignsWithEachKindOfKey)
{
    const Bytes key(32, 7);
    using enum pink::SigType;
    for (const auto type : {Ed25519, Ecdsa}) {
        EXPECT_EQ(query(Pink::sign_and_verify{type, key, {1, 2}}), true);
        EXPECT_EQ(call(Pink::sign_and_verify{type, key, {1, 2}}), true);
    }
    EXPECT_EQ(query(Pink::sign_and_verify{Sr25519, key, {1, 2}}), true);
    EXPECT_EQ(call(Pink::sign_and_verify{Sr25519, key, {1, 2}}), std::nullopt) << "it is random";
    EXPECT_EQ(chain.query<Pink>(pink, Pink::sign_and_verify{Ecdsa, {1}, {}}, {alice}).error(), CallError::Trapped);
    EXPECT_TRUE(query(Pink::ecdsa{key, {phala::ByteArray<32>{9}}}));
}

TEST_F(PinkTest, Surroundings)
{
    chain.worker_public_key = {phala::ByteArray<32>{5}};
    chain.system_contract = chain.account("System");
    const auto [random, worker, millis, system, quoted] = query(Pink::surroundings{});
    EXPECT_EQ(random.size(), 8u);
    EXPECT_NE(random, Bytes(8));
    EXPECT_EQ(worker, chain.worker_public_key);
    EXPECT_EQ(millis, chain.now());
    EXPECT_EQ(system, chain.system_contract);
    EXPECT_FALSE(quoted) << "no hardware attests a worker in memory";
    EXPECT_EQ(call(Pink::surroundings{}), (std::tuple{Bytes{}, Hash{}, Timestamp{0}, chain.system_contract, false}));
}

TEST_F(PinkTest, JavaScript)
{
    EXPECT_EQ(query(Pink::evaluate{"1"}).get_if<pink::JsException>()->message, "No js runtime");
    chain.on_js = [](const std::vector<pink::JsCode>& code, const std::vector<std::string>& arguments) {
        return pink::JsValue{pink::JsString{code.at(0).get_if<pink::JsSource>()->text + arguments.at(0)}};
    };
    EXPECT_EQ(query(Pink::evaluate{"1"}).get_if<pink::JsString>()->text, "1argument");
    EXPECT_EQ(call(Pink::evaluate{"1"}).get_if<pink::JsException>()->message,
              "Js evaluation is not supported in transaction");
}

TEST_F(PinkTest, Secrets)
{
    const auto [key, vrf] = query(Pink::secrets{{1}});
    EXPECT_EQ(key.size(), 64u);
    EXPECT_EQ(vrf.size(), 64u);
    EXPECT_NE(key, vrf);
    EXPECT_EQ(call(Pink::secrets{{1}}), (std::pair{key, vrf}));
}

TEST_F(PinkTest, TellsWorkers)
{
    ASSERT_TRUE(chain.call<Pink>(pink, Pink::administer{alice}, {alice}));
    const auto hooks = chain.told_workers<pink::SetHook>();
    ASSERT_EQ(hooks.size(), 1u);
    EXPECT_EQ(hooks[0].selector, 0x01020304u);
    EXPECT_EQ(hooks[0].gas_limit, 500u);
    EXPECT_EQ(chain.told_workers<pink::SetContractWeight>().at(0).weight, 3u);
    EXPECT_EQ(chain.told_workers<pink::SetLogHandler>().at(0).contract, alice);
    // as the engine reads them (spec contract-engine §5.1, §5.2)
    EXPECT_EQ(phala::to_hex(chain.emitted().at(1).data), "09" + phala::to_hex(alice) + "03000000");
    EXPECT_EQ(phala::to_hex(chain.emitted().at(1).topics.at(0)),
              "40" + phala::to_hex(phala::bytes_of("phala.pink.event")) + "000000000000000000000000000000");
}

// the golden inputs of spec contract-engine §4.3
TEST(PinkWire, Inputs)
{
    using phala::scale::encode;
    EXPECT_EQ(phala::to_hex(encode(pink::HttpRequest{"https://x/", "GET", {}, {}})), "28"
                                                                                     "68747470733a2f2f782f"
                                                                                     "0c"
                                                                                     "474554"
                                                                                     "00"
                                                                                     "00");
    EXPECT_EQ(phala::to_hex(encode(phala::to_bytes("k"sv), phala::to_bytes("v"sv))), "046b0476");
    EXPECT_EQ(phala::to_hex(encode(std::vector<pink::JsCode>{pink::JsSource{"1+2"}}, std::vector<std::string>{"a"})),
              "04000c312b32040461");
}

} // namespace
} // namespace phat
