// phala: keys, transfers, workers and contracts from the command line.
#include "cli/abi.hpp"
#include "cli/amount.hpp"
#include "cli/dispatch_failure.hpp"
#include "cli/worker_client.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/hash.hpp"
#include "crypto/mnemonic.hpp"
#include "crypto/random.hpp"
#include "crypto/ss58.hpp"
#include "primitives/identifiers.hpp"
#include "runtime/khala/encode_call.hpp"
#include "scale/json.hpp"
#include "worker/core/engine/types.hpp"
#include "worker/relay/chain_client.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

namespace {

using namespace phala;
using namespace phala::cli;

enum class CliError : std::uint8_t { CannotRead, NotFound, Failed, Late };
std::string_view describe(CliError error)
{
    switch (error) {
    case CliError::CannotRead: return "cannot read the file";
    case CliError::NotFound: return "not found";
    case CliError::Failed: return "failed";
    case CliError::Late: return "not finished in time; it may still be";
    }
    return "phala";
}

constexpr std::chrono::milliseconds kPoll{100};
constexpr std::uint64_t kGas = 2'000'000'000'000; ///< of a command, below the most that the engine grants

struct Options {
    std::string node = "ws://127.0.0.1:9944";
    std::string worker = "http://127.0.0.1:8000";
    bool json = false;
    std::string from = "//Alice";
    std::string who, to, amount, file, contract, name, salt = "0x", uri;
    std::vector<std::string> arguments;
    std::uint64_t cluster = 1;
    bool plain = false;
};

void print_value(const json::Value& value, const std::string& indent)
{
    const auto* object = value.object();
    if (object == nullptr) {
        std::cout << indent << (value.string() != nullptr ? *value.string() : json::dump(value)) << "\n";
        return;
    }
    std::size_t width = 0;
    for (const auto& [name, member] : *object)
        width = std::max(width, name.size());
    for (const auto& [name, member] : *object)
        std::cout << indent << name << std::string(width - name.size() + 2, ' ')
                  << (member.string() != nullptr ? *member.string() : json::dump(member)) << "\n";
}

void show(const Options& options, const json::Value& value)
{
    if (options.json)
        std::cout << json::dump(value) << "\n";
    else
        print_value(value, "");
}

Outcome<std::string> read_file(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return fail(CliError::CannotRead, path);
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

Outcome<AccountId> account_of(const std::string& who)
{
    if (who.starts_with("//") || who.find(' ') != std::string::npos) {
        PHALA_TRY(const auto pair, crypto::KeyPair::from_uri(who));
        return AccountId{pair.account()};
    }
    PHALA_TRY(const auto account, crypto::parse_account(who));
    return AccountId{account};
}

Outcome<worker::ChainClient> connect(const Options& options)
{
    PHALA_TRY(auto node, worker::NodeClient::connect(options.node, std::chrono::seconds{15}));
    return worker::ChainClient::open(std::move(node));
}

Bytes storage_key(std::string_view pallet, std::string_view item)
{
    return concat(crypto::twox_128(bytes_of(pallet)), crypto::twox_128(bytes_of(item)));
}

/// A Twox64Concat map's entry.
Outcome<std::optional<Bytes>> read_map(worker::ChainClient& chain, std::string_view pallet, std::string_view item,
                                       ByteView key)
{
    return chain.node().call_bytes("state_getStorage",
                                   {to_hex0x(concat(storage_key(pallet, item), crypto::twox_64(key), key))});
}

struct Sent {
    H256 extrinsic;
    BlockNumber block;
};

/// Fails with what the runtime says where the transaction at that place of the block had no effect.
Outcome<> check_dispatch(worker::ChainClient& chain, const json::Value& block_hash, std::uint32_t index)
{
    PHALA_TRY(const auto events,
              chain.node().call_bytes("state_getStorage", {to_hex0x(storage_key("System", "Events")), block_hash}));
    PHALA_TRY(const auto failure, dispatch_failure(events.value_or(Bytes{}), index));
    if (failure)
        return fail(CliError::Failed, "the chain refused it: " + *failure);
    return {};
}

/// Submits a call and waits until it took effect in a block.
Outcome<Sent> send(worker::ChainClient& chain, ByteView call, const std::string& from)
{
    PHALA_TRY(const auto signer, crypto::KeyPair::from_uri(from));
    PHALA_TRY(const auto extrinsic, chain.sign(call, signer));
    const std::string wanted = to_hex0x(extrinsic);
    PHALA_TRY(const auto before, chain.finalized_head());
    PHALA_CHECK(chain.node().call("author_submitExtrinsic", {wanted}));
    BlockNumber next = before.number + 1;
    for (int turns = 0; turns < 600; ++turns) {
        PHALA_TRY(const auto hash, chain.node().call("chain_getBlockHash", {next}));
        if (hash.is_null()) {
            std::this_thread::sleep_for(kPoll);
            continue;
        }
        PHALA_TRY(const auto block, chain.node().call("chain_getBlock", {hash}));
        const auto* inner = block.find("block");
        const auto* extrinsics = inner == nullptr ? nullptr : inner->find("extrinsics");
        if (extrinsics != nullptr && extrinsics->array() != nullptr) {
            const auto& list = *extrinsics->array();
            const auto at = std::ranges::find(list, json::Value{wanted});
            if (at != list.end()) {
                PHALA_CHECK(check_dispatch(chain, hash, static_cast<std::uint32_t>(at - list.begin())));
                return Sent{extrinsic_hash(extrinsic), next};
            }
        }
        ++next;
    }
    return fail(CliError::Late, "the transaction is not in a block");
}

Outcome<> report(const Options& options, const Outcome<Sent>& sent, json::Value more = json::Value{json::Object{}})
{
    if (!sent)
        return std::unexpected{sent.error()};
    more["extrinsic"] = to_hex0x(sent->extrinsic);
    more["block"] = sent->block;
    show(options, more);
    return {};
}

Outcome<H256> contract_of(const Options& options)
{
    auto id = array_from_hex<32>(options.contract);
    if (!id)
        return fail(std::move(id), "a contract's id is 32 bytes of hex, not " + options.contract);
    return H256{*id};
}

Outcome<Bytes> salt_of(const Options& options)
{
    return options.salt.starts_with("0x") ? from_hex(options.salt) : Outcome<Bytes>{to_bytes(options.salt)};
}

Outcome<Abi> abi_of(const Options& options)
{
    PHALA_TRY(const auto text, read_file(options.file));
    auto abi = Abi::parse(text);
    if (!abi)
        return fail(std::move(abi), options.file);
    return abi;
}

Outcome<> inspect(const Options& options)
{
    PHALA_TRY(const auto account, account_of(options.uri));
    json::Value out;
    out["address"] = crypto::address_of(account.bytes);
    out["genericAddress"] = crypto::address_of(account.bytes, crypto::kGenericPrefix);
    out["publicKey"] = to_hex0x(account);
    show(options, out);
    return {};
}

Outcome<> generate(const Options& options)
{
    PHALA_TRY(const auto secret, crypto::entropy_to_phrase(crypto::random_bytes<16>()));
    const std::string phrase{text_of(secret.expose())}; // to be shown: that is what was asked for
    PHALA_TRY(const auto account, account_of(phrase));
    json::Value out;
    out["phrase"] = phrase;
    out["address"] = crypto::address_of(account.bytes);
    out["publicKey"] = to_hex0x(account);
    show(options, out);
    return {};
}

Outcome<> balance(const Options& options)
{
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto account, account_of(options.who));
    const Bytes key = concat(storage_key("System", "Account"), crypto::blake2_128(account), account);
    PHALA_TRY(const auto bytes, chain.node().call_bytes("state_getStorage", {to_hex0x(key)}));
    runtime::system::AccountInfo info{};
    if (bytes) {
        PHALA_TRY(info, scale::decode<runtime::system::AccountInfo>(*bytes));
    }
    json::Value out;
    out["address"] = crypto::address_of(account.bytes);
    out["free"] = amount_text(info.data.free);
    out["reserved"] = amount_text(info.data.reserved);
    out["nonce"] = info.nonce;
    show(options, out);
    return {};
}

Outcome<> transfer(const Options& options)
{
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto to, account_of(options.to));
    PHALA_TRY(const auto amount, parse_amount(options.amount));
    const auto call = runtime::khala::encode_call(runtime::balances::transfer_keep_alive{MultiAddress::of(to), amount});
    return report(options, send(chain, call, options.from));
}

