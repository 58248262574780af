#include "worker/api/methods.hpp"

#include "base/hex.hpp"
#include "crypto/random.hpp"
#include "primitives/identifiers.hpp"
#include "primitives/registration.hpp"
#include "worker/api/prpc_json.hpp"
#include "worker/core/snapshot.hpp"

#include "prpc.pb.h"
#include "pruntime.pb.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/stubs/logging.h>

namespace phala::worker::api {

namespace pb = google::protobuf;

namespace {

constexpr std::string_view kPrefix = "/prpc/PhactoryAPI.";
constexpr std::size_t kSmallBody = 1024;
constexpr std::size_t kAbsentBody = 64 * 1024;
constexpr std::size_t kMaxSignedBody = 10 * 1024 * 1024;

/// A message of whatever type, or a status and why.
struct Refusal {
    unsigned status;
    std::string why;
};
using Answer = std::expected<std::unique_ptr<pb::Message>, Refusal>;

std::unexpected<Refusal> refuse(unsigned status, std::string why)
{
    return std::unexpected{Refusal{status, std::move(why)}};
}

template <class Message>
Answer succeed(Message&& message)
{
    return std::make_unique<std::remove_cvref_t<Message>>(std::forward<Message>(message));
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
    const Progress& progress;
    Endpoints& endpoints;
    OfferedState& offered;
    const Meter& meter;
    const ServiceInfo& info;
    const Bytes& body;
    bool is_json;
};

/// Parses a request message or gives the 400 that says so.
template <class Message>
std::expected<Message, Refusal> parse(const Call& call)
{
    Message message;
    if (!call.is_json) {
        if (!message.ParseFromArray(call.body.data(), static_cast<int>(call.body.size())))
            return refuse(400, std::string{describe(CoreError::BadQuery)} + ": the body is no "
                                   + std::string{message.GetTypeName()});
        return message;
    }
    if (call.body.empty())
        return message;
    const auto value = json::parse(text_of(call.body));
    if (!value)
        return refuse(400, "DecodeError: " + value.error().message());
    if (const auto read = from_json(*value, message); !read)
        return refuse(400, read.error().message());
    return message;
}

void fill(pruntime_rpc::GatekeeperStatus& out, const Status& status)
{
    out.set_role(status.gatekeeper_active ? pruntime_rpc::GatekeeperStatus::Active
                                          : pruntime_rpc::GatekeeperStatus::None);
    if (status.master_pubkey)
        out.set_master_public_key(to_hex(*status.master_pubkey));
}

Answer get_info(const Call& call)
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
    out.set_query_timeout(10);
    out.set_processed_global(status.processed_global);
    out.set_chain_head(call.progress.chain_head);
    out.set_problem(call.progress.problem);
    out.set_score(status.score);
    if (status.registration)
        out.set_registered_until(status.registration->valid_until);
    out.set_registration_counts(status.registration_counts());
    const auto memory = process_memory();
    out.mutable_memory_usage()->set_rust_used(memory.resident);
    out.mutable_memory_usage()->set_rust_peak_used(memory.peak);
    out.mutable_memory_usage()->set_total_peak_used(memory.peak);
    fill(*out.mutable_gatekeeper(), status);
    auto& system = *out.mutable_system();
    system.set_registered(status.registered);
    system.set_max_supported_consensus_version(call.core.registration({}).max_consensus_version);
    system.set_public_key(key);
    system.set_ecdh_public_key(key);
    fill(*system.mutable_gatekeeper(), status);
    if (status.snapshot) {
        out.set_state_root(to_hex(status.snapshot->state_root()));
        system.set_number_of_clusters(1);
        system.set_number_of_contracts(status.snapshot->contracts().size());
    }
    return succeed(std::move(out));
}

Answer get_cluster_info(const Call& call)
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
    return succeed(std::move(out));
}

Answer get_contract_info(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::GetContractInfoRequest>(call));
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
    for (const auto& text : request.contracts()) {
        const auto id = array_from_hex<32>(text);
        if (!id)
            return refuse(400, "DecodeError: contract id: " + id.error().message());
        add(H256{*id});
    }
    if (request.contracts().empty() && snapshot)
        for (const auto& id : snapshot->contracts())
            add(id);
    return succeed(std::move(out));
}

