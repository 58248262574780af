#pragma once
// For tests: prpc requests as clients send them, and a worker that answers them. For .cpp files only.
#include "worker/api/methods.hpp"
#include "worker/core/network_testing.hpp"

#include "prpc.pb.h"
#include "pruntime.pb.h"

namespace phala::worker::api::testing {

using namespace worker::testing;

template <class Message>
Bytes bytes_of_message(const Message& message)
{
    const std::string text = message.SerializeAsString();
    return to_bytes(bytes_of(text));
}

template <class Message>
Message message_of_bytes(ByteView bytes)
{
    Message message;
    EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return message;
}

inline Bytes query_request(const QueryInput& input)
{
    pruntime_rpc::ContractQueryRequest request;
    request.set_encoded_encrypted_data(input.encrypted.data(), input.encrypted.size());
    pruntime_rpc::Signature* signature = nullptr;
    for (const auto& link : input.signature_chain) {
        signature =
            signature == nullptr ? request.mutable_signature() : signature->mutable_signed_by()->mutable_signature();
        signature->set_signature_type(link.type);
        signature->set_signature(link.signature.data(), link.signature.size());
        if (const auto& body = link.encoded_body)
            signature->mutable_signed_by()->set_encoded_body(body->data(), body->size());
    }
    return bytes_of_message(request);
}

/// The answer to a request that waits for nobody.
inline HttpResponse answer_of(const Methods& methods, const HttpRequest& request, Door door = Door::Public)
{
    HttpResponse out{.status = 0};
    methods.handle(request, door, {}, [&](HttpResponse response) { out = std::move(response); });
    return out;
}

/// A cluster's first worker behind its interface.
struct Service {
    Network network;
    Published published;
    std::unique_ptr<Endpoints> endpoints = Endpoints::open(
                                               network.first.store,
                                               [this](std::vector<RecordChange> changes) {
                                                   network.first.store.commit(std::move(changes));
                                                   return Outcome<>{};
                                               },
                                               "http://127.0.0.1:8000")
                                               .value();
    OfferedState offered;
    Methods methods{network.first.core, published, *endpoints, offered, {network.chain.genesis(), true, "1.2.3", 3}};

    explicit Service(bool started = true)
    {
        if (started)
            network.start();
        published.set(network.first.core.status());
    }

    HttpResponse call(std::string_view method, Bytes body = {}, Door door = Door::Public) const
    {
        return answer_of(methods, {"POST", "/prpc/PhactoryAPI." + std::string{method}, std::move(body)}, door);
    }
    /// The same as JSON.
    HttpResponse call_json(std::string_view method, std::string_view body = {}, Door door = Door::Public) const
    {
        return answer_of(methods,
                         {.method = "POST",
                          .path = "/prpc/PhactoryAPI." + std::string{method},
                          .body = to_bytes(body),
                          .query = "json"},
                         door);
    }
    Bytes owner_query() const
    {
        return query_request(network.ask(network.first, &network.alice, network.system,
                                         InkQuery::InkMessage{labelled("owner"), 0, 0, false}));
    }
};

} // namespace phala::worker::api::testing