Outcome<> worker_status(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto info, client.info());
    show(options, info.shown);
    return {};
}

Outcome<> cluster_status(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto cluster, client.cluster());
    if (cluster.is_null())
        return fail(CliError::NotFound, "this worker serves no cluster yet");
    show(options, cluster);
    return {};
}

Outcome<> cluster_deposit(const Options& options)
{
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto to, account_of(options.to.empty() ? options.from : options.to));
    PHALA_TRY(const auto amount, parse_amount(options.amount));
    const auto call = runtime::khala::encode_call(
        runtime::phala_phat_contracts::transfer_to_cluster{amount, cluster_id(options.cluster), to});
    return report(options, send(chain, call, options.from));
}

Outcome<> upload(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(auto chain, connect(options));
    const auto call = runtime::khala::encode_call(runtime::phala_phat_contracts::cluster_upload_resource{
        cluster_id(options.cluster), ResourceType::InkCode, abi.code()});
    json::Value out;
    out["codeHash"] = to_hex0x(code_hash(abi.code()));
    return report(options, send(chain, call, options.from), std::move(out));
}

Outcome<> instantiate(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* constructor, abi.constructor(options.name));
    PHALA_TRY(auto data, abi.encode(*constructor, options.arguments));
    PHALA_TRY(const auto salt, salt_of(options));
    PHALA_TRY(const auto deployer, account_of(options.from));
    PHALA_TRY(auto chain, connect(options));
    const H256 cluster = cluster_id(options.cluster);
    const H256 hash = code_hash(abi.code());
    const H256 id = contract_id(deployer, hash, cluster, salt);
    const auto call = runtime::khala::encode_call(runtime::phala_phat_contracts::instantiate_contract{
        {CodeIndex::WasmCode{hash}}, std::move(data), salt, cluster, 0, kGas, std::nullopt, 0});
    const auto sent = send(chain, call, options.from);
    if (!sent)
        return std::unexpected{sent.error()};
    for (int turns = 0; turns < 300; ++turns) {
        PHALA_TRY(const auto key, read_map(chain, "PhalaRegistry", "ContractKeys", id));
        if (key) {
            json::Value out;
            out["contract"] = to_hex0x(id);
            return report(options, sent, std::move(out));
        }
        std::this_thread::sleep_for(kPoll);
    }
    return fail(CliError::Late,
                "contract " + to_hex0x(id) + " has no key: its constructor may have failed; ask the logger");
}

