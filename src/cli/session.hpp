#pragma once
// What commands share: the chain, transactions, the worker, and what people write for accounts and contracts.
#include "cli/abi.hpp"
#include "cli/options.hpp"
#include "cli/worker_client.hpp"

#include "primitives/identifiers.hpp"
#include "worker/relay/chain_client.hpp"

namespace phala::cli {

enum class CliError : std::uint8_t { CannotRead, BadOption, NotFound, Failed, Late };
std::string_view describe(CliError error);

inline constexpr std::uint64_t kGas = 2'000'000'000'000; ///< of a command, below the most that the engine grants

Outcome<std::string> read_file(const std::string& path);
/// An address, 0x bytes, or a secret URI (also file:PATH).
Outcome<AccountId> account_of(const Options& options, const std::string& who);
Outcome<H256> contract_of(const Options& options);
Outcome<Abi> abi_of(const Options& options);

Outcome<worker::ChainClient> connect(const Options& options);
Bytes storage_key(std::string_view pallet, std::string_view item);
/// A Twox64Concat map's entry.
Outcome<std::optional<Bytes>> read_map(worker::ChainClient& chain, std::string_view pallet, std::string_view item,
                                       ByteView key);

struct Sent {
    H256 extrinsic;
    BlockNumber block;
};
/// Submits a call of who `options.from` names, and waits until it took effect in a block.
Outcome<Sent> send(worker::ChainClient& chain, ByteView call, const Options& options);
Outcome<> report(const Options& options, const Outcome<Sent>& sent, json::Value more = json::Value{json::Object{}});

/// A command has taken effect once the worker has executed its block: a query that follows sees it.
Outcome<> wait_for_worker(const Options& options, BlockNumber block);

/// What the worker says about the cluster that it serves; fails where it serves none.
Outcome<json::Value> served_cluster(const Options& options);

/// A message of the system contract that reads: what is inside Ok, encoded.
Outcome<Bytes> ask_system(const Options& options, const H256& system, std::string_view message, ByteView arguments);

/// A private query, signed by who `options.from` names: the payload of the answer.
Outcome<Bytes> ask_worker(const Options& options, const H256& contract, decltype(worker::InkQuery::data) data);

} // namespace phala::cli
