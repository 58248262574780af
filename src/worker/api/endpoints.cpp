#include "worker/api/endpoints.hpp"

#include "scale/codec.hpp"
#include "worker/core/error.hpp"

namespace phala::worker::api {

namespace {

constexpr std::string_view kKey = "endpoints";

} // namespace

Outcome<std::unique_ptr<Endpoints>> Endpoints::open(const RecordReader& store, Save save, const std::string& configured)
{
    std::unique_ptr<Endpoints> out{new Endpoints{std::move(save)}};
    PHALA_TRY(const auto bytes, store.get(bytes_of(kKey)));
    if (bytes) {
        auto saved = scale::decode<std::map<EndpointType, std::string>>(*bytes);
        if (!saved)
            return fail(CoreError::BadRecord, "endpoints: " + saved.error().message());
        out->urls_ = *std::move(saved);
    }
    if (!configured.empty())
        out->urls_.insert_or_assign(EndpointType::Http, configured);
    return out;
}

Outcome<> Endpoints::add(EndpointType type, const std::string& url)
{
    const std::scoped_lock lock{mutex_};
    auto changed = urls_;
    changed.insert_or_assign(type, url);
    std::vector<RecordChange> changes;
    changes.push_back({to_bytes(kKey), scale::encode(changed)});
    PHALA_CHECK(save_(std::move(changes)));
    urls_ = std::move(changed);
    return {};
}

std::vector<std::string> Endpoints::urls() const
{
    const std::scoped_lock lock{mutex_};
    std::vector<std::string> out;
    for (const auto& [type, url] : urls_)
        out.push_back(url);
    return out;
}

} // namespace phala::worker::api
