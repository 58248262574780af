#include "worker/relay/relay.hpp"

#include "runtime/khala/encode_call.hpp"
#include "worker/core/network_testing.hpp"
#include "worker/relay/fake_node_testing.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

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

/// Warnings that are logged while it lives.
class Warnings {
public:
    Warnings()
    {
        auto logger = std::make_shared<spdlog::logger>("test", sink_);
        logger->set_pattern("%v");
        logger->set_level(spdlog::level::warn);
        spdlog::set_default_logger(std::move(logger));
    }
    Warnings(const Warnings&) = delete;
    Warnings& operator=(const Warnings&) = delete;
    ~Warnings() { spdlog::set_default_logger(before_); }

    [[nodiscard]] std::vector<std::string> lines() const { return sink_->last_formatted(); }
    [[nodiscard]] std::string text() const
    {
        std::string out;
        for (const auto& line : lines())
            out += line;
        return out;
    }

private:
    std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> sink_ =
        std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(1000);
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

/// Waits until it holds.
template <class Holds>
bool comes(Holds&& holds)
{
    for (const auto end = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(2ms))
        if (holds())
            return true;
    return false;
}

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

/// The answer with its `result` changed.
template <class Change>
std::string changed_result(const std::string& honest, Change&& change)
{
    auto value = *json::parse(honest);
    change(value["result"]);
    return json::dump(value);
}

struct Refusal {
    std::string_view name, method;
    std::function<std::optional<std::string>(const std::string&)> lie;
    std::string_view line; ///< what the worker says, or a part of it
};

std::vector<Refusal> refusals()
{
    const auto kind = [](std::string_view of) {
        return [of](const std::string& honest) { return nonsense(of, honest); };
    };
    const auto lane = [](std::function<void(json::Array&, json::Array&)> change) {
        return [change = std::move(change)](const std::string& honest) {
            return std::optional{changed_result(honest, [&](json::Value& result) {
                auto& leaves = *result["leaves"].array();
                if (leaves.size() > 1)
                    change(leaves, *result["payloads"].array());
            })};
        };
    };
    constexpr std::string_view kNonsense = "said what cannot be true: ";
    return {
        {"silence", "chain_getFinalizedHead", kind("silence"), "the node did not answer in time"},
        {"hangs up", "chain_getFinalizedHead", kind("hangs up"), "the node closed the connection"},
        {"an error", "state_getReadProof", kind("error"), "the node refused: state_getReadProof: busy"},
        {"no JSON", "state_getReadProof", kind("no JSON"), "the node's answer is not understood"},
        {"undecodable", "phala_laneRange", kind("another type"), "the node's answer is not understood"},
        {"another header", "chain_getHeader", kind("one changed digit"),
         "the header is not the one that was asked for"},
        {"unknown block", "chain_getHeader", kind("nothing"), "the node does not know the block"},
        {"no proof", "state_getReadProof",
         [](const std::string& honest) {
             return std::optional{changed_result(honest, [](json::Value& result) { result["proof"] = json::Array{}; })};
         },
         kNonsense},
        {"a changed proof", "state_getReadProof", kind("one changed digit"), kNonsense},
        {"a gap", "phala_laneRange", lane([](json::Array& leaves, json::Array& payloads) {
             leaves.erase(leaves.begin());
             payloads.erase(payloads.begin());
         }),
         kNonsense},
        {"a repeated message", "phala_laneRange", lane([](json::Array& leaves, json::Array& payloads) {
             leaves.push_back(leaves.back());
             payloads.push_back(payloads.back());
         }),
         kNonsense},
        {"another order", "phala_laneRange", lane([](json::Array& leaves, json::Array& payloads) {
             std::ranges::reverse(leaves);
             std::ranges::reverse(payloads);
         }),
         kNonsense},
        {"another payload", "phala_laneRange",
         lane([](json::Array&, json::Array& payloads) { std::ranges::reverse(payloads); }), kNonsense},
        {"a payload too few", "phala_laneRange", lane([](json::Array&, json::Array& payloads) { payloads.pop_back(); }),
         "the node's answer is not understood"},
    };
}

TEST(Relay, HasOneLineForEachKindOfRefusal)
{
    CountingNetwork network;
    for (const auto& refusal : refusals()) {
        const Warnings warnings;
        std::atomic<bool> lies = true;
        FakeNode node{network.chain,
                      [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                          return lies && method == refusal.method ? refusal.lie(answer) : answer;
                      }};
        Follower follower{network.chain, node.url()};
        EXPECT_TRUE(comes([&] { return node.connections() >= 6; })) << refusal.name << ": it must try again";
        const auto lines = warnings.lines();
        ASSERT_EQ(lines.size(), 1U) << refusal.name << ": " << warnings.text();
        EXPECT_TRUE(lines[0].starts_with("stuck at block ")) << lines[0];
        EXPECT_NE(lines[0].find(refusal.line), std::string::npos) << refusal.name << ": " << lines[0];
        EXPECT_EQ(std::ranges::count(lines[0], '\n'), 1) << "its end";
        EXPECT_NE(follower.progress().problem.find(refusal.line), std::string::npos) << refusal.name;
        lies = false;
        EXPECT_TRUE(follower.reaches(network.chain.number())) << refusal.name;
        network.expect_equal(follower.status());
        EXPECT_TRUE(follower.stop());
        EXPECT_EQ(warnings.lines().size(), 1U) << refusal.name << ": " << warnings.text();
        node.go_away();
    }
}

TEST(Relay, HasOneLineForANodeThatIsGoneOrOfAnotherChain)
{
    FakeChain chain;
    chain.seal();
    {
        const Warnings warnings;
        Follower follower{chain, "ws://127.0.0.1:1"};
        EXPECT_TRUE(comes([&] { return !follower.progress().problem.empty(); }));
        std::this_thread::sleep_for(100ms);
        ASSERT_EQ(warnings.lines().size(), 1U) << warnings.text();
        EXPECT_NE(warnings.text().find("cannot connect to the node: ws://127.0.0.1:1"), std::string::npos);
    }
    FakeChain other;
    other.seal();
    FakeNode node{other, [](std::string_view method, const std::string& answer) {
                      return method != "state_getReadProof" && method != "chain_getBlockHash"
                                 ? std::optional{answer}
                                 : std::optional{changed_result(answer, [](json::Value& result) {
                                       if (result.string() != nullptr)
                                           result = to_hex0x(Bytes(32, 7));
                                   })};
                  }};
    const Warnings warnings;
    Follower follower{chain, node.url()};
    const auto ended = follower.end();
    ASSERT_FALSE(ended);
    EXPECT_NE(ended.error().message().find("the node follows 0x0707"), std::string::npos) << ended.error().message();
    EXPECT_TRUE(warnings.lines().empty()) << "the program's last line says it: " << warnings.text();
    node.go_away();
}

TEST(Relay, SaysThatItsNodeIsBehind)
{
    CountingNetwork network;
    const auto old = to_hex0x(network.chain.hash());
    network.count();
    std::atomic<bool> lags = false;
    const Warnings warnings;
    FakeNode node{network.chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      if (method != "chain_getFinalizedHead" || !lags)
                          return answer;
                      return changed_result(answer, [&](json::Value& result) { result = old; });
                  }};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    EXPECT_TRUE(comes([&] { return follower.progress().connected; }));
    lags = true;
    const auto problem = [&] { return follower.progress().problem; };
    EXPECT_TRUE(comes([&] { return !problem().empty(); }));
    const auto number = network.chain.number();
    EXPECT_EQ(problem(), "the node is behind this worker: its newest final block is " + std::to_string(number - 1)
                             + ", this worker stands at " + std::to_string(number) + "; waiting for it");
    std::this_thread::sleep_for(1200ms); // it looks twice more
    EXPECT_EQ(warnings.lines().size(), 1U) << warnings.text();
    lags = false;
    EXPECT_TRUE(comes([&] { return problem().empty(); }));
    node.with_chain([&](const FakeChain&) { network.count(); });
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    network.expect_equal(follower.status());
    EXPECT_TRUE(follower.stop());
    node.go_away();
}

