#include "worker/api/methods.hpp"

#include "worker/api/prpc_json.hpp"
#include "worker/api/requests_testing.hpp"

#include <algorithm>
#include <google/protobuf/empty.pb.h>

namespace phala::worker::api {
namespace {

using namespace testing;

std::string error_of(const HttpResponse& response)
{
    EXPECT_EQ(response.content_type, "application/octet-stream");
    return message_of_bytes<prpc::PrpcError>(response.body).message();
}

void expect_refused(const HttpResponse& response, unsigned status, std::string_view text)
{
    EXPECT_EQ(response.status, status);
    EXPECT_NE(error_of(response).find(text), std::string::npos) << error_of(response);
}

TEST(Methods, TellAboutAWorkerWithoutACluster)
{
    const Service service{false};
    const auto info = message_of_bytes<pruntime_rpc::PhactoryInfo>(service.call("GetInfo").body);
    EXPECT_TRUE(info.initialized());
    EXPECT_FALSE(info.registered());
    EXPECT_EQ(info.public_key(), to_hex(service.network.first.core.public_key()));
    EXPECT_EQ(info.ecdh_public_key(), info.public_key());
    EXPECT_EQ(info.genesis_block_hash(), to_hex(service.network.chain.genesis()));
    EXPECT_EQ(info.blocknum(), 1U);
    EXPECT_EQ(info.state_root(), "");
    EXPECT_EQ(info.version(), "1.2.3");
    EXPECT_FALSE(info.registration_counts());
    const auto cluster = service.call("GetClusterInfo");
    EXPECT_EQ(cluster.status, 200U);
    EXPECT_TRUE(cluster.body.empty());
    EXPECT_TRUE(service.call("GetContractInfo").body.empty());
    expect_refused(service.call("ContractQuery", service.owner_query()), 500, "Runtime not initialized");
}

/// The vector of that name of spec phala-sdk-wire §5.
template <class Message>
void expect_bytes(const Message& message, std::string_view expected)
{
    const Bytes bytes = bytes_of_message(message);
    EXPECT_EQ(to_hex(bytes), expected);
    EXPECT_EQ(to_hex(bytes_of_message(message_of_bytes<Message>(bytes))), expected);
}

TEST(Methods, HaveTheWireFormatOfPublishedClients) // V34
{
    constexpr std::string_view kKey = "a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04";
    const std::string key_hex = to_hex(bytes_of(kKey));
    pruntime_rpc::PhactoryInfo info;
    info.set_initialized(true);
    info.set_registered(true);
    info.set_genesis_block_hash(std::string(64, 'a'));
    info.set_public_key(std::string{kKey});
    info.set_ecdh_public_key(std::string{kKey});
    info.set_headernum(11);
    info.set_blocknum(11);
    info.set_version("2.2.0");
    auto& system = *info.mutable_system();
    system.set_registered(true);
    system.set_public_key(std::string{kKey});
    system.set_ecdh_public_key(std::string{kKey});
    system.set_number_of_clusters(1);
    system.set_number_of_contracts(2);
    expect_bytes(info, "080110012240" + to_hex(bytes_of(std::string(64, 'a'))) + "2a40" + key_hex + "3240" + key_hex
                           + "380b480b7a05322e322e30ba018a0108011240" + key_hex + "1a40" + key_hex + "28013002");

    pruntime_rpc::GetClusterInfoResponse cluster;
    const std::string one = "0x" + std::string(63, '0') + "1";
    const std::string zero = "0x" + std::string(64, '0');
    cluster.mutable_info()->set_id(one);
    cluster.mutable_info()->set_runtime_version("1.2");
    cluster.mutable_info()->set_state_root(zero);
    expect_bytes(cluster, "0a8d010a42" + to_hex(bytes_of(one)) + "1203312e321a42" + to_hex(bytes_of(zero)));

    std::string contract = "0x";
    for (int i = 0; i < 32; ++i)
        contract += "c0";
    pruntime_rpc::GetContractInfoRequest request;
    request.add_contracts(contract);
    expect_bytes(request, "0a42" + to_hex(bytes_of(contract)));
    pruntime_rpc::GetContractInfoResponse contracts;
    const std::string code = "0xb23e106975d2e77f69869520d1cdf2955019a455fc805e1d2764c0afb0ed2a9c";
    contracts.add_contracts()->set_id(contract);
    contracts.mutable_contracts(0)->set_code_hash(code);
    // the vector writes the weight of zero out, which proto3 may leave away (§3.3, zero values)
    const std::string both = "0a42" + to_hex(bytes_of(contract)) + "1242" + to_hex(bytes_of(code));
    expect_bytes(contracts, "0a8801" + both);
    EXPECT_EQ(message_of_bytes<pruntime_rpc::GetContractInfoResponse>(*from_hex("0a8a01" + both + "1800"))
                  .SerializeAsString(),
              contracts.SerializeAsString());

    prpc::PrpcError error;
    error.set_message("ContractNotFound");
    expect_bytes(error, "0a10436f6e74726163744e6f74466f756e64");
    error.set_message("Verifying signature failed: CertificateExpired");
    expect_bytes(error, "0a2e" + to_hex(bytes_of(error.message())));
    expect_bytes(google::protobuf::Empty{}, "");
}

TEST(Methods, TellAboutTheCluster)
{
    Service service;
    const auto& network = service.network;
    const auto info = message_of_bytes<pruntime_rpc::PhactoryInfo>(service.call("GetInfo").body);
    EXPECT_TRUE(info.registered());
    EXPECT_EQ(info.blocknum(), network.chain.number() + 1);
    EXPECT_EQ(info.state_root(), to_hex(network.root(network.first)));
    EXPECT_EQ(info.system().number_of_clusters(), 1U);
    EXPECT_EQ(info.gatekeeper().role(), pruntime_rpc::GatekeeperStatus::Active);
    EXPECT_EQ(info.gatekeeper().master_public_key(), to_hex(*network.chain.master_pubkey));

    const auto cluster =
        message_of_bytes<pruntime_rpc::GetClusterInfoResponse>(service.call("GetClusterInfo").body).info();
    EXPECT_EQ(cluster.id(), to_hex0x(network.cluster));
    EXPECT_EQ(cluster.state_root(), to_hex0x(network.root(network.first)));
    EXPECT_EQ(cluster.system_contract(), to_hex0x(network.system));
    EXPECT_EQ(cluster.number_of_contracts(), 1U);

    pruntime_rpc::GetContractInfoRequest request;
    request.add_contracts(to_hex(Bytes(32, 7))); // unknown: left out
    request.add_contracts(to_hex(network.system));
    const auto contracts = message_of_bytes<pruntime_rpc::GetContractInfoResponse>(
        service.call("GetContractInfo", bytes_of_message(request)).body);
    ASSERT_EQ(contracts.contracts_size(), 1);
    EXPECT_EQ(contracts.contracts(0).id(), to_hex0x(network.system));
    EXPECT_EQ(contracts.contracts(0).code_hash(), to_hex0x(code_hash(contract_code("system"))));
    EXPECT_EQ(
        message_of_bytes<pruntime_rpc::GetContractInfoResponse>(service.call("GetContractInfo").body).contracts_size(),
        1);
    request.add_contracts("0x12");
    expect_refused(service.call("GetContractInfo", bytes_of_message(request)), 400, "contract id");
}

TEST(Methods, CalculateContractIds)
{
    const Service service{false};
    pruntime_rpc::ContractParameters parameters;
    parameters.set_deployer("0x" + std::string(64, '1'));
    parameters.set_cluster_id(std::string(64, '2'));
    parameters.set_code_hash(std::string(64, '3'));
    parameters.set_salt("0x1234");
    const auto answer = service.call("CalculateContractId", bytes_of_message(parameters));
    EXPECT_EQ(message_of_bytes<pruntime_rpc::ContractId>(answer.body).id(),
              to_hex0x(contract_id(AccountId{array_from_hex<32>(std::string(64, '1')).value()},
                                   H256{array_from_hex<32>(std::string(64, '3')).value()},
                                   H256{array_from_hex<32>(std::string(64, '2')).value()}, *from_hex("1234"))));
    parameters.set_salt("xyz");
    expect_refused(service.call("CalculateContractId", bytes_of_message(parameters)), 400, "DecodeError");
}

TEST(Methods, AnswerQueriesEncrypted)
{
    const Service service;
    const auto answer = service.call("ContractQuery", service.owner_query());
    ASSERT_EQ(answer.status, 200U) << error_of(answer);
    const auto response = message_of_bytes<pruntime_rpc::ContractQueryResponse>(answer.body);
    EXPECT_EQ(response.blocknum(), service.network.chain.number());
    const auto inner = Network::read(to_bytes(bytes_of(response.encoded_encrypted_data())));
    ASSERT_TRUE(inner.result);
    const auto payload = to_hex(inner.result->response.get_if<InkQueryResponse::Payload>()->_0);
    EXPECT_NE(payload.find(to_hex(service.network.alice.account())), std::string::npos) << "the owner: " << payload;
}

TEST(Methods, RefuseWhatTheyDoNotUnderstand)
{
    const Service service;
    for (const auto* path : {"/", "/prpc/", "/prpc/PhactoryAPI.", "/prpc/PhactoryAPI.getInfo", "/prpc/Other.GetInfo"})
        expect_refused(answer_of(service.methods, {"POST", path, {}}), 404, "Method Not Found");
    for (const auto* method : {"ContractQuery", "GetContractInfo", "CalculateContractId"})
        expect_refused(service.call(method, Bytes(4, 0xff)), 400, "pruntime_rpc");
    expect_refused(service.call("ContractQuery"), 400, "EncryptedData");
    auto input = service.network.ask(service.network.first, &service.network.alice, H256{},
                                     InkQuery::InkMessage{labelled("owner"), 0, 0, false});
    expect_refused(service.call("ContractQuery", query_request(input)), 500, "ContractNotFound");
    input.signature_chain.front().type = 77;
    expect_refused(service.call("ContractQuery", query_request(input)), 500, "Verifying signature failed");
    // signed by one who is signed by one who is signed by one
    input.signature_chain.assign(4, input.signature_chain.front());
    expect_refused(service.call("ContractQuery", query_request(input)), 500, "Verifying signature failed");
}

/// Refused in words; or answered as to somebody who has not signed, where the change made the signature unreadable.
void expect_no_answer(const HttpResponse& response, std::size_t at)
{
    if (response.status == 200) {
        const auto answer = message_of_bytes<pruntime_rpc::ContractQueryResponse>(response.body);
        const auto inner = Network::read(to_bytes(bytes_of(answer.encoded_encrypted_data())));
        ASSERT_FALSE(inner.result) << "byte " << at;
        EXPECT_TRUE(inner.result.error().error.is<InkQueryError::BadOrigin>()) << "byte " << at;
    } else {
        EXPECT_TRUE(response.status == 400 || response.status == 500) << response.status;
        EXPECT_GT(error_of(response).size(), 3U) << "byte " << at;
    }
}

TEST(Methods, F01AndF22NoMethodGivesAwayTheIdentityKey)
{
    const Service service;
    for (const auto* method : {"HandoverCreateChallenge", "HandoverStart", "HandoverAcceptChallenge", "HandoverReceive",
                               "DcapHandoverCreateChallenge", "DcapHandoverStart", "DcapHandoverAcceptChallenge",
                               "DcapHandoverReceive", "DerivePhalaI2pKey"})
        for (const auto door : {Door::Public, Door::Private}) // whatever is asked for, and whoever asks
            for (const auto& body : {Bytes{}, Bytes(100, 8)})
                expect_refused(service.call(method, body, door), 501, "the identity key never leaves this worker");
}

TEST(Methods, AnswerNoQueryThatWasChangedOrCutShort)
{
    const Service service;
    const Bytes good = service.owner_query();
    // the last certificate is signed by nobody: what it says beside its key is the asker's own word
    const auto key = std::ranges::search(good, service.network.alice.public_key());
    const auto word = static_cast<std::size_t>(key.end() - good.begin());
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] ^= 1;
        if (at < word || at >= word + 8)
            expect_no_answer(service.call("ContractQuery", bad), at);
        bad.resize(at);
        expect_no_answer(service.call("ContractQuery", bad), at);
    }
}

