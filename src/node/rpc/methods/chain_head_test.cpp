// chainHead_v1 (spec substrate-host §8.3): the order of events, pins, operations and their limits.
#include "node/rpc/methods/merkle_value.hpp"
#include "node/rpc/methods/rpc_testing.hpp"

namespace phala::node::rpc {
namespace {

class ChainHeadTest : public RpcTest {
protected:
    using RpcTest::RpcTest;

    std::string follow(bool with_runtime = false)
    {
        return text(session->result("chainHead_v1_follow", params(with_runtime)));
    }

    /// Takes the events up to the first bestBlockChanged; gives the last finalized block's hash.
    std::string begin(const std::string& id)
    {
        auto initialized = session->next(id);
        EXPECT_EQ(initialized.at("event"), "initialized");
        const auto& hashes = initialized.at("finalizedBlockHashes").as_array();
        while (session->next(id).at("event") != "bestBlockChanged") {
        }
        return text(hashes.back());
    }

    std::string started(const json::value& result)
    {
        EXPECT_EQ(result.at("result"), "started") << json::serialize(result);
        return text(result.at("operationId"));
    }
};

TEST_F(ChainHeadTest, BeginsWithWhatIsAndGoesOnInOrder)
{
    seal();
    seal();
    const auto unfinalized = seal(Finality::Later);
    const auto id = follow();
    const auto initialized = session->next(id);
    EXPECT_EQ(initialized.at("event"), "initialized");
    ASSERT_EQ(initialized.at("finalizedBlockHashes").as_array().size(), 3U);
    EXPECT_EQ(initialized.at("finalizedBlockHashes").at(0), hex(node.chain->heads().genesis));
    EXPECT_EQ(initialized.at("finalizedBlockHashes").at(2), hex(node.chain->heads().finalized.hash));
    EXPECT_FALSE(initialized.as_object().contains("finalizedBlockRuntime"));
    auto event = session->next(id);
    EXPECT_EQ(event.at("event"), "newBlock");
    EXPECT_EQ(event.at("blockHash"), hex(unfinalized.hash));
    EXPECT_EQ(event.at("parentBlockHash"), hex(node.chain->heads().finalized.hash));
    EXPECT_FALSE(event.as_object().contains("newRuntime"));
    event = session->next(id);
    EXPECT_EQ(event.at("event"), "bestBlockChanged");
    EXPECT_EQ(event.at("bestBlockHash"), hex(unfinalized.hash));

    const auto next = seal(Finality::WithImport);
    event = session->next(id);
    EXPECT_EQ(event.at("event"), "newBlock");
    EXPECT_EQ(event.at("blockHash"), hex(next.hash));
    EXPECT_EQ(session->next(id).at("event"), "bestBlockChanged");
    event = session->next(id);
    EXPECT_EQ(event.at("event"), "finalized");
    EXPECT_EQ(event.at("finalizedBlockHashes"), (json::array{hex(unfinalized.hash), hex(next.hash)}));
    EXPECT_EQ(event.at("prunedBlockHashes"), json::array{});
    EXPECT_EQ(session->waiting(id), 0U);
    EXPECT_EQ(notifier->chain_head().pinned(), 5U);
    EXPECT_EQ(session->result("chainHead_v1_unfollow", params(id)), nullptr);
    EXPECT_EQ(notifier->chain_head().pinned(), 0U);
    EXPECT_EQ(session->result("chainHead_v1_unfollow", params("nobody")), nullptr);
}

TEST_F(ChainHeadTest, TellsOfForksAndWhatFinalityPrunes)
{
    const auto trunk = seal();
    const auto id = follow();
    begin(id);
    const auto left = seal(Finality::Later, trunk.hash);
    ASSERT_TRUE(pool->submit(TransactionSource::External, node.transfer("//Alice", "//Bob", 0)));
    const auto right = seal(Finality::Later, trunk.hash);
    ASSERT_NE(left.hash, right.hash);
    const auto right2 = seal(Finality::Later, right.hash);
    EXPECT_EQ(session->next(id).at("blockHash"), hex(left.hash));
    EXPECT_EQ(session->next(id).at("bestBlockHash"), hex(left.hash));
    EXPECT_EQ(session->next(id).at("blockHash"), hex(right.hash));
    EXPECT_EQ(session->next(id).at("blockHash"), hex(right2.hash));
    EXPECT_EQ(session->next(id).at("bestBlockHash"), hex(right2.hash));
    // who begins now is told of both branches too
    const auto late = follow();
    EXPECT_EQ(session->next(late).at("event"), "initialized");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(session->next(late).at("event"), "newBlock");
    EXPECT_EQ(session->next(late).at("bestBlockHash"), hex(right2.hash));
    ASSERT_TRUE(node.chain->finalize(right.hash));
    for (const auto& one : {id, late}) {
        const auto event = session->next(one);
        EXPECT_EQ(event.at("event"), "finalized");
        EXPECT_EQ(event.at("finalizedBlockHashes"), (json::array{hex(right.hash)}));
        EXPECT_EQ(event.at("prunedBlockHashes"), (json::array{hex(left.hash)}));
    }
    // pruned blocks stay readable until they are unpinned
    EXPECT_TRUE(session->result("chainHead_v1_header", params(id, text(hex(left.hash)))).is_string());
}

TEST_F(ChainHeadTest, TellsRuntimesOnlyToWhoWantsThem)
{
    const auto id = follow(true);
    const auto initialized = session->next(id);
    const auto& runtime = initialized.at("finalizedBlockRuntime");
    EXPECT_EQ(runtime.at("type"), "valid");
    EXPECT_EQ(runtime.at("spec").at("specName"), "khala");
    EXPECT_EQ(runtime.at("spec").at("apis").at("0xdf6acb689907609b"), 5);
    EXPECT_EQ(session->next(id).at("event"), "bestBlockChanged");
    seal();
    EXPECT_EQ(session->next(id).at("newRuntime"), nullptr);
}

TEST_F(ChainHeadTest, TellsTheNewRuntimeWithTheBlockThatBringsIt)
{
    const auto id = follow(true);
    const auto plain = follow();
    begin(id);
    begin(plain);
    ASSERT_TRUE(pool->submit(TransactionSource::Local, node.set_code(0, built_runtime("khala_runtime_next"))));
    const auto block = seal(Finality::Later);
    auto event = session->next(id);
    ASSERT_EQ(event.at("event"), "newBlock");
    EXPECT_EQ(event.at("blockHash"), hex(block.hash));
    const auto& runtime = event.at("newRuntime");
    EXPECT_EQ(runtime.at("type"), "valid");
    EXPECT_EQ(runtime.at("spec").at("specVersion"), 2);
    EXPECT_EQ(session->next(id).at("event"), "bestBlockChanged");
    event = session->next(plain);
    EXPECT_EQ(event.at("event"), "newBlock");
    EXPECT_FALSE(event.as_object().contains("newRuntime"));

    // the block is executed by the old one, its children and calls on it by the new one
    started(session->result("chainHead_v1_call", params(id, text(hex(block.hash)), "Core_version", "0x")));
    event = session->next(id);
    ASSERT_EQ(event.at("event"), "operationCallDone");
    const auto version = scale::decode<RuntimeVersion>(*from_hex(text(event.at("output"))));
    ASSERT_TRUE(version);
    EXPECT_EQ(version->spec_version, 2U);
    seal(Finality::Later);
    EXPECT_EQ(session->next(id).at("newRuntime"), nullptr) << "it has not changed again";

    const auto late = follow(true); // whoever begins now is told of it by that block, too
    event = session->next(late);
    EXPECT_EQ(event.at("finalizedBlockRuntime").at("spec").at("specVersion"), 1);
    event = session->next(late);
    EXPECT_EQ(event.at("blockHash"), hex(block.hash));
    EXPECT_EQ(event.at("newRuntime").at("spec").at("specVersion"), 2);
    EXPECT_EQ(session->next(late).at("newRuntime"), nullptr);
}

class ChildTries : public ChainHeadTest {
protected:
    ChildTries() : ChainHeadTest{{}, {}, spec_with_child_trie()} {}
};

TEST_F(ChildTries, AreReadOfPinnedBlocks)
{
    seal();
    const auto id = follow();
    const auto block = begin(id);
    const auto item = [](const std::string& key, const std::string& type) {
        return json::object{{"key", key}, {"type", type}};
    };
    const std::string child = text(hex(bytes_of("accounts")));
    started(session->result(
        "chainHead_v1_storage",
        {id, block, json::array{item("0x01", "value"), item("0x0102", "hash"), item("0x", "descendantsValues")},
         child}));
    auto event = session->next(id);
    ASSERT_EQ(event.at("event"), "operationStorageItems");
    const auto& items = event.at("items").as_array();
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(items[0], (json::object{{"key", "0x01"}, {"value", "0xaa"}, {"childTrieKey", child}}));
    EXPECT_EQ(items[1].at("hash"), hex(crypto::blake2_256(Bytes(100, 7))));
    EXPECT_EQ(items[2].at("key"), "0x01");
    EXPECT_EQ(items[3].at("value"), hex(Bytes(100, 7)));
    EXPECT_EQ(session->next(id).at("event"), "operationStorageDone");
}

TEST_F(ChainHeadTest, DoesOperationsOnPinnedBlocks)
{
    const auto plain = follow();
    const auto id = follow(true);
    begin(plain);
    const auto block = begin(id);

    EXPECT_TRUE(session->result("chainHead_v1_header", params(id, block)).is_string());
    auto operation = started(session->result("chainHead_v1_body", params(id, block)));
    auto event = session->next(id);
    EXPECT_EQ(event.at("event"), "operationBodyDone");
    EXPECT_EQ(event.at("operationId"), json::value(operation));
    EXPECT_EQ(event.at("value"), json::array{});

    operation = started(session->result("chainHead_v1_call", params(id, block, "Metadata_metadata_versions", "0x")));
    event = session->next(id);
    EXPECT_EQ(event.at("event"), "operationCallDone");
    EXPECT_TRUE(text(event.at("output")).starts_with("0x0"));
    started(session->result("chainHead_v1_call", params(id, block, "No_such_function", "0x")));
    EXPECT_EQ(session->next(id).at("event"), "operationError");
    EXPECT_EQ(session->error("chainHead_v1_call", params(plain, block, "Core_version", "0x")), -32802);

    const std::string unknown = "0x" + std::string(64, '0');
    for (const auto* method : {"chainHead_v1_header", "chainHead_v1_body"})
        EXPECT_EQ(session->error(method, params(id, unknown)), -32801);
    // stale subscriptions
    EXPECT_EQ(session->result("chainHead_v1_header", params("gone", block)), nullptr);
    EXPECT_EQ(session->result("chainHead_v1_body", params("gone", block)).at("result"), "limitReached");
    TestSession other{methods}; // ids are of one connection
    EXPECT_EQ(other.result("chainHead_v1_header", params(id, block)), nullptr);
}

TEST_F(ChainHeadTest, ReadsStorageInPages)
{
    const auto id = follow();
    const auto block = begin(id);
    const auto item = [](const std::string& key, const std::string& type) {
        return json::object{{"key", key}, {"type", type}};
    };
    const std::string code = text(hex(bytes_of(":code")));
    auto result = session->result("chainHead_v1_storage",
                                  {id, block,
                                   json::array{item(code, "hash"), item(code.substr(2), "value"),
                                               item("0x1234", "value"), item("", "closestDescendantMerkleValue")}});
    started(result);
    EXPECT_EQ(result.at("discardedItems"), 0);
    auto event = session->next(id);
    ASSERT_EQ(event.at("event"), "operationStorageItems");
    ASSERT_EQ(event.at("items").as_array().size(), 2U) << "a page ends behind a large value";
    EXPECT_EQ(event.at("items").at(0).at("hash"), hex(crypto::blake2_256(built_runtime())));
    EXPECT_EQ(event.at("items").at(1).at("value"), hex(built_runtime()));
    event = session->next(id);
    EXPECT_EQ(event.at("event"), "operationWaitingForContinue");
    const auto operation = text(event.at("operationId"));
    EXPECT_EQ(session->error("chainHead_v1_continue", params(id, "77")), -32803);
    EXPECT_EQ(session->result("chainHead_v1_continue", params(id, operation)), nullptr);
    event = session->next(id);
    EXPECT_EQ(event.at("items").as_array().size(), 1U) << "a missing key gives no item";
    const auto header = need(node.chain->require_header(node.chain->heads().best.hash), "header");
    EXPECT_EQ(event.at("items").at(0).at("closestDescendantMerkleValue"), hex(header.state_root));
    EXPECT_EQ(session->next(id).at("event"), "operationStorageDone");
    EXPECT_EQ(session->error("chainHead_v1_continue", params(id, operation)), -32803);

    // all of it, by descendants, is what the legacy pages give
    started(session->result("chainHead_v1_storage", {id, block, json::array{item("0x", "descendantsHashes")}}));
    std::vector<std::string> keys;
    for (event = session->next(id); event.at("event") != "operationStorageDone"; event = session->next(id)) {
        if (event.at("event") == "operationWaitingForContinue")
            EXPECT_EQ(session->result("chainHead_v1_continue", params(id, text(event.at("operationId")))), nullptr);
        else
            for (const auto& one : event.at("items").as_array())
                keys.push_back(text(one.at("key")));
    }
    json::array legacy = session->result("state_getKeysPaged", params("0x", 1000)).as_array();
    ASSERT_EQ(keys.size(), legacy.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        EXPECT_EQ(json::value(keys[i]), legacy[i]);

    EXPECT_EQ(session->error("chainHead_v1_storage", {id, block, json::array{item("0x", "everything")}}), -32602);
    started(session->result("chainHead_v1_storage", {id, block, json::array{item("0x", "descendantsValues")}, "0x01"}));
    EXPECT_EQ(session->next(id).at("event"), "operationStorageDone") << "a child trie that is not there is empty";
}

TEST_F(ChainHeadTest, UnpinsAllOrNothing)
{
    seal();
    const auto id = follow();
    const auto block = begin(id);
    const std::string genesis = text(hex(node.chain->heads().genesis));
    const std::string unknown = "0x" + std::string(64, '1');
    EXPECT_EQ(session->error("chainHead_v1_unpin", {id, json::array{genesis, unknown}}), -32801);
    EXPECT_EQ(session->error("chainHead_v1_unpin", {id, json::array{genesis, genesis}}), -32804);
    EXPECT_EQ(notifier->chain_head().pinned(), 2U);
    EXPECT_EQ(session->result("chainHead_v1_unpin", params(id, genesis)), nullptr);
    EXPECT_EQ(session->error("chainHead_v1_unpin", params(id, genesis)), -32801);
    EXPECT_EQ(session->error("chainHead_v1_header", params(id, genesis)), -32801);
    EXPECT_EQ(session->result("chainHead_v1_unpin", {id, json::array{block}}), nullptr);
    EXPECT_EQ(notifier->chain_head().pinned(), 0U);
    EXPECT_EQ(session->result("chainHead_v1_unpin", params("gone", genesis)), nullptr);
}

TEST_F(ChainHeadTest, LimitsFollowsOfAConnection)
{
    for (int i = 0; i < 4; ++i)
        begin(follow());
    EXPECT_EQ(session->error("chainHead_v1_follow", params(true)), -32800);
    TestSession other{methods};
    EXPECT_TRUE(other.result("chainHead_v1_follow", params(true)).is_string());
    session->disconnect();
    TestSession third{methods};
    EXPECT_TRUE(third.result("chainHead_v1_follow", params(true)).is_string());
}

class SmallLimits : public ChainHeadTest {
protected:
    SmallLimits()
        : ChainHeadTest{{.operations = 2, .pins = 6, .all_pins = 8, .pin_age = std::chrono::hours{1}, .lag = 4}}
    {
    }
};

TEST_F(SmallLimits, LimitsOperations)
{
    const auto id = follow();
    const auto block = begin(id);
    const json::array all{json::object{{"key", "0x"}, {"type", "descendantsValues"}}};
    const auto first = started(session->result("chainHead_v1_storage", {id, block, all}));
    started(session->result("chainHead_v1_storage", {id, block, all}));
    for (int waiting = 0; waiting < 2;) // each stops at its first page
        waiting += session->next(id).at("event") == "operationWaitingForContinue" ? 1 : 0;
    EXPECT_EQ(session->result("chainHead_v1_body", params(id, block)).at("result"), "limitReached");
    EXPECT_EQ(session->result("chainHead_v1_stopOperation", params(id, first)), nullptr);
    EXPECT_EQ(session->result("chainHead_v1_stopOperation", params(id, "none")), nullptr);
    EXPECT_EQ(session->error("chainHead_v1_continue", params(id, first)), -32803);
    started(session->result("chainHead_v1_body", params(id, block)));
    EXPECT_EQ(session->next(id).at("event"), "operationBodyDone");
}

TEST_F(SmallLimits, StopsWhoHoardsPins)
{
    const auto hoarder = follow();
    begin(hoarder);
    for (int i = 0; i < 6; ++i)
        seal();
    json::value event;
    do {
        event = session->next(hoarder);
    } while (event.at("event") != "stop");
    EXPECT_EQ(notifier->chain_head().pinned(), 0U);
    EXPECT_EQ(session->result("chainHead_v1_header", params(hoarder, text(hex(node.chain->heads().best.hash)))),
              nullptr);
    seal();
    EXPECT_EQ(session->waiting(hoarder), 0U);
    EXPECT_NE(begin(follow()), ""); // one may begin again
}

class FewPinsInAll : public ChainHeadTest {
protected:
    FewPinsInAll() : ChainHeadTest{{.all_pins = 4}} {}
};

TEST_F(FewPinsInAll, StopsWhoHoldsTheMost)
{
    TestSession modest{methods};
    const auto hoarder = follow();
    begin(hoarder);
    const auto other = text(modest.result("chainHead_v1_follow", params(false)));
    auto first = modest.next(other);
    EXPECT_EQ(modest.next(other).at("event"), "bestBlockChanged");
    EXPECT_EQ(modest.result("chainHead_v1_unpin", {other, first.at("finalizedBlockHashes")}), nullptr);
    for (int i = 0; i < 4; ++i) {
        const auto block = seal();
        EXPECT_EQ(modest.next(other).at("event"), "newBlock");
        EXPECT_EQ(modest.next(other).at("event"), "bestBlockChanged");
        EXPECT_EQ(modest.next(other).at("event"), "finalized");
        if (i < 3)
            EXPECT_EQ(modest.result("chainHead_v1_unpin", params(other, text(hex(block.hash)))), nullptr);
    }
    json::value event;
    do {
        event = session->next(hoarder);
    } while (event.at("event") != "stop");
    for (int i = 0; i < 1000 && notifier->chain_head().pinned() != 1; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    EXPECT_EQ(notifier->chain_head().pinned(), 1U);
    EXPECT_EQ(modest.waiting(other), 0U);
}

TEST_F(SmallLimits, StopsWhenFinalityLagsBehind)
{
    const auto id = follow();
    begin(id);
    for (int i = 0; i < 5; ++i)
        seal(Finality::Later);
    json::value event;
    int blocks = 0;
    do {
        event = session->next(id);
        blocks += event.at("event") == "newBlock" ? 1 : 0;
    } while (event.at("event") != "stop");
    EXPECT_EQ(blocks, 5);
    const auto late = follow();
    EXPECT_EQ(session->next(late).at("event"), "stop");
    ASSERT_TRUE(node.chain->finalize(node.chain->heads().best.hash));
    begin(follow());
}

TEST_F(SmallLimits, StandsAbuse)
{
    const auto id = follow();
    const auto block = begin(id);
    // what ends or has not begun
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(session->result("chainHead_v1_stopOperation", params(id, "7")), nullptr);
        EXPECT_EQ(session->error("chainHead_v1_continue", params(id, "7")), -32803);
        EXPECT_EQ(session->result("chainHead_v1_unfollow", params("nobody")), nullptr);
    }
    // follows that end at once leave neither pins nor room taken
    for (int i = 0; i < 50; ++i) {
        const auto short_lived = follow(i % 2 == 0);
        EXPECT_EQ(session->result("chainHead_v1_unfollow", params(short_lived)), nullptr);
    }
    EXPECT_EQ(notifier->chain_head().pinned(), 1U);
    // unpinning what others hold, twice, and more than there is
    EXPECT_EQ(session->error("chainHead_v1_unpin", {id, json::array{block, block}}), -32804);
    json::array many{block};
    for (int i = 0; i < 10'000; ++i)
        many.push_back(hex(H256{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 1}}));
    EXPECT_EQ(session->error("chainHead_v1_unpin", {id, many}), -32801);
    EXPECT_EQ(session->result("chainHead_v1_unpin", params(id, block)), nullptr);
    EXPECT_EQ(session->error("chainHead_v1_unpin", params(id, block)), -32801);
    EXPECT_EQ(session->error("chainHead_v1_body", params(id, block)), -32801);
    // an operation outlives the pin it began with, not the follow
    const auto next = seal();
    EXPECT_EQ(session->next(id).at("blockHash"), hex(next.hash));
    started(
        session->result("chainHead_v1_storage",
                        {id, hex(next.hash), json::array{json::object{{"key", "0x"}, {"type", "descendantsValues"}}}}));
    EXPECT_EQ(session->result("chainHead_v1_unpin", params(id, text(hex(next.hash)))), nullptr);
    json::value event;
    do {
        event = session->next(id);
    } while (event.at("event") != "operationWaitingForContinue" && event.at("event") != "operationStorageDone");
    EXPECT_EQ(session->result("chainHead_v1_unfollow", params(id)), nullptr);
    EXPECT_EQ(notifier->chain_head().pinned(), 0U);
}

TEST_F(ChainHeadTest, LetsGoOfWhoDisconnects)
{
    begin(follow());
    EXPECT_EQ(notifier->chain_head().pinned(), 1U);
    session->disconnect();
    seal();
    for (int i = 0; i < 1000 && notifier->chain_head().pinned() != 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    EXPECT_EQ(notifier->chain_head().pinned(), 0U);
}

class OldPins : public ChainHeadTest {
protected:
    OldPins() : ChainHeadTest{{.behind = 3}} {}
};

TEST_F(OldPins, DoNotHoldUpPruningForEver)
{
    const auto id = follow();
    begin(id); // genesis stays pinned
    json::value event;
    for (int i = 0; i < 4; ++i) {
        const auto block = seal();
        do {
            event = session->next(id);
        } while (event.at("event") != "finalized");
        EXPECT_EQ(session->result("chainHead_v1_unpin", params(id, text(hex(block.hash)))), nullptr);
    }
    EXPECT_EQ(session->next(id).at("event"), "stop");
    EXPECT_EQ(notifier->chain_head().pinned(), 0U);
}

class Pruning : public ChainHeadTest {
protected:
    Pruning() : ChainHeadTest{{}, {.state_pruning = node::Pruning::last(2), .blocks_pruning = {}}} {}
};

TEST_F(Pruning, NeverTakesWhatIsPinned)
{
    const auto held = seal();
    const auto id = follow(true);
    begin(id);
    const std::string block = text(hex(held.hash));
    for (int i = 0; i < 8; ++i)
        seal();
    json::value event;
    for (int finalized = 0; finalized < 8;)
        finalized += session->next(id).at("event") == "finalized" ? 1 : 0;
    started(session->result("chainHead_v1_call", params(id, block, "Core_version", "0x")));
    EXPECT_EQ(session->next(id).at("event"), "operationCallDone");
    EXPECT_EQ(session->result("chainHead_v1_unpin", {id, json::array{block, hex(node.chain->heads().genesis)}}),
              nullptr);
    for (int i = 0; i < 3; ++i)
        seal();
    EXPECT_FALSE(node.chain->state_at(held.hash)) << "it is pruned once nobody holds it";
}

TEST(MerkleValue, ChangesIfAndOnlyIfSomethingBelowDoes)
{
    const auto value = [](const std::vector<std::pair<Bytes, Bytes>>& entries, const Bytes& key) {
        std::vector<trie::Change> changes;
        for (const auto& [k, v] : entries)
            changes.push_back({k, v});
        trie::MemoryNodes nodes;
        auto update = need(trie::update(nodes, trie::kEmptyRoot, changes, trie::StateVersion::V1), "update");
        nodes.insert(std::move(update.inserted));
        return need(closest_merkle_value(nodes, update.root, key), "value");
    };
    const Bytes big(40, 7);
    std::vector<std::pair<Bytes, Bytes>> entries{{{1, 1}, big}, {{1, 2}, {2}}, {{2, 1}, {3}}};
    const auto before = entries;
    entries[2].second = {4};
    EXPECT_EQ(value(before, {1}), value(entries, {1}));
    EXPECT_NE(value(before, {2}), value(entries, {2}));
    EXPECT_NE(value(before, {}), value(entries, {}));
    EXPECT_EQ(value(before, {})->size(), 32U);
    EXPECT_LT(value(before, {2})->size(), 32U) << "a small node stands for itself";
    EXPECT_EQ(value(before, {2}), value(before, {2, 1})) << "the nearest node below";
    EXPECT_EQ(value(before, {3}), std::nullopt);
    EXPECT_EQ(value(before, {2, 1, 0}), std::nullopt);
    EXPECT_EQ(value({}, {}), std::nullopt);
}

} // namespace
} // namespace phala::node::rpc