Answer calculate_contract_id(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::ContractParameters>(call));
    const auto deployer = array_from_hex<32>(request.deployer());
    const auto cluster = array_from_hex<32>(request.cluster_id());
    const auto code_hash = array_from_hex<32>(request.code_hash());
    const auto salt = from_hex(request.salt());
    if (!deployer || !cluster || !code_hash || !salt)
        return refuse(400,
                      "DecodeError: deployer, cluster_id and code_hash are 32 bytes in hex, salt any bytes in hex");
    pruntime_rpc::ContractId out;
    out.set_id(to_hex0x(contract_id(AccountId{*deployer}, *code_hash, H256{*cluster}, *salt)));
    return succeed(std::move(out));
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

/// The only method whose answer comes later: a query waits for its contract's turn.
using Respond = std::move_only_function<void(Answer)>;

void contract_query(const Call& call, RunLater later, Respond respond)
{
    const auto request = parse<pruntime_rpc::ContractQueryRequest>(call);
    if (!request)
        return respond(std::unexpected{request.error()});
    if (!call.status.snapshot)
        return respond(refuse(500, "Runtime not initialized: this worker serves no cluster yet"));
    QueryInput input;
    input.encrypted = to_bytes(request->encoded_encrypted_data());
    if (request->has_signature())
        input.signature_chain = chain_of(request->signature());
    input.now_ms = now_ms();
    input.entropy = crypto::random_bytes<32>();
    call.core.query(call.status.snapshot, input, std::move(later),
                    [respond = std::move(respond)](Outcome<QueryAnswer> answer) mutable {
                        if (!answer)
                            return respond(
                                refuse(answer.error().is(CoreError::BadQuery) ? 400 : 500, answer.error().message()));
                        pruntime_rpc::ContractQueryResponse out;
                        out.set_encoded_encrypted_data(answer->encrypted.data(), answer->encrypted.size());
                        out.set_blocknum(answer->blocknum);
                        respond(succeed(std::move(out)));
                    });
}

Answer upload_sidevm_code(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::SidevmCode>(call));
    const Bytes id = to_bytes(request.contract());
    if (id.size() != 32)
        return refuse(400, "DecodeError: a contract's id has 32 bytes");
    if (!call.status.snapshot || !call.status.snapshot->code_hash(H256{array_of<32>(id)}))
        return refuse(500, "ContractNotFound");
    return refuse(500, "SidevmNotFound: this worker runs no sidevm programs");
}

/// What this worker would ask a member of the cluster that it joins; its relay does so by itself.
Answer generate_cluster_state_request(const Call& call)
{
    const auto request = call.core.cluster_state_request(call.status.anchor_number, crypto::random_bytes<32>());
    pruntime_rpc::SaveClusterStateArguments out;
    out.set_receiver(to_hex(request.receiver));
    out.set_min_block_number(request.min_block);
    out.set_signature(to_hex(request.signature));
    return succeed(std::move(out));
}

Answer save_cluster_state(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::SaveClusterStateArguments>(call));
    const auto receiver = array_from_hex<32>(request.receiver());
    auto signature = from_hex(request.signature());
    if (!receiver || !signature)
        return refuse(400, "DecodeError: the receiver is a worker's key, 32 bytes in hex, and its signature hex too");
    const auto shared = call.core.share_cluster(
        {PublicKey{*receiver}, request.min_block_number(), *std::move(signature)}, crypto::random_bytes<32>());
    if (!shared)
        return refuse(500, shared.error().message());
    pruntime_rpc::SaveClusterStateResponse out;
    out.set_block_number(shared->block);
    out.set_state(shared->sealed.data(), shared->sealed.size());
    return succeed(std::move(out));
}

