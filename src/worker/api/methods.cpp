#include "worker/api/methods.hpp"

#include "base/hex.hpp"
#include "crypto/random.hpp"
#include "primitives/identifiers.hpp"
#include "worker/core/snapshot.hpp"

#include "prpc.pb.h"
#include "pruntime.pb.h"

#include <array>
#include <chrono>
#include <google/protobuf/stubs/logging.h>

namespace phala::worker::api {

namespace {

constexpr std::string_view kPrefix = "/prpc/PhactoryAPI.";
constexpr std::size_t kSmallBody = 1024;

template <class Message>
Bytes serialize(const Message& message)
{
    Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

HttpResponse refuse(unsigned status, const std::string& why)
{
    prpc::PrpcError error;
    error.set_message(why);
    return {status, "application/octet-stream", serialize(error)};
}

template <class Message>
HttpResponse succeed(const Message& message)
{
    return {200, "application/octet-stream", serialize(message)};
}

std::uint64_t now_ms()
{
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
}

/// A request and what it is answered from.
struct Call {
    const Core& core;
    const Status& status;
    const ServiceInfo& info;
    const Bytes& body;
};

/// Parses a request message or gives the 400 that says so.
template <class Message>
Outcome<Message> parse(const Bytes& body)
{
    Message message;
    if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())))
        return fail(CoreError::BadQuery, "the body is no " + std::string{message.GetTypeName()});
    return message;
}

void fill(pruntime_rpc::GatekeeperStatus& out, const Status& status)
{
    out.set_role(status.gatekeeper_active ? pruntime_rpc::GatekeeperStatus::Active
                                          : pruntime_rpc::GatekeeperStatus::None);
    if (status.master_pubkey)
        out.set_master_public_key(to_hex(*status.master_pubkey));
}

