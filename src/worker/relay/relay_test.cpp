#include "worker/relay/relay.hpp"

#include "worker/core/network_testing.hpp"
#include "worker/relay/fake_node_testing.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <filesystem>

namespace phala::worker {
namespace {

using namespace testing;
using namespace std::chrono_literals;

struct Folder {
    std::string path = [] {
        std::string name = (std::filesystem::temp_directory_path() / "phala-relay-XXXXXX").string();
        return std::string{mkdtemp(name.data())};
    }();
    Folder() = default;
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
};

/// The second worker of a network once more, with a store and a relay of its own.
class Follower {
public:
    Follower(const FakeChain& chain, const std::string& url) : core_{make(chain, *store_)}
    {
        RelayOptions options;
        options.node_url = url;
        options.endpoints = [] { return std::vector<std::string>{"http://127.0.0.1:1"}; };
        options.call_timeout = 300ms;
        options.first_retry = options.last_retry = 1ms;
        relay_.emplace(core_, *store_, *tee_, published_, offered_, crypto::KeyPair::from_uri("//worker//2").value(),
                       options);
        thread_ = std::thread{[this] { ended_ = relay_->run(stop_.get_token()); }};
    }
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower() { stop(); }

    Outcome<> stop()
    {
        stop_.request_stop();
        return end();
    }
    /// Waits until it ends by itself.
    Outcome<> end()
    {
        if (thread_.joinable())
            thread_.join();
        return ended_;
    }

    [[nodiscard]] Status status() const { return *published_.get(); }
    [[nodiscard]] Progress progress() const { return *published_.progress(); }
    bool reaches(BlockNumber number) const
    {
        for (const auto end = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < end;
             std::this_thread::sleep_for(2ms))
            if (status().anchor_number >= number)
                return true;
        return false;
    }

private:
    static Core make(const FakeChain& chain, const RecordReader& store)
    {
        ByteArray<32> seed{};
        seed.fill(2);
        return Core::create({chain.genesis(), 0, true}, crypto::sr25519::KeyPair{Secret<32>{seed}}, store).value();
    }

    Folder folder_;
    std::unique_ptr<tee::Provider> tee_ = tee::software_provider(folder_.path).value();
    std::unique_ptr<tee::SealedStore> store_ =
        tee::SealedStore::open(folder_.path + "/store", tee_->sealing_key("store").value()).value();
    Core core_;
    Published published_;
    OfferedState offered_;
    std::stop_source stop_;
    std::optional<Relay> relay_;
    Outcome<> ended_;
    std::thread thread_;
};

/// A cluster with a probe that counts, and what it counted.
struct CountingNetwork : Network {
    H256 probe{};
    std::uint8_t commands = 0;

    CountingNetwork()
    {
        start();
        probe = deploy("probe", labelled("create", scale::encode(std::uint64_t{0})), "p");
        fund(bob);
        block();
        block();
        count();
    }

    /// One more command, in a block of its own.
    void count()
    {
        ++commands;
        command(bob, probe, labelled("increment", scale::encode(std::uint64_t{commands})), commands);
        block();
    }