/// What a member saved for this worker, brought by its operator. It is checked, and taken or refused in the log, once the
/// worker stands at the block that it is of.
Answer load_cluster_state(const Call& call)
{
    PHALA_TRY(auto request, parse<pruntime_rpc::SaveClusterStateResponse>(call));
    if (!call.status.joining)
        return refuse(500, std::string{describe(CoreError::NotJoining)});
    if (request.state().empty())
        return refuse(400, "DecodeError: no state: give what SaveClusterState of a member answered");
    if (request.block_number() < call.status.anchor_number)
        return refuse(500, "the state is of block " + std::to_string(request.block_number())
                               + ", which this worker has passed: save a newer one");
    call.offered.put({request.block_number(), to_bytes(request.state())});
    return succeed(pb::Empty{});
}

// ---- For operators and the curious ----------------------------------------------------------------------------

/// The same as it came: measures the way to this worker and back.
Answer echo(const Call& call)
{
    PHALA_TRY(auto request, parse<pruntime_rpc::EchoMessage>(call));
    return succeed(std::move(request));
}

Answer statistics(const Call& call);

// ---- Endpoints ------------------------------------------------------------------------------------------------

/// The endpoints with the chain's time, signed: what update_worker_endpoint takes.
Answer sign_endpoints(const Call& call, VersionedWorkerEndpoints endpoints)
{
    const WorkerEndpointPayload payload{call.core.public_key(), std::move(endpoints), call.status.block_time_ms};
    const Bytes encoded = scale::encode(payload);
    if (encoded.size() > kMaxEndpointPayload)
        return refuse(500,
                      "Endpoints too large: the chain takes " + std::to_string(kMaxEndpointPayload) + " bytes in all");
    const Bytes signature = call.core.sign(SignedContent::EndpointInfo, encoded, crypto::random_bytes<32>());
    pruntime_rpc::GetEndpointResponse out;
    out.set_encoded_endpoint_payload(encoded.data(), encoded.size());
    out.set_signature(signature.data(), signature.size());
    return succeed(std::move(out));
}

Answer get_endpoint_info(const Call& call)
{
    auto urls = call.endpoints.urls();
    if (urls.empty())
        return succeed(pruntime_rpc::GetEndpointResponse{});
    return sign_endpoints(call, {VersionedWorkerEndpoints::V1{std::move(urls)}});
}

Answer add_endpoint(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::AddEndpointRequest>(call));
    const auto type = scale::decode<EndpointType>(to_bytes(request.encoded_endpoint_type()));
    if (!type)
        return refuse(400, "DecodeError: the type of an endpoint is 0 (I2P) or 1 (HTTP)");
    if (!request.endpoint().starts_with("http://") && !request.endpoint().starts_with("https://"))
        return refuse(400, "DecodeError: an endpoint is a URL that starts with http:// or https://");
    if (const auto added = call.endpoints.add(*type, request.endpoint()); !added)
        return refuse(500, added.error().message());
    return get_endpoint_info(call);
}

Answer sign_endpoint_info(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::SignEndpointsRequest>(call));
    auto endpoints = scale::decode<VersionedWorkerEndpoints>(to_bytes(request.encoded_endpoints()));
    if (!endpoints)
        return refuse(400, "DecodeError: " + endpoints.error().message());
    return sign_endpoints(call, std::move(*endpoints));
}

// ---- The table ------------------------------------------------------------------------------------------------

struct Method {
    std::string_view name;
    std::size_t body_limit;
    Answer (*run)(const Call&); ///< null: contract_query
    Door door = Door::Public;
};

constexpr std::array kMethods{
    Method{"GetInfo", kSmallBody, get_info},
    Method{"ContractQuery", 500 * 1024, nullptr},
    Method{"GetClusterInfo", kSmallBody, get_cluster_info},
    Method{"GetContractInfo", 100 * 1024, get_contract_info},
    Method{"CalculateContractId", kSmallBody, calculate_contract_id},
    Method{"UploadSidevmCode", 32 * 1024 * 1024, upload_sidevm_code},
    Method{"SaveClusterState", kSmallBody, save_cluster_state},
    Method{"Echo", kSmallBody, echo},
    Method{"Statistics", 100 * 1024, statistics},
    Method{"LoadClusterState", 100 * 1024 * 1024, load_cluster_state, Door::Private},
    Method{"GenerateClusterStateRequest", kSmallBody, generate_cluster_state_request, Door::Private},
    Method{"AddEndpoint", 4 * kSmallBody, add_endpoint, Door::Private},
    Method{"GetEndpointInfo", kSmallBody, get_endpoint_info, Door::Private},
    Method{"RefreshEndpointSigningTime", kSmallBody, get_endpoint_info, Door::Private},
    Method{"SignEndpointInfo", 4 * kSmallBody, sign_endpoint_info, Door::Private},
};

