// What relayers ask: changes of the state by blocks, and sequences of messages.
#include "node/rpc/methods/rpc_testing.hpp"
#include "primitives/messages.hpp"

namespace phala::node::rpc {
namespace {

class PhaMethods : public RpcTest {
protected:
    /// The whole state behind a block.
    std::map<std::string, std::string> state_at(const H256& block)
    {
        std::map<std::string, std::string> out;
        for (const auto& pair : session->result("state_getPairs", params("0x", to_hex0x(block))).as_array())
            out.emplace(text(pair.at(0)), text(pair.at(1)));
        return out;
    }
    static void apply(std::map<std::string, std::string>& state, const json::value& changes)
    {
        EXPECT_TRUE(changes.at("childStorageChanges").as_array().empty());
        for (const auto& change : changes.at("mainStorageChanges").as_array()) {
            if (change.at(1).is_null())
                state.erase(text(change.at(0)));
            else
                state.insert_or_assign(text(change.at(0)), text(change.at(1)));
        }
    }
};

TEST_F(PhaMethods, TellWhatBlocksChanged)
{
    const auto first = seal().hash;
    const auto second = seal().hash;
    const auto third = seal().hash;
    auto state = state_at(first);
    const auto changes = session->result("pha_getStorageChanges", params(to_hex0x(second), to_hex0x(third))).as_array();
    ASSERT_EQ(changes.size(), 2U);
    apply(state, changes[0]);
    EXPECT_EQ(state, state_at(second));
    apply(state, changes[1]);
    EXPECT_EQ(state, state_at(third));

    const auto rooted =
        session->result("pha_getStorageChangesWithRoot", params(to_hex0x(third), to_hex0x(third))).as_array();
    ASSERT_EQ(rooted.size(), 1U);
    EXPECT_EQ(rooted[0].at("changes"), changes[1]);
    const auto root = need(node.chain->require_header(third), "header").state_root;
    EXPECT_EQ(rooted[0].at("stateRoot"), json::value_from(std::vector<int>{root.bytes.begin(), root.bytes.end()}));

    // the same as SCALE: a list of changed keys, none of children
    const auto bytes = from_hex(text(session->result("pha_getStorageChangesAt", params(to_hex0x(third)))));
    using Changes = std::vector<std::pair<Bytes, std::optional<Bytes>>>;
    const auto decoded = scale::decode<std::pair<Changes, std::vector<std::pair<Bytes, Changes>>>>(*bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->first.size(), changes[1].at("mainStorageChanges").as_array().size());
    EXPECT_EQ(to_hex0x(decoded->first.front().first), text(changes[1].at("mainStorageChanges").at(0).at(0)));
}

TEST_F(PhaMethods, RefuseRangesThatAreNone)
{
    const auto first = seal().hash;
    const auto second = seal().hash;
    const auto fails_with = [&](const char* method, const json::array& parameters, int code) {
        EXPECT_EQ(session->error(method, parameters), code) << method;
    };
    fails_with("pha_getStorageChanges", params(to_hex0x(second), to_hex0x(first)), 10'000);
    fails_with("pha_getStorageChanges", params(to_hex0x(first), to_hex0x(H256{})), 4003);
    fails_with("pha_getStorageChangesAt", params(to_hex0x(H256{})), 4003);
}

TEST_F(PhaMethods, TellTheNextSequenceOfASender)
{
    seal();
    const auto ask = [&](const MessageOrigin& sender) {
        return session->result("pha_getMqNextSequence", params(to_hex(scale::encode(sender)))).as_int64();
    };
    EXPECT_EQ(ask(MessageOrigin::gatekeeper()), 0);
    for (const auto* bad : {"", "zz", "02", "05aa"}) {
        const auto error = session->ask("pha_getMqNextSequence", params(bad)).at("error");
        EXPECT_EQ(error.at("code").as_int64(), 10'000) << bad;
        EXPECT_EQ(text(error.at("message")), "invalid sender") << bad;
    }
}

} // namespace
} // namespace phala::node::rpc