std::string text(const HttpResponse& response)
{
    return std::string{text_of(response.body)};
}

TEST(Methods, SpeakJson)
{
    const Service service;
    const auto info = service.call_json("GetInfo");
    EXPECT_EQ(info.status, 200U);
    EXPECT_EQ(info.content_type, "application/json");
    const auto value = json::parse(text(info));
    ASSERT_TRUE(value) << value.error().message();
    EXPECT_EQ(*value->find("initialized"), json::Value{true});
    EXPECT_EQ(*value->find("blocknum"), json::Value{service.network.chain.number() + 1});
    EXPECT_EQ(*value->find("system")->find("public_key"), *value->find("public_key"));
    EXPECT_EQ(*value->find("gatekeeper")->find("role"), json::Value{2});
    EXPECT_EQ(*value->find("supported_attestation_methods"), json::Value{json::Array{}});

    const auto contracts = service.call_json("GetContractInfo", R"({"contracts": [")" + to_hex0x(service.network.system)
                                                                    + R"("], "unknown": [1]})");
    EXPECT_EQ(*json::parse(text(contracts))->find("contracts")->array()->at(0).find("sidevm"), json::Value{});
    EXPECT_EQ(text(service.call_json("ContractQuery", R"({"encoded_encrypted_data": [1, 2]})")).substr(0, 10),
              R"({"error":")");
    for (const auto* bad : {"{", "[]", R"({"contracts": 1})", R"({"contracts": [1]})"})
        EXPECT_EQ(service.call_json("GetContractInfo", bad).status, 400U) << bad;
    for (const auto* bad : {R"({"encoded_encrypted_data": "00"})", R"({"encoded_encrypted_data": [256]})",
                            R"({"encoded_encrypted_data": [-1]})", R"({"signature": {"signature_type": 4294967296}})"})
        EXPECT_EQ(service.call_json("ContractQuery", bad).status, 400U) << bad;
    // without a body, and as a media type
    const auto cluster = service.call_json("GetClusterInfo");
    EXPECT_EQ(answer_of(service.methods, {"GET", "/prpc/PhactoryAPI.GetClusterInfo", {}}).body, cluster.body);
    EXPECT_EQ(answer_of(service.methods, {.method = "POST",
                                          .path = "/prpc/PhactoryAPI.GetClusterInfo",
                                          .body = {},
                                          .content_type = "application/json; charset=utf-8"})
                  .body,
              cluster.body);
}

