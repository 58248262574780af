// The legacy methods that clients page and prove with, archive_v1, chainSpec_v1 and the transaction groups.
#include "crypto/hash.hpp"
#include "node/rpc/methods/rpc_testing.hpp"
#include "node/rpc/methods/state_query.hpp"
#include "trie/proof.hpp"

#include <map>
#include <set>

namespace phala::node::rpc {
namespace {

using MethodsTest = RpcTest;

TEST_F(MethodsTest, AdvertisesWholeGroups)
{
    const auto listed = session->result("rpc_methods").at("methods").as_array();
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(listed, [&](const json::value& one) { return one == json::value(name); });
    };
    for (const auto* name : {"chainHead_v1_follow",
                             "chainHead_v1_unfollow",
                             "chainHead_v1_header",
                             "chainHead_v1_body",
                             "chainHead_v1_call",
                             "chainHead_v1_storage",
                             "chainHead_v1_continue",
                             "chainHead_v1_stopOperation",
                             "chainHead_v1_unpin",
                             "chainSpec_v1_chainName",
                             "chainSpec_v1_genesisHash",
                             "chainSpec_v1_properties",
                             "transaction_v1_broadcast",
                             "transaction_v1_stop",
                             "transactionWatch_v1_submitAndWatch",
                             "transactionWatch_v1_unwatch",
                             "archive_v1_genesisHash",
                             "archive_v1_finalizedHeight",
                             "archive_v1_hashByHeight",
                             "archive_v1_header",
                             "archive_v1_body",
                             "archive_v1_call",
                             "archive_v1_storage",
                             "archive_v1_stopStorage",
                             "archive_v1_storageDiff",
                             "archive_v1_stopStorageDiff",
                             "state_traceBlock",
                             "offchain_localStorageSet",
                             "offchain_localStorageGet",
                             "offchain_localStorageClear",
                             "state_getPairs",
                             "state_getKeys",
                             "state_queryStorage",
                             "state_getChildReadProof",
                             "childstate_getStorage",
                             "childstate_getStorageHash",
                             "childstate_getStorageSize",
                             "childstate_getKeys",
                             "childstate_getKeysPaged",
                             "childstate_getKeysPagedAt",
                             "childstate_getStorageEntries",
                             "system_reservedPeers"})
        EXPECT_TRUE(has(name)) << name;
}

TEST_F(MethodsTest, GivesPairsAndSizesBelowAPrefix)
{
    const auto keys = session->result("state_getKeys", params("0x")).as_array();
    ASSERT_GT(keys.size(), 10U);
    EXPECT_EQ(session->result("state_getKeysPaged", params("0x", 1000)), json::value(keys));
    const std::string prefix = text(keys[1]).substr(0, 34);
    const auto pairs = session->result("state_getPairs", params(prefix)).as_array();
    ASSERT_FALSE(pairs.empty());
    std::uint64_t sum = 0;
    for (const auto& pair : pairs) {
        EXPECT_TRUE(text(pair.at(0)).starts_with(prefix));
        EXPECT_EQ(session->result("state_getStorage", {pair.at(0)}), pair.at(1));
        sum += (text(pair.at(1)).size() - 2) / 2;
    }
    EXPECT_EQ(session->result("state_getStorageSize", params(prefix)), json::value(sum));
    EXPECT_EQ(session->result("state_getStorageSize", params("0x1234")), nullptr);
}

TEST_F(MethodsTest, TellsWhatChangedOverARange)
{
    const std::string number = text(hex(bytes_of(":code"))); // never changes
    const auto first = seal();
    ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//Bob", 0)));
    seal();
    const auto last = seal();
    const auto account = session->result("state_getKeysPaged", params("0x", 1000)).as_array();
    const auto changes = session->result("state_queryStorage", {account, hex(first.hash), hex(last.hash)}).as_array();
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0].at("changes").as_array().size(), account.size());
    EXPECT_LT(changes[1].at("changes").as_array().size(), account.size());
    EXPECT_EQ(changes[2].at("block"), hex(last.hash));
    const auto constant = session->result("state_queryStorage", {json::array{number}, hex(first.hash)}).as_array();
    EXPECT_EQ(constant.size(), 1U);
    EXPECT_EQ(session->error("state_queryStorage", {json::array{number}, hex(last.hash), hex(first.hash)}), 4001);
}

