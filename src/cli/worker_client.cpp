#include "cli/worker_client.hpp"

#include "base/hex.hpp"
#include "crypto/certificate.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/random.hpp"

#include "prpc.pb.h"
#include "pruntime.pb.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <chrono>

namespace phala::cli {

namespace beast = boost::beast;
namespace http = beast::http;

std::string_view describe(WorkerError error)
{
    switch (error) {
    case WorkerError::BadUrl: return "a worker's address looks like http://host:port";
    case WorkerError::CannotConnect: return "cannot reach the worker";
    case WorkerError::Silent: return "the worker does not answer within 60 seconds";
    case WorkerError::BadAnswer: return "the worker's answer is not understood";
    case WorkerError::Refused: return "the worker refused";
    }
    return "worker";
}

namespace {

constexpr std::chrono::seconds kConnect{10};
constexpr std::chrono::seconds kAnswer{60}; ///< a query may be given many seconds of its own
constexpr std::uint32_t kNeverExpires = 0x7fffffff;

template <class Message>
Bytes serialize(const Message& message)
{
    Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

template <class Message>
Outcome<Message> parse(const Bytes& body)
{
    Message message;
    if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())))
        return fail(WorkerError::BadAnswer, std::string{message.GetTypeName()});
    return message;
}

} // namespace

Outcome<WorkerClient> WorkerClient::at(const std::string& url)
{
    constexpr std::string_view kScheme = "http://";
    const std::string trimmed = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
    const auto colon = trimmed.rfind(':');
    if (!trimmed.starts_with(kScheme) || colon <= kScheme.size())
        return fail(WorkerError::BadUrl, url);
    WorkerClient out;
    out.host_ = trimmed.substr(kScheme.size(), colon - kScheme.size());
    out.port_ = trimmed.substr(colon + 1);
    if (out.port_.empty() || out.port_.find_first_not_of("0123456789") != std::string::npos)
        return fail(WorkerError::BadUrl, url);
    return out;
}

Outcome<Bytes> WorkerClient::post(const std::string& method, ByteView body) const
{
    boost::asio::io_context io;
    beast::tcp_stream stream{io};
    boost::asio::ip::tcp::resolver resolver{io};
    beast::error_code error;
    // only what is asynchronous can time out
    const auto take = [&](std::chrono::seconds time) {
        stream.expires_after(time);
        io.restart();
        return [&error](const beast::error_code& code, auto&&...) { error = code; };
    };
    const auto endpoints = resolver.resolve(host_, port_, error);
    if (!error) {
        stream.async_connect(endpoints, take(kConnect));
        io.run();
    }
    if (error)
        return fail(WorkerError::CannotConnect,
                    "http://" + host_ + ":" + port_ + ": " + error.message() + "; does it run? --worker names another");
    http::request<http::vector_body<std::uint8_t>> request{http::verb::post, "/prpc/PhactoryAPI." + method, 11};
    request.set(http::field::host, host_);
    request.set(http::field::content_type, "application/octet-stream");
    request.body() = to_bytes(body);
    request.prepare_payload();
    http::async_write(stream, request, take(kAnswer));
    io.run();
    beast::flat_buffer buffer;
    http::response<http::vector_body<std::uint8_t>> response;
    if (!error) {
        http::async_read(stream, buffer, response, take(kAnswer));
        io.run();
    }
    if (error == beast::error::timeout)
        return fail(WorkerError::Silent, "http://" + host_ + ":" + port_);
    if (error)
        return fail(WorkerError::BadAnswer, error.message() + "; is http://" + host_ + ":" + port_ + " a worker?");
    if (response.result() == http::status::ok)
        return std::move(response.body());
    const auto refusal = parse<prpc::PrpcError>(response.body());
    return fail(WorkerError::Refused, refusal && !refusal->message().empty()
                                          ? refusal->message()
                                          : "HTTP " + std::to_string(response.result_int()));
}

