// The node as its program starts it, asked over its port.
#include "node/service.hpp"

#include "node/offchain/workers_testing.hpp"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <gtest/gtest.h>
#include <thread>

namespace phala::node {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

class Service : public ::testing::Test {
protected:
    Service()
    {
        std::string name = (std::filesystem::temp_directory_path() / "phala-service-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~Service() override
    {
        node_.reset();
        std::filesystem::remove_all(folder_);
    }

    /// Starts the node on what it kept, if it ran before.
    void start(const std::string& offchain_worker)
    {
        node_.reset();
        NodeConfig config;
        config.spec = testing::spec_of(offchain_worker);
        config.base_path = folder_;
        config.engine_cache = folder_ / "engine";
        config.node_key_file = folder_ / "node.key";
        config.keystore = folder_ / "keystore";
        config.sealing = {SealingMode::Manual, {}};
        config.author = "//Alice";
        config.rpc.port = 0;
        node_ = need(Node::start(std::move(config)), "node");
    }

    /// The whole answer to a request by HTTP.
    std::string ask(const std::string& method, const std::string& params)
    {
        asio::io_context io;
        beast::tcp_stream stream{io};
        stream.connect({asio::ip::make_address("127.0.0.1"), need(node_->summary(), "summary").rpc_port});
        http::request<http::string_body> request{http::verb::post, "/", 11};
        request.set(http::field::content_type, "application/json");
        request.body() = R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
        request.prepare_payload();
        http::write(stream, request);
        beast::flat_buffer buffer;
        http::response<http::string_body> response;
        http::read(stream, buffer, response);
        return response.body();
    }

    std::string kept() { return ask("offchain_localStorageGet", R"(["PERSISTENT","0x6b6579"])"); } // "key"

    std::filesystem::path folder_;
    std::unique_ptr<Node> node_;
};

constexpr const char* kNothing = R"({"jsonrpc":"2.0","result":null,"id":1})";
constexpr const char* kValue = R"({"jsonrpc":"2.0","result":"0x76616c7565","id":1})";

TEST_F(Service, RunsTheOffchainWorkerAfterEachBlockAndServesWhatItKeeps)
{
    start("(call $set (i32.const 1) (global.get $key) (global.get $value))");
    EXPECT_EQ(kept(), kNothing) << "no block, no run";
    const auto wait_for_value = [this] {
        for (int tries = 0; kept() != kValue && tries < 3000; ++tries) // it runs beside the node
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        EXPECT_EQ(kept(), kValue);
    };
    EXPECT_NE(ask("engine_createBlock", "[true,true]").find("\"hash\""), std::string::npos);
    wait_for_value();
    EXPECT_EQ(ask("offchain_localStorageClear", R"(["PERSISTENT","0x6b6579"])"), kNothing);
    EXPECT_EQ(kept(), kNothing);
    EXPECT_NE(ask("engine_createBlock", "[true,true]").find("\"hash\""), std::string::npos);
    wait_for_value();

    start("(call $set (i32.const 1) (global.get $key) (global.get $value))");
    EXPECT_EQ(need(node_->summary(), "summary").heads.best.number, 2U);
    EXPECT_EQ(kept(), kValue) << "it outlives the node's process";
}

} // namespace
} // namespace phala::node