HttpResponse get_info(const Call& call)
{
    const auto& status = call.status;
    const std::string key = to_hex(call.core.public_key());
    pruntime_rpc::PhactoryInfo out;
    out.set_initialized(true);
    out.set_registered(status.registered);
    out.set_genesis_block_hash(to_hex(call.info.genesis_hash));
    out.set_public_key(key);
    out.set_ecdh_public_key(key);
    out.set_headernum(status.anchor_number + 1);
    out.set_blocknum(status.anchor_number + 1);
    out.set_dev_mode(call.info.development);
    out.set_pending_messages(status.pending_messages);
    out.set_version(call.info.version);
    out.set_current_block_time(status.block_time_ms);
    out.set_max_supported_pink_runtime_version("1.2");
    out.set_query_timeout(10'000);
    out.set_processed_global(status.processed_global);
    fill(*out.mutable_gatekeeper(), status);
    auto& system = *out.mutable_system();
    system.set_registered(status.registered);
    system.set_public_key(key);
    system.set_ecdh_public_key(key);
    fill(*system.mutable_gatekeeper(), status);
    if (status.snapshot) {
        out.set_state_root(to_hex(status.snapshot->state_root()));
        system.set_number_of_clusters(1);
        system.set_number_of_contracts(status.snapshot->contracts().size());
    }
    return succeed(out);
}

HttpResponse get_cluster_info(const Call& call)
{
    pruntime_rpc::GetClusterInfoResponse out;
    if (const auto& snapshot = call.status.snapshot) {
        auto& info = *out.mutable_info();
        info.set_id(to_hex0x(snapshot->cluster()));
        info.set_runtime_version("1.2");
        info.set_state_root(to_hex0x(snapshot->state_root()));
        info.set_system_contract(to_hex0x(snapshot->system_contract()));
        if (const auto logger = snapshot->log_handler())
            info.set_logger_contract(to_hex0x(*logger));
        info.set_number_of_contracts(snapshot->contracts().size());
        info.set_processed_global(call.status.processed_global);
    }
    return succeed(out);
}

HttpResponse get_contract_info(const Call& call)
{
    const auto request = parse<pruntime_rpc::GetContractInfoRequest>(call.body);
    if (!request)
        return refuse(400, request.error().message());
    pruntime_rpc::GetContractInfoResponse out;
    const auto& snapshot = call.status.snapshot;
    const auto add = [&](const H256& id) {
        const auto code_hash = snapshot ? snapshot->code_hash(id) : std::nullopt;
        if (!code_hash)
            return;
        auto& info = *out.add_contracts();
        info.set_id(to_hex0x(id));
        info.set_code_hash(to_hex0x(*code_hash));
        info.set_weight(snapshot->weight(id));
    };
    for (const auto& text : request->contracts()) {
        const auto id = array_from_hex<32>(text);
        if (!id)
            return refuse(400, "DecodeError: contract id: " + id.error().message());
        add(H256{*id});
    }
    if (request->contracts().empty() && snapshot)
        for (const auto& id : snapshot->contracts())
            add(id);
    return succeed(out);
}

HttpResponse calculate_contract_id(const Call& call)
{
    const auto request = parse<pruntime_rpc::ContractParameters>(call.body);
    if (!request)
        return refuse(400, request.error().message());
    const auto deployer = array_from_hex<32>(request->deployer());
    const auto cluster = array_from_hex<32>(request->cluster_id());
    const auto code_hash = array_from_hex<32>(request->code_hash());
    const auto salt = from_hex(request->salt());
    if (!deployer || !cluster || !code_hash || !salt)
        return refuse(400,
                      "DecodeError: deployer, cluster_id and code_hash are 32 bytes in hex, salt any bytes in hex");
    pruntime_rpc::ContractId out;
    out.set_id(to_hex0x(contract_id(AccountId{*deployer}, *code_hash, H256{*cluster}, *salt)));
    return succeed(out);
}

/// The signatures of a request, outermost first. Deeper chains than may verify are cut where that shows.
std::vector<crypto::CertifiedSignature> chain_of(const pruntime_rpc::Signature& outer)
{
    std::vector<crypto::CertifiedSignature> chain;
    for (const auto* signature = &outer; signature != nullptr && chain.size() <= crypto::kMaxChainLength;) {
        crypto::CertifiedSignature link;
        link.type = signature->signature_type();
        link.signature = to_bytes(signature->signature());
        const auto* next = static_cast<const pruntime_rpc::Signature*>(nullptr);
        if (signature->has_signed_by()) {
            link.encoded_body = to_bytes(signature->signed_by().encoded_body());
            if (signature->signed_by().has_signature())
                next = &signature->signed_by().signature();
        }
        chain.push_back(std::move(link));
        signature = next;
    }
    return chain;
}

HttpResponse contract_query(const Call& call)
{
    const auto request = parse<pruntime_rpc::ContractQueryRequest>(call.body);
    if (!request)
        return refuse(400, request.error().message());
    if (!call.status.snapshot)
        return refuse(500, "Runtime not initialized: this worker serves no cluster yet");
    QueryInput input;
    input.encrypted = to_bytes(request->encoded_encrypted_data());
    if (request->has_signature())
        input.signature_chain = chain_of(request->signature());
    input.now_ms = now_ms();
    input.entropy = crypto::random_bytes<32>();
    const auto answer = call.core.query(*call.status.snapshot, input);
    if (!answer)
        return refuse(answer.error().is(CoreError::BadQuery) ? 400 : 500, answer.error().message());
    pruntime_rpc::ContractQueryResponse out;
    out.set_encoded_encrypted_data(answer->encrypted.data(), answer->encrypted.size());
    out.set_blocknum(answer->blocknum);
    return succeed(out);
}

struct Method {
    std::string_view name;
    std::size_t body_limit;
    HttpResponse (*run)(const Call&);
};

constexpr std::array kMethods{
    Method{"GetInfo", kSmallBody, get_info},
    Method{"ContractQuery", 500 * 1024, contract_query},
    Method{"GetClusterInfo", kSmallBody, get_cluster_info},
    Method{"GetContractInfo", 100 * 1024, get_contract_info},
    Method{"CalculateContractId", kSmallBody, calculate_contract_id},
};

const Method* find_method(std::string_view path)
{
    if (!path.starts_with(kPrefix))
        return nullptr;
    path.remove_prefix(kPrefix.size());
    for (const auto& method : kMethods)
        if (method.name == path)
            return &method;
    return nullptr;
}

} // namespace

Methods::Methods(const Core& core, const Published& published, ServiceInfo info)
    : core_{core}, published_{published}, info_{std::move(info)}
{
    google::protobuf::SetLogHandler(nullptr); // it writes a line for each bad request: anybody could fill our log
}

HttpResponse Methods::handle(const HttpRequest& request) const
{
    const auto* method = find_method(request.path);
    if (method == nullptr)
        return refuse(404, "Method Not Found");
    const auto status = published_.get();
    return method->run({core_, *status, info_, request.body});
}

std::size_t Methods::body_limit(const std::string& path)
{
    const auto* method = find_method(path);
    return method == nullptr ? kSmallBody : method->body_limit;
}

} // namespace phala::worker::api