TEST_F(MethodsTest, ReadsChildTries)
{
    const auto child = hex(concat(bytes_of(kChildPrefix), bytes_of("none")));
    EXPECT_EQ(session->result("childstate_getStorage", {child, "0x01"}), nullptr);
    EXPECT_EQ(session->result("childstate_getStorageHash", {child, "0x01"}), nullptr);
    EXPECT_EQ(session->result("childstate_getStorageSize", {child, "0x01"}), nullptr);
    EXPECT_EQ(session->result("childstate_getStorageEntries", {child, json::array{"0x01", "0x02"}}),
              (json::array{nullptr, nullptr}));
    EXPECT_EQ(session->result("childstate_getKeys", {child, "0x"}), json::array{});
    EXPECT_EQ(session->result("childstate_getKeysPaged", {child, "0x", 10}), json::array{});
    EXPECT_EQ(session->error("childstate_getKeysPaged", {child, "0x", 1001}), 4002);
    EXPECT_EQ(session->error("childstate_getStorage", params("0x01", "0x01")), 4003);
    const auto proof = session->result("state_getChildReadProof", {child, json::array{"0x01"}});
    EXPECT_EQ(proof.at("at"), hex(node.chain->heads().best.hash));
    std::vector<Bytes> nodes;
    for (const auto& one : proof.at("proof").as_array())
        nodes.push_back(*from_hex(text(one)));
    const auto header = need(node.chain->require_header(node.chain->heads().best.hash), "header");
    const auto absent = trie::verify(header.state_root.bytes, nodes, concat(bytes_of(kChildPrefix), bytes_of("none")));
    ASSERT_TRUE(absent) << "it proves that there is no such child trie";
    EXPECT_EQ(*absent, std::nullopt);
}

class ChildTrieMethods : public RpcTest {
protected:
    ChildTrieMethods() : RpcTest{{}, {}, spec_with_child_trie()} {}
};

TEST_F(ChildTrieMethods, ReadWhatIsThere)
{
    const auto block = hex(seal().hash);
    const auto child = hex(concat(bytes_of(kChildPrefix), bytes_of("accounts")));
    const Bytes large(100, 7);
    EXPECT_EQ(session->result("childstate_getStorage", {child, "0x01"}), "0xaa");
    EXPECT_EQ(session->result("childstate_getStorage", {child, "0x0102", block}), hex(large));
    EXPECT_EQ(session->result("childstate_getStorage", {child, "0x02"}), nullptr);
    EXPECT_EQ(session->result("childstate_getStorageHash", {child, "0x0102"}), hex(crypto::blake2_256(large)));
    EXPECT_EQ(session->result("childstate_getStorageSize", {child, "0x0102"}), 100);
    EXPECT_EQ(session->result("childstate_getStorageEntries", {child, json::array{"0x02", "0x01"}}),
              (json::array{nullptr, "0xaa"}));
    EXPECT_EQ(session->result("childstate_getKeys", {child, "0x"}), (json::array{"0x01", "0x0102"}));
    EXPECT_EQ(session->result("childstate_getKeys", {child, "0x0102"}), json::array{"0x0102"});
    EXPECT_EQ(session->result("childstate_getKeysPaged", {child, "0x", 1}), json::array{"0x01"});
    EXPECT_EQ(session->result("childstate_getKeysPaged", {child, "0x", 10, "0x01", block}), json::array{"0x0102"});

    const auto proof = session->result("state_getChildReadProof", {child, json::array{"0x0102"}, block});
    std::vector<Bytes> nodes;
    for (const auto& one : proof.at("proof").as_array())
        nodes.push_back(*from_hex(text(one)));
    const auto header = need(node.chain->require_header(node.chain->heads().best.hash), "header");
    const auto root =
        trie::verify(header.state_root.bytes, nodes, concat(bytes_of(kChildPrefix), bytes_of("accounts")));
    ASSERT_TRUE(root && *root);
    EXPECT_EQ(trie::verify(array_of<32>(**root), nodes, Bytes{1, 2}).value(), large) << "down to the child's value";

    const auto name = hex(bytes_of("accounts"));
    const auto id = text(session->result(
        "archive_v1_storage", {block, json::array{json::object{{"key", "0x"}, {"type", "descendantsHashes"}}}, name}));
    EXPECT_EQ(session->next(id).at("key"), "0x01");
    const auto second = session->next(id);
    EXPECT_EQ(second.at("hash"), hex(crypto::blake2_256(large)));
    EXPECT_EQ(second.at("childTrieKey"), name);
    EXPECT_EQ(session->next(id).at("event"), "storageDone");

    // nothing changes in it
    const auto diff = text(session->result(
        "archive_v1_storageDiff", {block, json::array{json::object{{"returnType", "value"}, {"childTrieKey", name}}}}));
    EXPECT_EQ(session->next(diff).at("event"), "storageDiffDone");
}