/// The outcome of an execution, for people; an error of the contract is a failure of the command.
Outcome<json::Value> outcome_of(const Abi& abi, const Abi::Message& message, ByteView payload)
{
    PHALA_TRY(const auto result, scale::decode<worker::engine::ContractExecResult>(payload));
    if (!result.result)
        return fail(CliError::Failed, worker::engine::debug_text(result.result.error()));
    PHALA_TRY(auto value, abi.decode(message.result, result.result->data));
    if (result.result->did_revert())
        return fail(CliError::Failed, "the contract answers " + json::dump(value));
    // Result<…, LangError>: what is inside Ok, and again where the message itself returns a Result
    for (int level = 0; level < 2; ++level)
        if (value.object() != nullptr && value.object()->size() == 1 && value.object()->front().name == "Ok") {
            json::Value inside = value.object()->front().value;
            value = std::move(inside);
        }
    return value;
}

Outcome<json::Value> ask(const Options& options, const Abi& abi, const Abi::Message& message, const Bytes& payload,
                         bool estimating)
{
    PHALA_TRY(const auto id, contract_of(options));
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto who, crypto::KeyPair::from_uri(options.from));
    const worker::InkQuery query{{id, crypto::random_bytes<32>()},
                                 worker::InkQuery::InkMessage{payload, 0, 0, estimating}};
    PHALA_TRY(const auto answer, client.query(query, who));
    if (!answer)
        return fail(CliError::Failed,
                    "the worker refuses the query (" + json::dump(json::to_json(answer.error())) + ")");
    return outcome_of(abi, message, *answer);
}

Outcome<> query(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* message, abi.message(options.name));
    PHALA_TRY(const auto payload, abi.encode(*message, options.arguments));
    PHALA_TRY(const auto value, ask(options, abi, *message, payload, message->mutates));
    show(options, value);
    return {};
}

/// A command has taken effect once the worker has executed its block: a query that follows sees it.
Outcome<> wait_for_worker(const Options& options, BlockNumber block)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    for (int turns = 0; turns < 300; ++turns) {
        PHALA_TRY(const auto info, client.info());
        if (info.next_block > block)
            return {};
        std::this_thread::sleep_for(kPoll);
    }
    return fail(CliError::Late, "the worker has not executed block " + std::to_string(block));
}

Outcome<> call(const Options& options)
{
    PHALA_TRY(const auto abi, abi_of(options));
    PHALA_TRY(const auto* message, abi.message(options.name));
    if (!message->mutates)
        return fail(CliError::Failed, message->label + " changes nothing: use query");
    PHALA_TRY(const auto payload, abi.encode(*message, options.arguments));
    PHALA_TRY(const auto id, contract_of(options));
    PHALA_TRY(auto chain, connect(options));
    PHALA_CHECK(ask(options, abi, *message, payload, true)); // would it fail? then better before it is on chain
    PHALA_TRY(const auto key, read_map(chain, "PhalaRegistry", "ContractKeys", id));
    if (!key || key->size() != 32)
        return fail(CliError::NotFound, "no contract " + to_hex0x(id) + " with a key on chain");
    const auto nonce = crypto::random_bytes<32>();
    InkCommand command{InkCommand::InkMessage{{to_bytes(nonce)}, payload, 0, kGas, std::nullopt}};
    CommandPayload envelope;
    if (options.plain) {
        envelope = {CommandPayload::Plain{std::move(command)}};
    } else {
        const crypto::sr25519::KeyPair session{Secret<32>{crypto::random_bytes<32>()}};
        PHALA_TRY(auto sealed, crypto::encrypt(session, PublicKey{array_of<32>(*key)}, crypto::random_bytes<12>(),
                                               scale::encode(command)));
        envelope = {CommandPayload::Encrypted{std::move(sealed)}};
    }
    const auto call = runtime::khala::encode_call(
        runtime::phala_phat_contracts::push_contract_message{id, scale::encode(envelope), 0});
    const auto sent = send(chain, call, options.from);
    if (!sent)
        return std::unexpected{sent.error()};
    PHALA_CHECK(wait_for_worker(options, sent->block));
    json::Value out;
    out["encrypted"] = !options.plain;
    out["nonce"] = to_hex0x(nonce);
    return report(options, sent, std::move(out));
}

} // namespace

