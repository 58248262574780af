#pragma once
// What clients and operators call over HTTP (spec phala-sdk-wire §3): prpc methods as protobuf or JSON, PrpcError for
// failures, and a few plain pages.
#include "worker/api/endpoints.hpp"
#include "worker/api/http_server.hpp"
#include "worker/api/meter.hpp"
#include "worker/core/published.hpp"
#include "worker/core/query.hpp"

namespace phala::worker::api {

struct ServiceInfo {
    H256 genesis_hash;
    bool development = false;
    std::string version;
    std::uint32_t cores = 0; ///< that serve queries
};

/// Where a request came in. Operators' methods are refused at the public door.
enum class Door : std::uint8_t { Public, Private };

class Methods {
public:
    /// All must outlive this.
    Methods(const Core& core, const Published& published, Endpoints& endpoints, OfferedState& offered,
            ServiceInfo info);

    using Done = std::move_only_function<void(HttpResponse)>;

    /// Answers "/prpc/PhactoryAPI.<Method>", "/info", "/get_info" and "/help"; at the private door "/metrics" too: before
    /// it returns, or by `later`, where a query waits for its turn. Safe to call from several threads at once.
    void handle(const HttpRequest& request, Door door, RunLater later, Done done) const;

    /// The most bytes that a request to a path may have (§3.1).
    [[nodiscard]] static std::size_t body_limit(const std::string& path);

private:
    void answer(const HttpRequest& request, Door door, RunLater later, Done done) const;

    const Core& core_;
    const Published& published_;
    Endpoints& endpoints_;
    OfferedState& offered_;
    ServiceInfo info_;
    mutable Meter meter_;
};

} // namespace phala::worker::api