TEST(Methods, AnswerAQueryInJson)
{
    const Service service;
    pruntime_rpc::ContractQueryRequest request =
        message_of_bytes<pruntime_rpc::ContractQueryRequest>(service.owner_query());
    const auto answer = service.call_json("ContractQuery", json::dump(to_json(request)));
    ASSERT_EQ(answer.status, 200U) << text(answer);
    pruntime_rpc::ContractQueryResponse response;
    ASSERT_TRUE(from_json(*json::parse(text(answer)), response));
    EXPECT_TRUE(Network::read(to_bytes(bytes_of(response.encoded_encrypted_data()))).result);
}

TEST(Methods, HavePagesForPeople)
{
    const Service service;
    const auto info = answer_of(service.methods, {"GET", "/info", {}});
    EXPECT_EQ(info.status, 200U);
    EXPECT_NE(text(info).find("\n  \"initialized\": true"), std::string::npos) << text(info);
    EXPECT_TRUE(text(answer_of(service.methods, {"POST", "/get_info", {}})).starts_with(R"({"initialized":true,)"));
    EXPECT_NE(text(answer_of(service.methods, {"GET", "/help", {}})).find("ContractQuery"), std::string::npos);
}

TEST(Methods, SignWhatTheyAnswerInPublic)
{
    const Service service;
    const auto info = service.call("GetInfo");
    ASSERT_EQ(info.headers.size(), 1U);
    EXPECT_EQ(info.headers[0].first, "X-Phactory-Signature");
    const auto signature = array_from_hex<64>(info.headers[0].second);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(crypto::sr25519::verify({*signature}, wrapped_signing_bytes(SignedContent::RpcResponse, info.body),
                                        service.network.first.core.public_key()));
    EXPECT_TRUE(service.call("GetInfo", {}, Door::Private).headers.empty());
    EXPECT_TRUE(service.call("Unknown").headers.empty());
}