int main(int argc, char** argv)
try {
    Options options;
    Outcome<> (*run)(const Options&) = nullptr;
    CLI::App app{"phala: keys, transfers, workers and confidential contracts"};
    app.require_subcommand(1);
    app.add_option("--node", options.node, "Node to use, ws://host:port")->envname("PHALA_NODE")->capture_default_str();
    app.add_option("--worker", options.worker, "Worker to ask, http://host:port")
        ->envname("PHALA_WORKER")
        ->capture_default_str();
    app.add_flag("--json", options.json, "Print one line of JSON");
    app.fallthrough();
    const auto command = [&](CLI::App* parent, const char* name, const char* help,
                             Outcome<> (*function)(const Options&)) {
        auto* sub = parent->add_subcommand(name, help);
        sub->callback([&run, function] { run = function; });
        return sub;
    };
    const auto group = [&](const char* name, const char* help) {
        auto* sub = app.add_subcommand(name, help);
        sub->require_subcommand(1);
        sub->fallthrough();
        return sub;
    };
    const auto from = [&](CLI::App* sub) {
        sub->add_option("--from", options.from, "Secret URI of who signs")->capture_default_str();
    };

    auto* account = group("account", "Keys, addresses and balances");
    command(account, "generate", "Make a new phrase", generate);
    command(account, "inspect", "Address and public key of a secret URI or an address", inspect)
        ->add_option("who", options.uri)
        ->required();
    command(account, "balance", "What an account has on the chain", balance)
        ->add_option("who", options.who)
        ->required();

    auto* transferring = command(&app, "transfer", "Send PHA", transfer);
    from(transferring);
    transferring->add_option("to", options.to, "Account: an address or a secret URI")->required();
    transferring->add_option("amount", options.amount, "In PHA, for example 1.5")->required();

    command(group("worker", "Workers"), "status", "What a worker says about itself", worker_status);
    auto* cluster = group("cluster", "Clusters");
    command(cluster, "status", "The cluster that a worker serves", cluster_status);
    auto* deposit = command(cluster, "deposit", "Move PHA into a cluster, to pay for commands there", cluster_deposit);
    from(deposit);
    deposit->add_option("amount", options.amount, "In PHA")->required();
    deposit->add_option("--to", options.to, "Account in the cluster; default: who signs");
    deposit->add_option("--cluster", options.cluster, "Number of the cluster")->capture_default_str();

    auto* contract = group("contract", "Confidential contracts");
    auto* uploading = command(contract, "upload", "Upload the code of a bundle", upload);
    auto* making = command(contract, "instantiate", "Make a contract of uploaded code", instantiate);
    auto* calling = command(contract, "call", "Send an encrypted command", call);
    auto* asking = command(contract, "query", "Ask privately, or try a command without effect", query);
    for (auto* sub : {uploading, making, calling, asking}) {
        from(sub);
        sub->add_option("bundle", options.file, "The .contract file")->required();
    }
    for (auto* sub : {uploading, making})
        sub->add_option("--cluster", options.cluster, "Number of the cluster")->capture_default_str();
    making->add_option("constructor", options.name)->required();
    making->add_option("--salt", options.salt, "Text or 0x bytes: another salt, another contract");
    for (auto* sub : {calling, asking}) {
        sub->add_option("contract", options.contract, "Its id, 0x…")->required();
        sub->add_option("message", options.name)->required();
    }
    for (auto* sub : {making, calling, asking})
        sub->add_option("arguments", options.arguments, "As JSON or bare text, in order");
    calling->add_flag("--plain", options.plain, "Do not encrypt: everybody can read it");

    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // it would ask for a command where a misspelt one was given
        const auto unknown = app.remaining(true);
        if (unknown.empty())
            return app.exit(error);
        std::cerr << "phala: no command " << unknown.front() << "; --help lists them\n";
        return error.get_exit_code();
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    const auto done = run(options);
    if (!done) {
        std::cerr << "phala: " << done.error().message() << "\n";
        return 1;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "phala: " << error.what() << "\n";
    return 1;
}