TEST(Relay, RecoversFromABlockThatTheChainTookBack)
{
    CountingNetwork network;
    std::atomic<bool> holds = false;
    const Warnings warnings;
    FakeNode node{network.chain, [&](std::string_view method, const std::string& answer) -> std::optional<std::string> {
                      return holds && method == "phala_laneRange" ? std::optional{std::string{}} : answer;
                  }};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    holds = true; // it takes the proof of the next block and gets no message of it
    H256 taken_back, kept;
    const auto create = labelled("create", scale::encode(std::uint64_t{0}));
    const int connections = node.connections();
    std::optional<FakeChain> before;
    node.with_chain([&](FakeChain& chain) {
        before = chain;
        taken_back = network.deploy("probe", create, "taken back");
        chain.seal();
    });
    ASSERT_TRUE(comes([&] { return node.connections() > connections + 2; }));
    node.with_chain([&](FakeChain& chain) {
        chain = *before;
        kept = network.deploy("probe", create, "kept");
        network.block();
        network.count();
        network.count();
    });
    holds = false;
    ASSERT_TRUE(follower.reaches(network.chain.number())) << warnings.text();
    network.expect_equal(follower.status());
    EXPECT_EQ(follower.status().pending_messages, network.second.core.status().pending_messages);
    EXPECT_EQ(follower.status().snapshot->code_hash(taken_back), std::nullopt);
    EXPECT_NE(follower.status().snapshot->code_hash(kept), std::nullopt);
    std::size_t lines = 0;
    for (const auto& line : warnings.lines())
        lines += line.starts_with("the node has taken back block 0x") ? 1U : 0U;
    EXPECT_EQ(lines, 1U) << warnings.text();
    for (const auto& extrinsic : node.submitted()) // what it had to say of that block was never said
        EXPECT_EQ(extrinsic.find(to_hex(taken_back)), std::string::npos);
    EXPECT_TRUE(follower.stop());
    node.go_away();
}