TEST(Methods, NameWhatTheyDoNotServeAndWhy)
{
    const Service service;
    for (const auto* method : {"InitRuntime", "GetRuntimeInfo", "SyncHeader", "SyncParaHeader", "SyncCombinedHeaders",
                               "DispatchBlocks", "GetEgressMessages", "LoadChainState", "LoadStorageProof"})
        for (const auto door : {Door::Public, Door::Private})
            expect_refused(service.call(method, Bytes(2000), door), 501,
                           "Not served: " + std::string{method} + ": this worker needs no relayer");
    for (const auto* method :
         {"TakeCheckpoint", "Stop", "GetWorkerState", "ConfigNetwork", "GetNetworkConfig", "HttpFetch"})
        expect_refused(service.call(method, {}, Door::Private), 501, "Not served: " + std::string{method} + ": ");
    EXPECT_GE(Methods::body_limit("/prpc/PhactoryAPI.SyncHeader"), 2000U) << "or the caller never reads why";
    EXPECT_EQ(text(service.call_json("Stop")), R"({"error":"Not served: Stop: end the process with SIGTERM"})");
}

TEST(Methods, KeepOperatorsMethodsFromStrangers)
{
    const Service service;
    for (const auto* method : {"AddEndpoint", "GetEndpointInfo", "RefreshEndpointSigningTime", "SignEndpointInfo"}) {
        expect_refused(service.call(method), 403, "private port");
        EXPECT_NE(service.call(method, {}, Door::Private).status, 403U) << method;
    }
    EXPECT_EQ(answer_of(service.methods, {"GET", "/metrics", {}}).status, 404U);
}