    void expect_equal(const Status& status) const
    {
        const auto undisturbed = second.core.status();
        EXPECT_EQ(status.anchor_number, undisturbed.anchor_number);
        EXPECT_EQ(status.processed_global, undisturbed.processed_global);
        ASSERT_NE(status.snapshot, nullptr);
        EXPECT_EQ(to_hex(status.snapshot->state_root()), to_hex(undisturbed.snapshot->state_root()));
    }
};

TEST(Relay, CatchesUpAndGoesOnWithBlocksThatItNeverSaw)
{
    CountingNetwork network;
    FakeNode node{network.chain};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    network.expect_equal(follower.status());
    node.with_chain([&](const FakeChain&) {
        for (int i = 0; i < 5; ++i)
            network.count(); // the node tells of the last of these only
    });
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    network.expect_equal(follower.status());
    EXPECT_FALSE(node.submitted().empty()) << "its endpoint and its messages";
    EXPECT_TRUE(follower.stop());
}

TEST(Relay, SurvivesANodeThatGoesAway)
{
    CountingNetwork network;
    FakeNode node{network.chain};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    for (int round = 0; round < 3; ++round) {
        node.go_away();
        network.count();
        node.come_back();
        ASSERT_TRUE(follower.reaches(network.chain.number())) << "round " << round;
        network.expect_equal(follower.status());
    }
    EXPECT_GE(node.connections(), 4);
    node.go_away();
    EXPECT_TRUE(follower.stop()) << "also while there is none";
}

TEST(Relay, EndsOnceTheChainTakesItsCluster)
{
    for (const bool destroyed : {true, false}) {
        CountingNetwork network;
        FakeNode node{network.chain};
        Follower follower{network.chain, node.url()};
        ASSERT_TRUE(follower.reaches(network.chain.number()));
        node.with_chain([&](FakeChain& chain) {
            const auto key = network.second.core.public_key();
            if (destroyed)
                chain.push_from_pallet("PhalaPhatContracts",
                                       ClusterOperation{ClusterOperation::DestroyCluster{network.cluster}});
            else
                chain.push_from_pallet("PhalaPhatContracts",
                                       ClusterOperation{ClusterOperation::RemoveWorker{network.cluster, key}});
            chain.seal();
        });
        EXPECT_TRUE(follower.end()) << "that is no failure";
        EXPECT_EQ(follower.status().anchor_number, network.chain.number()) << "the store knows of it";
        EXPECT_EQ(follower.status().snapshot, nullptr);
    }
}

TEST(Relay, EndsWhereTheNodeFollowsAnotherChain)
{
    FakeChain chain;
    chain.seal();
    FakeNode node{chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      if (method != "chain_getBlockHash")
                          return answer;
                      auto changed = *json::parse(answer);
                      changed["result"] = to_hex0x(Bytes(32, 7));
                      return json::dump(changed);
                  }};
    Follower follower{chain, node.url()};
    const auto ended = follower.end();
    ASSERT_FALSE(ended);
    EXPECT_TRUE(ended.error().is(CoreError::WrongChain)) << ended.error().message();
}

TEST(Relay, IsNotLedBackToOlderBlocksNorThroughOneTwice)
{
    CountingNetwork network;
    const auto old = to_hex0x(network.chain.hash());
    network.count();
    std::atomic<int> asked = 0;
    FakeNode node{network.chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      if (method != "chain_getFinalizedHead" || ++asked % 2 == 1)
                          return answer; // the newest, then an older one, and so on
                      auto changed = *json::parse(answer);
                      changed["result"] = old;
                      return json::dump(changed);
                  }};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    for (int round = 0; round < 3; ++round) {
        node.with_chain([&](const FakeChain&) { network.count(); });
        ASSERT_TRUE(follower.reaches(network.chain.number()));
        network.expect_equal(follower.status());
    }
    EXPECT_GE(asked, 4);
}

