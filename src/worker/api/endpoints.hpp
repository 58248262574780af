#pragma once
// Where clients reach this worker: one URL for each kind of endpoint, set by the operator and kept over restarts. The
// relay publishes them (spec trust-and-keys §3.5). Safe from any thread.
#include "base/result.hpp"
#include "worker/core/records.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace phala::worker::api {

/// On the wire an index; clients use the first URL in this order.
enum class EndpointType : std::uint8_t { I2p = 0, Http = 1 };

class Endpoints {
public:
    using Save = std::function<Outcome<>(std::vector<RecordChange>)>;

    /// Takes up what a former run saved; `configured`, if any, is the HTTP endpoint whatever was saved.
    static Outcome<std::unique_ptr<Endpoints>> open(const RecordReader& store, Save save,
                                                    const std::string& configured);

    Outcome<> add(EndpointType type, const std::string& url);
    [[nodiscard]] std::vector<std::string> urls() const;

private:
    explicit Endpoints(Save save) : save_{std::move(save)} {}

    Save save_;
    mutable std::mutex mutex_;
    std::map<EndpointType, std::string> urls_;
};

} // namespace phala::worker::api