TEST_F(MethodsTest, TellsWhatDiffersBetweenBlocks)
{
    const auto first = hex(seal().hash);
    ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//New", 0)));
    const auto second = hex(seal().hash);
    const auto all = [&](const json::array& parameters) {
        const auto id = text(session->result("archive_v1_storageDiff", parameters));
        std::vector<json::value> out;
        for (auto event = session->next(id); event.at("event") == "storageDiff"; event = session->next(id))
            out.push_back(std::move(event));
        return out;
    };
    const auto changes = all({second});
    ASSERT_FALSE(changes.empty());
    std::map<std::string, int> kinds;
    std::string last;
    for (const auto& change : changes) {
        const auto key = text(change.at("key"));
        EXPECT_LT(last, key) << "in the order of keys";
        last = key;
        const auto now = session->result("state_getStorage", params(key));
        const auto before = session->result("state_getStorage", {change.at("key"), first});
        EXPECT_NE(now, before);
        EXPECT_EQ(change.at("type"), before.is_null() ? "added" : now.is_null() ? "deleted" : "modified");
        EXPECT_EQ(change.at("value"), now.is_null() ? before : now);
        ++kinds[text(change.at("type"))];
    }
    EXPECT_GE(kinds["added"], 1) << "the account of //New";
    EXPECT_GE(kinds["modified"], 2);
    // it is all that differs
    std::set<std::string> told;
    for (const auto& change : changes)
        told.insert(text(change.at("key")));
    const auto keys = session->result("state_getKeysPaged", params("0x", 1000)).as_array();
    for (const auto& key : keys)
        if (session->result("state_getStorage", {key}) != session->result("state_getStorage", {key, first}))
            EXPECT_TRUE(told.contains(text(key))) << text(key);

    EXPECT_EQ(all({second, json::array{}, first}).size(), changes.size());
    const json::array item{json::object{{"key", last}, {"returnType", "hash"}}};
    const auto one = all({second, item});
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].at("hash"), session->result("state_getStorageHash", params(last)));
    const json::array twice{json::object{{"key", last}, {"returnType", "hash"}}, json::object{{"returnType", "value"}}};
    EXPECT_EQ(all({second, twice}).size(), changes.size()) << "each key once";
    EXPECT_EQ(all({second, twice, second}).size(), 0U);
    EXPECT_GT(all({second, json::array{}, hex(node.chain->heads().genesis)}).size(), changes.size());

    const auto refused = [&](const json::array& parameters) {
        return session->next(text(session->result("archive_v1_storageDiff", parameters))).at("event");
    };
    const std::string unknown = "0x" + std::string(64, '0');
    EXPECT_EQ(refused({first, json::array{}, second}), "storageDiffError") << "it is no ancestor";
    EXPECT_EQ(refused({unknown}), "storageDiffError");
    EXPECT_EQ(refused({hex(node.chain->heads().genesis)}), "storageDiffError");
    EXPECT_EQ(session->error("archive_v1_storageDiff", {second, json::array{json::object{{"key", "0x"}}}}), -32602);
}