/// The payload that a worker signed as its endpoints.
WorkerEndpointPayload signed_endpoints(const Service& service, const HttpResponse& response)
{
    EXPECT_EQ(response.status, 200U) << text(response);
    const auto answer = message_of_bytes<pruntime_rpc::GetEndpointResponse>(response.body);
    auto payload = scale::decode<WorkerEndpointPayload>(to_bytes(bytes_of(answer.encoded_endpoint_payload())));
    EXPECT_TRUE(payload);
    EXPECT_EQ(answer.signature().size(), 64U);
    EXPECT_TRUE(crypto::sr25519::verify({array_of<64>(bytes_of(answer.signature()))}, payload->signing_bytes(),
                                        payload->pubkey));
    EXPECT_EQ(payload->pubkey, service.network.first.core.public_key());
    EXPECT_EQ(payload->signing_time, service.published.get()->block_time_ms);
    return *payload;
}

TEST(Methods, SignAndKeepEndpoints)
{
    const Service service;
    using V1 = VersionedWorkerEndpoints::V1;
    EXPECT_EQ(signed_endpoints(service, service.call("GetEndpointInfo", {}, Door::Private)).versioned_endpoints,
              (VersionedWorkerEndpoints{V1{{"http://127.0.0.1:8000"}}}));
    pruntime_rpc::AddEndpointRequest request;
    request.set_encoded_endpoint_type(std::string(1, '\1'));
    request.set_endpoint("https://worker.example");
    EXPECT_EQ(signed_endpoints(service, service.call("AddEndpoint", bytes_of_message(request), Door::Private))
                  .versioned_endpoints,
              (VersionedWorkerEndpoints{V1{{"https://worker.example"}}}));
    request.set_encoded_endpoint_type(std::string(1, '\0'));
    request.set_endpoint("http://worker.i2p");
    const VersionedWorkerEndpoints both{V1{{"http://worker.i2p", "https://worker.example"}}};
    EXPECT_EQ(signed_endpoints(service, service.call("AddEndpoint", bytes_of_message(request), Door::Private))
                  .versioned_endpoints,
              both);
    EXPECT_EQ(
        signed_endpoints(service, service.call("RefreshEndpointSigningTime", {}, Door::Private)).versioned_endpoints,
        both);
    const auto again = Endpoints::open(service.network.first.store, {}, {});
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->urls(), both.endpoints.get_if<V1>()->_0);

    request.set_encoded_endpoint_type(std::string(1, '\2'));
    expect_refused(service.call("AddEndpoint", bytes_of_message(request), Door::Private), 400, "DecodeError");
    request.set_encoded_endpoint_type(std::string(1, '\1'));
    request.set_endpoint("worker.example");
    expect_refused(service.call("AddEndpoint", bytes_of_message(request), Door::Private), 400, "http://");

    pruntime_rpc::SignEndpointsRequest other;
    const auto encoded = scale::encode(VersionedWorkerEndpoints{V1{{"http://other"}}});
    other.set_encoded_endpoints(encoded.data(), encoded.size());
    EXPECT_EQ(signed_endpoints(service, service.call("SignEndpointInfo", bytes_of_message(other), Door::Private))
                  .versioned_endpoints,
              (VersionedWorkerEndpoints{V1{{"http://other"}}}));
    const auto large = scale::encode(VersionedWorkerEndpoints{V1{{std::string(kMaxEndpointPayload, 'x')}}});
    other.set_encoded_endpoints(large.data(), large.size());
    expect_refused(service.call("SignEndpointInfo", bytes_of_message(other), Door::Private), 500, "too large");
}

