#include "cli/session.hpp"

#include "cli/dispatch_failure.hpp"
#include "cli/execution.hpp"
#include "cli/key_file.hpp"
#include "cli/progress.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/ss58.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace phala::cli {

std::string_view describe(CliError error)
{
    switch (error) {
    case CliError::CannotRead: return "cannot read the file";
    case CliError::BadOption: return "an option has a value that does not fit";
    case CliError::NotFound: return "not found";
    case CliError::Failed: return "failed";
    case CliError::Late: return "not finished in time; it may still be";
    }
    return "phala";
}

namespace {

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

/// What the errors that people meet mean, and what to do.
std::string_view meaning(std::string_view failure)
{
    constexpr std::string_view kFunds = "the account has not so much: phala account balance";
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kMeanings{{
        {"Token.FundsUnavailable", kFunds},
        {"Token.NotExpendable", "it would leave the sender below the existential deposit"},
        {"Token.BelowMinimum", "it is less than the existential deposit, and the account is new"},
        {"Arithmetic.Underflow", kFunds},
        {"Balances.InsufficientBalance", kFunds},
        {"PhalaPhatContracts.ClusterNotFound", "there is no such cluster: --cluster"},
        {"PhalaPhatContracts.ClusterPermissionDenied", "the cluster's owner does not let this account"},
        {"PhalaPhatContracts.DuplicatedContract", "it was made before: another --salt makes another"},
        {"PhalaPhatContracts.PayloadTooLarge", "it is longer than the chain takes"},
    }};
    const auto* found = std::ranges::find(kMeanings, failure, &std::pair<std::string_view, std::string_view>::first);
    return found == kMeanings.end() ? std::string_view{} : found->second;
}

/// Fails with what the runtime says where the transaction at that place of the block had no effect.
Outcome<> check_dispatch(worker::ChainClient& chain, const json::Value& block_hash, std::uint32_t index)
{
    PHALA_TRY(const auto events,
              chain.node().call_bytes("state_getStorage", {to_hex0x(storage_key("System", "Events")), block_hash}));
    PHALA_TRY(const auto failure, dispatch_failure(events.value_or(Bytes{}), index));
    if (failure)
        return fail(CliError::Failed,
                    "the chain refused it: " + *failure
                        + (meaning(*failure).empty() ? "" : " (" + std::string{meaning(*failure)} + ")"));
    return {};
}

} // namespace

void show(const Options& options, const json::Value& value)
{
    if (options.json)
        std::cout << json::dump(value) << "\n";
    else
        print_value(value, "");
}

