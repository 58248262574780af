// What contracts make a cluster do: hooks at the ends of blocks, newer system code, wishes that no worker here fulfils.
#include "worker/core/probed_network_testing.hpp"

namespace phala::worker {
namespace {

using namespace testing;

constexpr std::uint32_t kIncrement = static_cast<std::uint32_t>(Probe::Increment) << 24; ///< a selector: big-endian

struct HookedNetwork : ProbedNetwork {
    static constexpr std::uint64_t kGas = 1'000'000'000'000;

    HookedNetwork()
    {
        chain.push_from_pallet("PhalaPhatContracts", ClusterOperation{ClusterOperation::Deposit{
                                                         cluster, AccountId{probe.bytes}, 100 * kPha}});
        block();
    }

    [[nodiscard]] Bytes hook(const H256& contract, std::uint32_t selector = kIncrement) const
    {
        return pink_event({engine::SetHook{engine::HookPoint::OnBlockEnd, AccountId{contract.bytes}, selector, kGas}});
    }
    std::uint32_t counter(const Worker& worker)
    {
        const auto answer = run(worker, request(Probe::Get)).result.value().data;
        return from_le<std::uint32_t>(ByteView{answer}.first<4>());
    }
};

TEST(Hook, RunsOnceAtTheEndOfEveryBlock)
{
    HookedNetwork network;
    network.tell(network.probe, network.hook(network.probe));
    network.block();
    EXPECT_EQ(network.counter(network.first), 0U) << "only the system contract sets hooks";
    network.tell(network.system, network.hook(network.probe));
    EXPECT_EQ(network.counter(network.first), 1U) << "the block that sets it ends with it";
    network.tell(network.probe, network.request(Probe::Increment));
    EXPECT_EQ(network.counter(network.first), 3U);
    network.first.restart();
    for (int i = 0; i < 4; ++i)
        network.chain.seal(); // blocks that the workers read together
    network.block();
    for (const auto* worker : {&network.first, &network.second})
        EXPECT_EQ(network.counter(*worker), 8U);
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Hook, ReadsTheClockFromTheBlockThatSetsTheFirstOne)
{
    HookedNetwork network;
    for (int i = 0; i < 10; ++i)
        network.block();
    const auto clock = lane_id({LaneKind::Clock{}});
    const auto clock_reads = [&] {
        std::vector<std::uint64_t> out;
        network.chain.seal();
        auto output = network.first.step(network.chain.anchor(network.first.core.wants().anchor));
        while (output && !output->block_complete) {
            const auto wants = network.first.core.wants();
            if (wants.chunk && wants.chunk->lane == clock)
                out.push_back(wants.chunk->from);
            output = wants.chunk ? network.first.step(network.chain.chunk(*wants.chunk, 1))
                                 : network.first.step(network.chain.anchor(wants.anchor));
        }
        EXPECT_TRUE(output) << output.error().message();
        network.first.store.commit(std::move(output->records));
        network.first.core.committed();
        EXPECT_TRUE(network.second.follow(network.chain));
        return out;
    };
    EXPECT_EQ(clock_reads(), (std::vector<std::uint64_t>{})) << "nobody waits for the ends of blocks";
    network.first.restart();
    // the first tick is that of block 1
    network.command(network.bob, network.system, network.hook(network.probe), ++network.commands);
    const std::uint64_t setting = network.chain.number();
    EXPECT_EQ(clock_reads(), (std::vector{setting}));
    EXPECT_EQ(clock_reads(), (std::vector{setting + 1}));
    EXPECT_EQ(network.counter(network.first), 2U);
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(Hook, SeesItsBlockAfterAllMessages)
{
    HookedNetwork network;
    network.tell(network.system,
                 network.hook(network.probe, static_cast<std::uint32_t>(Probe::IncrementAndTrap) << 24));
    EXPECT_EQ(network.counter(network.first), 0U) << "a failing hook changes nothing";
    network.tell(network.system, network.hook(network.probe));
    EXPECT_EQ(network.counter(network.first), 1U) << "one hook for each contract, the newest";
}

TEST(Hook, IsPaidByItsContract)
{
    HookedNetwork network;
    const auto balance = [&] {
        const auto answer = network.data(network.first, network.extension(16, AccountId{network.probe.bytes}));
        return from_le<Balance>(ByteView{*from_hex(answer)}.first<16>());
    };
    const auto before = balance();
    network.tell(network.system, network.hook(network.probe));
    EXPECT_LT(balance(), before);
    const auto poor = network.deploy_code(network.system_code, {}, "poor");
    network.block();
    network.tell(network.system, network.hook(poor));
    const auto answer = network.query(network.first, &network.bob, poor,
                                      InkQuery::InkMessage{network.request(Probe::Get), 0, 0, false});
    const auto result = scale::decode<engine::ContractExecResult>(answer.value().value()).value();
    EXPECT_EQ(to_hex(result.result.value().data), "00000000") << "it cannot pay";
}

TEST(Hook, EndsWithItsContract)
{
    HookedNetwork network;
    network.tell(network.system, network.hook(network.probe));
    network.tell(network.probe, network.request(Probe::Terminate, network.alice.account()));
    network.block();
    network.block();
    EXPECT_EQ(network.first.core.status().snapshot->code_hash(network.probe), std::nullopt);
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(SystemContract, ImportsTheChainsNewestSystemCode)
{
    HookedNetwork network;
    const auto newer = engine::testing::wat(engine::testing::kProxy);
    const auto hash = code_hash(newer);
    const auto imported = [&] { return network.data(network.first, network.extension(19, hash, false)); };
    const auto import = network.extension(20, AccountId{network.bob.account()});
    network.tell(network.system, import);
    EXPECT_EQ(imported(), "00") << "what the chain has is what is there";
    network.chain.push_from_pallet("PhalaPhatContracts", SystemCode{2, newer});
    network.tell(network.probe, import);
    EXPECT_EQ(imported(), "00") << "no other contract may";
    network.tell(network.system, import);
    EXPECT_EQ(imported(), "01");
    network.first.restart();
    EXPECT_EQ(imported(), "01");
    EXPECT_EQ(network.root(network.first), network.root(network.second));
}

TEST(SystemContract, ARuntimeThatThisWorkerDoesNotHaveStopsIt)
{
    HookedNetwork network;
    const auto before = network.root(network.first);
    network.command(network.bob, network.system, network.pink_event({engine::UpgradeRuntimeTo{1, 3}}), 99);
    network.chain.seal();
    for (int round = 0; round < 2; ++round) {
        auto output = network.first.step(network.chain.anchor(network.first.core.wants().anchor));
        while (output && !output->block_complete)
            output = network.first.step(network.chain.chunk(*network.first.core.wants().chunk));
        ASSERT_FALSE(output);
        EXPECT_TRUE(output.error().is(CoreError::Unsupported)) << output.error().message();
        EXPECT_NE(output.error().message().find("version 1.3 of the contracts' runtime, for its cluster"),
                  std::string::npos);
        EXPECT_EQ(network.root(network.first), before) << "as if the command had not come";
        network.first.restart();
    }
}

TEST(SystemContract, WishesThatNoWorkerHereFulfilsAreTold)
{
    HookedNetwork network;
    const auto notes_of = [&](engine::PinkEvent event) {
        network.command(network.bob, network.system, network.pink_event(std::move(event)), ++network.commands);
        network.chain.seal();
        const auto root = network.root(network.first);
        std::string notes;
        auto output = network.first.step(network.chain.anchor(network.first.core.wants().anchor));
        while (output && !output->block_complete) {
            const auto chunk = network.first.core.wants().chunk;
            output = network.first.step(network.chain.chunk(*chunk));
            for (const auto& note : output->notes)
                notes += note + "\n";
        }
        network.first.store.commit(std::move(output->records));
        network.first.core.committed();
        EXPECT_NE(network.root(network.first), root) << "the command itself is carried out";
        return notes;
    };
    const AccountId target{network.probe.bytes};
    EXPECT_NE(notes_of({engine::DeploySidevmTo{target, {}}}).find("this worker runs none"), std::string::npos);
    EXPECT_NE(notes_of({engine::ForceStopSidevm{target}}).find("this worker runs none"), std::string::npos);
    EXPECT_EQ(notes_of({engine::UpgradeRuntimeTo{1, 2}}), "");
    EXPECT_EQ(notes_of({engine::SetJsRuntime{H256{ByteArray<32>{7}}}}), "");
    EXPECT_EQ(network.first.core.status().snapshot->js_runtime(), H256{ByteArray<32>{7}});
    network.first.restart();
    EXPECT_EQ(network.first.core.status().snapshot->js_runtime(), H256{ByteArray<32>{7}});
}

} // namespace
} // namespace phala::worker