/// A method of the published interface that this worker does not serve, and why. `name` may be a prefix.
struct Absent {
    std::string_view name;
    std::string_view why;
};

constexpr std::string_view kNoRelayer = "this worker needs no relayer, it follows the node of --node by itself";
constexpr std::string_view kNoHandover = "the identity key never leaves this worker";
constexpr std::array kAbsent{
    Absent{"InitRuntime", kNoRelayer},
    Absent{"GetRuntimeInfo", kNoRelayer},
    Absent{"Sync", kNoRelayer}, // Header, ParaHeader, CombinedHeaders
    Absent{"DispatchBlocks", kNoRelayer},
    Absent{"GetEgressMessages", kNoRelayer},
    Absent{"LoadChainState", kNoRelayer},
    Absent{"LoadStorageProof", kNoRelayer},
    Absent{"TakeCheckpoint", "every complete block is stored"},
    Absent{"Stop", "end the process with SIGTERM"},
    Absent{"GetWorkerState", "GetInfo tells what this worker is doing"},
    Absent{"Handover", kNoHandover},
    Absent{"DcapHandover", kNoHandover},
    Absent{"DerivePhalaI2pKey", kNoHandover},
    Absent{"ConfigNetwork", "it uses the network as the machine does"},
    Absent{"GetNetworkConfig", "it uses the network as the machine does"},
    Absent{"HttpFetch", "it asks no other servers"},
    Absent{"TryUpgradePinkRuntime", "it has one version of the contracts' runtime, 1.2"},
};

const Absent* find_absent(std::string_view path)
{
    if (!path.starts_with(kPrefix))
        return nullptr;
    path.remove_prefix(kPrefix.size());
    const auto found =
        std::ranges::find_if(kAbsent, [&](const Absent& absent) { return path.starts_with(absent.name); });
    return found == kAbsent.end() ? nullptr : found;
}

Refusal unknown_method(std::string_view path)
{
    const auto* absent = find_absent(path);
    if (absent == nullptr)
        return {404, "Method Not Found"};
    return {501, "Not served: " + std::string{path.substr(kPrefix.size())} + ": " + std::string{absent->why}};
}

Answer statistics(const Call& call)
{
    PHALA_TRY(const auto request, parse<pruntime_rpc::StatisticsRequest>(call));
    const auto* queries = std::ranges::find(kMethods, std::string_view{"ContractQuery"}, &Method::name);
    const auto sum = call.meter.sum(static_cast<std::size_t>(queries - kMethods.data()));
    pruntime_rpc::StatisticsResponse out;
    out.set_uptime(static_cast<std::uint64_t>(sum.since.count()));
    out.set_cores(call.info.cores);
    auto& counters = *out.mutable_query()->mutable_global();
    counters.set_total(sum.answered);
    counters.set_dropped(sum.failed);
    counters.set_time(sum.micros / 1000);
    return succeed(std::move(out));
}

const Method* find_method(std::string_view path)
{
    if (path == "/info" || path == "/get_info")
        return kMethods.data();
    if (!path.starts_with(kPrefix))
        return nullptr;
    path.remove_prefix(kPrefix.size());
    for (const auto& method : kMethods)
        if (method.name == path)
            return &method;
    return nullptr;
}

std::vector<std::string_view> method_names()
{
    std::vector<std::string_view> out;
    for (const auto& method : kMethods)
        out.push_back(method.name);
    return out;
}

// ---- How it is written ----------------------------------------------------------------------------------------

Bytes serialize(const pb::Message& message)
{
    Bytes out(message.ByteSizeLong());
    message.SerializeToArray(out.data(), static_cast<int>(out.size()));
    return out;
}

enum class Form : std::uint8_t { Binary, Json, Pretty };