TEST_F(MethodsTest, WatchesTheWholeState)
{
    const auto id = text(session->result("state_subscribeStorage", {nullptr}));
    const auto genesis = session->next(id);
    EXPECT_EQ(genesis.at("block"), hex(node.chain->heads().genesis));
    EXPECT_EQ(genesis.at("changes"), json::array{});
    for (Nonce nonce = 0; nonce < 2; ++nonce) {
        const auto before = hex(node.chain->heads().best.hash);
        ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//New", nonce)));
        const auto block = seal();
        const auto told = session->next(id);
        EXPECT_EQ(told.at("block"), hex(block.hash));
        const auto& changes = told.at("changes").as_array();
        EXPECT_GT(changes.size(), 3U);
        for (const auto& change : changes) {
            EXPECT_EQ(session->result("state_getStorage", {change.at(0)}), change.at(1));
            EXPECT_NE(session->result("state_getStorage", {change.at(0), before}), change.at(1));
        }
    }
    EXPECT_EQ(session->result("state_unsubscribeStorage", params(id)), true);

    // it costs much: strangers may not
    const auto text_of_request = R"({"jsonrpc":"2.0","id":1,"method":"state_subscribeStorage","params":[null]})";
    const auto refused = json::parse(answer(methods, text_of_request, {session.get(), false, nullptr}, {}));
    EXPECT_EQ(refused.at("error").at("code"), -32601);
}

TEST_F(MethodsTest, TracesABlock)
{
    ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//Bob", 0)));
    const auto block = seal();
    const auto trace = [&](auto... parameters) {
        return session->result("state_traceBlock", params(text(hex(block.hash)), parameters...)).at("blockTrace");
    };
    const auto all = trace("", "", "");
    EXPECT_EQ(text(all.at("blockHash")), to_hex(block.hash));
    EXPECT_EQ(text(all.at("parentHash")), to_hex(node.chain->heads().genesis));
    EXPECT_EQ(all.at("spans").at(0).at("name"), "trace_block");
    std::map<std::string, int> methods_seen;
    for (const auto& event : all.at("events").as_array())
        ++methods_seen[text(event.at("data").at("stringValues").at("method"))];
    // our runtime appends in its own memory and puts what came of it
    for (const auto* method : {"Get", "Put"})
        EXPECT_GT(methods_seen[method], 0) << method;

    const std::string number =
        to_hex(need(from_hex("26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac"), "key"));
    const auto puts = trace("state", number, "Put");
    ASSERT_FALSE(puts.at("events").as_array().empty());
    for (const auto& event : puts.at("events").as_array()) {
        EXPECT_EQ(event.at("target"), "state");
        EXPECT_EQ(event.at("data").at("stringValues").at("key"), json::value(number));
        EXPECT_EQ(event.at("data").at("stringValues").at("value"), "Some(01000000)");
        EXPECT_EQ(event.at("data").at("stringValues").at("value_encoded"), "0101000000");
    }
    EXPECT_EQ(trace().at("tracingTargets"), "pallet,frame,state");
    EXPECT_TRUE(trace().at("events").as_array().empty()) << "without keys and methods, as in the reference";
    EXPECT_TRUE(trace("pallet", "", "").at("events").as_array().empty());

    EXPECT_EQ(session->error("state_traceBlock", params("0x" + std::string(64, '0'))), 4003);
    EXPECT_EQ(session->error("state_traceBlock", {hex(node.chain->heads().genesis)}), 4003);
    EXPECT_EQ(session->error("state_traceBlock", params("0x12")), -32602);
}

