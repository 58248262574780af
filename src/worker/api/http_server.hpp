#pragma once
// A small HTTP server: one thread for connections, a pool for the work. It knows nothing of what it serves.
#include "base/bytes.hpp"
#include "base/result.hpp"

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
    std::uint16_t port = 0;    ///< 0: any free one
    bool allow_cors = true;    ///< pages of every origin may ask
    std::size_t threads = 128; ///< of the pool; most of them wait for the turn of their query
    std::size_t max_connections = 512;
};

class HttpServer {
public:
    /// May be called from several threads at once.
    using Handler = std::function<HttpResponse(const HttpRequest&)>;
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