Form form_of(const HttpRequest& request)
{
    if (request.path == "/info")
        return Form::Pretty;
    const bool json = request.path == "/get_info" || request.method == "GET"
                      || request.content_type.starts_with("application/json") || request.query == "json"
                      || request.query.starts_with("json&") || request.query.ends_with("&json");
    return json ? Form::Json : Form::Binary;
}

HttpResponse json_response(unsigned status, const json::Value& value, Form form)
{
    const auto text = json::dump(value, form == Form::Pretty ? json::Style::Indented : json::Style::Compact);
    return {status, "application/json", to_bytes(text)};
}

HttpResponse refusal(const Refusal& refusal, Form form)
{
    if (form != Form::Binary)
        return json_response(refusal.status, json::Object{{"error", refusal.why}}, form);
    prpc::PrpcError error;
    error.set_message(refusal.why);
    return {refusal.status, "application/octet-stream", serialize(error)};
}

HttpResponse text_response(std::string_view text)
{
    return {200, "text/plain; charset=utf-8", to_bytes(text)};
}

std::string help()
{
    std::string out = "POST /prpc/PhactoryAPI.<Method>: protobuf; with ?json, or as application/json: JSON\n";
    for (const auto& method : kMethods)
        out.append("  ").append(method.name).append(method.door == Door::Private ? " (operator's port)\n" : "\n");
    return out + "GET /info: what GetInfo tells, as JSON\nGET /metrics: for Prometheus (operator's port)\n";
}

} // namespace

Methods::Methods(const Core& core, const Published& published, Endpoints& endpoints, OfferedState& offered,
                 ServiceInfo info)
    : core_{core}, published_{published}, endpoints_{endpoints}, offered_{offered}, info_{std::move(info)}
{
    google::protobuf::SetLogHandler(nullptr); // it writes a line for each bad request: anybody could fill our log
}

void Methods::answer(const HttpRequest& request, Door door, RunLater later, Done done) const
{
    const Form form = form_of(request);
    const auto* method = find_method(request.path);
    if (method == nullptr)
        return done(refusal(unknown_method(request.path), form));
    if (method->door == Door::Private && door == Door::Public)
        return done(refusal({403, "Forbidden: this method is for the operator, on the worker's private port"}, form));
    const auto status = published_.get();
    const auto progress = published_.progress();
    const Call call{core_, *status, *progress, endpoints_, offered_, meter_, info_, request.body, form != Form::Binary};
    auto respond = [this, method, form, begin = std::chrono::steady_clock::now(),
                    done = std::move(done)](Answer answer) mutable {
        auto response = !answer                ? refusal(answer.error(), form)
                        : form == Form::Binary ? HttpResponse{200, "application/octet-stream", serialize(**answer)}
                                               : json_response(200, to_json(**answer), form);
        meter_.count(static_cast<std::size_t>(method - kMethods.data()), response.status,
                     std::chrono::steady_clock::now() - begin);
        done(std::move(response));
    };
    if (method->run == nullptr)
        return contract_query(call, std::move(later), std::move(respond));
    respond(method->run(call));
}

void Methods::handle(const HttpRequest& request, Door door, RunLater later, Done done) const
{
    if (request.path == "/help")
        return done(text_response(help()));
    if (request.path == "/metrics" && door == Door::Private)
        return done(text_response(meter_.render(method_names(), *published_.get(), *published_.progress())));
    answer(request, door, std::move(later), [this, door, done = std::move(done)](HttpResponse response) mutable {
        if (door == Door::Public && response.status == 200 && response.body.size() <= kMaxSignedBody)
            response.headers.emplace_back(
                "X-Phactory-Signature",
                to_hex(core_.sign(SignedContent::RpcResponse, response.body, crypto::random_bytes<32>())));
        done(std::move(response));
    });
}

std::size_t Methods::body_limit(const std::string& path)
{
    const auto* method = find_method(path);
    if (method != nullptr)
        return method->body_limit;
    return find_absent(path) == nullptr ? kSmallBody : kAbsentBody; // so that its sender reads why, not "too large"
}

} // namespace phala::worker::api