TEST_F(MethodsTest, KeepsWhatOffchainWorkersKeep)
{
    EXPECT_EQ(session->result("offchain_localStorageGet", params("PERSISTENT", "0x01")), nullptr);
    EXPECT_EQ(session->result("offchain_localStorageSet", params("PERSISTENT", "0x01", "0x0203")), nullptr);
    EXPECT_EQ(session->result("offchain_localStorageGet", params("PERSISTENT", "0x01")), "0x0203");
    EXPECT_EQ(node.chain->offchain_storage().get(Bytes{1}).value(), (Bytes{2, 3}));
    EXPECT_EQ(session->result("offchain_localStorageClear", params("PERSISTENT", "0x01")), nullptr);
    EXPECT_EQ(session->result("offchain_localStorageGet", params("PERSISTENT", "0x01")), nullptr);
    EXPECT_EQ(session->error("offchain_localStorageGet", params("LOCAL", "0x01")), 5001);
    EXPECT_EQ(session->error("offchain_localStorageSet", params("LOCAL", "0x01", "0x")), 5001);
    EXPECT_EQ(session->error("offchain_localStorageClear", params("LOCAL", "0x01")), 5001);
    EXPECT_EQ(session->error("offchain_localStorageGet", params("persistent", "0x01")), -32602);
    EXPECT_EQ(session->error("offchain_localStorageSet", params("PERSISTENT", "0x01")), -32602);
    for (const auto* method : {"offchain_localStorageGet", "state_traceBlock"}) {
        const auto request = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string{method} + R"(","params":[]})";
        const auto refused = json::parse(answer(methods, request, {session.get(), false, nullptr}, {}));
        EXPECT_EQ(refused.at("error").at("code"), -32601) << method;
    }
}

TEST_F(MethodsTest, RefusesV5TransactionsInTheirOwnWords)
{
    const Bytes remark{0, 0, 0}; // System.remark of no bytes
    const auto general = hex(general_extrinsic(tx_extensions(Era::immortal(), 0, 0), remark));
    const auto bare = hex(bare_extrinsic(Bytes{3, 0, 0}, ExtrinsicVersion::V5)); // a batch of no calls
    const auto refused = session->ask("author_submitExtrinsic", {general}).at("error");
    EXPECT_EQ(refused.at("code"), 1010);
    EXPECT_TRUE(text(refused.at("data")).find("origin") != std::string::npos) << text(refused.at("data"));
    EXPECT_EQ(session->error("author_submitExtrinsic", {bare}), 1011);
    EXPECT_EQ(session->error("author_submitAndWatchExtrinsic", {general}), 1010);
    EXPECT_EQ(session->error("author_submitExtrinsic", params("0x0885ff")), 1002) << "signed V5 does not exist";
    EXPECT_EQ(session->result("author_pendingExtrinsics"), json::array{});
    EXPECT_NE(session->result("payment_queryInfo", {general}).at("partialFee"), "0");
    EXPECT_EQ(session->result("payment_queryInfo", {bare}).at("partialFee"), "0");

    const auto id = text(session->result("transactionWatch_v1_submitAndWatch", {general}));
    EXPECT_EQ(session->next(id).at("event"), "invalid");
    EXPECT_EQ(session->result("system_dryRun", {general}), "0x01000c");
}

TEST_F(MethodsTest, TellsWhatIsWrongWithATransactionThatDoesNotDecode)
{
    struct Case {
        const char* bytes;
        const char* why;
    };
    for (const auto& [bytes, why] :
         {Case{"0x2884848484848484848484",
               "the extrinsic does not decode: SCALE variant index is unknown: at byte 2 of 10"},
          Case{"0x0400", "extrinsic format is neither V4 nor V5: at byte 1 of 1"},
          Case{"0x0885ff", "extrinsic format is neither V4 nor V5"}, // a signed V5 does not exist
          Case{"0x204501000000000000", "names a set of extensions that this chain does not have"},
          Case{"0x1004ffffff",
               "the extrinsic's call, behind its first 1 bytes, does not decode: SCALE variant index is unknown"},
          Case{"0x14040000ff01", "the extrinsic's call, behind its first 1 bytes, does not decode: "}}) {
        const auto refused = session->ask("author_submitExtrinsic", params(bytes)).at("error");
        EXPECT_EQ(refused.at("code"), 1002) << bytes;
        EXPECT_NE(text(refused.at("data")).find(why), std::string::npos) << refused;
        const auto watched = session->ask("author_submitAndWatchExtrinsic", params(bytes)).at("error");
        EXPECT_EQ(watched.at("code"), 1002) << bytes;
        EXPECT_NE(text(watched.at("data")).find(why), std::string::npos) << watched;
        const auto tried = session->ask("system_dryRun", params(bytes)).at("error");
        EXPECT_EQ(tried.at("code"), 4003) << bytes;
        EXPECT_NE(text(tried.at("message")).find(why), std::string::npos) << tried;
        const auto last = session->next(text(session->result("transactionWatch_v1_submitAndWatch", params(bytes))));
        EXPECT_EQ(last.at("event"), "invalid") << bytes;
        EXPECT_NE(text(last.at("error")).find(why), std::string::npos) << last;
    }
    EXPECT_EQ(session->result("author_pendingExtrinsics"), json::array{});
}

