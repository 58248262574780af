#pragma once
// For tests: a node that serves a FakeChain over JSON-RPC, honestly or as a test wants it. For .cpp files only.
#include "worker/core/chain_testing.hpp"
#include "worker/relay/node_client.hpp"

#include "base/hex.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <functional>
#include <mutex>
#include <sys/socket.h>
#include <thread>

namespace phala::worker::testing {

class FakeNode {
public:
    /// Sees each answer before it is sent and may give another text, none at all (it then stays silent), or "" to hang
    /// up. Called on the node's thread.
    using Meddle = std::function<std::optional<std::string>(std::string_view method, const std::string& answer)>;

    FakeNode(FakeChain& chain, Meddle meddle) : chain_{chain}, meddle_{std::move(meddle)} { begin(0); }
    explicit FakeNode(FakeChain& chain)
        : FakeNode{chain, [](std::string_view, const std::string& answer) { return std::optional{answer}; }}
    {
    }
    FakeNode(const FakeNode&) = delete;
    FakeNode& operator=(const FakeNode&) = delete;
    ~FakeNode() { go_away(); }

    [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_); }

    /// Work on the chain while nobody is served.
    template <class Work>
    void with_chain(Work&& work)
    {
        const std::lock_guard lock{mutex_};
        work(chain_);
    }

    void go_away()
    {
        stopping_ = true;
        {
            const std::lock_guard lock{mutex_};
            if (connection_ >= 0)
                ::shutdown(connection_, SHUT_RDWR);
        }
        if (thread_.joinable())
            thread_.join();
    }
    void come_back() { begin(port_); }

    /// Extrinsics that came, as hex.
    [[nodiscard]] std::vector<std::string> submitted()
    {
        const std::lock_guard lock{mutex_};
        return submitted_;
    }
    [[nodiscard]] int connections() const { return connections_; }

private:
    using tcp = boost::asio::ip::tcp;

    void begin(std::uint16_t port)
    {
        stopping_ = false;
        auto acceptor =
            std::make_shared<tcp::acceptor>(io_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), port});
        port_ = acceptor->local_endpoint().port();
        acceptor->non_blocking(true);
        thread_ = std::thread{[this, acceptor] {
            while (!stopping_) {
                boost::beast::error_code error;
                tcp::socket socket{io_};
                acceptor->accept(socket, error);
                if (error)
                    std::this_thread::sleep_for(std::chrono::milliseconds{2});
                else
                    serve(std::move(socket));
            }
        }};
    }

    void serve(tcp::socket socket)
    {
        socket.non_blocking(false);
        {
            const std::lock_guard lock{mutex_};
            connection_ = socket.native_handle();
        }
        ++connections_;
        boost::beast::error_code error;
        boost::beast::websocket::stream<tcp::socket> stream{std::move(socket)};
        stream.accept(error);
        while (!error && !stopping_) {
            boost::beast::flat_buffer buffer;
            stream.read(buffer, error);
            if (error)
                break;
            const auto data = buffer.cdata();
            const auto request = json::parse({static_cast<const char*>(data.data()), data.size()}).value();
            const auto& method = *request.find("method")->string();
            json::Value answer;
            answer["jsonrpc"] = "2.0";
            answer["id"] = *request.find("id");
            {
                const std::lock_guard lock{mutex_};
                const auto& parameters = *request.find("params")->array();
                const auto* at = block_of(method, parameters);
                if (at != nullptr && chain_.header(hash(*at)) == nullptr) {
                    answer["error"]["code"] = 4003;
                    answer["error"]["message"] = "Client error: UnknownBlock: " + *at->string();
                } else {
                    answer["result"] = result_of(method, parameters);
                }
            }
            const auto text = meddle_(method, json::dump(answer));
            if (text && text->empty())
                break;
            if (text)
                stream.write(boost::asio::buffer(*text), error);
        }
        const std::lock_guard lock{mutex_};
        connection_ = -1;
    }

    static H256 hash(const json::Value& text) { return H256{array_from_hex<32>(*text.string()).value()}; }
    static json::Array hex(std::span<const Bytes> items)
    {
        json::Array out;
        for (const auto& item : items)
            out.emplace_back(to_hex0x(item));
        return out;
    }

    /// The block of whose state something is asked, if so: a node may have forgotten it.
    static const json::Value* block_of(std::string_view method, const json::Array& parameters)
    {
        if (method == "state_getReadProof")
            return &parameters[1];
        return method == "phala_laneRange" ? &parameters[4] : nullptr;
    }

    json::Value result_of(std::string_view method, const json::Array& parameters)
    {
        json::Value out;
        if (method == "chain_getBlockHash") {
            const auto hash = chain_.hash_of(static_cast<BlockNumber>(parameters[0].integer()->magnitude));
            return hash ? json::Value{to_hex0x(*hash)} : json::Value{nullptr};
        }
        if (method == "chain_getFinalizedHead")
            return to_hex0x(chain_.hash());
        if (method == "state_getRuntimeVersion") {
            out["specVersion"] = 1;
            out["transactionVersion"] = 1;
        } else if (method == "chain_getHeader") {
            const auto* header = chain_.header(hash(parameters[0]));
            if (header == nullptr)
                return nullptr;
            const auto number = to_hex(
                Bytes{static_cast<std::uint8_t>(header->number >> 8), static_cast<std::uint8_t>(header->number)});
            out["parentHash"] = to_hex0x(header->parent_hash);
            out["number"] = "0x" + number;
            out["stateRoot"] = to_hex0x(header->state_root);
            out["extrinsicsRoot"] = to_hex0x(header->extrinsics_root);
            out["digest"]["logs"] = json::Array{};
        } else if (method == "state_getReadProof") {
            std::vector<Bytes> keys;
            for (const auto& key : *parameters[0].array())
                keys.push_back(from_hex(*key.string()).value());
            out["at"] = parameters[1];
            out["proof"] = hex(chain_.prove(hash(parameters[1]), keys));
        } else if (method == "phala_laneRange") {
            const LaneWant want{LaneId{array_from_hex<32>(*parameters[0].string()).value()},
                                static_cast<std::uint64_t>(parameters[1].integer()->magnitude)};
            const auto chunk = chain_.chunk(want, 3, hash(parameters[4]));
            std::vector<Bytes> leaves, frontier;
            for (const auto& leaf : chunk.leaves)
                leaves.push_back(scale::encode(leaf));
            for (const auto& node : chunk.frontier)
                frontier.push_back(to_bytes(node));
            out["leaves"] = hex(leaves);
            out["payloads"] = hex(chunk.payloads);
            out["frontier"] = hex(frontier);
        } else if (method == "system_accountNextIndex") {
            return 0;
        } else if (method == "author_submitExtrinsic") {
            submitted_.push_back(*parameters[0].string());
            return to_hex0x(Bytes(32, 5));
        } else {
            return "subscription"; // without notifications: who waits for them looks again after a while
        }
        return out;
    }

    FakeChain& chain_;
    Meddle meddle_;
    boost::asio::io_context io_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    int connection_ = -1;                // guarded by mutex_, as is the chain
    std::vector<std::string> submitted_; // likewise
    std::atomic<int> connections_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

} // namespace phala::worker::testing
