#include "host/runtime_version.hpp"

namespace phala::host {

namespace {

constexpr std::uint32_t kOldTransactionVersion = 1;
constexpr std::uint8_t kOldStateVersion = 0;
constexpr std::size_t kFieldsOfAll = 6; // what every runtime tells, the APIs included

} // namespace

Outcome<RuntimeVersion> decode_runtime_version(ByteView bytes)
{
    RuntimeVersion version{};
    version.transaction_version = kOldTransactionVersion;
    version.state_version = kOldStateVersion;
    scale::Reader in{bytes};
    std::size_t done = 0;
    const auto read = [&](auto& field) {
        return (done++ >= kFieldsOfAll && in.remaining() == 0) || scale::decode_from(in, field);
    };
    if (!reflect::with_fields(version, [&](auto&... field) { return (read(field) && ...); }))
        return std::unexpected<Error>{in.error()};
    return version;
}

std::optional<RuntimeVersion> runtime_version_of_sections(ByteView runtime_version, ByteView runtime_apis)
{
    auto version = decode_runtime_version(runtime_version);
    using Api = decltype(RuntimeVersion::apis)::value_type;
    constexpr std::size_t kApiSize = sizeof(ApiId) + sizeof(std::uint32_t);
    if (!version || runtime_apis.size() % kApiSize != 0)
        return std::nullopt;
    version->apis.clear();
    while (!runtime_apis.empty()) {
        auto api = scale::decode_front<Api>(runtime_apis);
        if (!api)
            return std::nullopt;
        version->apis.push_back(*api);
    }
    return std::move(*version);
}

} // namespace phala::host