TEST_F(MethodsTest, ServesTheArchive)
{
    ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//Bob", 0)));
    const auto block = seal();
    const auto hash = hex(block.hash);
    EXPECT_EQ(session->result("archive_v1_genesisHash"), hex(node.chain->heads().genesis));
    EXPECT_EQ(session->result("archive_v1_finalizedHeight"), 1);
    EXPECT_EQ(session->result("archive_v1_hashByHeight", params(1)), json::array{hash});
    EXPECT_EQ(session->result("archive_v1_hashByHeight", params(7)), json::array{});
    EXPECT_EQ(session->result("archive_v1_hashByHeight", params(1ULL << 40)), json::array{});
    EXPECT_EQ(session->result("archive_v1_header", {hash}),
              hex(scale::encode(need(node.chain->require_header(block.hash), "header"))));
    EXPECT_EQ(session->result("archive_v1_body", {hash}).as_array().size(), 2U);
    const std::string unknown = "0x" + std::string(64, '0');
    for (const auto* method : {"archive_v1_header", "archive_v1_body"})
        EXPECT_EQ(session->result(method, params(unknown)), nullptr);
    EXPECT_EQ(session->result("archive_v1_call", params(unknown, "Core_version", "0x")), nullptr);
    EXPECT_EQ(session->result("archive_v1_call", {hash, "Core_version", "0x"}).at("success"), true);
    EXPECT_EQ(session->result("archive_v1_call", {hash, "No_such", "0x"}).at("success"), false);

    const auto id = text(session->result(
        "archive_v1_storage", {hash, json::array{json::object{{"key", "0x"}, {"type", "descendantsValues"}}}}));
    std::size_t items = 0;
    for (auto event = session->next(id); event.at("event") != "storageDone"; event = session->next(id)) {
        ASSERT_EQ(event.at("event"), "storage");
        EXPECT_TRUE(event.at("value").is_string());
        ++items;
    }
    EXPECT_EQ(items, session->result("state_getKeysPaged", params("0x", 1000)).as_array().size());
    const auto failed = text(session->result("archive_v1_storage", {unknown, json::array{}}));
    EXPECT_EQ(session->next(failed).at("event"), "storageError");
}

TEST_F(MethodsTest, DescribesTheChain)
{
    EXPECT_EQ(session->result("chainSpec_v1_chainName"), "Phala Development");
    EXPECT_EQ(session->result("chainSpec_v1_genesisHash"), hex(node.chain->heads().genesis));
    EXPECT_EQ(session->result("chainSpec_v1_properties").at("ss58Format"), 30);
}