Outcome<std::string> read_file(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return fail(CliError::CannotRead, path + " is a folder");
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return fail(CliError::CannotRead, path + ": " + std::strerror(errno));
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

Outcome<AccountId> account_of(const Options& options, const std::string& who)
{
    if (who.starts_with("//") || who.starts_with("file:") || who.find(' ') != std::string::npos) {
        PHALA_TRY(const auto pair, signer_of(who, options.password_file));
        return AccountId{pair.account()};
    }
    auto account = crypto::parse_account(who);
    if (!account)
        return fail(std::move(account), who.empty() ? "an empty text" : who);
    return AccountId{*account};
}

Outcome<worker::ChainClient> connect(const Options& options)
{
    const Progress progress{options, "the node at " + options.node};
    auto node = worker::NodeClient::connect(options.node, std::chrono::seconds{15});
    if (!node)
        return fail(CliError::Failed, node.error().message() + "; does it run? --node names another");
    return worker::ChainClient::open(std::move(*node));
}

Bytes storage_key(std::string_view pallet, std::string_view item)
{
    return concat(crypto::twox_128(bytes_of(pallet)), crypto::twox_128(bytes_of(item)));
}

Outcome<std::optional<Bytes>> read_map(worker::ChainClient& chain, std::string_view pallet, std::string_view item,
                                       ByteView key)
{
    return chain.node().call_bytes("state_getStorage",
                                   {to_hex0x(concat(storage_key(pallet, item), crypto::twox_64(key), key))});
}

Outcome<Sent> send(worker::ChainClient& chain, ByteView call, const Options& options)
{
    PHALA_TRY(const auto signer, signer_of(options.from, options.password_file));
    PHALA_TRY(const auto extrinsic, chain.sign(call, signer));
    const std::string wanted = to_hex0x(extrinsic);
    PHALA_TRY(const auto before, chain.finalized_head());
    if (const auto taken = chain.node().call("author_submitExtrinsic", {wanted}); !taken) {
        auto text = taken.error().message();
        if (text.find("pay some fees") != text.npos)
            return fail(CliError::Failed, crypto::address_of(signer.account())
                                              + " cannot pay the fee: it needs some PHA first (" + text + ")");
        return std::unexpected{taken.error()};
    }
    BlockNumber next = before.number + 1;
    Progress progress{options, "the transaction in a block"};
    for (int turns = 0; turns < 600; ++turns) {
        PHALA_TRY(const auto hash, chain.node().call("chain_getBlockHash", {next}));
        if (hash.is_null()) {
            progress.at("the chain is at block " + std::to_string(next - 1));
            Progress::wait();
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
    return fail(CliError::Late, "the transaction " + to_hex0x(extrinsic_hash(extrinsic)) + " is in no block up to "
                                    + std::to_string(next - 1) + "; does the node make blocks?");
}

Outcome<> report(const Options& options, const Outcome<Sent>& sent, json::Value more)
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

Outcome<Abi> abi_of(const Options& options)
{
    PHALA_TRY(const auto text, read_file(options.file));
    auto abi = Abi::parse(text);
    if (!abi)
        return fail(std::move(abi), options.file);
    return abi;
}

Outcome<> wait_for_worker(const Options& options, BlockNumber block)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    Progress progress{options, "the worker to execute block " + std::to_string(block)};
    BlockNumber at = 0;
    for (int turns = 0; turns < 300; ++turns) {
        PHALA_TRY(const auto info, client.info());
        if (info.next_block > block)
            return {};
        at = info.next_block == 0 ? 0 : info.next_block - 1;
        progress.at("it is at block " + std::to_string(at));
        Progress::wait();
    }
    return fail(CliError::Late, "the worker at " + options.worker + " is at block " + std::to_string(at)
                                    + " and has not executed block " + std::to_string(block)
                                    + "; is it connected to this chain? phala worker status tells");
}

Outcome<json::Value> served_cluster(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    const Progress progress{options, "the worker's answer"};
    PHALA_TRY(auto cluster, client.cluster());
    if (cluster.is_null())
        return fail(CliError::NotFound, "the worker at " + options.worker + " serves no cluster yet");
    return cluster;
}

Outcome<Bytes> ask_system(const Options& options, const H256& system, std::string_view message, ByteView arguments)
{
    Bytes payload = to_bytes(ByteView{crypto::blake2_256(bytes_of(message))}.first(4));
    append(payload, arguments);
    PHALA_TRY(const auto answer,
              ask_worker(options, system, worker::InkQuery::InkMessage{std::move(payload), 0, 0, false}));
    PHALA_TRY(const auto result, scale::decode<worker::engine::ContractExecResult>(answer));
    if (!result.result)
        return fail(CliError::Failed, failure_text(result.result.error()));
    if (result.result->did_revert() || result.result->data.empty())
        return fail(CliError::Failed, "the system contract does not know " + std::string{message});
    return to_bytes(ByteView{result.result->data}.subspan(1));
}

Outcome<Bytes> ask_worker(const Options& options, const H256& contract, decltype(worker::InkQuery::data) data)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto who, signer_of(options.from, options.password_file));
    const Progress progress{options, "the worker's answer"};
    const auto asked = client.query(worker::InkQuery{{contract, crypto::random_bytes<32>()}, std::move(data)}, who);
    if (!asked) {
        if (asked.error().message().find("ContractNotFound") != std::string::npos)
            return fail(CliError::NotFound, "contract " + to_hex0x(contract) + " in the cluster of the worker at "
                                                + options.worker + "; is the id right, and the worker up to date?");
        return std::unexpected{asked.error()};
    }
    const auto& answer = *asked;
    if (!answer)
        return fail(CliError::Failed, refusal_text(answer.error()));
    return *answer;
}

} // namespace phala::cli