TEST(Methods, RefuseSidevmProgramsInWords)
{
    const Service service;
    pruntime_rpc::SidevmCode code;
    expect_refused(service.call("UploadSidevmCode", bytes_of_message(code)), 400, "DecodeError");
    code.set_contract(std::string(32, '\7'));
    expect_refused(service.call("UploadSidevmCode", bytes_of_message(code)), 500, "ContractNotFound");
    code.set_contract(service.network.system.bytes.data(), 32);
    expect_refused(service.call("UploadSidevmCode", bytes_of_message(code)), 500, "SidevmNotFound");
}

TEST(Methods, TellOperatorsHowTheyGetOn)
{
    Service service;
    service.call("ContractQuery", service.owner_query());
    service.call("ContractQuery", Bytes(4, 0xff));
    service.published.set(Progress{77, false, "the node is gone"});
    const auto metrics = text(answer_of(service.methods, {"GET", "/metrics", {}}, Door::Private));
    for (const std::string_view line :
         {"phala_worker_requests_total{method=\"ContractQuery\",outcome=\"ok\"} 1",
          "phala_worker_requests_total{method=\"ContractQuery\",outcome=\"refused\"} 1",
          "phala_worker_request_seconds_count{method=\"ContractQuery\"} 2", "phala_worker_chain_head 77",
          "phala_worker_connected 0", "phala_worker_contracts 1", "phala_worker_registered 1",
          "phala_worker_registration_counts 1"})
        EXPECT_NE(metrics.find(line), std::string::npos) << line << "\n" << metrics;
    const auto info = message_of_bytes<pruntime_rpc::PhactoryInfo>(service.call("GetInfo").body);
    EXPECT_EQ(info.chain_head(), 77U);
    EXPECT_EQ(info.problem(), "the node is gone");
    EXPECT_EQ(info.registered_until(), FakeChain::kForever);
    EXPECT_TRUE(info.registration_counts());
    EXPECT_GT(info.memory_usage().rust_used(), 0U);
}