TEST_F(MethodsTest, BroadcastsUntilItIsToldToStop)
{
    // its nonce is in the past once the first is in: it is offered again and again, and refused in silence
    const auto transaction = hex(scale::encode(node.transfer("//Alice", "//Bob", 0)));
    const auto id = session->result("transaction_v1_broadcast", {transaction});
    ASSERT_TRUE(id.is_string());
    EXPECT_TRUE(session->result("transaction_v1_broadcast", params("0xffff")).is_string()) << "no error for rubbish";
    for (int i = 0; i < 1000 && pool->ready().empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    ASSERT_EQ(pool->ready().size(), 1U);
    seal();
    EXPECT_EQ(node.nonce_of("//Alice", node.chain->heads().best.hash), 1U);
    EXPECT_EQ(session->result("transaction_v1_stop", {id}), nullptr);
    EXPECT_EQ(session->error("transaction_v1_stop", {id}), -32602);
    TestSession other{methods};
    const auto theirs = other.result("transaction_v1_broadcast", {transaction});
    EXPECT_EQ(session->error("transaction_v1_stop", {theirs}), -32602);
    std::size_t accepted = 0;
    while (session->result("transaction_v1_broadcast", {transaction}).is_string())
        ++accepted;
    EXPECT_EQ(accepted, 15U);
}

TEST_F(MethodsTest, BroadcastsAgainWhatIsInTheFuture)
{
    // a gap in nonces that another client fills later
    ASSERT_TRUE(session->result("transaction_v1_broadcast", {hex(scale::encode(node.transfer("//Alice", "//Bob", 1)))})
                    .is_string());
    ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//Bob", 0)));
    for (int i = 0; i < 1000 && pool->ready().size() < 2; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    seal();
    EXPECT_EQ(node.nonce_of("//Alice", node.chain->heads().best.hash), 2U);
}

TEST_F(MethodsTest, WatchesATransactionInTheNewWords)
{
    const auto transaction = hex(scale::encode(node.transfer("//Alice", "//Bob", 0)));
    const auto id = text(session->result("transactionWatch_v1_submitAndWatch", {transaction}));
    EXPECT_EQ(session->next(id).at("event"), "validated");
    const auto block = seal();
    auto event = session->next(id);
    EXPECT_EQ(event.at("event"), "bestChainBlockIncluded");
    EXPECT_EQ(event.at("block").at("hash"), hex(block.hash));
    EXPECT_EQ(event.at("block").at("index"), 1);
    event = session->next(id);
    EXPECT_EQ(event.at("event"), "finalized");
    EXPECT_EQ(event.at("block").at("index"), 1);
    EXPECT_EQ(session->result("transactionWatch_v1_unwatch", params(id)), false) << "it ended by itself";
    const auto again = text(session->result("transactionWatch_v1_submitAndWatch", {transaction}));
    EXPECT_EQ(session->next(again).at("event"), "invalid");
    const auto rubbish = text(session->result("transactionWatch_v1_submitAndWatch", params("0xffff")));
    EXPECT_EQ(session->next(rubbish).at("event"), "invalid");
}

TEST_F(MethodsTest, EndsALegacyWatchWithItsLastStatus)
{
    const auto id = text(
        session->result("author_submitAndWatchExtrinsic", {hex(scale::encode(node.transfer("//Alice", "//Bob", 0)))}));
    EXPECT_EQ(session->next(id), "ready");
    const auto block = seal();
    EXPECT_EQ(session->next(id), (json::object{{"inBlock", hex(block.hash)}}));
    EXPECT_EQ(session->next(id), (json::object{{"finalized", hex(block.hash)}}));
    EXPECT_EQ(session->result("author_unwatchExtrinsic", params(id)), false);
}

TEST_F(MethodsTest, TakesTransactionsOutOfThePool)
{
    const Bytes first = scale::encode(node.transfer("//Alice", "//Bob", 0));
    const Bytes second = scale::encode(node.transfer("//Alice", "//Bob", 1));
    const auto first_hash = session->result("author_submitExtrinsic", {hex(first)});
    const auto second_hash = session->result("author_submitExtrinsic", {hex(second)});
    const json::array named{json::object{{"hash", first_hash}}, json::object{{"extrinsic", hex(second)}},
                            json::object{{"hash", "0x" + std::string(64, '0')}}};
    EXPECT_EQ(session->result("author_removeExtrinsic", params(named)), (json::array{first_hash, second_hash}));
    EXPECT_EQ(session->result("author_pendingExtrinsics"), json::array{});
    EXPECT_EQ(session->error("author_submitExtrinsic", {hex(first)}), 1012);
    EXPECT_EQ(session->error("author_removeExtrinsic", params(json::array{json::object{{"key", "0x"}}})), -32602);
}

TEST_F(MethodsTest, ChangesTheLogsFilter)
{
    EXPECT_EQ(session->result("system_addLogFilter", params("rpc=debug")), nullptr);
    EXPECT_EQ(session->error("system_addLogFilter", params("rpc=loud")), -32602);
    EXPECT_EQ(session->result("system_resetLogFilter"), nullptr);
    EXPECT_EQ(session->error("system_addReservedPeer", params("/dns/nowhere")), 2000);
    EXPECT_EQ(session->result("system_reservedPeers"), json::array{});
}

} // namespace
} // namespace phala::node::rpc
