#pragma once
// A small HTTP server: one thread for connections, a pool for the work. It knows nothing of what it serves.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace phala::worker::api {

enum class HttpError : std::uint8_t { CannotListen };
std::string_view describe(HttpError error);

struct HttpRequest {
    std::string method; ///< "GET", "POST", "OPTIONS"
    std::string path;   ///< without the query string
    Bytes body;
    std::string query = {};        ///< behind the '?'
    std::string content_type = {}; ///< as the client names it
};

struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "application/octet-stream";
    Bytes body;
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< further ones
};

struct HttpOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    bool allow_cors = true;  ///< pages of every origin may ask
    std::size_t cores = 2;   ///< short requests that run at the same time
    std::size_t threads = 8; ///< requests that run at the same time, long ones included
    std::size_t max_connections = 512;
};

/// The way back to the client of one request. Safe on any thread, and after the end of its server.
class Reply {
public:
    using Work = std::move_only_function<void()>;
    struct Connections; ///< the server, as long as it is there

    Reply(std::shared_ptr<Connections> connections, std::uint64_t request);
    Reply(Reply&&) noexcept = default;
    Reply& operator=(Reply&&) = delete;
    ~Reply(); ///< answers 500 where nobody answered

    /// Once. Until then the request holds a connection, but no thread.
    void send(HttpResponse response);
    /// Has work done on the server's pool soon; drops it where the server ends.
    [[nodiscard]] std::function<void(Work)> later() const;

private:
    std::shared_ptr<Connections> connections_;
    std::uint64_t request_;
};

class HttpServer {
public:
    /// Runs on a thread of the pool, on several at once, and answers then or later.
    using Handler = std::function<void(const HttpRequest&, Reply)>;
    /// The most that a body sent to this path may have; decided before the body is read.
    using BodyLimit = std::function<std::size_t(const std::string& path)>;

    /// Listens at once and serves until destruction. Fails with CannotListen, for instance where the port is in use.
    static Outcome<std::unique_ptr<HttpServer>> start(const HttpOptions& options, BodyLimit limit, Handler handler);
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::worker::api
