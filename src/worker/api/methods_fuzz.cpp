// Whatever comes to whatever method: an answer, or a refusal that clients can read.
#include "worker/api/prpc_json.hpp"
#include "worker/api/requests_testing.hpp"

#include <array>
#include <cstdlib>

namespace {

using namespace phala;
using namespace phala::worker::api;
using namespace phala::worker::api::testing;

void call(const Service& service, std::string_view method, Bytes body)
{
    const auto as_json = service.call_json(method, text_of(body), Door::Private);
    if (!json::parse(text_of(as_json.body)))
        std::abort();
    const auto response = service.call(method, std::move(body), Door::Private);
    if (response.status == 200)
        return;
    prpc::PrpcError error;
    if ((response.status != 400 && response.status != 404 && response.status != 500)
        || !error.ParseFromArray(response.body.data(), static_cast<int>(response.body.size()))
        || error.message().empty())
        std::abort();
}

} // namespace

/// The first byte chooses the method and whether the rest is a body, changes to a good query at a place, or the text
/// inside of an envelope that opens.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Service service;
    static const Bytes good = service.owner_query();
    constexpr std::array<std::string_view, 14> kMethods{"GetInfo",
                                                        "ContractQuery",
                                                        "GetClusterInfo",
                                                        "GetContractInfo",
                                                        "CalculateContractId",
                                                        "UploadSidevmCode",
                                                        "AddEndpoint",
                                                        "SignEndpointInfo",
                                                        "GetEndpointInfo",
                                                        "Unknown",
                                                        "Echo",
                                                        "Statistics",
                                                        "SaveClusterState",
                                                        "LoadClusterState"};
    if (size < 2)
        return 0;
    const ByteView rest{data + 1, size - 1};
    if (data[0] % 16 < kMethods.size()) {
        call(service, kMethods[data[0] % 16], to_bytes(rest));
        return 0;
    }
    if (data[0] % 16 == 14) {
        Bytes changed = good;
        for (std::size_t i = 0; i + 2 < rest.size(); i += 3)
            changed[(rest[i] << 8 | rest[i + 1]) % changed.size()] ^= rest[i + 2];
        call(service, "ContractQuery", std::move(changed));
        return 0;
    }
    worker::QueryInput input;
    const Bytes text = concat(service.network.system.bytes, Bytes(32, 3), rest);
    input.encrypted = scale::encode(
        crypto::encrypt(Network::asker(), service.network.first.core.public_key(), ByteArray<12>{1}, text).value());
    call(service, "ContractQuery", query_request(input));
    return 0;
}