TEST(Relay, SaysThatTheChainWentBackBehindItAndWaits)
{
    CountingNetwork network;
    const auto before = network.chain;
    network.count();
    const Warnings warnings;
    FakeNode node{network.chain};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    const auto kept = network.chain;
    const auto number = kept.number();
    const auto problem = [&] { return follower.progress().problem; };
    for (int blocks = 1; blocks < 4; ++blocks) { // as long as its own chain, then longer
        node.with_chain([&](FakeChain& chain) {
            chain = before;
            network.fund(network.bob);
            for (int i = 0; i < blocks; ++i)
                chain.seal();
        });
        EXPECT_TRUE(comes([&] {
            return problem().starts_with("the node's chain is not the one that this worker executed");
        })) << problem();
        EXPECT_NE(problem().find("block " + std::to_string(number) + " is "), std::string::npos) << problem();
        EXPECT_EQ(follower.status().anchor_number, number);
    }
    EXPECT_EQ(warnings.lines().size(), 1U) << warnings.text();
    node.with_chain([&](FakeChain& chain) {
        chain = kept;
        network.count();
    });
    ASSERT_TRUE(follower.reaches(network.chain.number())) << "without a restart";
    network.expect_equal(follower.status());
    EXPECT_TRUE(comes([&] { return problem().empty(); }));
    EXPECT_TRUE(follower.stop());
    node.go_away();
}

TEST(Relay, StopsBeforeWhatItCannotDoAndSaysWhatToDo) // trust-and-keys §3.7
{
    CountingNetwork network;
    const Warnings warnings;
    FakeNode node{network.chain};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    const auto before = follower.status();
    node.with_chain([&](FakeChain& chain) {
        chain.push_from_pallet("PhalaPhatContracts", PinkVersion{1, 3});
        chain.seal();
        chain.seal();
    });
    EXPECT_TRUE(
        comes([&] { return follower.progress().problem.find("install a newer phala-worker") != std::string::npos; }));
    ASSERT_EQ(warnings.lines().size(), 1U) << warnings.text();
    EXPECT_NE(warnings.text().find("version 1.3 of the contracts' runtime"), std::string::npos);
    EXPECT_EQ(follower.status().anchor_number, before.anchor_number);
    EXPECT_EQ(follower.status().snapshot->state_root(), before.snapshot->state_root());
    EXPECT_TRUE(follower.stop()) << "it waits to be ended";
    node.go_away();
}

TEST(Relay, F05RegistersAgainInTime)
{
    CountingNetwork network;
    const auto key = network.second.core.public_key();
    EXPECT_EQ(worker_valid_until_key(key), runtime::phala_registry::WorkerValidUntil::key(key));
    EXPECT_EQ(worker_measurement_key(key), runtime::phala_registry::WorkerMeasurement::key(key));
    EXPECT_EQ(program_status_key({1, 2}), runtime::phala_registry::MeasurementStatus::key({1, 2}));

    const Warnings warnings;
    FakeNode node{network.chain};
    Follower follower{network.chain, node.url()};
    ASSERT_TRUE(follower.reaches(network.chain.number()));
    const auto registration = to_hex(runtime::khala::encode_call(
        runtime::phala_registry::register_worker_v2{network.second.core.registration({}), std::nullopt}));
    const auto sent = [&] {
        return std::ranges::count_if(node.submitted(), [&](const std::string& extrinsic) {
            return extrinsic.find(registration) != std::string::npos;
        });
    };
    const auto lasts = [&](std::uint64_t ms) {
        node.with_chain([&](FakeChain& chain) {
            chain.valid_until[key] = follower.status().block_time_ms + ms;
            network.count();
        });
        ASSERT_TRUE(follower.reaches(network.chain.number()));
        node.with_chain([&](const FakeChain&) { network.count(); }); // what follows the block has been done by the next
        ASSERT_TRUE(follower.reaches(network.chain.number()));
    };
    lasts(kRegistrationValidity / 2);
    EXPECT_EQ(sent(), 0) << "there is time";
    lasts(kRegistrationValidity / 3);
    EXPECT_EQ(sent(), 1);
    lasts(kRegistrationValidity);
    EXPECT_EQ(sent(), 1);
    EXPECT_TRUE(warnings.lines().empty()) << warnings.text();
    for (int i = 0; i < 3; ++i)
        lasts(0);
    EXPECT_GE(sent(), 2) << "expired: again, and again while it does not help";
    EXPECT_EQ(warnings.text(), "this worker's registration does not count: it has expired; registering again\n");
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