TEST(Methods, EchoAndCount)
{
    const Service service;
    pruntime_rpc::EchoMessage echo;
    echo.set_echo_msg("there and back");
    EXPECT_EQ(service.call("Echo", bytes_of_message(echo)).body, bytes_of_message(echo));
    service.call("ContractQuery", service.owner_query());
    service.call("ContractQuery", service.owner_query());
    service.call("ContractQuery", Bytes(4, 0xff));
    const auto told = message_of_bytes<pruntime_rpc::StatisticsResponse>(service.call("Statistics").body);
    EXPECT_EQ(told.cores(), 3U);
    EXPECT_EQ(told.query().global().total(), 3U);
    EXPECT_EQ(told.query().global().dropped(), 1U);
}

TEST(Methods, CarryTheStateOfAClusterByHand)
{
    Service service;
    Network& network = service.network;
    Worker third{network.chain, 3};
    network.chain.register_worker(third.core.public_key());
    ASSERT_TRUE(third.follow(network.chain));
    network.chain.push_from_pallet(
        "PhalaPhatContracts", ClusterOperation{ClusterOperation::AddWorker{network.cluster, third.core.public_key()}});
    for (int i = 0; i < 2; ++i) {
        network.block();
        ASSERT_TRUE(third.follow(network.chain));
    }
    service.published.set(network.first.core.status());
    Published published;
    published.set(third.core.status());
    OfferedState offered;
    const auto endpoints = Endpoints::open(third.store, {}, {}).value();
    const Methods methods{third.core, published, *endpoints, offered, {}};
    const auto call = [&](std::string_view method, Bytes body) {
        return answer_of(methods, {"POST", "/prpc/PhactoryAPI." + std::string{method}, std::move(body)}, Door::Private);
    };

    const auto request = call("GenerateClusterStateRequest", {});
    ASSERT_EQ(request.status, 200U);
    const auto saved = service.call("SaveClusterState", request.body);
    ASSERT_EQ(saved.status, 200U) << error_of(saved);
    EXPECT_EQ(answer_of(methods, {"POST", "/prpc/PhactoryAPI.LoadClusterState", saved.body}).status, 403U);
    expect_refused(service.call("LoadClusterState", saved.body, Door::Private), 500, "not waiting");
    expect_refused(call("LoadClusterState", {}), 400, "SaveClusterState");
    auto old = message_of_bytes<pruntime_rpc::SaveClusterStateResponse>(saved.body);
    old.set_block_number(1);
    expect_refused(call("LoadClusterState", bytes_of_message(old)), 500, "save a newer one");
    EXPECT_EQ(offered.take().has_value(), false);
    EXPECT_EQ(call("LoadClusterState", saved.body).status, 200U);
    const auto state = offered.take();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->block, network.chain.number());
    EXPECT_TRUE(third.step(JoinInput{state->sealed}));

    pruntime_rpc::SaveClusterStateArguments bad;
    bad.set_receiver("0x1234");
    expect_refused(service.call("SaveClusterState", bytes_of_message(bad)), 400, "hex");
}

TEST(Methods, HaveTheirLimits)
{
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.ContractQuery"), 500U * 1024);
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.GetContractInfo"), 100U * 1024);
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.GetInfo"), 1024U);
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.UploadSidevmCode"), 32U * 1024 * 1024);
    EXPECT_EQ(Methods::body_limit("/anything"), 1024U);
}

} // namespace
} // namespace phala::worker::api
