#include "worker/core/core.hpp"

#include "worker/core/network_testing.hpp"

namespace phala::worker {

namespace {

using namespace literals;
using namespace testing;

TEST(Core, BringsUpAClusterAndKeepsSecrets)
{
    Network network;
    network.start();
    EXPECT_TRUE(network.first.core.status().gatekeeper_active);
    EXPECT_EQ(network.root(network.first), network.root(network.second));

    const H256 token = network.deploy("token", labelled("create", scale::encode(Balance{1000})), "a");
    network.block();
    network.block();
    ASSERT_TRUE(network.chain.contract_keys.contains(token));
    EXPECT_EQ(network.root(network.first), network.root(network.second));

    const auto balance = [&](const crypto::KeyPair& asker, const crypto::KeyPair& of) {
        return network
            .query(network.second, &asker, token,
                   InkQuery::InkMessage{labelled("balance_of", scale::encode(network.account(of))), 0, 0, false})
            .value()
            .value();
    };
    network.command(network.alice, token,
                    labelled("transfer", scale::encode(network.account(network.bob), Balance{300})), 1);
    network.block();
    // ContractExecResult … Ok{flags 0, data: Ok(Ok(300))}, then no events
    const auto bobs = to_hex(balance(network.bob, network.bob));
    EXPECT_TRUE(bobs.ends_with("00"
                               "00000000"
                               "48"
                               "0000"
                               "2c010000000000000000000000000000"
                               "00"))
        << bobs;
    const auto strangers = to_hex(balance(network.alice, network.bob));
    EXPECT_TRUE(strangers.ends_with("00"
                                    "01000000"
                                    "0c"
                                    "0001"
                                    "02"
                                    "00"))
        << "NotYours, reverted: " << strangers;
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Core, RefusesQueriesThatAreNotInOrder)
{
    Network network;
    network.start();
    const InkQuery::InkMessage owner{labelled("owner"), 0, 0, false};
    const auto nobody = network.query(network.first, nullptr, network.system, owner).value();
    ASSERT_FALSE(nobody);
    EXPECT_TRUE(nobody.error().error.is<InkQueryError::BadOrigin>());
    const auto unknown = network.query(network.first, &network.alice, H256{}, owner);
    EXPECT_TRUE(unknown.error().is(CoreError::ContractNotFound));
    const auto sidevm = network.query(network.first, &network.alice, network.system, InkQuery::SidevmMessage{}).value();
    EXPECT_TRUE(sidevm.error().error.is<InkQueryError::SidevmNotFound>());
    QueryInput garbage;
    garbage.encrypted = Bytes(100, 7);
    const auto status = network.first.core.status();
    EXPECT_FALSE(network.first.core.query(*status.snapshot, garbage));
    EXPECT_TRUE(network.query(network.first, &network.alice, network.system, owner).value());
}

TEST(Core, AppliesEachCommandOnceAcrossRestarts)
{
    Network network;
    network.start();
    const H256 probe = network.deploy("probe", labelled("create", scale::encode(std::uint64_t{0})), "p");
    network.fund(network.bob);
    network.block();
    network.block();
    for (std::uint8_t i = 1; i <= 5; ++i) {
        network.command(network.bob, probe, labelled("increment", scale::encode(std::uint64_t{i})), i);
        // the second worker loses everything it had not committed, in the middle of a block
        network.chain.seal();
        ASSERT_TRUE(network.second.step(network.chain.anchor(network.second.core.wants().anchor)));
        network.second.restart();
        ASSERT_TRUE(network.first.follow(network.chain));
        ASSERT_TRUE(network.second.follow(network.chain));
    }
    const auto counter =
        to_hex(network.query(network.second, &network.bob, probe, InkQuery::InkMessage{labelled("get"), 0, 0, false})
                   .value()
                   .value());
    EXPECT_TRUE(counter.ends_with("24"
                                  "00"
                                  "0f00000000000000"
                                  "00"))
        << counter;
    EXPECT_EQ(network.first.core.status().processed_global, network.second.core.status().processed_global);
    EXPECT_EQ(network.root(network.first), network.root(network.second));
    network.second.restart();
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Core, SkipsWhatItCannotOpen)
{
    Network network;
    network.start();
    const auto before = network.root(network.first);
    const Bytes topic = to_bytes(command_topic(network.system));
    network.chain.push({MessageOrigin::account(network.account(network.bob)), topic, "01ff"_hex});
    network.chain.push({MessageOrigin::account(network.account(network.bob)), topic, Bytes(5000, 0)});
    network.chain.push({MessageOrigin::gatekeeper(), topic, {}});
    network.chain.push_from_pallet("Stranger", SystemCode{9, {1}});
    network.block();
    EXPECT_EQ(network.root(network.first), before);
    EXPECT_EQ(network.root(network.second), before);
}

/// Flips one bit in every byte of an input in turn (of long ones, in many): each must be refused.
template <class Change>
void refuses_every_change(Worker& worker, std::size_t bytes, Change&& changed)
{
    const std::size_t stride = std::max<std::size_t>(1, bytes / 200);
    for (std::size_t at = 0; at < bytes; at += stride)
        EXPECT_FALSE(worker.step(changed(at))) << "byte " << at << " of " << bytes;
}

TEST(Core, RefusesEveryFlippedByte)
{
    FakeChain chain;
    Worker worker{chain, 1};
    for (int i = 0; i < 9; ++i)
        chain.push_from_pallet("PhalaPhatContracts",
                               SystemCode{static_cast<std::uint16_t>(i), Bytes(10, static_cast<std::uint8_t>(i))});
    chain.seal();

    const auto anchor = chain.anchor(worker.core.wants().anchor);
    refuses_every_change(worker, anchor.header.size(), [&](std::size_t at) {
        auto bad = anchor;
        bad.header[at] ^= 1;
        return bad;
    });
    for (std::size_t node = 0; node < anchor.proof.size(); ++node)
        refuses_every_change(worker, anchor.proof[node].size(), [&](std::size_t at) {
            auto bad = anchor;
            bad.proof[node][at] ^= 1;
            return bad;
        });
    ASSERT_TRUE(worker.step(anchor));

    const auto want = *worker.core.wants().chunk;
    const auto chunk = chain.chunk(want, 5);
    const auto encoded = scale::encode(chunk.leaves);
    refuses_every_change(worker, encoded.size(), [&](std::size_t at) {
        auto bad = chunk;
        auto bytes = encoded;
        bytes[at] ^= 1;
        bad.leaves = scale::decode<std::vector<LeafV1>>(bytes).value_or(std::vector<LeafV1>{});
        return bad;
    });
    refuses_every_change(worker, 5 * 13, [&](std::size_t at) {
        auto bad = chunk;
        auto& payload = bad.payloads[at / 13];
        payload[at % payload.size()] ^= 1;
        return bad;
    });
    refuses_every_change(worker, chunk.frontier.size() * 32, [&](std::size_t at) {
        auto bad = chunk;
        bad.frontier[at / 32].bytes[at % 32] ^= 1;
        return bad;
    });
    ASSERT_TRUE(worker.step(chunk)) << "the good one is still taken";
}

TEST(Core, KeepsToItsChainAndToTheOrderOfBlocks)
{
    FakeChain chain;
    Worker worker{chain, 1};
    chain.seal();
    const auto first = chain.anchor(worker.core.wants().anchor);
    ASSERT_TRUE(worker.follow(chain));
    const auto again = worker.step(first);
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().is(CoreError::OldHeader));

