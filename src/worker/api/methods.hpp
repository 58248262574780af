#pragma once
// The prpc methods that clients call (spec phala-sdk-wire §3.2): protobuf in, protobuf out, PrpcError for failures.
#include "worker/api/http_server.hpp"
#include "worker/core/published.hpp"

namespace phala::worker::api {

struct ServiceInfo {
    H256 genesis_hash;
    bool development = false;
    std::string version;
};

class Methods {
public:
    /// Both must outlive this.
    Methods(const Core& core, const Published& published, ServiceInfo info);

    /// Answers "/prpc/PhactoryAPI.<Method>". Safe to call from several threads at once.
    [[nodiscard]] HttpResponse handle(const HttpRequest& request) const;

    /// The most bytes that a request to a path may have (§3.1).
    [[nodiscard]] static std::size_t body_limit(const std::string& path);

private:
    const Core& core_;
    const Published& published_;
    ServiceInfo info_;
};

} // namespace phala::worker::api
