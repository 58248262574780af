// What queries do beside answering: contracts' caches, lines for the logger.
#include "worker/core/probed_network_testing.hpp"

namespace phala::worker {
namespace {

using namespace testing;

const Bytes kKey{'k'}, kValue{'v'};
constexpr std::string_view kFound = "010476", kNothing = "00";

TEST(Query, KeepsNothingInACacheWithoutWeight)
{
    ProbedNetwork network;
    network.data(network.first, network.extension(6, kKey, kValue));
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kNothing);
    EXPECT_EQ(network.first.core.status().snapshot->weight(network.probe), 0U);
}

TEST(Query, WritesIntoTheCacheOfItsWorkerAndContractAtOnce)
{
    ProbedNetwork network;
    network.weigh(network.probe, 1);
    EXPECT_EQ(network.first.core.status().snapshot->weight(network.probe), 1U);
    const auto root = network.root(network.first);
    network.data(network.first, network.extension(6, kKey, kValue));
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kFound);
    EXPECT_EQ(network.data(network.second, network.extension(8, kKey)), kNothing) << "another worker, another cache";
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey), true), kNothing) << "estimations see none";
    network.data(network.first, network.extension(7, kKey, std::uint64_t{60}));
    network.first.now_ms += 59'000;
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kFound);
    network.first.now_ms += 1'000;
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kNothing) << "after a minute";
    network.data(network.first, network.extension(6, kKey, kValue));
    EXPECT_EQ(network.data(network.first, network.extension(9, kKey)), kFound) << "removes and gives";
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kNothing);
    EXPECT_EQ(network.root(network.first), root) << "the state knows nothing of it";
}

TEST(Query, ChangesTheCacheByEventsThatSurvive)
{
    ProbedNetwork network;
    network.weigh(network.probe, 1);
    const auto set = network.pink_event({engine::CacheOp{{engine::CacheSet{kKey, kValue}}}});
    network.data(network.first, set, true);
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kNothing) << "estimations do nothing";
    network.data(network.first, set);
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kFound);
}

TEST(Command, ChangesTheCacheOfEveryWorkerWithItsBlock)
{
    ProbedNetwork network;
    network.weigh(network.probe, 1);
    network.tell(network.probe, network.extension(6, kKey, kValue));
    for (const auto* worker : {&network.first, &network.second})
        EXPECT_EQ(network.data(*worker, network.extension(8, kKey)), kFound);
    network.tell(network.probe, network.extension(9, kKey));
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kNothing);
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Command, WeighsContractsOnlyFromTheSystemContract)
{
    ProbedNetwork network;
    const auto weigh = [&](const H256& contract) {
        return network.pink_event({engine::SetContractWeight{AccountId{contract.bytes}, 5}});
    };
    network.tell(network.probe, weigh(network.probe));
    EXPECT_EQ(network.first.core.status().snapshot->weight(network.probe), 0U);
    network.tell(network.system, weigh(H256{ByteArray<32>{9}}));
    EXPECT_EQ(network.first.core.status().snapshot->weight(H256{ByteArray<32>{9}}), 0U) << "unknown";
    network.tell(network.system, weigh(network.probe));
    EXPECT_EQ(network.first.core.status().snapshot->weight(network.probe), 5U);
    network.first.restart();
    EXPECT_EQ(network.first.core.status().snapshot->weight(network.probe), 5U) << "also after a restart";
    network.data(network.first, network.extension(6, kKey, kValue));
    EXPECT_EQ(network.data(network.first, network.extension(8, kKey)), kFound);
}

TEST(Query, TellsTheLoggerWhatItsContractsSayAndThatSomebodyAsked)
{
    ProbedNetwork network;
    network.tell(network.system, network.pink_event({engine::SetLogHandler{AccountId{network.probe.bytes}}}));
    const auto blocknum = std::to_string(network.first.core.status().anchor_number);
    const auto before = network.logs(network.first);
    const auto log = network.extension(10, std::uint8_t{3}, std::string{"hello"});
    network.data(network.first, log);
    network.data(network.first, log, true);
    ASSERT_FALSE(network.run(network.first, network.request(Probe::IncrementAndTrap)).result);
    const auto text = network.logs(network.first);
    const auto id = to_hex0x(network.probe);
    const auto expect = [&](std::string_view mode, std::string_view level, std::string_view message) {
        const auto record = R"("type":"Log","blockNumber":)" + blocknum + R"(,"contract":")" + id + R"(","entry":")"
                            + id + R"(","execMode":")" + std::string{mode} + R"(","timestamp":1700000000000,"level":)"
                            + std::string{level} + R"(,"message":")" + std::string{message};
        EXPECT_NE(text.find(record), std::string::npos) << record << " in " << text;
        EXPECT_EQ(before.find(record), std::string::npos);
    };
    expect("query", "3", "hello");
    expect("estimating", "3", "hello");
    expect("query", "1", "contract call failed: ");
    EXPECT_EQ(network.logs(network.second).find("hello"), std::string::npos) << "only where it was asked";

    // a pseudonym: the same for one asker, another for another, and nobody's account
    const auto user_of = [](std::string_view records) {
        const auto at = records.rfind(R"("user":"0x)");
        return at == std::string_view::npos ? std::string{} : std::string{records.substr(at + 8, 18)};
    };
    const auto bob = user_of(text);
    EXPECT_EQ(bob.size(), 18U) << text;
    network.data(network.first, log);
    EXPECT_EQ(user_of(network.logs(network.first)), bob);
    std::swap(network.alice, network.bob);
    network.data(network.first, log);
    EXPECT_NE(user_of(network.logs(network.first)), bob);
    EXPECT_EQ(network.logs(network.first).find(to_hex(network.bob.account())), std::string::npos);

    network.block();
    network.first.restart();
    EXPECT_NE(network.logs(network.first).find("hello"), std::string::npos) << "stored with the next block";
    EXPECT_EQ(network.root(network.first), network.root(network.second)) << "outside of the root";
}

} // namespace
} // namespace phala::worker