/// Another answer than the honest one, by the kind of nonsense.
std::optional<std::string> nonsense(std::string_view kind, const std::string& honest)
{
    auto value = *json::parse(honest);
    if (kind == "silence")
        return std::nullopt;
    if (kind == "hangs up")
        return "";
    if (kind == "half")
        return honest.substr(0, honest.size() / 2);
    if (kind == "no JSON")
        return "<html>504 Gateway Timeout</html>";
    if (kind == "deep")
        return std::string(100'000, '[');
    if (kind == "array")
        return "[1,2,3]";
    if (kind == "error") {
        json::Value error;
        error["id"] = value["id"];
        error["error"]["message"] = "busy";
        return json::dump(error);
    }
    if (kind == "another type")
        value["result"] = json::Array{nullptr, -1, "0xzz"};
    else if (kind == "nothing")
        value["result"] = nullptr;
    else if (kind == "one changed digit") { // in the longest hex text: the last digit of the last one
        std::string text = honest;
        for (auto at = text.rfind("0x"); at != std::string::npos && at > 0; at = text.rfind("0x", at - 1)) {
            const auto end = text.find('"', at);
            if (end > at + 20) {
                text[end - 1] = text[end - 1] == '0' ? '1' : '0';
                return text;
            }
        }
        return text;
    }
    return json::dump(value);
}

TEST(Relay, ComesThroughEveryKindOfNonsense)
{
    CountingNetwork network;
    std::deque<std::pair<std::string_view, std::string_view>> plan;
    for (const auto* method : {"chain_getBlockHash", "state_getRuntimeVersion", "chain_getFinalizedHead",
                               "chain_getHeader", "state_getReadProof", "phala_laneRange"})
        for (const auto* kind : {"silence", "hangs up", "half", "no JSON", "deep", "array", "error", "another type",
                                 "nothing", "one changed digit"})
            // another genesis is another chain, with which the worker would have nothing to do
            if (std::string_view{method} != "chain_getBlockHash" || std::string_view{kind} != "one changed digit")
                plan.emplace_back(method, kind);
    FakeNode node{network.chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      if (plan.empty() || plan.front().first != method)
                          return answer;
                      const auto kind = plan.front().second;
                      plan.pop_front();
                      return nonsense(kind, answer);
                  }};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    network.expect_equal(follower.status());
    node.with_chain([&](const FakeChain&) { network.count(); });
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    network.expect_equal(follower.status());
    EXPECT_TRUE(follower.stop());
    node.go_away();
    EXPECT_TRUE(plan.empty()) << plan.size() << " left, first " << plan.front().first << " " << plan.front().second;
}

TEST(Relay, RefusesLanesThatAreNotWhatTheChainCommitsTo)
{
    CountingNetwork network;
    // without leaves though there are more; one leaf missing; two exchanged; one repeated; the rest of the lane hidden
    std::deque<std::function<void(json::Value&)>> lies;
    const auto list = [](json::Value& result, std::string_view name) -> json::Array& { return *result[name].array(); };
    lies.emplace_back([&](json::Value& result) {
        list(result, "leaves").clear();
        list(result, "payloads").clear();
    });
    lies.emplace_back([&](json::Value& result) {
        list(result, "leaves").erase(list(result, "leaves").begin());
        list(result, "payloads").erase(list(result, "payloads").begin());
    });
    lies.emplace_back([&](json::Value& result) {
        std::ranges::reverse(list(result, "leaves"));
        std::ranges::reverse(list(result, "payloads"));
    });
    lies.emplace_back([&](json::Value& result) {
        list(result, "leaves").push_back(list(result, "leaves").back());
        list(result, "payloads").push_back(list(result, "payloads").back());
    });
    lies.emplace_back([&](json::Value& result) { list(result, "frontier").clear(); });
    lies.emplace_back([&](json::Value& result) { std::ranges::reverse(list(result, "payloads")); });
    lies.emplace_back([&](json::Value& result) { list(result, "payloads").pop_back(); });
    FakeNode node{network.chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      if (method != "phala_laneRange" || lies.empty())
                          return answer;
                      auto changed = *json::parse(answer);
                      if (list(changed["result"], "leaves").size() < 2 || list(changed["result"], "frontier").empty())
                          return answer;
                      lies.front()(changed["result"]);
                      lies.pop_front();
                      return json::dump(changed);
                  }};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    network.expect_equal(follower.status());
    EXPECT_TRUE(follower.stop());
    node.go_away();
    EXPECT_TRUE(lies.empty()) << lies.size() << " left";
    EXPECT_GE(node.connections(), 8) << "after each it began anew";
}

TEST(Relay, SaysInOneLineWhyItDoesNotGetOn)
{
    CountingNetwork network;
    std::atomic<bool> lies = true;
    FakeNode node{network.chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      if (method != "state_getReadProof" || !lies)
                          return answer;
                      auto changed = *json::parse(answer);
                      changed["result"]["proof"] = json::Array{};
                      return json::dump(changed);
                  }};
    Follower follower{network.chain, node.url()};
    const auto problem = [&] { return follower.progress().problem; };
    for (const auto end = std::chrono::steady_clock::now() + 30s;
         problem().empty() && std::chrono::steady_clock::now() < end;)
        std::this_thread::sleep_for(2ms);
    EXPECT_TRUE(problem().starts_with("the node at " + node.url() + " said what cannot be true: ")) << problem();
    EXPECT_EQ(problem().find('\n'), std::string::npos);
    EXPECT_EQ(follower.progress().chain_head, network.chain.number()) << "how far it is behind shows all the same";
    lies = false;
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    EXPECT_TRUE(problem().empty());
    EXPECT_TRUE(follower.stop());
    node.go_away();
}

TEST(Relay, ReadsAddressesAndSaysWhatIsWrongWithThem)
{
    for (const auto* url : {"", "http://127.0.0.1:9944", "ws://", "ws://127.0.0.1", "ws://:9944", "ws://127.0.0.1:"}) {
        const auto node = NodeClient::connect(url, 100ms);
        ASSERT_FALSE(node) << url;
        EXPECT_TRUE(node.error().is(NodeError::BadUrl)) << url;
    }
    const auto nobody = NodeClient::connect("ws://127.0.0.1:1", 1000ms);
    ASSERT_FALSE(nobody);
    EXPECT_TRUE(nobody.error().is(NodeError::CannotConnect)) << nobody.error().message();
}

} // namespace
} // namespace phala::worker
