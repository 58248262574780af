// The author_* methods about keys, with the runtime's own idea of session keys.
#include "node/rpc/methods/rpc_testing.hpp"

namespace phala::node::rpc {
namespace {

using KeyMethodsTest = RpcTest;

constexpr const char* kAlice = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
constexpr const char* kBob = "0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48";

TEST_F(KeyMethodsTest, InsertsAndFindsKeys)
{
    EXPECT_EQ(session->result("author_hasKey", params(kAlice, "aura")), json::value(false));
    EXPECT_TRUE(session->result("author_insertKey", params("aura", "//Alice", kAlice)).is_null());
    EXPECT_EQ(session->result("author_hasKey", params(kAlice, "aura")), json::value(true));
    EXPECT_EQ(session->result("author_hasKey", params(kAlice, "gran")), json::value(false));
    EXPECT_EQ(session->result("author_hasSessionKeys", params(kAlice)), json::value(true));
    EXPECT_EQ(session->result("author_hasSessionKeys", params(kBob)), json::value(false));
}

TEST_F(KeyMethodsTest, RotatesKeys)
{
    const auto made = text(session->result("author_rotateKeys"));
    ASSERT_EQ(made.size(), 2 + 64U) << made; // one key, for Aura
    EXPECT_EQ(session->result("author_hasSessionKeys", params(made.c_str())), json::value(true));
    EXPECT_EQ(session->result("author_hasKey", params(made.c_str(), "aura")), json::value(true));
    EXPECT_NE(text(session->result("author_rotateKeys")), made);
    EXPECT_EQ(keystore->keys(need(parse_key_type("aura"), "type")).value().size(), 2U);
}

TEST_F(KeyMethodsTest, RefusesInTheReferencesCodes)
{
    const auto refused = [&](std::int64_t code, std::string_view part, const std::string& method,
                             const json::array& parameters) {
        const auto error = session->ask(method, parameters).at("error");
        EXPECT_EQ(error.at("code").as_int64(), code) << json::serialize(error);
        EXPECT_NE(json::serialize(error).find(part), std::string::npos) << json::serialize(error);
    };
    refused(1040, "four characters", "author_hasKey", params(kAlice, "aurora"));
    refused(1040, "four characters", "author_insertKey", params("au", "//Alice", kAlice));
    refused(1040, "belong", "author_insertKey", params("aura", "//Alice", kBob));
    refused(1040, "", "author_insertKey", params("aura", "no such words", kBob));
    refused(1040, "no session keys", "author_hasSessionKeys", params("0x00"));
    refused(-32602, "", "author_hasKey", params(1, "aura"));
    EXPECT_TRUE(keystore->keys(need(parse_key_type("aura"), "type")).value().empty());
}

TEST_F(KeyMethodsTest, AreUnsafe)
{
    for (const auto* method : {"author_insertKey", "author_rotateKeys", "author_hasKey", "author_hasSessionKeys"}) {
        const std::string request = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string{method} + R"(","params":[]})";
        EXPECT_NE(answer(methods, request, {session.get(), false, nullptr}, {}).find("unsafe"), std::string::npos)
            << method;
    }
}

} // namespace
} // namespace phala::node::rpc