    Core::Config other = worker.config;
    other.genesis_hash.bytes[0] ^= 1;
    const auto moved = Core::create(other, crypto::sr25519::KeyPair{Secret<32>{ByteArray<32>{1}}}, worker.store);
    ASSERT_FALSE(moved);
    EXPECT_TRUE(moved.error().is(CoreError::WrongChain));
}

TEST(Core, AnswersLogQueriesThroughTheHandler)
{
    Network network;
    network.start();
    const H256 logger = network.deploy("log_server", labelled("default"), "log");
    network.block();
    network.block();
    network.command(network.alice, network.system, call("aa1e2030", scale::encode(std::string{"PinkLogger"}, logger)),
                    9);
    network.block();
    network.command(network.alice, network.system, call("aa1e2030", scale::encode(std::string{"Other"}, logger)), 10);
    network.block();
    const auto answer = network
                            .query(network.first, nullptr, logger,
                                   InkQuery::SidevmMessage{to_bytes(R"({"action":"GetLog","from":-10,"count":10})")})
                            .value();
    ASSERT_TRUE(answer);
    const std::string text{text_of(*answer)};
    EXPECT_NE(text.find(R"("type":"MessageOutput")"), std::string::npos) << text;
    EXPECT_NE(text.find(to_hex0x(Bytes(32, 10))), std::string::npos) << text;
    EXPECT_EQ(text.find(R"("type":"Log")"), std::string::npos) << "successful transactions log nothing: " << text;
}

} // namespace
} // namespace phala::worker
