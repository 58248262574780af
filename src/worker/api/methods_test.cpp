#include "worker/api/methods.hpp"

#include "worker/api/requests_testing.hpp"

#include <algorithm>

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
    const auto cluster = service.call("GetClusterInfo");
    EXPECT_EQ(cluster.status, 200U);
    EXPECT_TRUE(cluster.body.empty());
    EXPECT_TRUE(service.call("GetContractInfo").body.empty());
    expect_refused(service.call("ContractQuery", service.owner_query()), 500, "Runtime not initialized");
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
        expect_refused(service.methods.handle({"POST", path, {}}), 404, "Method Not Found");
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

TEST(Methods, HaveTheirLimits)
{
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.ContractQuery"), 500U * 1024);
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.GetContractInfo"), 100U * 1024);
    EXPECT_EQ(Methods::body_limit("/prpc/PhactoryAPI.GetInfo"), 1024U);
    EXPECT_EQ(Methods::body_limit("/anything"), 1024U);
}

} // namespace
} // namespace phala::worker::api