Outcome<WorkerClient::Info> WorkerClient::info() const
{
    PHALA_TRY(const auto body, post("GetInfo", {}));
    PHALA_TRY(const auto message, parse<pruntime_rpc::PhactoryInfo>(body));
    PHALA_TRY(const auto key, array_from_hex<32>(message.public_key()));
    Info out{PublicKey{key}, message.blocknum(), {}};
    out.shown["publicKey"] = "0x" + message.public_key();
    out.shown["version"] = message.version();
    out.shown["registered"] = message.registered();
    out.shown["gatekeeper"] = message.gatekeeper().role() == pruntime_rpc::GatekeeperStatus::Active;
    out.shown["block"] = message.blocknum() == 0 ? 0 : message.blocknum() - 1;
    out.shown["processedMessages"] = message.processed_global();
    out.shown["pendingMessages"] = message.pending_messages();
    out.shown["stateRoot"] = message.state_root().empty() ? json::Value{} : json::Value{"0x" + message.state_root()};
    out.shown["contracts"] = message.system().number_of_contracts();
    out.shown["developmentMode"] = message.dev_mode();
    return out;
}

Outcome<json::Value> WorkerClient::cluster() const
{
    PHALA_TRY(const auto body, post("GetClusterInfo", {}));
    PHALA_TRY(const auto message, parse<pruntime_rpc::GetClusterInfoResponse>(body));
    if (!message.has_info())
        return json::Value{};
    const auto& info = message.info();
    json::Value out;
    out["id"] = info.id();
    out["stateRoot"] = info.state_root();
    out["systemContract"] = info.system_contract();
    out["loggerContract"] = info.logger_contract().empty() ? json::Value{} : json::Value{info.logger_contract()};
    out["contracts"] = info.number_of_contracts();
    out["processedMessages"] = info.processed_global();
    return out;
}

Outcome<std::expected<Bytes, worker::InkQueryError>> WorkerClient::query(const worker::InkQuery& query,
                                                                         const crypto::KeyPair& who) const
{
    PHALA_TRY(const auto worker, info());
    const crypto::sr25519::KeyPair session{Secret<32>{crypto::random_bytes<32>()}};
    PHALA_TRY(const auto sealed,
              crypto::encrypt(session, worker.pubkey, crypto::random_bytes<12>(), scale::encode(query)));
    const Bytes envelope = scale::encode(sealed);

    pruntime_rpc::ContractQueryRequest request;
    request.set_encoded_encrypted_data(envelope.data(), envelope.size());
    const Bytes certificate = scale::encode(crypto::CertificateBody{who.public_key(), kNeverExpires, 0});
    const auto* pair = who.sr25519();
    if (pair == nullptr)
        return fail(WorkerError::Refused, "queries are signed with an sr25519 key");
    const auto signature = pair->sign(envelope, crypto::random_bytes<32>());
    request.mutable_signature()->set_signature_type(static_cast<std::uint32_t>(crypto::SignatureType::Sr25519));
    request.mutable_signature()->set_signature(signature.bytes.data(), signature.bytes.size());
    request.mutable_signature()->mutable_signed_by()->set_encoded_body(certificate.data(), certificate.size());

    PHALA_TRY(const auto body, post("ContractQuery", serialize(request)));
    PHALA_TRY(const auto response, parse<pruntime_rpc::ContractQueryResponse>(body));
    PHALA_TRY(const auto answer, scale::decode<EncryptedData>(bytes_of(response.encoded_encrypted_data())));
    PHALA_TRY(const auto text, crypto::decrypt(session, answer));
    PHALA_TRY(const auto decoded, scale::decode<worker::InkResponse>(text));
    if (!decoded.result)
        return std::expected<Bytes, worker::InkQueryError>{std::unexpected{decoded.result.error()}};
    return std::expected<Bytes, worker::InkQueryError>{
        decoded.result->response.get_if<worker::InkQueryResponse::Payload>()->_0};
}

} // namespace phala::cli
