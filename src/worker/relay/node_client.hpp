#pragma once
// A JSON-RPC client over WebSocket, for one thread. Everything it returns is the word of the node at the other end.
#include "base/json.hpp"
#include "base/result.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace phala::worker {

enum class NodeError : std::uint8_t {
    BadUrl,
    CannotConnect,
    Disconnected,
    Timeout,
    BadAnswer, ///< no JSON-RPC, or not of the expected form
    Refused,   ///< the node answered with an error
    UnknownBlock,
};
std::string_view describe(NodeError error);

class NodeClient {
public:
    /// Connects to "ws://host:port".
    static Outcome<NodeClient> connect(const std::string& url, std::chrono::milliseconds timeout);

    NodeClient(NodeClient&&) noexcept;
    NodeClient& operator=(NodeClient&&) noexcept;
    ~NodeClient();

    /// The result of a call. Fails with Refused where the node answers with an error; its text is the detail.
    Outcome<json::Value> call(std::string_view method, json::Array parameters = {});

    /// As call, for a result that is "0x…", decoded; null is no bytes.
    Outcome<std::optional<Bytes>> call_bytes(std::string_view method, json::Array parameters = {});

    /// Begins a subscription; wait() then returns its notifications.
    Outcome<> subscribe(std::string_view method, json::Array parameters = {});

    /// The next notification's result; nothing when none came in time.
    Outcome<std::optional<json::Value>> wait(std::chrono::milliseconds timeout);

private:
    struct Impl;
    explicit NodeClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::worker
